"""The accounts of one host, and which of them a call goes through."""

import math
import time
from collections.abc import Callable, Collection, Iterable

from from_git.askers import Asker
from from_git.calls import sums
from from_git.calls.account import Account, Permit
from from_git.calls.budget import POLL, Budget
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.ranking import Ranking
from from_git.calls.retries import Pause, usable
from from_git.calls.users import Users
from from_git.errors import CredentialsError, LimitError, UpstreamError
from from_git.memory import Memory
from from_git.metrics import Labels
from from_git.values.tempo import USUAL, Tempo

_ASKERS = 3  # fetches that must fail before others wait


class Accounts:
    """The accounts of one host. Safe from any thread.

    A call goes through the account that has most left of what it costs. One that the forge has refused is set aside for
    some minutes, and a limit of one is no limit of the others. Where there is one alone, everything is asked of it.

    Args:
        accounts: in the order of the setting, at least one.
        memory, now: see `Account`.
        labels: of the host, for the metrics.
        tempo: how long the waits before further tries of calls are.
        asks: see `Users`.
        others: called before each request, to learn what else other processes have met; it may ask a shared cache.
    """

    def __init__(
        self,
        accounts: Iterable[Account],
        memory: Memory,
        now: Callable[[], float] = time.time,
        labels: Labels = ("", ""),
        tempo: Tempo = USUAL,
        asks: bool = False,
        others: Callable[[], object] = lambda: None,
    ) -> None:
        self.all, self.labels, self.tempo = tuple(accounts), labels, tempo
        self.pause = Pause(now, _ASKERS, tempo)
        """For the fetches that have failed, where several have; other fetches go on."""
        self._only = self.all[0] if len(self.all) == 1 else None
        self.users = Users(self.all, memory, asks and self._only is None)
        self._ranking, self._now, self._refreshed, self._others = Ranking(now), now, -math.inf, others

    @property
    def distinct(self) -> list[Account]:
        """The first of each that the forge counts as one."""
        return _distinct(self.all)

    def place(self, account: Account) -> int:
        """Where the first of those that the forge counts as one with an account stands in the setting, from 1."""
        return next(place for place, one in enumerate(self.all, 1) if one.budget is account.budget)

    def check_limits(self, seconds: float) -> None:
        """Look whether a call can be sent within `seconds`, as far as the forge's limits are known.

        Raises:
            LimitError: none can.
        """
        errors = []
        for account in self._open():
            try:
                account.limit.blocked_within(seconds)
            except LimitError as error:
                errors.append(error)
            else:
                return
        raise self._soonest(errors)

    def refresh(self) -> None:
        """Learn what other processes have met; it may ask a shared cache."""
        if self._only:
            self._only.limit.refresh()
        elif self._now() - self._refreshed >= POLL:
            self._refreshed = self._now()
            self.users.refresh()
            for account in self.distinct:
                account.limit.refresh()
            for account in self.all:
                account.aside.refresh()

    def foresee(self, asker: Asker, calls: int, amount: float, seconds: float, likely: float = 0.0) -> None:
        """Check, before the first call of a request, whether it can be paid within `seconds`; may ask a shared cache.

        Args:
            calls: calls that the request needs at least.
            amount: amount of the budget that it needs at least.
            likely: see `Plans.foresee`.

        Raises:
            BudgetError: all accounts together cannot pay it.
        """
        self._others()
        self.refresh()
        payers = self._payers(seconds)
        for rates in zip(*(one.budgets[1:] for one in payers), strict=True):
            sums.foresee(rates, asker, calls, seconds)
        sums.foresee([one.budget for one in payers], asker, amount, seconds, likely)

    def plan(self, group: FetchGroup, amount: float, avoided: Collection[Account] = (), more: bool = False) -> None:
        """Set aside what `group` is still going to spend, see `sums.plan_by_horizon`.

        Args:
            avoided: see `permit`.
            more: whether `amount` is more than was planned and not spent; it is nothing where nothing was planned.

        Raises:
            BudgetError: it cannot be paid until the horizon of the group either; see `Plans.plan`.
            Cancelled: the group has ended.
        """
        budgets = {one.budget for one in self.all}
        # below 0 for one that has paid what others were to pay
        before = sum(one.plans.planned(group) for one in budgets) if more else 0.0
        if more and before <= 0.0:
            return
        payers = [one.budget for one in self._payers(usable(group.time_left()), avoided)]
        sums.plan_by_horizon(payers, group, before + amount)
        for budget in budgets.difference(payers):
            budget.plans.set_aside(group, 0.0)  # what it was to pay by an earlier plan

    def plan_reported(
        self, group: FetchGroup, amount: float, seconds: float, avoided: Collection[Account] = ()
    ) -> None:
        """See `ReportedLimit.plan`, where the forge reports what is left; `avoided`: see `permit`.

        Raises:
            BudgetError: all accounts together have less.
        """
        limits = [one.reported for one in self._payers(seconds, avoided) if one.reported]
        sums.plan_reported(limits, group, amount, seconds)
        for limit in {one.reported for one in self.all if one.reported}.difference(limits):
            limit.set_aside(group, 0.0)

    def permit(
        self,
        amount: float,
        group: FetchGroup,
        goes_on: bool = False,
        refused: Collection[Account] = (),
        avoided: Collection[Account] = (),
    ) -> Permit | float:
        """See `Account.permit`.

        Args:
            refused: accounts that the forge has refused for this very call.
            avoided: accounts that it has refused for others of the fetch.

        Raises:
            LimitError: no account gives way in time; it is that of the one that does so first.
            Cancelled: the group has ended.
        """
        if self._only:
            return self._only.permit(amount, group, goes_on)
        waits, errors = [], []
        for account in self._ranked(self._open(refused, avoided)):
            try:
                found = account.permit(amount, group, goes_on)
            except LimitError as error:
                errors.append(error)
                continue
            if isinstance(found, Permit):
                return self._taken(found, amount, group)
            waits.append(found)
        if waits:
            return min(waits)
        raise self._soonest(errors)

    @property
    def waits_for(self) -> str:
        """Why the next call must wait: the reason of the limit that ends first, or the setting of the budget."""
        account = min(self._open(), key=_blocked)
        return account.limit.words or f"{account.budget.terms.setting}."

    def moves(self, error: UpstreamError, account: Account, group: FetchGroup, refused: Collection[Account]) -> bool:
        """Take in how a call through `account` has failed; whether it can be sent at once through another one.

        The wait of a limit becomes the one after which the call can be sent, and a refusal by all names the last.

        Args:
            refused: accounts that the forge has refused for this call, this time included.
        """
        if isinstance(error, LimitError):
            error.wait = account.limited(error, group)
            if self._only is None:
                others = [_blocked(one) for one in self._open() if one.limit is not account.limit]
                error.wait = min([error.wait, *others])
                if error.wait == 0.0:
                    return True
                self._soonest([error])
        elif isinstance(error, CredentialsError) and self._only is None:
            if error.refused:
                account.aside.begin()
            if any(one not in refused for one in self.all):
                return True
            error.reason = f"with account {self.all.index(account) + 1}, as with every other, {error.reason}"
        return False

    def _open(self, refused: Collection[Account] = (), avoided: Collection[Account] = ()) -> list[Account]:
        """The accounts that a call may go through; those that are set aside too, where there are no others."""
        left = [one for one in self.all if one not in refused] or list(self.all)
        good = [one for one in left if not one.aside.left()]
        return [one for one in good if one not in avoided] or good or left

    def _payers(self, seconds: float, avoided: Collection[Account] = ()) -> list[Account]:
        """The accounts that can pay for something within `seconds`, or all where none can."""
        return _distinct([one for one in self._open((), avoided) if _blocked(one) <= seconds] or self.all)

    def _ranked(self, accounts: list[Account]) -> list[Account]:
        """In the order in which they are asked; those of which it will soon be known whose they are come last."""
        return sorted(accounts, key=lambda one: (self.users.tells(one), -self._ranking.left(one.budget)))

    def _taken(self, permit: Permit, amount: float, group: FetchGroup) -> Permit:
        """Take in that a call is sent with a permit."""
        account = permit.account
        self._ranking.spent(account.budget, amount)
        account.aside.tried()
        for other in self.distinct:
            if other.budget is not account.budget:
                other.leave(group)
        return self.users.telling(permit)

    def _soonest(self, errors: Iterable[LimitError]) -> LimitError:
        """The one with the shortest wait, which says so where there are several accounts."""
        error = min(errors, key=lambda one: one.wait or math.inf)
        if self._only is None:
            error.reason = f"{error.reason.removesuffix('.')}, and none of {len(self.all)} accounts is free sooner."
        return error


def _blocked(account: Account) -> float:
    return account.limit.blocked()


def _distinct(accounts: Iterable[Account]) -> list[Account]:
    """The first of those that share what they may spend."""
    found: dict[Budget, Account] = {}
    for account in accounts:
        found.setdefault(account.budget, account)
    return list(found.values())
