"""The sums over the flights of one request that have ended."""

import logging
from dataclasses import asdict
from typing import Any

from from_git import forges
from from_git.conf import settings
from from_git.flights.awaited import Waiter
from from_git.flights.flight import Flight
from from_git.kept.store import MISSING
from from_git.values.found import Fetched
from from_git.values.host import Host
from from_git.values.progress import Cost, Progress

logger = logging.getLogger(__name__)
_FEW = 50  # profiles; the sizes of more are shown with the next tick, so that the cost grows with their number alone


def together(one: Progress, other: Progress) -> Progress:
    """The sum of two progresses, without their notes and waits."""
    return Progress(
        one.pages + other.pages,
        one.pages_known + other.pages_known,
        one.watchers + other.watchers,
        one.watchers_known + other.watchers_known,
        one.retries + other.retries,
    )


class Tally:
    """Sums over flights that have ended or were left, so that of a flight only its outcome stays in memory.

    Attributes:
        ended: how many have ended with an outcome.
        found: how many of those profiles exist.
        joined: how many flights another request had begun.
        progress: the sum of how far they came.
    """

    def __init__(self, waiter: Waiter) -> None:
        self.ended = self.found = self.joined = 0
        self.progress = Progress()
        self._waiter = waiter
        self._costs: dict[Host, Cost] = {}

    def add(self, flight: Flight, outcome: Fetched | None = None) -> None:
        """Count a flight; `outcome` is None where the request left it."""
        self.ended += outcome is not None
        self.found += outcome is not None and outcome.found is not None
        self.progress = together(self.progress, flight.progress())
        self._costs = self._with(flight, self._costs)
        self.joined += flight.cost_for(self._waiter) is None

    def costs(self, *under_way: Flight) -> dict[str, Cost]:
        """The cost, by kind of forge, of the flights that this request began, those under way included."""
        costs = self._costs
        for flight in under_way:
            costs = self._with(flight, costs)
        sums: dict[str, Cost] = {}
        for host, cost in costs.items():
            sums[host.kind.name] = sums.get(host.kind.name, Cost()) + cost
        return dict(sorted(sums.items()))

    def gets_on(self, seconds: float, profiles: int) -> bool:
        """Whether asking again and again gets to the end before the first profiles found are kept no more.

        Args:
            seconds: since the request came.
            profiles: number that it asks for.
        """
        kept: float = settings.PROFILE_CACHE_SECONDS * (1.0 if 2 * self.found > self.ended else MISSING)
        return self.ended > 0 and seconds * profiles / self.ended < kept

    def facts(self) -> dict[str, Any]:
        """The cost at each kind of forge, for the request's line in the log; for when all flights have ended."""
        facts: dict[str, Any] = {"joined": self.joined}
        for forge, cost in self.costs().items():
            facts |= {f"{forge}_{name}": round(value, 3) for name, value in asdict(cost).items()}
        for host in self._costs:
            if pace := forges.forge(host).pace:
                logger.debug("%s takes %s", host.name, pace)
        return facts

    def _with(self, flight: Flight, costs: dict[Host, Cost]) -> dict[Host, Cost]:
        cost, host = flight.cost_for(self._waiter), flight.profile.host
        return costs if cost is None else {**costs, host: costs.get(host, Cost()) + cost}


class Sizes:
    """Which profiles' sizes have become known. Not safe between threads."""

    def __init__(self) -> None:
        self._known: set[Flight] = set()
        self._told = 0

    def is_news(self, flight: Flight) -> bool:
        """Whether the size of the profile has become known since the last call, and is one of the first few."""
        if flight in self._known or not flight.progress().found:
            return False
        self._told += 1
        if not flight.ended:
            self._known.add(flight)
        return self._told <= _FEW

    def forget(self, flight: Flight) -> None:
        """Let go of a flight that has ended or was left."""
        self._known.discard(flight)
