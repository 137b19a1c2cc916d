"""The calls of one fetch: when each is sent, what it costs, and whether it is sent again after a failure."""

import logging
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from from_git import metrics
from from_git.calls.account import Account, Permit
from from_git.calls.accounts import Accounts
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.halving import Halving, Origin
from from_git.calls.pace import Pace
from from_git.calls.peers import ADVICE_ALONE, Peers
from from_git.calls.queues import NOBODY, Call, CallQueues, Sender
from from_git.calls.retries import NO_TIME, Again, FetchPauses, Pause, decide
from from_git.calls.spending import Spending
from from_git.errors import Cancelled, CredentialsError, LimitError, TransientError, UpstreamError, of_repository
from from_git.fanout import Pool
from from_git.values.progress import Cost, Progress

logger = logging.getLogger(__name__)
T = TypeVar("T")
_OF_ALL = CredentialsError, LimitError  # failures that never have to do with one repository


class Calls:
    """The calls that a fetch sends through `accounts`, as tasks of `group`. Safe from any thread.

    No thread waits: a call that must not be sent yet (a limit, the budget, a failure before) stays in its queue until a
    delay of the group ends. So a fetch has one waiting task for each pool, however many calls it has, and one for each
    failed call that is to be sent again. As an `upstream.Caller` it bounds the time of its calls.

    Args:
        pace: what queries to the forge take; None where the forge counts calls, not seconds.
        jitter: factors from 0.5 to 1 for waits, so that calls that failed together do not come back together.
    """

    def __init__(
        self,
        group: FetchGroup,
        accounts: Accounts,
        pace: Pace | None = None,
        jitter: Callable[[], float] = lambda: random.uniform(0.5, 1.0),  # noqa: S311
    ) -> None:
        self.spending = Spending()
        self.note = ""
        """Why the fetch last had to wait, as the end of a message; empty before."""
        self.advice = ""
        """What to do about it, where that was a failure."""
        self._waits_until = 0.0
        self._group, self._accounts = group, accounts
        self.avoided: frozenset[Account] = frozenset()
        """Through which a call was refused."""
        self._pace, self._halving = pace, Halving(pace)
        self._peers = Peers()
        self._jitter = jitter
        self._pauses = FetchPauses(Pause(group.clock.now, tempo=accounts.tempo), accounts.pause)
        self._has_read = False  # whether a call was answered
        self._queues = CallQueues(group)
        self._sent = threading.local()  # by thread: its call's permit, its begin, and seconds that were lost

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
        amount: float = 1.0,
    ) -> None:
        """Have a call made on `pool`; see `Call`."""
        if origin:
            origin.add()
        self._queues.put(Call(pool, ask, then, weight, smaller, origin, gave, subject, amount), self._gate)

    def most(self, wanted: int) -> int:
        """The repositories that a query may ask for: `wanted`, or fewer where so many have been too heavy."""
        return self._halving.most(wanted)

    def progress(self, pages: int, pages_known: int, done: int, known: int, found: bool) -> Progress:
        """How far the fetch is, and why its calls wait; see `Progress`."""
        retries = self.spending.cost().retries
        return Progress(pages, pages_known, done, known, retries, self.note, self.wait, found, self.advice)

    @property
    def wait(self) -> float:
        """Seconds that the calls still have to wait for a limit or a budget; 0 where they need not."""
        return max(0.0, self._waits_until - self._group.clock.now())

    @property
    def account(self) -> Account:
        """Through which the call of this thread is sent."""
        permit: Permit = self._sent.permit
        return permit.account

    @property
    def authorization(self) -> str:
        """What the call of this thread carries; see `upstream.Caller`."""
        return self.account.authorization.header

    def time_left(self) -> float:
        """Seconds until the deadline of the fetch; see `upstream.Caller`.

        Raises:
            Cancelled: the group has ended.
        """
        return self._group.time_left()

    def resent(self, lost: float = 0.0) -> None:
        """Count that the call of this thread is sent once more; see `upstream.Caller`.

        Raises:
            TransientError: the budget has no room for another call at once.
        """
        self.spending.add(Cost(calls=1, seconds=-lost))
        self._sent.permit.forgive(lost)
        self._sent.lost += lost
        metrics.call_resent(self._accounts.labels)
        if not self.account.once_more(self._group):
            raise TransientError("it closed the connection.")

    def plan(self, amount: float) -> None:
        """Set aside the amount that the fetch is still going to spend; see `Accounts.plan`.

        Raises:
            BudgetError: it cannot be paid.
            Cancelled: the group has ended.
        """
        self._accounts.plan(self._group, amount, self.avoided)

    def _gate(self, call: Call) -> Sender | float:
        """See `queues.Gate`."""
        if not (self._group.wanted or self._has_read or self._group.is_background):
            self._group.cancel()  # no request waits, and nothing was read that would be lost
            raise Cancelled
        if call.smaller and call.weight > self.most(call.weight):
            return partial(call.divide, call.origin)
        permit = self._permit(call)
        return permit if isinstance(permit, float) else partial(self._send, call, permit)

    def _amount(self, call: Call) -> float:
        """The amount to reserve for a call: seconds where the forge counts seconds, else calls."""
        return self._pace.reserve(call.weight) if self._pace else call.amount

    def _permit(self, call: Call) -> Permit | float:
        """The permit of an account; else seconds to wait for it, or until the end of a pause after many failures."""
        pause = self._pauses.wait(self._group.time_left())
        if pause is not None:
            return pause
        permit = self._accounts.permit(self._amount(call), self._group, self._has_read, call.refused, self.avoided)
        if isinstance(permit, float):
            self.note, self.advice = f"it waited: {self._accounts.waits_for}", ""
            self._waits_until = self._group.clock.now() + permit
        return permit

    def _send(self, call: Call, permit: Permit) -> None:
        try:
            found, seconds = self._made(call.ask, permit)
        except UpstreamError as error:
            if isinstance(error, LimitError):
                call.pool.limited(self._sent.begun)
            error = error if isinstance(error, _OF_ALL) else of_repository(error, call.subject)
            self._failed(call, error, permit.account)
            return
        self._has_read = True
        gave = call.weight if call.gave is None else call.gave(found)
        call.pool.answered(gave, self._sent.begun, seconds)
        self._halving.answered()
        if call.origin:
            call.origin.answered(call.weight, gave >= call.weight)
        self._peers.answered((call.pool, call.weight > 0), call.weight, call.attempt, call.ask)
        self._pauses.succeeded()
        permit.account.succeeded()
        call.then(found)

    def _made(self, ask: Callable[[], T], permit: Permit) -> tuple[T, float]:
        """The answer to a call and the seconds that it took; it is counted with and without an error."""
        begun, outcome = time.monotonic(), "fault"
        self._sent.permit, self._sent.begun, self._sent.lost = permit, begun, 0.0
        try:
            with self.spending.call(), permit.used():
                found = ask()
            outcome = "ok"
        except (UpstreamError, Cancelled) as error:
            outcome = error.outcome
            raise
        finally:
            seconds = time.monotonic() - begun - self._sent.lost
            metrics.call_ended(self._accounts.labels, outcome, seconds)
            del self._sent.permit  # an idle thread would otherwise keep the whole fetch in memory
        return found, seconds

    def _others_answer(self, call: Call) -> bool:
        """Whether the forge still answers a call that it has answered before, while `call` keeps failing."""
        good = self._peers.good((call.pool, call.weight > 0), call.attempt, call.before)
        if not good or self._group.time_left() < NO_TIME:
            return False
        try:
            permit = self._accounts.permit(self._amount(call), self._group, avoided=self.avoided)
            if isinstance(permit, float):
                return False
            self._made(good, permit)
        except UpstreamError:
            return False
        return True

    def _failed(self, call: Call, error: UpstreamError, account: Account) -> None:
        error.tries = call.attempt
        call.before = self._peers.count if call.attempt == 1 else call.before
        if isinstance(error, CredentialsError):
            call.refused, self.avoided = call.refused | {account}, self.avoided | {account}
        moves = self._accounts.moves(error, account, self._group, call.refused)
        limited = isinstance(error, LimitError)  # then the call is not counted
        if moves and (not limited or account.limit.blocked() > self._group.horizon_left()):
            self._accounts.plan(self._group, 0.0 if limited else self._amount(call), self.avoided, more=True)
        weight, jitter = call.weight if call.smaller else 0, self._jitter()
        again = Again(0.0) if moves else self._decided(call, error, account, weight, jitter)
        self._waits_until = self._group.clock.now() + again.seconds if limited else self._waits_until
        self.spending.add(Cost(retries=1))
        metrics.retried(self._accounts.labels)
        self.note, self.advice = error.reason, error.advice
        logger.debug("Call sent again in %.2f s: %s", again.seconds, self.note)
        if again.smaller:
            call.divide(self._halving.split(weight, call.origin))
            return
        if not moves:
            self._pauses.failed(error, weight, again.seconds, jitter)
            call.attempt, call.refused = call.attempt + 1, NOBODY
        self._group.start(call.pool, self._queues.put, call, self._gate, True, delay=again.seconds)

    def _decided(self, call: Call, error: UpstreamError, account: Account, weight: int, jitter: float) -> Again:
        """How a call is tried again; raises the error where it is not."""
        left = self._group.patient(self._group.time_left(), getattr(error, "wait", None))
        again = decide(error, call.attempt, left, weight, jitter, account.was_good, self._accounts.tempo)
        if again is None:
            raise error
        if weight <= 1 and not isinstance(error, LimitError):
            if call.compared:
                error._advice = ADVICE_ALONE
                raise error
            call.compared = self._others_answer(call)
            again = Again(0.0) if call.compared else again
        return again
