"""What is left of several budgets, as far as it must be known to choose among them."""

import math
from collections.abc import Callable

from from_git.calls.budget import POLL, Budget


class Ranking:
    """What is left of budgets, looked up now and then: with a shared cache each look is a question to it.

    Safe from any thread, but for harmless miscounts: a budget that has no room says so when it is asked.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._known: dict[Budget, tuple[float, float]] = {}  # what is left, and when that was looked up

    def left(self, budget: Budget) -> float:
        """What is left; infinite without a bound."""
        left, at = self._known.get(budget, (0.0, -math.inf))
        if self._now() - at >= POLL:
            limit = budget.limit
            left = math.inf if limit is None else limit - budget.spent()
            self._known[budget] = left, self._now()
        return left

    def spent(self, budget: Budget, amount: float) -> None:
        """Take in that this process has spent so much since."""
        if budget in self._known:
            left, at = self._known[budget]
            self._known[budget] = left - amount, at
