"""How we stand with a forge, for those who look from outside."""

from dataclasses import dataclass

from from_git.calls.account import Account
from from_git.calls.accounts import Accounts
from from_git.calls.budget import Budget
from from_git.metrics import Allowance

_LEAST = 1.0  # a call, or a second; the smallest thing to spend


@dataclass(frozen=True)
class AccountStatus:
    """One account at this moment."""

    place: int
    """Of its credential in the setting, from 1."""
    counted_at: int
    """The place of the first account that the forge counts as one with it; its own where it is counted alone."""
    blocked: float
    """Seconds until its rate limit ends; 0 where it has none."""
    set_aside: float = 0.0
    """Seconds until its credential, which the forge has refused, is tried again; 0 where it is used."""
    allowances: tuple[Allowance, ...] = ()
    """Empty for one that is counted with an earlier one, and where nobody has looked."""


def statuses_of(accounts: Accounts, look: bool = True) -> list[AccountStatus]:
    """The state of each account, in the order of the setting.

    Args:
        look: whether to ask, maybe a shared cache, for what other processes have met, and for what is spent.
    """
    if look:
        accounts.refresh()
    return [_status(accounts, place, one, look) for place, one in enumerate(accounts.all, 1)]


def _status(accounts: Accounts, place: int, one: Account, look: bool) -> AccountStatus:
    counted_at = accounts.place(one)
    allowances = tuple(map(_allowance, one.budgets)) if look and counted_at == place else ()
    return AccountStatus(place, counted_at, one.limit.blocked(), one.aside.left(), allowances)


def _allowance(budget: Budget) -> Allowance:
    limit, spent = budget.limit, budget.spent()
    wait = 0.0 if limit is None or spent < limit else budget.until_gone(spent - limit + min(_LEAST, limit))
    unit = "seconds" if budget.timed else "calls"
    return Allowance(unit, budget.terms.setting, limit, spent, wait, budget.largest())
