"""What requests plan to spend of a budget, and whether it is there."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from from_git.askers import Asker
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.needs import Needs
from from_git.calls.shares import Outlook, Stand
from from_git.calls.spent import Spent
from from_git.calls.terms import Terms
from from_git.errors import BudgetError


class Plans:
    """The plans of one budget. Safe from any thread.

    Args:
        lock: of the budget.
        needs: what its requests have spent and planned.
        outlook: the window as a client sees it, or as its requests do for which nobody waits; None without a bound.
    """

    def __init__(
        self,
        lock: AbstractContextManager[object],
        needs: Needs,
        outlook: Callable[[str, bool], Outlook | None],
        ledgers: Spent,
        terms: Terms,
    ) -> None:
        self._lock = lock
        self._needs = needs
        self._outlook = outlook
        self._ledgers = ledgers
        self._terms = terms

    def plan(self, group: FetchGroup, amount: float, seconds: float) -> None:
        """Set aside `amount` for what `group` is going to spend within the next `seconds`.

        Raises:
            BudgetError: with the rest of its request it is more than other requests have left; it names a time to ask
                again, if the whole request would fit then.
        """
        with self._lock:
            stand = self._stand(group.asker, group)
            if stand:
                self._check(stand, amount, seconds)
                self._needs.plan(group, amount)

    def foresee(self, asker: Asker, amount: float, seconds: float, likely: float = 0.0) -> None:
        """Check, as `plan`, before the first call of a request; nothing is set aside.

        Args:
            amount: what the request needs at least.
            likely: what it is going to need, as far as that can be guessed.

        Raises:
            BudgetError: see `plan`.
        """
        with self._lock:
            stand = self._stand(asker, None)
            if stand:
                self._check(stand, amount, seconds)
            self._needs.purse(asker).foreseen = max(amount, likely)

    def stand(self, asker: Asker, group: FetchGroup | None = None) -> Stand | None:
        """What there is for a request; None without a bound. `group`: the fetch that is going to plan, if one is."""
        with self._lock:
            return self._stand(asker, group)

    def set_aside(self, group: FetchGroup, amount: float) -> None:
        """As `plan`, without a look at what is left."""
        with self._lock:
            self._needs.plan(group, amount)

    def expect(self, asker: Asker, amount: float) -> None:
        """As `foresee`, without a look at what is left."""
        with self._lock:
            self._needs.purse(asker).foreseen = amount

    def planned(self, group: FetchGroup) -> float:
        """What the group has planned and not spent."""
        with self._lock:
            return self._needs.planned(group)

    def _stand(self, asker: Asker, group: FetchGroup | None) -> Stand | None:
        outlook = self._outlook(asker.client, group.is_background if group else asker.background)
        needs = self._needs
        if outlook is None:
            return None
        # before its first call a request has no plans but those of an earlier look at it
        planned = needs.of_request(asker, besides=group) if group else 0.0
        window, clients = self._ledgers.window, self._ledgers.clients
        return Stand(outlook, window, clients, needs.purse(asker).spent, planned, needs.of_others(asker))

    def _check(self, stand: Stand, amount: float, seconds: float) -> None:
        if lacking := stand.shortfall(amount, seconds):
            reason, advice = self._terms.refusal(lacking)
            raise BudgetError(reason, lacking.wait, advice)
