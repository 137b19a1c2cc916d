"""How far a fetch is, and what it has cost so far."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Calls, the time they took at the forge, and what they were charged."""

    calls: int = 0
    """Answered or not."""
    seconds: float = 0.0
    """The sum of their times, which some forges bound."""
    points: int = 0
    """What the forge has charged for them, in its own points; 0 where it counts calls."""
    retries: int = 0
    """Failed calls that were sent again, as they were or in halves."""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.calls + other.calls,
            self.seconds + other.seconds,
            self.points + other.points,
            self.retries + other.retries,
        )


@dataclass(frozen=True)
class Progress:
    """How far a fetch is; `known` numbers may grow."""

    pages: int = 0
    pages_known: int = 0
    watchers: int = 0
    """Repositories whose watchers are counted."""
    watchers_known: int = 0
    retries: int = 0
    note: str = ""
    """What it last had to wait for, or try again because of, in words; empty before."""
    wait: float = 0.0
    """Seconds that a call still has to wait for a limit or a budget."""
    found: bool = False
    """Whether the forge has the owner, and has said how large it is."""
    advice: str = ""
    """What to do about `note`, where it is a failure."""

    @property
    def done(self) -> tuple[int, int]:
        """Pages and repositories that are read, and how many of both are known."""
        return self.pages + self.watchers, self.pages_known + self.watchers_known
