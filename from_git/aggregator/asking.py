"""How somebody asks: who it is, and how long they wait for what."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asking:
    """One question's terms; times in seconds, `begun` on the monotonic clock."""

    seconds: float
    """For the whole answer, from `begun`."""
    setting: str
    """Where that number came from, for messages."""
    client: str = ""
    """Who asks, as budgets and pools tell clients apart: an address, or the name of a command."""
    longest: float | None = None
    """What the fetch of one profile may take in all, where it goes on after the answer's time; None: it does not."""
    anew: bool = False
    """Whether nothing that is kept will do; see `cache.kept`."""
    patience: float | None = None
    """After which the last good numbers of a profile will do, as they do where its forge gives no new ones; None:
    never."""
    begun: float = field(default_factory=time.monotonic)
    """When the request came."""

    @property
    def deadline(self) -> float:
        """When the answer must be there, on the monotonic clock."""
        return self.begun + self.seconds

    @property
    def longest_of_all(self) -> float:
        """Within which each profile must be paid for: what the answer needs in no longer time is not begun."""
        return max(self.seconds, self.longest or 0.0)

    def waited(self) -> float:
        """The time since it began."""
        return time.monotonic() - self.begun
