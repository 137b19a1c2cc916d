"""Whether a window can pay a request in time; see `shares` for the part of it that one client may have."""

from dataclasses import dataclass

from from_git.calls.shares import NOTHING, Outlook, Whole, Window


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


def shortfall(
    amount: float, whole: Whole, outlook: Outlook, seconds: float, width: float, clients: bool
) -> Shortfall | None:
    """Why a request cannot be paid within `seconds`; None where it can.

    Args:
        amount: what it still needs.
        whole: what it needs from its first call to its end.
        outlook: the window as its client sees it.
        width: seconds of the window.
        clients: whether the parts of clients are bounded.
    """
    windows, rest = divmod(seconds, width)
    window, present = outlook.at(rest), outlook.at()
    room = max(0.0, windows * window.limit + max(0.0, window.limit - window.spent) - whole.promised)
    mine = windows * window.most + max(0.0, window.most - window.own)
    if clients and not present.fits(whole):
        mine = min(mine, windows * window.limit / 2 + max(0.0, window.half - window.own))
    if amount <= min(room, mine) + NOTHING:
        return None
    never = min(present.limit, window.limit) >= whole.amount > present.most  # the client's part alone forbids it
    is_of_client = never or amount <= room + NOTHING
    left = min(mine, room) if never else mine if is_of_client else room
    in_time = left > max(0.0, window.limit - present.spent - whole.promised) + NOTHING
    return Shortfall(window, is_of_client, amount, left, in_time, _until_asked_again(outlook, whole, width))


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
