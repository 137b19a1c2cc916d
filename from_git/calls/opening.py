"""Accounts with their budgets, made from what the processes of a service share."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from from_git.calls.account import Account, account_key
from from_git.calls.accounts import Accounts
from from_git.calls.authorization import Authorization
from from_git.calls.budget import Budget
from from_git.calls.reported import ReportedLimit
from from_git.calls.spent import Ledger, LocalLedger, SharedLedger, Spent
from from_git.calls.terms import Terms
from from_git.clock import REAL_TIME
from from_git.memory import SharedMemory
from from_git.values.host import Host, metric_labels
from from_git.values.tempo import Tempo


class Bound(NamedTuple):
    """The figures of one budget; see `Budget` and `Terms`."""

    limit: float | None
    window: float
    unit: str
    setting: str
    timed: bool = False
    more: str = ""


@dataclass(frozen=True)
class Opening:
    """Makes the accounts of one host, with their budgets and ledgers."""

    host: Host
    memory: SharedMemory
    shared: bool
    """Whether all processes share that memory, and with it one budget; else each has its part of the limit."""
    workers: int
    """Number of worker processes of the service."""
    client_share: float
    """See CLIENT_SHARE."""
    tempo: Tempo

    def account(
        self,
        secret: str,
        authorization: Authorization,
        bound: Bound,
        each: Iterable[Bound] = (),
        points: str = "",
    ) -> Account:
        """The account that `secret` opens at the host.

        Args:
            bound: what its calls are counted against.
            each: bounds against which each call counts one besides.
            points: the unit of a limit of an hour that the forge counts itself, and reports with its answers.
        """
        key, hour = account_key(self.host.api, secret), self.tempo.hour
        # bounds of single calls have no parts of clients: a client within the budget stays far below them
        budgets = [self._budget(f"{key}:{number}", one, clients=False) for number, one in enumerate(each)]
        reported = None
        if points:
            reported = ReportedLimit(Terms(self.host.label, points, hour, ""), self._spent(f"{key}:{points}", hour))
        return Account(
            key,
            self._budget(key, bound),
            self.memory,
            each=budgets,
            aside=self.tempo.aside,
            authorization=authorization,
            reported=reported,
        )

    def accounts(self, accounts: Iterable[Account], others: Callable[[], object], asks: bool = False) -> Accounts:
        """All those of the host; `others` and `asks`: see `Accounts`."""
        labels, tempo = metric_labels(self.host), self.tempo
        return Accounts(accounts, self.memory, labels=labels, tempo=tempo, asks=asks, others=others)

    def _budget(self, key: str, bound: Bound, clients: bool = True) -> Budget:
        share = 1.0 if self.shared else 1.0 / self.workers
        terms = Terms(self.host.label, bound.unit, bound.window, bound.setting, is_part=share < 1.0, more=bound.more)
        return Budget(bound.limit, self._spent(key, bound.window, clients), terms, bound.timed, share)

    def _spent(self, key: str, window: float, clients: bool = True) -> Spent:
        """The ledgers of all processes that share the memory, else those of this process."""

        def ledger(client: str | None) -> Ledger:
            if not self.shared:
                return LocalLedger(REAL_TIME.now)
            # the cache, which others may read, gets no addresses of clients
            own = "" if client is None else f":{hashlib.sha256(client.encode()).hexdigest()[:16]}"
            return SharedLedger(self.memory, f"{key}{own}", window)

        return Spent(window, ledger, clients, self.client_share)
