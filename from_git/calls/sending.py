"""The calls of one fetch: each waits for its turn and its share of the budget, and is sent again where that helps."""

import logging
import random
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from from_git import metrics
from from_git.calls.account import Account
from from_git.calls.call import Call
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.halving import Halving, Origin
from from_git.calls.pace import Pace, Spending
from from_git.calls.peers import Peers
from from_git.calls.permits import Permit
from from_git.calls.retries import NO_TIME, Again, Pause, decide, usable
from from_git.errors import (
    BudgetError,
    Cancelled,
    CredentialsError,
    LimitError,
    MalformedAnswer,
    TooHeavyError,
    TransientError,
    UpstreamError,
    of_repository,
)
from from_git.fanout import Pool
from from_git.values.progress import Cost, Progress

logger = logging.getLogger(__name__)
T = TypeVar("T")
_OF_ALL = CredentialsError, LimitError  # failures that have nothing to do with one repository
_ADVICE_ALONE = (
    "Everything else is answered, so asking again will hardly help: look at it in a browser, and if it fails there too,"
    " tell the forge's support."
)


class Calls:
    """What a fetch sends through `account`, as tasks of `group`. Safe from any thread.

    No thread waits: a call that must not go yet (a limit, the budget, a failure before) stays here, and the group is
    woken when it is time. So a fetch has one waiting task for each pool, however many calls it has, and one for each
    call that failed and is to come again. As an `upstream.Caller` it says how long its calls may take.
    """

    def __init__(
        self,
        group: FetchGroup,
        account: Account,
        pace: Pace | None = None,
        jitter: Callable[[], float] = lambda: random.uniform(0.5, 1.0),  # noqa: S311
    ) -> None:
        self.spending = Spending()
        self.note = ""
        """What the fetch last had to wait for, in words; empty before."""
        self.advice = ""
        """What to do about it, where it is a failure."""
        self._waits_until = 0.0
        self._group = group
        self._account = account
        self._pace = pace
        self._halving = Halving(pace)
        self._peers = Peers()
        self._jitter = jitter
        self._pause = Pause(group.clock.now, tempo=account.tempo)
        self._last: UpstreamError | None = None
        self._has_read = False  # whether a call was answered
        self._lock = threading.Lock()
        self._waiting: dict[Pool, deque[Call]] = {}
        self._sent = threading.local()  # by thread: its call's permit, and the seconds that were lost
        self._served: set[Pool] = set()  # pools with a task that sends what waits for them
        self._resting: dict[Pool, int] = {}  # those whose task waits for a budget, with its number
        # not for longer than this is there: nobody should need a look for garbage to free a fetch
        hurry = weakref.WeakMethod(self._hurry)
        group.hurry = lambda: (there := hurry()) and there()

    def start(
        self,
        pool: Pool,
        ask: Callable[[], T],
        then: Callable[[T], object],
        weight: int = 0,
        smaller: Callable[[Origin | None], object] | None = None,
        origin: Origin | None = None,
        gave: Callable[[T], int] | None = None,
        subject: str = "",
    ) -> None:
        """Have a call made on `pool`; see `Call`."""
        if origin:
            origin.add()
        self._put(Call(pool, ask, then, weight, smaller, origin, gave, subject))

    def most(self, wanted: int) -> int:
        """How many repositories a query may ask for: `wanted`, or fewer where so many have been too heavy."""
        return self._halving.most(wanted)

    def progress(self, pages: int, pages_known: int, done: int, known: int, found: bool) -> Progress:
        """How far the fetch is, with what its calls wait for; see `Progress`."""
        retries = self.spending.cost().retries
        return Progress(pages, pages_known, done, known, retries, self.note, self.wait, found, self.advice)

    @property
    def wait(self) -> float:
        """Seconds that a call still has to wait for a limit or a budget; 0 for none."""
        return max(0.0, self._waits_until - self._group.clock.now())

    def time_left(self) -> float:
        """See `upstream.Caller`."""
        return self._group.time_left()

    def resent(self, lost: float = 0.0) -> None:
        """See `upstream.Caller`; called by the thread that sends the call.

        Raises:
            TransientError: the budget has no room for one more at once.
        """
        self.spending.add(Cost(calls=1, seconds=-lost))
        self._sent.permit.forgive(lost)
        self._sent.lost += lost
        metrics.call_resent(self._account.forge)
        if not self._account.once_more(self._group):
            raise TransientError("it closed the connection.")

    def plan(self, amount: float) -> None:
        """Set aside what is still to be spent; what can be paid after the deadline only is late, not refused.

        Raises:
            BudgetError: not even until the group's horizon can it be paid; see `Budget.plan`.
        """
        budget, left, longest = self._account.budget, self._group.time_left(), self._group.horizon_left()
        try:
            budget.plan(self._group, amount, usable(left))
        except BudgetError as error:
            if longest <= left:
                raise
            # not set aside: it would keep small answers from being paid for minutes
            budget.foresee(self._group.asker, amount, usable(longest))
            self._group.late(error)

    def _put(self, call: Call, front: bool = False) -> None:
        with self._lock:
            queue = self._waiting.setdefault(call.pool, deque())
            if front:
                queue.appendleft(call)
            else:
                queue.append(call)
            served = call.pool in self._served
            self._served.add(call.pool)
        if not served:
            self._group.start(call.pool, self._serve, call.pool)

    def _serve(self, pool: Pool) -> None:
        """Send the first call that waits for `pool`, or come back when it may be sent."""
        if not (self._group.wanted or self._has_read):
            self._group.cancel()  # nobody waits, and nothing is there that would be lost
            return
        with self._lock:
            call = self._waiting[pool].popleft()
        cut = call.smaller if call.weight > self.most(call.weight) else None
        permit = None if cut else self._permit(call)
        if isinstance(permit, float):
            with self._lock:
                self._waiting[pool].appendleft(call)
            self._resting[pool] = self._group.start(pool, self._serve, pool, delay=permit)
            return
        with self._lock:
            more = bool(self._waiting[pool])
            if not more:
                self._served.discard(pool)
        if more:
            self._group.start(pool, self._serve, pool)
        if permit is not None:
            self._send(call, permit)
        elif cut:
            cut(call.origin)
            if call.origin:
                call.origin.answered(0, whole=True)

    def _hurry(self) -> None:
        """Look at once whether calls that wait for a budget may be sent."""
        for number in list(self._resting.values()):
            self._group.awake(number)

    def _amount(self, call: Call) -> float:
        """What a call is to reserve: seconds where time is what the forge bounds, else calls."""
        return self._pace.reserve(call.weight) if self._pace else 1.0

    def _permit(self, call: Call) -> Permit | float:
        """What `Account.permit` gives, or the seconds that are left of a pause after many failures."""
        left = self._group.time_left()
        if pause := max(one.wait(id(self)) for one in (self._pause, self._account.pause)):
            if left < NO_TIME and self._last:
                raise self._last.bare()
            return min(pause, left / 2)
        permit = self._account.permit(self._amount(call), self._group, goes_on=self._has_read)
        if isinstance(permit, float):
            self.note, self.advice = f"it waited: {self._account.waits_for}", ""
            self._waits_until = self._group.clock.now() + permit
        return permit

    def _send(self, call: Call, permit: Permit) -> None:
        try:
            found = self._made(call.ask, permit)
        except UpstreamError as error:
            self._failed(call, error if isinstance(error, _OF_ALL) else of_repository(error, call.subject))
            return
        self._has_read = True
        self._halving.answered()
        if call.origin:
            call.origin.answered(call.weight, call.gave is None or call.gave(found) >= call.weight)
        self._peers.answered((call.pool, call.weight > 0), call.weight, call.attempt, call.ask)
        self._pause.succeeded()
        self._account.succeeded()
        call.then(found)

    def _made(self, ask: Callable[[], T], permit: Permit) -> T:
        """What a call says, which is counted however it ends."""
        begun, outcome = time.monotonic(), "fault"
        self._sent.permit, self._sent.lost = permit, 0.0
        try:
            with self.spending.call(), permit.used():
                found = ask()
            outcome = "ok"
        except UpstreamError as error:
            outcome = error.outcome
            raise
        except Cancelled:
            outcome = "cancelled"
            raise
        finally:
            metrics.call_ended(self._account.forge, outcome, time.monotonic() - begun - self._sent.lost)
            del self._sent.permit  # an idle thread keeps nothing of its last call
        return found

    def _others_answer(self, call: Call) -> bool:
        """Whether a call goes on failing while the forge answers what it has answered before."""
        good = self._peers.good((call.pool, call.weight > 0), call.attempt, call.before)
        if not good or self._group.time_left() < NO_TIME:
            return False
        try:
            permit = self._account.permit(self._amount(call), self._group)
            if isinstance(permit, float):
                return False
            self._made(good, permit)
        except UpstreamError:
            return False
        return True

    def _failed(self, call: Call, error: UpstreamError) -> None:
        error.tries = call.attempt
        if call.attempt == 1:
            call.before = self._peers.count
        if isinstance(error, LimitError):
            error.wait = self._account.limited(error, self._group)
        weight, jitter = call.weight if call.smaller else 0, self._jitter()
        account, left = self._account, self._group.time_left()
        again = decide(error, call.attempt, left, weight, jitter, account.was_good, account.tempo)
        if again is None:
            raise error
        if weight <= 1 and not isinstance(error, LimitError):
            if call.compared:
                error._advice = _ADVICE_ALONE
                raise error
            call.compared = self._others_answer(call)
            again = Again(0.0) if call.compared else again
        if isinstance(error, LimitError):
            self._waits_until = self._group.clock.now() + again.seconds
        self.spending.add(Cost(retries=1))
        metrics.retried(self._account.forge)
        self.note, self.advice = error.reason, error.advice
        logger.debug("Call sent again in %.2f s: %s", again.seconds, self.note)
        if again.smaller and call.smaller:
            split = self._halving.split(weight, call.origin)
            call.smaller(split)
            split.answered(0, whole=True)
            return
        self._hold_others(error, weight, again.seconds, jitter)
        call.attempt += 1
        self._group.start(call.pool, self._put, call, True, delay=again.seconds)

    def _hold_others(self, error: UpstreamError, weight: int, seconds: float, jitter: float) -> None:
        """Let the calls that wait do so for longer, where they would meet the same failure."""
        if isinstance(error, CredentialsError):  # the one that goes again decides
            self._pause.failed(id(self), jitter)
            self._pause.extend(seconds)
        about_size = isinstance(error, TooHeavyError) and weight > 1
        if isinstance(error, TransientError | MalformedAnswer) and not about_size:
            self._last = error.bare()
            for pause in (self._pause, self._account.pause):
                pause.failed(id(self), jitter)
            self._pause.extend(error.wait or 0.0)
