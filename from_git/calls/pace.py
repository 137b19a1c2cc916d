"""The pace of a forge: what its queries take, learned from its answers and failures."""

import threading
import time
from collections.abc import Callable

_MEMORY = 0.98  # weight of the past at each new answer: about the last fifty count
_MEMORY_LEAST = 1e-6  # lower bound of the decay, so that weights never underflow to 0
_UNKNOWN = 0.1  # seconds a repository, before the first answer (100 took 8 to 10 s; wiiiimm/gh-manager-cli#104)
_FEW = 2.5  # answers, older ones counting less
_MARGIN = 1.5  # times the expected seconds are reserved; what a call does not take comes back at its end
SMALL = 5
"""Repositories; where a query for no more of them fails, its size is not the reason."""
_HALF_LIFE = 60.0  # seconds after which an answer counts half: a forge that was slow must not be thought slow for ever
_REMEMBERED = 600.0  # seconds for which a size that was too large is not asked for again
_RISES = 60.0  # seconds after which a good answer of the largest size lets queries be twice as large
_SPREAD = 5.0  # repositories; sizes that differ less (standard deviation) do not tell what one costs


class Pace:
    """What queries to a forge take, learned from its answers and failures. Safe from any thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._seconds = _LinearFit()
        self._points = _LinearFit()
        self._faded = now()
        self._most = 0  # repositories of a query that were not too many; nothing is known after `_until`
        self._until = 0.0
        self._changed = 0.0  # when `_most` was last set

    def learn(self, repositories: int, seconds: float, points: int) -> None:
        """Take in the seconds and points of one good answer that gave details of so many repositories."""
        with self._lock:
            self._fade()
            self._seconds.add(repositories, seconds)
            self._points.add(repositories, points)
            now = self._now()
            if repositories >= self._most and self._changed + _RISES <= now < self._until:
                self._most, self._changed = 2 * self._most, now

    def too_heavy(self, repositories: int) -> None:
        """Take in that a query for so many was too heavy, and that its halves were not.

        For some minutes no query is larger than half of that; good answers bring the size up again. Of five or fewer
        nothing is learned.
        """
        if repositories <= SMALL:
            return
        with self._lock:
            now, half = self._now(), max(SMALL, (repositories + 1) // 2)  # the larger one
            self._most = min(half, self._most) if now < self._until else half
            self._until, self._changed = now + _REMEMBERED, now

    def most(self, wanted: int) -> int:
        """The repositories that a query may ask for: `wanted`, or fewer where so many have been too heavy."""
        with self._lock:
            return min(wanted, self._most) if self._now() < self._until else wanted

    def repositories(self, seconds: float) -> int:
        """The repositories that a query is expected to give in so many seconds; very many before the first answer."""
        with self._lock:
            each_call, each = self._seconds.line()
        return int(max(0.0, seconds - each_call) / max(each, 1e-6))

    def gain(self) -> float | None:
        """How many more repositories take as long as a query without any; None where that is not known.

        Very many where they take next to nothing.
        """
        with self._lock:
            each_call, each = self._seconds.line()
            return each_call / max(each, 1e-9) if self._seconds.spread else None

    def reserve(self, repositories: int) -> float:
        """Seconds to reserve for a query that gives details of so many repositories."""
        with self._lock:
            known, (each_call, each) = self._seconds.answers, self._seconds.line()
        return _MARGIN * (each_call + each * repositories) if known else _UNKNOWN * (1 + repositories)

    def likely(self) -> float:
        """Seconds that a query without details is likely to take."""
        with self._lock:
            return self._seconds.line()[0] if self._seconds.answers else _UNKNOWN

    def expected(self, queries: int, repositories: int) -> tuple[float, float]:
        """Seconds and points that so many queries for so many repositories in all are expected to take."""
        with self._lock:
            self._fade()
            seconds, points = self._seconds.sum(queries, repositories), self._points.sum(queries, repositories)
            if self._seconds.answers < _FEW:  # one slow answer must not refuse an owner
                seconds = min(seconds, _UNKNOWN * repositories)
        return seconds, max(float(queries), points)

    def _fade(self) -> None:
        """Let older answers count less; the proportions between them stay."""
        now = self._now()
        factor = 0.5 ** ((now - self._faded) / _HALF_LIFE)
        for line in (self._seconds, self._points):
            line.fade(max(factor, _MEMORY_LEAST))
        self._faded = now

    def __str__(self) -> str:
        with self._lock:
            (seconds, each_second), (points, each_point) = self._seconds.line(), self._points.line()
        each = f"{each_second:.4f} s and {each_point:.3f} points a repository"
        return f"{seconds:.3f} s and {points:.2f} points a query, {each}"


class _LinearFit:
    """A line by least squares through points (x, y), of which older ones count less. Not safe from threads."""

    def __init__(self) -> None:
        self.answers = 0.0
        """Number of points, older ones counting less."""
        self._x = self._y = self._xx = self._xy = 0.0

    def fade(self, factor: float) -> None:
        """Multiply the weight of all points by `factor`."""
        self.answers *= factor
        self._x *= factor
        self._y *= factor
        self._xx *= factor
        self._xy *= factor

    def add(self, x: float, y: float) -> None:
        self.answers = self.answers * _MEMORY + 1
        self._x = self._x * _MEMORY + x
        self._y = self._y * _MEMORY + y
        self._xx = self._xx * _MEMORY + x * x
        self._xy = self._xy * _MEMORY + x * y

    def sum(self, number: int, x: float) -> float:
        """The sum of y over `number` points whose x add up to `x`.

        Where the x were too alike to fit a slope, all of y is taken to come from x: too little rather than too much.
        """
        first, slope = self.line()
        if slope or not self._x:
            return first * number + slope * x
        return self._y / self._x * x

    @property
    def spread(self) -> float:
        """How far the x lie from each other; 0 where they are too alike to fit a slope."""
        spread = self.answers * self._xx - self._x * self._x
        return spread if spread > (_SPREAD * self.answers) ** 2 else 0.0

    def line(self) -> tuple[float, float]:
        """y at x = 0, and the slope; neither is below 0, and the slope is 0 where the x were too alike."""
        if not self.answers:
            return 0.0, 0.0
        if not self.spread:
            return self._y / self.answers, 0.0
        slope = max(0.0, (self.answers * self._xy - self._x * self._y) / self.spread)
        return max(0.0, (self._y - slope * self._x) / self.answers), slope
