"""The terms of one question, and the errors for an answer that is not there in time, in words."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from from_git.errors import DeadlineError, UnfinishedError
from from_git.flights.flight import Flight


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


def unfinished(first: Flight, asking: Asking, seconds: float) -> UnfinishedError:
    """The error for flights that go on being read, of which `first` is told.

    Args:
        seconds: that the rest of all of them is expected to take.
    """
    return UnfinishedError(f"{_how_far(first, asking)} It goes on being read.{_trouble(first)}", seconds)


def partly(asking: Asking, counted: str) -> UnfinishedError:
    """The error for a question whose profiles come to an end one after the other, if it is asked again.

    Args:
        counted: how many profiles are counted, as a sentence.
    """
    return UnfinishedError(f"the whole answer was not there {_within(asking)}: {counted}", 1.0)


def overdue(first: Flight | None, asking: Asking, counted: str, profiles: int) -> DeadlineError:
    """The error for an answer that asking again would not bring.

    Args:
        first: the flight that is told; None: none was begun.
        counted: how many profiles are counted, as a sentence.
        profiles: how many were asked for.
    """
    text = f"{_how_far(first, asking)}{_trouble(first)}" if first else f"the time is over {_within(asking)}: {counted}"
    fewer = "Ask for fewer profiles at once, or allow" if profiles > 1 else "Allow"
    trouble = first.progress().advice if first else ""
    return DeadlineError(text, advice=trouble or f"{fewer} more time ({asking.setting}).")


def _within(asking: Asking) -> str:
    return f"within {asking.seconds:g} s ({asking.setting})"


def _how_far(flight: Flight, asking: Asking) -> str:
    progress = flight.progress()
    repositories = f" and {progress.watchers} of {progress.watchers_known} repositories"
    far = f"{progress.pages} of {progress.pages_known} pages{repositories if progress.watchers_known else ''}"
    if flight.late:
        within = _within(asking)
        return f"the whole answer cannot be there {within}: {flight.late.reason} Of this profile {far} are read."
    return f"the whole answer was not there {_within(asking)}; of this profile {far} were read."


def _trouble(flight: Flight) -> str:
    note = flight.progress().note
    return f" The last trouble: {note}" if note else ""
