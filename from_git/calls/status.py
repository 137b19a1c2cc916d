"""The state of each forge's account, for `/readyz` and `/metrics`."""

from dataclasses import dataclass

from from_git.calls.account import Account
from from_git.calls.budget import Budget
from from_git.metrics import Allowance

_LEAST = 1.0  # a call, or a second; the smallest thing to spend


@dataclass(frozen=True)
class AccountStatus:
    """The account of one forge at this moment."""

    forge: str
    blocked: float
    """Seconds until its rate limit ends; 0 where it has none."""
    allowances: tuple[Allowance, ...]


def status_of(forge: str, account: Account) -> AccountStatus:
    """The state of an account; may ask a shared cache for the limits and the spending of other processes."""
    account.limit.refresh()
    return AccountStatus(forge, account.limit.blocked(), tuple(_allowance(one) for one in account.budgets))


def _allowance(budget: Budget) -> Allowance:
    limit, spent = budget.limit, budget.spent()
    wait = 0.0 if limit is None or spent < limit else budget.until_gone(spent - limit + min(_LEAST, limit))
    unit = "seconds" if budget.timed else "calls"
    return Allowance(unit, budget.terms.setting, limit, spent, wait, budget.largest())
