"""How we stand with a forge, for those who watch over the service."""

from dataclasses import dataclass

from from_git.calls.account import Account
from from_git.calls.budget import Budget
from from_git.metrics import Allowance

_LEAST = 1.0  # a call, or a second; the smallest thing to spend


@dataclass(frozen=True)
class AccountStatus:
    """One forge at this moment."""

    forge: str
    blocked: float
    """Seconds until its limit has passed, 0 when it serves us."""
    allowances: tuple[Allowance, ...]


def status_of(forge: str, account: Account) -> AccountStatus:
    """How we stand there; it may ask a shared cache what other processes have met and spent."""
    account.limit.refresh()
    return AccountStatus(forge, account.limit.blocked(), tuple(_allowance(one) for one in account.budgets))


def _allowance(budget: Budget) -> Allowance:
    limit, spent = budget.limit, budget.spent()
    wait = 0.0 if limit is None or spent < limit else budget.until_gone(spent - limit + min(_LEAST, limit))
    unit = "seconds" if budget.timed else "calls"
    return Allowance(unit, budget.terms.setting, limit, spent, wait, budget.largest())
