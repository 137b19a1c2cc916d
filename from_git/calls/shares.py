"""How much of a window one client may have: what each has spent, and the rule that leaves something to others.

A client always gets half of what all others have left of a window, so that whoever comes new is served at once,
however much somebody asks for: n clients that want more than there is have a part of 1/(n + 1) each, and as much is
left. Beyond its half a client gets what is known to fit into the rest whole, so that an answer that the window can pay
does not wait for the next one. CLIENT_SHARE is the hard bound above that.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

KEPT = 16
"""A client that takes more than its half again and again leaves one of so many equal parts of a window."""
_NOTHING = 1e-9  # what additions and subtractions may leave of zero


@dataclass(frozen=True)
class Window:
    """What is spent at one moment, as one client sees it; the unit is the budget's."""

    limit: float
    """What may be spent in all."""
    most: float
    """What one client may spend (CLIENT_SHARE)."""
    spent: float
    """By all clients, this one too."""
    own: float
    """By this client."""

    @property
    def others(self) -> float:
        """What other clients have spent."""
        return max(0.0, self.spent - self.own)

    @property
    def half(self) -> float:
        """What this client may always have spent: half of what the others have left, and of its hard bound."""
        return min(self.most, (self.limit - self.others) / 2)

    def has_room(self, amount: float) -> bool:
        """Whether there is room for `amount`, whoever wants it; there always is where nothing is spent."""
        return self.spent <= _NOTHING or self.spent + amount <= self.limit + _NOTHING

    def allows(self, amount: float, whole: "Whole") -> bool:
        """Whether this client may spend `amount` now: for its first call, within its half, or as a part of `whole`."""
        if not self.has_room(amount):
            return False
        if self.own <= _NOTHING or self.own + amount <= self.half + _NOTHING:
            return True
        return self.own + amount <= self.most + _NOTHING and self.fits(whole)

    def fits(self, whole: "Whole") -> bool:
        """Whether a request's whole answer fits into what is left, beside what others have planned.

        A client that has spent on other requests before leaves the sixteenth part of the window.
        """
        before = max(0.0, self.own - whole.spent)
        kept = math.floor(self.limit / KEPT) if before > _NOTHING else 0.0
        return whole.amount + before + self.others + whole.promised + kept <= self.limit + _NOTHING


@dataclass(frozen=True)
class Whole:
    """What a request needs in all."""

    amount: float
    """Until its end, with what it has spent."""
    spent: float
    """By the request so far."""
    promised: float
    """What the other requests have planned and not spent."""


class Outlook:
    """What is spent of a window, now and later, if nothing more is.

    Args:
        limit, most: see `Window`.
        leaves: seconds from now after which each slot leaves the window.
        every, own: what all clients and this one have spent, by slot.
        overdue: what calls under way have spent beyond what they reserved.
    """

    def __init__(
        self,
        limit: float,
        most: float,
        leaves: Callable[[int], float],
        every: Mapping[int, float],
        own: Mapping[int, float],
        overdue: float = 0.0,
    ) -> None:
        self._slots = sorted((leaves(slot), amount, own.get(slot, 0.0)) for slot, amount in every.items())
        self._now = Window(limit, most, sum(every.values()) + overdue, sum(own.values()))

    def at(self, after: float = 0.0) -> Window:
        """The window in so many seconds."""
        last = self._now
        for leaves, _, window in self._later():
            if leaves > after:
                break
            last = window
        return last

    def when(self, test: Callable[[Window], bool]) -> float | None:
        """Seconds until `test` holds, at the end of a slot; None: it does at none."""
        return next((leaves for leaves, amount, window in self._later() if amount > _NOTHING and test(window)), None)

    def _later(self) -> Iterator[tuple[float, float, Window]]:
        """When a slot leaves, what leaves with it, and the window without it; one slot after the other."""
        window = self._now
        for leaves, amount, own in self._slots:
            window = replace(window, spent=window.spent - amount, own=window.own - own)
            yield leaves, amount, window
