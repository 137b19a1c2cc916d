"""How much of a window one client may have: what each has spent, and the rule that leaves something to others.

A client always gets half of what all others have left of a window, so that a new client is served at once, however
much another one asks for: n clients that want more than there is have a part of 1/(n + 1) each, and as much is left.
Beyond its half a client gets an answer that is known to fit whole into the rest, so that an answer that the window can
pay does not wait for the next window. CLIENT_SHARE is the hard bound above that.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace

KEPT = 16
"""A client that repeatedly takes more than its half leaves one of so many equal parts of a window."""
_LENT = 0.75
NOTHING = 1e-9
"""What additions and subtractions may leave of zero."""


def lent(limit: float) -> float:
    """The part of a limit that may be spent by what nobody waits for; a quarter is left to requests."""
    return max(_LENT * limit, min(limit, 1.0))


@dataclass(frozen=True)
class Window:
    """What is spent at one moment, as one client sees it, in the unit of the budget."""

    limit: float
    """What all clients together may spend."""
    most: float
    """What one client may spend (CLIENT_SHARE)."""
    spent: float
    """By all clients, this one too."""
    own: float
    """By this client."""
    kept: float = 0.0
    """What is left to requests beyond `limit`, where nobody waits for this one."""

    @property
    def others(self) -> float:
        """What other clients have spent."""
        return max(0.0, self.spent - self.own)

    @property
    def half(self) -> float:
        """What this client may always have spent: half of what the others have left, and of its hard bound."""
        return min(self.most, (self.limit - self.others) / 2)

    def has_room(self, amount: float) -> bool:
        """Whether there is room for `amount` of any client; there always is where nothing is spent."""
        return self.spent <= NOTHING or self.spent + amount <= self.limit + NOTHING

    def allows(self, amount: float, whole: "Whole") -> bool:
        """Whether this client may spend `amount` now: for its first call, within its half, or as part of `whole`."""
        if not self.has_room(amount):
            return False
        if self.own <= NOTHING or self.own + amount <= self.half + NOTHING:
            return True
        return self.own + amount <= self.most + NOTHING and self.fits(whole)

    def fits(self, whole: "Whole") -> bool:
        """Whether the rest of a request fits into what is left, beside what other requests have planned.

        A client that has spent on other requests before leaves one part of KEPT of the window.
        """
        return whole.amount <= self.fitting(whole.spent, whole.promised) + NOTHING

    def fitting(self, spent: float, promised: float) -> float:
        """The largest `Whole.amount` that fits, for a request that has spent so much; below 0 where none does."""
        before = max(0.0, self.own - spent)
        kept = math.floor(self.limit / KEPT) if before > NOTHING else 0.0
        return self.limit - before - self.others - promised - kept


@dataclass(frozen=True)
class Whole:
    """What a request needs from its first call to its end."""

    amount: float
    """In all, with what it has spent."""
    spent: float
    """By this request so far."""
    promised: float
    """What the other requests have planned and not spent."""


class Outlook:
    """What is spent of a window, now and later, if nothing more is spent.

    Args:
        limit, most: see `Window`.
        leaves: seconds from now after which each slot leaves the window.
        every, own: what all clients and this one have spent, by slot.
        overdue: what calls under way have spent beyond what they reserved.
        kept: see `Window`.
    """

    def __init__(
        self,
        limit: float,
        most: float,
        leaves: Callable[[int], float],
        every: Mapping[int, float],
        own: Mapping[int, float],
        overdue: float = 0.0,
        kept: float = 0.0,
    ) -> None:
        self._slots = sorted((leaves(slot), amount, own.get(slot, 0.0)) for slot, amount in every.items())
        self._now = Window(limit, most, sum(every.values()) + overdue, sum(own.values()), kept)

    def __add__(self, other: "Outlook") -> "Outlook":
        """Both windows as one, of which slot by slot leaves."""
        both, mine, theirs = copy(self), self._now, other._now
        both._slots = sorted([*self._slots, *other._slots])
        both._now = Window(
            mine.limit + theirs.limit,
            mine.most + theirs.most,
            mine.spent + theirs.spent,
            mine.own + theirs.own,
            mine.kept + theirs.kept,
        )
        return both

    def at(self, after: float = 0.0) -> Window:
        """The window in `after` seconds."""
        last = self._now
        for leaves, _, window in self._later():
            if leaves > after:
                break
            last = window
        return last

    def when(self, test: Callable[[Window], bool]) -> float | None:
        """Seconds until the end of the first slot at which `test` holds; None where it never does."""
        return next((leaves for leaves, amount, window in self._later() if amount > NOTHING and test(window)), None)

    def _later(self) -> Iterator[tuple[float, float, Window]]:
        """Slot by slot: seconds until it leaves, the amount that leaves with it, and the window without it."""
        window = self._now
        for leaves, amount, own in self._slots:
            window = replace(window, spent=window.spent - amount, own=window.own - own)
            yield leaves, amount, window


@dataclass(frozen=True)
class Shortfall:
    """Why a request cannot be paid in time."""

    window: Window
    """As it will be when the time is over, if nothing more is spent."""
    is_of_client: bool
    """Whether the part of this client does not suffice, though the window would."""
    amount: float
    """What the request still needs."""
    left: float
    """What there is for it."""
    in_time: bool
    """Whether `left` is there only later, within the time of the request."""
    wait: float | None
    """Seconds after which the whole request could be made again; None: waiting alone never helps."""


@dataclass(frozen=True)
class Stand:
    """What one budget, or several together, have for a request, if nothing more is spent."""

    outlook: Outlook
    """As the client of the request sees it."""
    width: float
    """Seconds of the window."""
    clients: bool
    """Whether the parts of clients are bounded."""
    spent: float
    """By the request so far."""
    planned: float
    """By its other fetches, and not spent."""
    promised: float
    """What the other requests have planned and not spent."""

    def __add__(self, other: "Stand") -> "Stand":
        """What both have together; their windows are equally wide."""
        return replace(
            self,
            outlook=self.outlook + other.outlook,
            spent=self.spent + other.spent,
            planned=self.planned + other.planned,
            promised=self.promised + other.promised,
        )

    def payable(self, seconds: float) -> float:
        """The most that the request can still spend within `seconds`, beside what its other fetches have planned."""
        present = self.outlook.at()
        _, room, mine, half = self._rooms(present, seconds)
        most = min(room, mine)
        if self.clients:
            fitting = present.fitting(self.spent, self.promised) - self.spent
            most = max(min(most, half), min(most, fitting))
        return max(0.0, most - self.planned)

    def shortfall(self, amount: float, seconds: float) -> Shortfall | None:
        """Why the request cannot spend `amount`, and what its other fetches have planned, within `seconds`.

        None where it can.
        """
        amount += self.planned
        whole, present = Whole(amount + self.spent, self.spent, self.promised), self.outlook.at()
        window, room, mine, half = self._rooms(present, seconds)
        if self.clients and not present.fits(whole):
            mine = min(mine, half)
        if amount <= min(room, mine) + NOTHING:
            return None
        never = min(present.limit, window.limit) >= whole.amount > present.most  # the client's part alone forbids it
        is_of_client = never or amount <= room + NOTHING
        left = min(mine, room) if never else mine if is_of_client else room
        in_time = left > max(0.0, window.limit - present.spent - whole.promised) + NOTHING
        wait = _until_asked_again(self.outlook, whole, self.width)
        return Shortfall(window, is_of_client, amount, left, in_time, wait)

    def _rooms(self, present: Window, seconds: float) -> tuple[Window, float, float, float]:
        """The window at the end of `seconds`, and what can be spent until then: by all, by this client at most, and by
        this client where its request does not fit whole into the present window."""
        windows, rest = divmod(seconds, self.width)
        window = self.outlook.at(rest)
        room = max(0.0, windows * window.limit + max(0.0, window.limit - window.spent) - self.promised)
        mine = windows * window.most + max(0.0, window.most - window.own)
        half = windows * window.limit / 2 + max(0.0, window.half - window.own)
        return window, room, mine, half


def _until_asked_again(outlook: Outlook, whole: Whole, width: float) -> float | None:
    """Seconds after which the whole request could be made again; None: waiting alone never helps."""
    present, again, promised = outlook.at(), whole.amount, whole.promised
    if again > min(present.limit, present.most):
        return None
    if again + promised > present.limit:
        return width
    anew = Whole(again, 0.0, promised)

    def suffices(window: Window) -> bool:
        mine = window.own <= NOTHING or window.own + again <= window.half or window.fits(anew)
        return mine and window.spent + again + promised <= window.limit + NOTHING

    return outlook.when(suffices) or width
