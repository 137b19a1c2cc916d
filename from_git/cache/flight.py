"""Flights: the fetch of one profile, as the unit of work that requests wait for."""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from queue import SimpleQueue

from from_git import forges
from from_git.cache.fetched import Fetched
from from_git.cache.store import CLAIM_SECONDS, News, Store
from from_git.conf import settings
from from_git.errors import BudgetError, Cancelled, UpstreamError
from from_git.fanout import TaskGroup
from from_git.forges import Cost, Progress
from from_git.profiles import Profile

logger = logging.getLogger(__name__)
Waiter = SimpleQueue["Flight"]
_WANT_AGAIN = 2.0  # seconds; a holder that hears nothing for CLAIM_SECONDS thinks that nobody waits here


class Flight:
    """One profile's fetch under way, here or in another process.

    A waiter is a queue; the flight puts itself on it when it has ended, and once before if it is known that it will be
    late (`late`). A flight ends when its fetch has ended or its last waiter leaves; its deadline is the latest of its
    waiters'. An error or departure of one waiter never ends a flight that others wait for, here or in another process,
    and the flight's error goes to all who wait then and to nobody later. A waiter that leaves because its deadline has
    passed lets a fetch that is making progress go on, up to the horizon.

    Whose the fetch is, is decided by a claim in the store. Who has it keeps what was fetched, publishes the outcome
    under its own id and then gives the claim back; who has not follows the holder, and fetches itself as soon as the
    claim is gone without an outcome. No thread of a pool waits for any of that. Safe from any thread.
    """

    def __init__(self, profile: Profile, store: Store, on_end: Callable[["Flight"], object]) -> None:
        self.profile = profile
        self.id = uuid.uuid4().hex
        self.begun = time.monotonic()
        self.late: BudgetError | None = None
        """Why it will not be there by the deadline; None as long as it may."""
        self._forge = forges.forge(profile.forge)
        self.secrets = self._forge.secrets
        self._store = store
        self._on_end = on_end
        self._lock = threading.Lock()  # around everything below
        self._begin: tuple[object, float | None, bool] = (None, None, False)
        self._since = time.time()
        self._waiters: dict[int, tuple[Waiter, float]] = {}
        self._group: TaskGroup | None = None  # None while another process fetches
        self._fetch: forges.Fetch | None = None
        self._holder = ""  # whose outcome is waited for; empty when it is ours
        self._seen = Progress()
        self._moved = (0, self.begun)  # what was done when it was last looked at, and since when
        self._goes_on = False
        self._wanted_at = 0.0
        self._closed = False  # whether nobody may board any more
        self._ended = False
        self._outcome: Fetched | BaseException | None = None

    def board(self, waiter: Waiter, deadline: float) -> bool:
        """Wait too, until `deadline` (on the monotonic clock); False if it has ended, or is about to be cancelled."""
        with self._lock:
            if self._closed:
                return False
            self._waiters[id(waiter)] = waiter, deadline
            if self._group:
                self._group.deadline = max(self._group.deadline, deadline)
                self._group.horizon = max(self._group.horizon, deadline)
            return True

    def start(self, request: object, longest: float | None, anew: bool) -> None:
        """Fetch, or follow who does already; by whoever made the flight, after boarding.

        Args:
            request: see `TaskGroup.request`.
            longest: seconds that the fetch may take where it goes on after the deadline; None: it does not go on.
            anew: whether what is kept does not count.
        """
        if settings.PROFILE_CACHE_SECONDS <= 0:
            longest = None  # nothing would keep what it finds
        self._begin = request, longest, anew
        holder = self._store.claim(self.profile, self.id)
        if holder == self.id:
            self._take_off()
        else:
            self._follow(holder)

    def leave(self, waiter: Waiter, late: bool = False) -> bool:
        """Wait no longer; cancels the fetch when nobody else does.

        Args:
            late: because the waiter's deadline has passed, or will.

        Returns:
            Whether the fetch goes on although nobody waits.
        """
        with self._lock:
            self._waiters.pop(id(waiter), None)
            if self._closed:
                return False
            group, holder = self._group, self._holder
            goes_on = late and self._may_go_on()
            if goes_on and group:
                self._goes_on, group.deadline = True, group.horizon
        if holder and goes_on:
            seconds = max(1.0, (self._begin[1] or 0.0) - (time.monotonic() - self.begun))
            self._store.want(holder, time.time() + seconds, seconds)
        if not group or not self._store.wanted(self.id):
            self._end_if_alone()
        return goes_on

    def _end_if_alone(self) -> None:
        """End if nobody waits here, and the fetch does not go on without."""
        with self._lock:
            if self._closed or self._waiters or self._goes_on:
                return
            self._closed, group = True, self._group
        if group:
            group.cancel()
        else:
            self.land(None)

    def outcome(self) -> Fetched:
        """What was found; to be asked after the flight has ended.

        Raises:
            UpstreamError: the fetch's error, without a profile.
            Cancelled: everybody had left.
        """
        found = self._outcome
        if isinstance(found, Fetched):
            return found
        raise found.bare() if isinstance(found, UpstreamError) else found or Cancelled

    def begun_for(self, request: object) -> bool:
        """Whether this process fetches, because of that request."""
        return self._group is not None and self._begin[0] is request

    @property
    def ended(self) -> bool:
        """Whether there is an outcome."""
        return self._ended

    def progress(self) -> Progress:
        """How far the fetch is."""
        return self._fetch.progress() if self._fetch else self._seen

    def cost(self) -> Cost:
        """What the fetch has cost this process so far."""
        return self._fetch.cost() if self._fetch else Cost()

    def seconds_left(self) -> float:
        """Seconds that the rest of the fetch is expected to take, by its pace until now."""
        progress = self.progress()
        done, known = progress.done
        taken = time.monotonic() - self.begun
        return max(1.0, progress.wait, taken * (known - done) / max(1, done))

    # what follows is for the watch over all flights of the process

    @property
    def holder(self) -> str:
        """The id under which another process fetches; empty when this one does, or when it has ended."""
        return "" if self._ended else self._holder

    def renew(self) -> None:
        """Hold on to the claim of our own fetch, and hear who waits for it elsewhere."""
        group = self._group
        if group is None or self._ended:
            return
        until = self._store.renew(self.profile, self.id, self.progress())
        with self._lock:
            self._look()
            if until:
                group.deadline = min(group.horizon, max(group.deadline, time.monotonic() + until - time.time()))
        if not until:
            self._end_if_alone()

    def hear(self, news: News | None) -> None:
        """Take in what the store says of the fetch that is followed; None: it says nothing."""
        if news is None:
            self._take_off()
        elif news.outcome is not None:
            self.land(news.outcome)
        elif news.holder is None:
            holder = self._store.claim(self.profile, self.id)
            if holder == self.id:
                self._take_off()
            else:
                self._follow(holder)
        else:
            with self._lock:
                self._seen = news.progress or self._seen
                self._look()
            self._follow(news.holder)

    def land(self, outcome: Fetched | BaseException | None) -> None:
        """End with this outcome; None: everybody has left. Nothing happens the second time."""
        with self._lock:
            if self._ended:
                return
            self._closed, self._ended, self._outcome = True, True, outcome
            waiters, self._waiters = self._waiters, {}
        self._on_end(self)
        for waiter, _ in waiters.values():
            waiter.put(self)

    def _follow(self, holder: str) -> None:
        now = time.monotonic()
        with self._lock:
            again = holder != self._holder or now - self._wanted_at > _WANT_AGAIN
            self._holder = holder
            self._wanted_at = now if again else self._wanted_at
            until = max((deadline for _, deadline in self._waiters.values()), default=now)
        if again:
            self._store.want(holder, time.time() + until - now, CLAIM_SECONDS)

    def _take_off(self) -> None:
        """Fetch here, unless it has just been done."""
        request, longest, anew = self._begin
        try:
            # whoever held the claim before may have ended between our look and our claim
            found = self._store.kept([self.profile]).get(self.profile)
            if found and (not anew or found.at >= self._since):
                self._store.publish(self.profile, self.id, found)
                self.land(found)
                return
            now = time.monotonic()
            with self._lock:
                if self._closed:
                    raise Cancelled
                deadline = max((one for _, one in self._waiters.values()), default=now)
                horizon = None if longest is None else now + longest
                self._holder, self.begun = "", now
                self._group = group = TaskGroup(
                    deadline, on_end=self._fetched, request=request, horizon=horizon, on_late=self._foretell
                )
            self._fetch = self._forge.fetch(self.profile.owner, group)
            group.seal()
        except Exception as error:  # noqa: BLE001 - whoever waits raises it
            self._store.publish(self.profile, self.id, None)
            self.land(error)

    def _foretell(self, error: Exception) -> None:
        """Tell those who wait that it will be late."""
        with self._lock:
            if self._ended or not isinstance(error, BudgetError):
                return
            self.late = error
            waiters = list(self._waiters.values())
        for waiter, _ in waiters:
            waiter.put(self)

    def _fetched(self) -> None:
        """The group has ended: keep and publish what came out."""
        outcome: Fetched | BaseException | None
        try:
            outcome = self._result()
        except Cancelled:
            outcome = None
        except Exception as error:  # noqa: BLE001 - whoever waits raises it
            outcome = error
        if isinstance(outcome, Fetched):
            self._store.keep(self.profile, outcome)
        elif isinstance(outcome, UpstreamError):
            outcome = outcome.without(self.secrets)
        known = outcome if isinstance(outcome, Fetched | UpstreamError) else None
        self._store.publish(self.profile, self.id, known)
        if self._goes_on:
            logger.info("Went on after the deadline: %s/%s", self.profile.forge, self.profile.owner)
        self.land(outcome)

    def _result(self) -> Fetched:
        group, fetch = self._group, self._fetch
        if group is None or not group.wait(0) or fetch is None:
            raise Cancelled
        found, now = fetch.outcome(), time.time()
        return Fetched(found, now, found.oldest if found and found.oldest is not None else now)

    def _look(self) -> None:
        """Note whether something was done since the last look; the lock is held."""
        done, _ = self.progress().done
        if done != self._moved[0]:
            self._moved = done, time.monotonic()

    def _may_go_on(self) -> bool:
        """Whether it is making progress, so that asking again will find more; the lock is held."""
        if self._begin[1] is None:
            return False
        self._look()
        idle = time.monotonic() - self._moved[1]
        moves = self._moved[0] > 0 and idle <= settings.UPSTREAM_TIMEOUT
        return moves or self.late is not None or self.progress().wait > 0
