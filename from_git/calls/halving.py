"""Queries that were too heavy, and the smaller ones in their place: what that says about the size of all others."""

import threading
from typing import Protocol

from from_git.calls.pace import SMALL, Pace


class Origin(Protocol):
    """What a smaller query stands in place of."""

    def add(self) -> None:
        """One more query is in its place."""
        ...

    def answered(self, weight: int, whole: bool) -> None:
        """One of them, for `weight` repositories, was answered; `whole`: with details of as many."""
        ...

    def doubt(self) -> None:
        """One of them failed with so few that its size cannot be the reason."""
        ...


class Halving:
    """How many repositories a query of one fetch may ask for. Safe from any thread.

    A query that fails is asked for in halves, and at once all queries of its fetch ask for no more than its half. What
    all fetches share, the pace, is told when everything that stood in the failed query's place was answered: then its
    size was the reason. It is not when a query for five or fewer fails as well, as it does where one repository is what
    the forge cannot answer for, or where the forge is away.
    """

    def __init__(self, pace: Pace | None) -> None:
        self._pace = pace
        self._lock = threading.Lock()
        self._most: int | None = None  # of this fetch
        self._doubted = False  # whether a failure that had to do with size turned out to say nothing

    def most(self, wanted: int) -> int:
        """`wanted`, or fewer where so many have been too heavy."""
        shared = self._pace.most(wanted) if self._pace else wanted
        with self._lock:
            return shared if self._most is None else min(shared, self._most)

    def split(self, weight: int, above: "Origin | None") -> "_Split":
        """A query for `weight` repositories failed, and smaller ones take its place; `above`: what it was a part of."""
        if weight <= SMALL:
            if above:
                above.doubt()
        else:
            self.limit(max(SMALL, (weight + 1) // 2))
        return _Split(self, weight, above)

    def limit(self, most: int) -> None:
        """Ask for no more than so many from now on."""
        with self._lock:
            self._most = most if self._most is None else min(most, self._most)
            self._doubted = False

    def too_heavy(self, weight: int, worked: int) -> None:
        """A query for `weight` failed for its size, one for `worked` did not."""
        self.limit(worked)
        if self._pace and weight > SMALL:
            self._pace.too_heavy(weight)

    def doubt(self) -> None:
        """What was taken for a failure of size was none, so good answers make queries larger again."""
        with self._lock:
            self._doubted = True

    def answered(self) -> None:
        """A query was answered."""
        if self._doubted:
            with self._lock:
                self._most = self._most and 2 * self._most


class _Split:
    """One query that failed, as `Origin`."""

    def __init__(self, halving: Halving, weight: int, above: Origin | None) -> None:
        self._halving = halving
        self._weight = weight
        self._above = above
        self._lock = threading.Lock()
        self._open = 1  # queries in its place that are not answered; one for who is still adding them
        self._largest = 0
        self._says = True

    def add(self) -> None:
        """See `Origin.add`."""
        with self._lock:
            self._open += 1

    def answered(self, weight: int, whole: bool) -> None:
        """See `Origin.answered`."""
        with self._lock:
            self._open -= 1
            self._largest = max(self._largest, weight)
            # an owner with fewer repositories than were asked for was no smaller a question before
            self._says &= whole
            known = self._open == 0 and self._says
        if known:
            self._halving.too_heavy(self._weight, self._largest)
            if self._above:
                self._above.answered(self._largest, whole=True)

    def doubt(self) -> None:
        """See `Origin.doubt`."""
        with self._lock:
            self._says = False
        self._halving.doubt()
        if self._above:
            self._above.doubt()
