"""The errors for an answer that is not there in time, in words."""

from from_git.aggregator.asking import Asking
from from_git.errors import DeadlineError, UnfinishedError
from from_git.flights.flight import Flight


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
