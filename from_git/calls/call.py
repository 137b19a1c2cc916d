"""One call to a forge, as a value that can be sent again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from from_git.calls.halving import Origin
from from_git.calls.peers import NO_ANSWER, Count
from from_git.fanout import Pool


@dataclass(eq=False, slots=True, weakref_slot=True)
class Call:
    """One call to a forge, until it is answered; kept small, since a workspace may have thousands."""

    pool: Pool
    ask: Callable[[], Any]
    """Sends the request and returns what the answer says, or raises UpstreamError. Changes nothing, so that it can be
    called again."""
    then: Callable[[Any], object]
    """Takes in the result of `ask`; called once, after the one `ask` that did not fail."""
    weight: int = 0
    """Number of repositories that the call asks for in detail."""
    smaller: Callable[[Origin | None], object] | None = None
    """Starts calls for half as much each, in place of this one, with that `origin`."""
    origin: Origin | None = None
    """The failed call that this one is a part of."""
    gave: Callable[[Any], int] | None = None
    """The number of repositories that an answer gives in detail; None: `weight`."""
    subject: str = ""
    """`OWNER/NAME` of the one repository that the call is about."""
    attempt: int = 1
    before: Count = NO_ANSWER
    """The answers to the fetch when this call first failed."""
    compared: bool = False
    """Whether another call was answered after its last failure."""

    def divide(self, origin: Origin | None) -> None:
        """Start calls for half as much each in place of this one, which has `smaller`."""
        if self.smaller:
            self.smaller(origin)
            if origin:
                origin.answered(0, whole=True)
