"""What requests have spent of a budget, and what they are still going to spend."""

from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from from_git.askers import Asker
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.shares import Whole


@dataclass
class Purse:
    """The needs of one request."""

    spent: float = 0.0
    """What its groups have spent so far, whenever that was."""
    foreseen: float = 0.0
    """What it was expected to spend in all before its first call."""


class Needs:
    """The purses of requests and the plans of their groups; forgotten with them. For its owner's lock."""

    def __init__(self) -> None:
        self._plans: WeakKeyDictionary[FetchGroup, float] = WeakKeyDictionary()
        self._purses: WeakKeyDictionary[Asker, Purse] = WeakKeyDictionary()

    def purse(self, asker: Asker) -> Purse:
        """The purse of a request, made when it is first asked for."""
        purse = self._purses.get(asker)
        if purse is None:
            purse = self._purses[asker] = Purse()
        return purse

    def plan(self, group: FetchGroup, amount: float) -> None:
        """Let the group's plan be so much, in place of what it was."""
        self._plans[group] = amount

    def planned(self, group: FetchGroup) -> float:
        """What the group has planned and not spent, 0 if it has no plan."""
        return self._plans.get(group, 0.0)

    def spend(self, group: FetchGroup, amount: float) -> None:
        """Take what is spent from the group's plan, and note it in its request's purse; below 0 it is given back."""
        self.purse(group.asker).spent += amount
        if group in self._plans:
            self._plans[group] -= amount

    def of_request(self, asker: Asker, besides: FetchGroup | None = None) -> float:
        """What the groups of a request, but for one, have planned and not spent."""
        return self._sum(one for one in self._plans if one.asker is asker and one is not besides)

    def of_others(self, asker: Asker) -> float:
        """What the groups of all other requests have planned and not spent."""
        return self._sum(one for one in self._plans if one.asker is not asker)

    def in_all(self, asker: Asker, amount: float) -> float:
        """What a request is going to have cost at its end, by what is known now.

        Args:
            amount: of the call that it wants to send next, which its plans may hold or not.
        """
        purse = self.purse(asker)
        return max(purse.foreseen, purse.spent + max(amount, self.of_request(asker)))

    def whole(self, group: FetchGroup, amount: float) -> Whole:
        """What the request of a group needs in all; `amount`: see `in_all`."""
        asker = group.asker
        return Whole(self.in_all(asker, amount), self.purse(asker).spent, self.of_others(asker))

    def _sum(self, groups: Iterable[FetchGroup]) -> float:
        return sum(max(0.0, self._plans[one]) for one in groups if not one.ended)
