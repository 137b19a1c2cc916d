"""Flights: the fetch of one profile, as the unit of work that requests wait for."""

import logging
import time
import uuid

from from_git.calls.fetchgroup import FetchGroup
from from_git.conf import settings
from from_git.errors import BudgetError, Cancelled, DeadlineError, UpstreamError
from from_git.flights.awaited import Awaited, OnEnd, Secrets, Waiter, outcome_of
from from_git.flights.claims import CLAIM_SECONDS, LOOK, Claims, Following, News
from from_git.flights.tracker import ProgressTracker
from from_git.forges.contract import Forge
from from_git.kept.store import Store
from from_git.values.found import Fetched
from from_git.values.profile import Profile
from from_git.values.progress import Cost

logger = logging.getLogger(__name__)
_GRACE = 2.0  # seconds; a waiter leaves at its deadline, and must find a fetch that can still be told to go on


class Flight(Awaited):
    """The fetch of one profile under way, here or in another process.

    The flight puts itself on a waiter's queue when it has ended, and before that when the profile's size is known, and
    if it will be late. A flight ends when its fetch has ended or its last waiter leaves; its deadline is the latest of
    its waiters' deadlines. An error or departure of one waiter never ends a flight that others wait for, here or in
    another process. The error of a fetch goes to all waiters of that moment and to nobody later. A waiter that leaves
    because its deadline has passed lets a fetch that has read something, and makes progress, go on after all others
    and up to the horizon. An impatient waiter lets any fetch go on up to the waiter's deadline, but a fetch that has
    read nothing begins no further call. The cost of a fetch counts for the waiter that began it, and after that
    waiter has left, for another one that waits.

    A claim decides which process fetches; see `Claims`. Safe from any thread.
    """

    def __init__(
        self, profile: Profile, forge: Forge, store: Store, claims: Claims, secrets: Secrets, on_end: OnEnd
    ) -> None:
        super().__init__(profile, secrets, on_end)
        self.id = uuid.uuid4().hex
        self.late: BudgetError | None = None
        """Why the outcome cannot be there by the deadline; None as long as it may."""
        self._begun, self._since = time.monotonic(), time.time()
        self._forge = forge
        self._store = store
        self._claims = claims
        self._begin: tuple[Waiter | None, float | None, bool] = (None, None, False)
        self._group: FetchGroup | None = None  # None while another process fetches
        self._following = Following()
        self._goes_on, self._given_back, self._requested, self._grace = False, False, False, 0.0

    def board(self, waiter: Waiter, deadline: float) -> bool:
        """Add a waiter until `deadline` (monotonic clock); False if the flight has ended or is being cancelled."""
        with self._lock:
            if self._closed:
                return False
            self._waiters[waiter] = deadline
            self._requested |= not waiter.background
            group = self._group
            if group:
                group.extend(deadline + self._grace)
                group.asker = group.asker if group.wanted or group.asker.background else waiter
            elif not waiter.background:
                self._following.tell_again()
        if group and not (group.wanted or waiter.background):
            group.wanted_by(waiter)
        return True

    def start(self, waiter: Waiter, longest: float | None, anew: bool) -> None:
        """Fetch, or follow the process that does already; for the maker of the flight, after the first waiter boarded.

        Args:
            waiter: the waiter that the cost of the fetch counts for.
            longest: seconds that the fetch may take where it goes on after the deadline; None: it does not go on.
            anew: whether a kept profile does not count.
        """
        if settings.PROFILE_CACHE_SECONDS <= 0:
            longest = None  # nothing would keep its outcome
        self._begin, self._grace = (waiter, longest, anew), 0.0 if longest is None else _GRACE
        self._claim()

    def leave(self, waiter: Waiter, late: bool = False, impatient: bool = False) -> bool:
        """Remove a waiter; the fetch is cancelled when no other waiter is left.

        Args:
            late: whether the waiter leaves because its deadline has passed, or will.
            impatient: whether it leaves long before its deadline, when nothing need be read yet.

        Returns: whether the fetch goes on without a waiter.
        """
        progress = self.progress() if late else self._tracker.seen
        with self._lock:
            until = self._waiters.pop(waiter, 0.0)
            if self._closed:
                return False
            group, holder, longest = self._group, self._following.holder, self._begin[1]
            moves = late and longest is not None and self._tracker.gets_on(progress, self.late is not None)
            goes_on = moves or impatient
            if late and group:
                # other waiters hold it; the last one cancels it if it has come to a stop
                self._goes_on = goes_on or (self._goes_on and bool(self._waiters))
                group.deadline = group.horizon if moves else group.deadline
            if group and (asker := self._asker) and group.asker is waiter:
                group.asker, group.wanted = asker, group.wanted and not asker.background
        if holder and goes_on:
            seconds = max(1.0, (self._begun + (longest or 0.0) if moves else until) - time.monotonic())
            self._claims.want(holder, seconds, seconds)
        if not self._waiters and not (group and self._claims.wanted(self.id)):
            self._end_if_alone()
        return goes_on

    def _end_if_alone(self) -> None:
        """End if there is no waiter here; set the fetch aside instead where it goes on without one."""
        with self._lock:
            group = self._group
            if self._closed or self._waiters:
                return
            if group and self._goes_on:
                group.set_aside()  # under the lock: a waiter that boards after this must want it again
                return
            self._closed = True
        if group:
            group.cancel()
        else:
            self._land(None)

    def cost_for(self, waiter: Waiter) -> Cost | None:
        """The cost of the fetch so far; None where this process does not fetch, or not because of that waiter."""
        if self._group is None or self._begin[0] is not waiter:
            return None
        return self._fetch.cost() if self._fetch else Cost()

    @property
    def holder(self) -> str:
        """The id under which another process fetches; empty when this one does, or when the flight has ended."""
        return "" if self.ended else self._following.holder

    @property
    def is_ours(self) -> bool:
        """Whether this process fetches, and has not begun to give the claim back."""
        return self._group is not None and not self._given_back

    def renewed(self, wanted: float) -> None:
        """Our claim was renewed; `wanted`: see `Claims.renew`, 0: no other process wants the fetch."""
        progress = self.progress()
        with self._lock:
            self._tracker.look(progress)
            group = self._group
            if group and wanted <= 0 and (self._asker is None or self._asker.background):
                group.set_aside()
            if wanted:
                # waiters elsewhere count as those here do, but a value in a cache must not hold a fetch for ever
                longest = self._begun + max(settings.FLIGHT_SECONDS, settings.REQUEST_DEADLINE)
                if group:
                    group.extend(min(time.monotonic() + abs(wanted), longest) + self._grace)
        if not wanted:
            self._end_if_alone()
        elif wanted > 0 and group and not group.wanted:
            group.wanted_by(group.asker)

    def hear(self, news: News | None) -> None:
        """Take in the news of the fetch that is followed; None: the cache says nothing."""
        if news is None:
            self._take_off()
        elif news.outcome is not None:
            self._land(news.outcome)
        elif news.holder is None:
            self._claim()
        else:
            with self._lock:
                if news.progress:
                    self._tracker.look(news.progress)
                silent = self._following.is_silent(news)
            if news.progress:
                self._tell()
            (self._claim if silent else self._follow)(news.holder)

    def _claim(self, instead_of: str = "") -> None:
        holder = self._claims.claim(self.profile, self.id, instead_of)
        if holder == self.id:
            self._take_off()
        else:
            self._follow(holder)

    def _follow(self, holder: str) -> None:
        with self._lock:
            again = self._following.follow(holder)
            now, asker = time.monotonic(), self._asker
            seconds = max(LOOK, self._latest(now) - now)
        if again:
            self._claims.want(holder, -seconds if asker and asker.background else seconds, CLAIM_SECONDS)

    def _take_off(self) -> None:
        """Fetch here, unless it has just been done."""
        (waiter, longest, anew), now = self._begin, time.monotonic()
        try:
            # the last holder of the claim may have ended between our look and our claim
            found = self._store.kept([self.profile]).get(self.profile)
            if found and (not anew or found.at >= self._since):
                self._claims.publish(self.profile, self.id, found)
                self._land(found)
                return
            with self._lock:
                if self._closed:
                    raise Cancelled
                self._following.holder, self._begun, self._tracker = "", now, ProgressTracker(now)
                deadline, horizon = self._latest(now) + self._grace, None if longest is None else now + longest
                asker = self._asker or waiter
                self._group = group = FetchGroup(deadline, self._fetched, None, asker, horizon, self._late, self._tell)
            self._fetch = self._forge.fetch(self.profile.owner, group)
            group.seal()
        except BaseException as error:  # noqa: BLE001 - the waiters raise it
            self._claims.publish(self.profile, self.id, None)
            self._land(error)
            if self._group:
                self._group.cancel()

    def _late(self, error: BudgetError) -> None:
        with self._lock:
            if self.ended:
                return
            self.late = error
        self._tell()

    def _fetched(self) -> None:
        outcome, self._given_back = outcome_of(self._group, self._fetch), True
        known: Fetched | UpstreamError | None = None
        try:
            if isinstance(outcome, Fetched):
                known = outcome
                if self._requested or self._claims.shared:  # else a batch pushes out what is shown
                    self._store.keep(self.profile, known, anew=self._begin[2], shown=self._requested)
            elif isinstance(outcome, UpstreamError):
                known = outcome = outcome.without(self._secrets())
            # our deadline is no other process's: they see the claim gone
            self._claims.publish(self.profile, self.id, None if isinstance(known, DeadlineError) else known)
        finally:
            self._land(outcome)
        if self._goes_on:
            logger.info("Went on after the deadline: %s", self.profile.logged)
