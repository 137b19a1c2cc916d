"""The permission to send one call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from from_git.calls.budget import Budget
from from_git.calls.reported import ReportedLimit
from from_git.calls.spent import Reservation
from from_git.errors import Cancelled, DeadlineError, LimitError, TooHeavyError

Limiter = Budget | ReportedLimit
"""The side that a call is counted against, and that may have no room for it."""


@dataclass(frozen=True)
class Permit:
    """One call may be sent."""

    reservations: tuple[tuple[Limiter, Reservation], ...]
    over: Callable[[], object]
    """Called when the call has ended."""
    refunded: Limiter | None = None
    """The bound that does not count a call which the forge refuses for its limit."""

    def forgive(self, seconds: float) -> None:
        """Leave out so many seconds of the call: it was sent on a dead connection, of which the forge knew nothing."""
        for _, reservation in self.reservations:
            reservation.begun += seconds

    @contextmanager
    def used(self) -> Iterator[None]:
        """Make the call in the block; its cost is settled at its end, with and without an error."""
        left_alone, refused = False, False
        try:
            yield
        except (Cancelled, DeadlineError, TooHeavyError):
            left_alone = True
            raise
        except LimitError:
            refused = True
            raise
        finally:
            for bound, reservation in self.reservations:
                if refused and bound is self.refunded:
                    bound.withdraw(reservation)
                else:
                    bound.settle(reservation, left_alone)
            self.over()
