"""Queries that were too heavy, and the smaller ones in their place: what they tell about the size of all others."""

import threading

from from_git.calls.pace import SMALL, Pace


class Halving:
    """The number of repositories that a query of one fetch may ask for. Safe from any thread.

    A query that fails is asked for in halves, and at once all queries of its fetch ask for no more than its half. The
    pace, which all fetches share, learns of it when all queries in the place of the failed one were answered: then the
    size was the reason. It does not when a query for five or fewer fails as well, as happens where the forge cannot
    answer for one repository, or is away.
    """

    def __init__(self, pace: Pace | None) -> None:
        self._pace = pace
        self._lock = threading.Lock()
        self._most: int | None = None  # of this fetch
        self._doubted = False  # whether a failure that had to do with size turned out to say nothing

    def most(self, wanted: int) -> int:
        """The repositories that a query may ask for: `wanted`, or fewer where so many have been too heavy."""
        shared = self._pace.most(wanted) if self._pace else wanted
        with self._lock:
            return shared if self._most is None else min(shared, self._most)

    def split(self, weight: int, above: "Origin | None") -> "Origin":
        """Let smaller queries take the place of one for `weight` repositories that failed; `above`: its own origin."""
        if weight <= SMALL:
            if above:
                above.doubt()
        else:
            self.limit(max(SMALL, (weight + 1) // 2))
        return Origin(self, weight, above)

    def limit(self, most: int) -> None:
        """Ask for no more than so many from now on."""
        with self._lock:
            self._most = most if self._most is None else min(most, self._most)
            self._doubted = False

    def too_heavy(self, weight: int, worked: int) -> None:
        """Take in that a query for `weight` repositories failed for its size, and one for `worked` did not."""
        self.limit(worked)
        if self._pace and weight > SMALL:
            self._pace.too_heavy(weight)

    def doubt(self) -> None:
        """Take in that a failure was not one of size after all, so that good answers make queries larger again."""
        with self._lock:
            self._doubted = True

    def answered(self) -> None:
        """Take in that a query was answered."""
        if self._doubted:
            with self._lock:
                self._most = self._most and 2 * self._most


class Origin:
    """A query that was too heavy, in whose place smaller ones are sent. Safe from any thread."""

    def __init__(self, halving: Halving, weight: int, above: "Origin | None") -> None:
        self._halving = halving
        self._weight = weight
        self._above = above
        self._lock = threading.Lock()
        self._open = 1  # queries in its place that are not answered, and 1 until all of them are added
        self._largest = 0
        self._says = True

    def add(self) -> None:
        """Count one more query in its place."""
        with self._lock:
            self._open += 1

    def answered(self, weight: int, whole: bool) -> None:
        """Take in that one of them, for `weight` repositories, was answered; `whole`: with details of as many."""
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
        """Take in that one of them failed which asked for so few that its size cannot be the reason."""
        with self._lock:
            self._says = False
        self._halving.doubt()
        if self._above:
            self._above.doubt()
