"""What the flights of one request have read and cost, once they are over."""

from from_git.flights.flight import Flight
from from_git.flights.waiter import Waiter
from from_git.values.found import Fetched
from from_git.values.progress import Cost, Progress


def together(one: Progress, other: Progress) -> Progress:
    """The sum of two, without what they wait for."""
    return Progress(
        one.pages + other.pages,
        one.pages_known + other.pages_known,
        one.watchers + other.watchers,
        one.watchers_known + other.watchers_known,
        one.retries + other.retries,
    )


class Tally:
    """Sums over flights that have ended or were left, so that nothing of a flight stays but its outcome.

    Attributes:
        ended: how many have ended with an outcome.
        found: how many of those profiles exist.
        joined: how many flights were others'.
        progress: the sum of how far they came.
    """

    def __init__(self, waiter: Waiter) -> None:
        self.ended = self.found = self.joined = 0
        self.progress = Progress()
        self._waiter = waiter
        self._costs: dict[str, Cost] = {}

    def add(self, flight: Flight, outcome: Fetched | None = None) -> None:
        """Count a flight; `outcome`: what came out of it, None where it was left."""
        self.ended += outcome is not None
        self.found += outcome is not None and outcome.found is not None
        self.progress = together(self.progress, flight.progress())
        self._costs = self._with(flight, self._costs)
        self.joined += flight.cost_for(self._waiter) is None

    def costs(self, *under_way: Flight) -> dict[str, Cost]:
        """What the flights that this request has begun have cost, by forge, with those under way."""
        costs = self._costs
        for flight in under_way:
            costs = self._with(flight, costs)
        return dict(sorted(costs.items()))

    def _with(self, flight: Flight, costs: dict[str, Cost]) -> dict[str, Cost]:
        cost, forge = flight.cost_for(self._waiter), flight.profile.forge
        return costs if cost is None else {**costs, forge: costs.get(forge, Cost()) + cost}
