"""The terms of one question: which client asks, and how long it waits."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asking:
    """One question's terms; times in seconds, `begun` on the monotonic clock."""

    seconds: float
    """The time for the whole answer, from `begun`."""
    setting: str
    """The setting or option that `seconds` came from, for messages."""
    client: str = ""
    """The client, as budgets and pools tell clients apart: an address, or the name of a command."""
    longest: float | None = None
    """The longest fetch of one profile, where a fetch goes on after the answer's time; None: it does not go on."""
    anew: bool = False
    """Whether the client wants every profile fetched anew; see `flights.kept`."""
    patience: float | None = None
    """The time after which the last good numbers of a profile are taken, as they are where its forge fails; None:
    never."""
    begun: float = field(default_factory=time.monotonic)
    """The time at which the request came."""
    now: Callable[[], float] = time.monotonic
    """The monotonic clock."""

    @property
    def deadline(self) -> float:
        """The time at which the answer must be there, on the monotonic clock."""
        return self.begun + self.seconds

    @property
    def longest_of_all(self) -> float:
        """The longest that any fetch of this question may take; a question that no budget can pay in it is refused."""
        return max(self.seconds, self.longest or 0.0)

    def waited(self) -> float:
        """The time since the request came."""
        return self.now() - self.begun
