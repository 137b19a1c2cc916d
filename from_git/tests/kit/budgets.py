"""Budgets and reported limits on the clocks of tests."""

import time
from collections.abc import Callable
from typing import Any

from from_git.calls.account import Account
from from_git.calls.accounts import Accounts
from from_git.calls.budget import Budget
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.reported import ReportedLimit
from from_git.calls.spent import Ledger, LocalLedger, Reservation, Spent
from from_git.calls.terms import Terms


class Values(dict[str, Any]):
    """A `Memory` that is never full and forgets nothing."""

    def set(self, key: str, value: Any, timeout: float) -> None:
        """See `Memory.set`."""
        self[key] = value


def accounts_of(budget: Budget, now: Callable[[], float]) -> Accounts:
    """A host's one account, with this budget."""
    memory = Values()
    return Accounts([Account("any", budget, memory, now)], memory, now)


def budget_of(
    limit: float | None,
    window: float,
    ledger: Ledger,
    unit: str,
    setting: str,
    timed: bool = False,
    share: float = 1.0,
    client_share: float | None = None,
) -> Budget:
    """A budget whose sum stands in `ledger`; `client_share`: CLIENT_SHARE, None: no client's part is bounded."""
    clients = client_share is not None
    ledgers: dict[str | None, Ledger] = {None: ledger}
    spent = Spent(
        window, lambda client: ledgers.setdefault(client, LocalLedger(ledger.now)), clients, client_share or 1.0
    )
    return Budget(limit, spent, Terms("Forge", unit, window, setting, is_part=share < 1.0), timed, share)


def reported_limit(unit: str, now: Callable[[], float]) -> ReportedLimit:
    """What is left of an hour's `unit`."""
    return ReportedLimit(Terms("Forge", unit, 3_600.0, ""), Spent(3_600.0, lambda client: LocalLedger(now)), now)


def spend(budget: Budget, amount: float) -> None:
    """A call that costs so much."""
    found = budget.reserve(amount, FetchGroup(time.monotonic() + 60.0))
    assert isinstance(found, Reservation), found
    budget.settle(found)
