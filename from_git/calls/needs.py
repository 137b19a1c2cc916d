"""The needs of requests: what each has spent of a budget, and what it is still going to spend."""

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
    """What its groups have spent since its first call."""
    foreseen: float = 0.0
    """What it was expected to spend in all, before its first call."""


class Needs:
    """The purses of requests and the plans of their groups, which end with them. Its owner holds a lock."""

    def __init__(self) -> None:
        self._plans: WeakKeyDictionary[FetchGroup, float] = WeakKeyDictionary()
        self._purses: WeakKeyDictionary[Asker, Purse] = WeakKeyDictionary()

    def purse(self, asker: Asker) -> Purse:
        """The purse of a request; a new one at first."""
        return self._purses.setdefault(asker, Purse())

    def plan(self, group: FetchGroup, amount: float) -> None:
        """Replace the plan of a group."""
        self._plans[group] = amount

    def take(self, other: "Needs") -> None:
        """Have the purses and plans of `other` too; its owner holds its lock as well, and asks it no more."""
        for asker, purse in other._purses.items():
            mine = self.purse(asker)
            mine.spent, mine.foreseen = mine.spent + purse.spent, mine.foreseen + purse.foreseen
        for group, amount in other._plans.items():
            self._plans[group] = self.planned(group) + amount

    def planned(self, group: FetchGroup) -> float:
        """What the group has planned and not spent; 0 without a plan."""
        return self._plans.get(group, 0.0)

    def spend(self, group: FetchGroup, amount: float) -> None:
        """Move `amount` from the plan of a group into the purse of its request; a negative amount is given back."""
        self.purse(group.asker).spent += amount
        if group in self._plans:
            self._plans[group] -= amount

    def of_request(self, asker: Asker, besides: FetchGroup | None = None) -> float:
        """What the groups of a request, without one of them, have planned and not spent."""
        return self._sum(one for one in self._plans if one.asker is asker and one is not besides)

    def of_others(self, asker: Asker) -> float:
        """What the groups of all other requests have planned and not spent."""
        return self._sum(one for one in self._plans if one.asker is not asker)

    def of_wanted(self) -> float:
        """What the groups that a request waits for have planned and not spent."""
        return self._sum(one for one in self._plans if one.wanted)

    def whole(self, group: FetchGroup, amount: float) -> Whole:
        """What the request of a group needs in all, as far as it is known.

        Args:
            amount: of the call that the group wants to send next, which the plan of the group may contain or not.
        """
        asker = group.asker
        purse = self.purse(asker)
        in_all = max(purse.foreseen, purse.spent + max(amount, self.of_request(asker)))
        return Whole(in_all, purse.spent, self.of_others(asker))

    def _sum(self, groups: Iterable[FetchGroup]) -> float:
        return sum(max(0.0, self._plans[one]) for one in groups if not one.ended)
