"""One question to a forge, as a value that can be asked again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from from_git.calls.halving import Origin
from from_git.calls.peers import NO_ANSWER, Count
from from_git.fanout import Pool


@dataclass(eq=False, slots=True, weakref_slot=True)
class Call:
    """One question to a forge, until it is answered; kept small, since a workspace may have thousands."""

    pool: Pool
    ask: Callable[[], Any]
    """Sends the request and reads the answer: returns what it says, or raises UpstreamError. It changes nothing, so
    that it can be called again."""
    then: Callable[[Any], object]
    """Takes in what `ask` returned; called once, after the one `ask` that did not fail."""
    weight: int = 0
    """Repositories that it asks for in detail."""
    smaller: Callable[[Origin | None], object] | None = None
    """Starts calls for half as much each, in place of this one, with that `origin`."""
    origin: Origin | None = None
    """Of what this is a half."""
    gave: Callable[[Any], int] | None = None
    """Of how many repositories an answer has details; None: of `weight`."""
    subject: str = ""
    """`OWNER/NAME` of the one repository that it is about."""
    attempt: int = 1
    before: Count = NO_ANSWER
    """What the fetch had been answered when it first failed."""
    compared: bool = False
    """Whether another call was answered after its last failure."""
