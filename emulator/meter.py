"""What the emulator counts: calls, connections, concurrency, bytes, answers, points, seconds."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.model import BITBUCKET, GITHUB

WATCHERS = "watchers"


@dataclass(frozen=True)
class Counts:
    """What one upstream was asked since the last reset.

    Attributes:
        calls: requests received, also those that were never answered.
        connections: distinct TCP connections that carried a call; each belongs to the upstream of its first call.
        peak: the most calls under way at the same time.
        bytes_sent: body bytes as sent (after gzip).
        statuses: number of answers by status; calls that were reset or hung are in none.
        queries: GraphQL documents executed (GitHub only).
        points: points they cost (GitHub only).
        seconds: the sum of all response times, which is what GitHub's secondary limit bounds; up to the first byte of
            an answer, or up to the end of a call that got none.
        refused: calls that a limit of the upstream refused, in whatever form; those that a fault struck are not among
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
    """Counts for both upstreams; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies = {name: _Tally() for name in (GITHUB, BITBUCKET, WATCHERS)}

    def snapshot(self) -> dict[str, Counts]:
        """All counts since the start or the last reset, by upstream; `watchers` is that resource's share."""
        with self._lock:
            return {name: tally.counts() for name, tally in self._tallies.items()}

    def reset(self) -> None:
        """Count from zero; calls under way stay under way, and a connection counts again with its next call."""
        with self._lock:
            self._tallies = {name: _Tally(tally.under_way) for name, tally in self._tallies.items()}

    def begin(self, upstreams: tuple[str, ...], connection: int, home: str) -> None:
        """A call came in on a connection whose first call went to the upstream `home`."""
        with self._lock:
            for name in upstreams:
                tally = self._tallies[name]
                tally.calls += 1
                tally.under_way += 1
                tally.peak = max(tally.peak, tally.under_way)
                if name in (home, WATCHERS):
                    tally.connections.add(connection)

    def answered(self, upstreams: tuple[str, ...], status: int, sent: int) -> None:
        """An answer with that many body bytes goes out."""
        with self._lock:
            for name in upstreams:
                self._tallies[name].statuses[status] += 1
                self._tallies[name].bytes_sent += sent

    def took(self, upstreams: tuple[str, ...], seconds: float) -> None:
        """A call took that long."""
        with self._lock:
            for name in upstreams:
                self._tallies[name].seconds += seconds

    def end(self, upstreams: tuple[str, ...]) -> None:
        """The call is over, answered or not."""
        with self._lock:
            for name in upstreams:
                self._tallies[name].under_way -= 1

    def refused(self, upstreams: tuple[str, ...]) -> None:
        """A limit refused a call."""
        with self._lock:
            for name in upstreams:
                self._tallies[name].refused += 1

    def spend(self, points: int, queries: int = 1) -> None:
        """GraphQL documents were executed for that many points; with `queries=0` an earlier one cost more."""
        with self._lock:
            self._tallies[GITHUB].queries += queries
            self._tallies[GITHUB].points += points
