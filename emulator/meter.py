"""The emulator's counters: calls, connections, concurrency, bytes, answers, points, seconds."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Counted = tuple[str | tuple[str, str], ...]
"""What a call counts for: a forge, shares of its calls, and the account as (forge, name)."""


@dataclass(frozen=True)
class Counts:
    """The counts of one forge, of a share of its calls or of one account's calls, since the last reset.

    Attributes:
        calls: requests received, also those that were never answered.
        connections: distinct TCP connections that carried a call; each belongs to the forge of its first call.
        peak: the most calls under way at the same time.
        bytes_sent: body bytes as sent (after gzip).
        statuses: number of answers by status; calls that were reset or hung are in none.
        queries: GraphQL documents executed; 0 for a forge without GraphQL.
        points: the price of those documents.
        seconds: the sum of all response times, up to the first byte of an answer, or up to the end of a call that got
            none.
        refused: calls that a limit of the forge refused, in whatever form; those that a fault struck are not among
            them.
    """

    calls: int = 0
    connections: int = 0
    peak: int = 0
    bytes_sent: int = 0
    statuses: Mapping[int, int] = field(default_factory=dict)
    queries: int = 0
    points: int = 0
    seconds: float = 0.0
    refused: int = 0


class _Tally:
    def __init__(self, under_way: int = 0) -> None:
        self.calls = self.bytes_sent = self.queries = self.points = self.refused = 0
        self.seconds = 0.0
        self.peak = self.under_way = under_way
        self.connections: set[int] = set()
        self.statuses: Counter[int] = Counter()

    def counts(self) -> Counts:
        return Counts(
            self.calls,
            len(self.connections),
            self.peak,
            self.bytes_sent,
            dict(sorted(self.statuses.items())),
            self.queries,
            self.points,
            self.seconds,
            self.refused,
        )


class Meter:
    """Counts for every forge; every method may be called from any thread.

    Args:
        forges: the names of the forges.
        shares: the names of resources that are counted also by themselves.
    """

    def __init__(self, forges: Iterable[str], shares: Iterable[str]) -> None:
        self._lock = threading.Lock()
        self._shares = frozenset(shares)
        self._tallies: dict[str | tuple[str, str], _Tally] = {name: _Tally() for name in (*forges, *shares)}

    def snapshot(self) -> dict[str, Counts]:
        """All counts since the start or the last reset, by forge, then those of the shares."""
        with self._lock:
            return {name: tally.counts() for name, tally in self._tallies.items() if isinstance(name, str)}

    def accounts(self, forge: str) -> dict[str, Counts]:
        """The counts of a forge by account, of those that have called it since the start.

        Calls without credentials are those of "anonymous", calls with credentials of nobody those of "unknown".
        """
        with self._lock:
            ours = [(key, tally) for key, tally in self._tallies.items() if isinstance(key, tuple) and key[0] == forge]
            return {key[1]: tally.counts() for key, tally in ours}

    def reset(self) -> None:
        """Count from zero; calls under way stay under way, and a connection counts again with its next call."""
        with self._lock:
            self._tallies = {name: _Tally(tally.under_way) for name, tally in self._tallies.items()}

    def begin(self, counted: Counted, connection: int, home: str) -> None:
        """A call came in on a connection whose first call went to the forge `home`.

        Args:
            counted: what the call counts for; the same in the methods below.
        """
        with self._lock:
            for name in counted:
                tally = self._tallies.setdefault(name, _Tally())
                tally.calls += 1
                tally.under_way += 1
                tally.peak = max(tally.peak, tally.under_way)
                if name == home or isinstance(name, tuple) or name in self._shares:
                    tally.connections.add(connection)

    def answered(self, counted: Counted, status: int, sent: int) -> None:
        """An answer with that many body bytes goes out."""
        with self._lock:
            for name in counted:
                self._tallies[name].statuses[status] += 1
                self._tallies[name].bytes_sent += sent

    def took(self, counted: Counted, seconds: float) -> None:
        """A call took that long."""
        with self._lock:
            for name in counted:
                self._tallies[name].seconds += seconds

    def end(self, counted: Counted) -> None:
        """The call is over, answered or not."""
        with self._lock:
            for name in counted:
                self._tallies[name].under_way -= 1

    def refused(self, counted: Counted) -> None:
        """A limit refused a call."""
        with self._lock:
            for name in counted:
                self._tallies[name].refused += 1

    def spend(self, forge: str, account: str, points: int, queries: int) -> None:
        """GraphQL documents were executed for that many points; with `queries=0` an earlier one cost more."""
        with self._lock:
            for name in (forge, (forge, account)):
                self._tallies[name].queries += queries
                self._tallies[name].points += points


class Timing:
    """The life of one call in the meter: an answer or none, and one end."""

    def __init__(self, meter: Meter, counted: Counted) -> None:
        self._meter = meter
        self._counted = counted
        self._began = time.perf_counter()
        self._answered = self._ended = False

    def record(self, status: int, sent: int) -> None:
        """An answer with that many body bytes goes out."""
        self._answered = True
        self._meter.took(self._counted, time.perf_counter() - self._began)
        self._meter.answered(self._counted, status, sent)

    def refused(self) -> None:
        """A limit refused the call."""
        self._meter.refused(self._counted)

    def over(self) -> None:
        """The call is over; later calls of this method do nothing."""
        if not self._ended:
            self._ended = True
            self._meter.end(self._counted)
            if not self._answered:
                self._meter.took(self._counted, time.perf_counter() - self._began)
