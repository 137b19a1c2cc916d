"""How we stand with a forge, for those who look from outside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from from_git.calls.account import Account
from from_git.calls.accounts import Accounts
from from_git.calls.budget import Budget
from from_git.metrics import Allowance

_LEAST = 1.0  # a call, or a second; the smallest thing to spend


@dataclass(frozen=True)
class AccountStatus:
    """One account at this moment."""

    forge: str
    blocked: float
    """Seconds until its rate limit ends; 0 where it has none."""
    allowances: tuple[Allowance, ...]
    """Empty for a credential that shares those of an earlier one."""
    place: int = 1
    """Of its credential in the setting, from 1."""
    set_aside: float = 0.0
    """Seconds until its credential, which the forge has refused, is tried again; 0 where it is used."""


def statuses_of(accounts: Accounts) -> list[AccountStatus]:
    """The state of each account; may ask a shared cache for what other processes have met and spent."""
    accounts.refresh()
    return [_status(accounts, one) for one in accounts.all]


def _status(accounts: Accounts, one: Account) -> AccountStatus:
    allowances = tuple(_allowance(budget) for budget in one.budgets) if one in accounts.distinct else ()
    aside = one.aside.left()
    return AccountStatus(accounts.forge, one.limit.blocked(), allowances, accounts.all.index(one) + 1, aside)


def _allowance(budget: Budget) -> Allowance:
    limit, spent = budget.limit, budget.spent()
    wait = 0.0 if limit is None or spent < limit else budget.until_gone(spent - limit + min(_LEAST, limit))
    unit = "seconds" if budget.timed else "calls"
    return Allowance(unit, budget.terms.setting, limit, spent, wait, budget.largest())


def summed(statuses: Sequence[AccountStatus]) -> AccountStatus:
    """All accounts of a host as one: what they may spend together, and when the first can be used."""
    by_unit: dict[str, list[Allowance]] = {}
    for one in statuses:
        for allowance in one.allowances:
            by_unit.setdefault(allowance.unit, []).append(allowance)
    return AccountStatus(
        statuses[0].forge,
        min(one.blocked for one in statuses),
        tuple(_together(allowances) for allowances in by_unit.values()),
    )


def _together(allowances: Sequence[Allowance]) -> Allowance:
    bounded = [one.limit for one in allowances if one.limit is not None]
    return replace(
        allowances[0],
        limit=sum(bounded) if len(bounded) == len(allowances) else None,
        spent=sum(one.spent for one in allowances),
        wait=min(one.wait for one in allowances),
        largest=max(one.largest for one in allowances),
    )
