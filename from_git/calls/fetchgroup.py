"""The task group of one fetch."""

from collections.abc import Callable

from from_git.askers import Asker
from from_git.clock import Clock
from from_git.errors import BudgetError
from from_git.fanout import TaskGroup

PATIENCE = 5.0
"""Seconds; a fetch in the background ends where its forge, or before it has read anything a budget, lets it wait for
longer: others can be read meanwhile."""


class FetchGroup(TaskGroup):
    """The tasks of one fetch, with the signals between its calls, the budgets and the owner of the group.

    Args:
        horizon: how far (on `clock`) the owner may move the deadline; None: not at all.
        late: called by a task that knows beforehand that the deadline will be missed.
        found: called by a task when the number of repositories is known.
    """

    def __init__(
        self,
        deadline: float,
        on_end: Callable[[], object] = lambda: None,
        clock: Clock | None = None,
        asker: Asker | None = None,
        horizon: float | None = None,
        late: Callable[[BudgetError], object] = lambda error: None,
        found: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(deadline, on_end, clock, asker)
        self.horizon = deadline if horizon is None else max(deadline, horizon)
        self._waits = 0.0  # since when, where it had to
        self.late = late
        self.found = found
        self.hurry: Callable[[], object] = lambda: None
        """Lets calls that wait for a budget look at once whether they may be sent; set by `Calls`."""

    def horizon_left(self) -> float:
        """Seconds for which the fetch may go on at most, if its deadline is moved.

        Raises:
            Cancelled: the group has ended.
        """
        return max(self.time_left(), self.horizon - self.clock.now())

    @property
    def is_background(self) -> bool:
        """Whether only waiters in the background wait for the fetch."""
        return not self.wanted and self.asker.background

    def patient(self, left: float, wait: float | None = 0.0) -> float:
        """The part of the seconds that are left for which the fetch waits where it is told to (`wait` is not None)."""
        return min(left, PATIENCE) if self.is_background and wait is not None else left

    @property
    def is_tired(self) -> bool:
        """Whether a fetch in the background has waited for PATIENCE; to be asked whenever it has to wait."""
        now = self.clock.now()
        self._waits = self._waits or now
        return self.is_background and now - self._waits > PATIENCE

    def extend(self, deadline: float) -> None:
        """Let the fetch go on at least until `deadline` (on `clock`)."""
        self.deadline = max(self.deadline, deadline)
        self.horizon = max(self.horizon, self.deadline)
