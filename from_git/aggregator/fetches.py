"""The flights of one request: one for each profile that is not kept, a bounded number at a time."""

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import Empty

from from_git import flights, forges, metrics
from from_git.aggregator.asking import Asking, overdue, partly, unfinished
from from_git.aggregator.tally import Sizes, Tally
from from_git.errors import BudgetError, Cancelled, DeadlineError, UpstreamError
from from_git.flights.awaited import Waiter
from from_git.flights.flight import Flight
from from_git.values.found import Fetched
from from_git.values.host import Host, metric_labels
from from_git.values.profile import Profile
from from_git.values.progress import Cost, Progress

_Why = Callable[[Profile], UpstreamError]
_MOST_AGAIN = 20  # flights in a row that are cancelled as they are joined; two were seen on a busy machine
_AT_ONCE = 2  # flights for each call that a host's pools may have under way: enough for all, at a bounded memory
# a look takes the longer the more profiles there are: at most a tenth of the time goes into looks, so that their cost
# grows with the time that it all takes; but there is one each second
_REST, _SELDOM = 9.0, 1.0


class Fetches:
    """The flights of one request; for the request's own thread.

    For each host a bounded number of flights is in the air at a time; the other profiles wait as text.

    Attributes:
        outcomes: the outcomes of the profiles that are done.
        old: the profiles in `outcomes` that have last good numbers only, and why there are no new ones.
        tally: the sums over the flights that have ended.

    Args:
        worked: gives the CPU seconds that this thread has used.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        asking: Asking,
        waiter: Waiter,
        worked: Callable[[], float] = time.thread_time,
    ) -> None:
        self.outcomes: dict[Profile, Fetched] = {}
        self.old: dict[Profile, UpstreamError] = {}
        self.tally = Tally(waiter)
        self._profiles = profiles
        self._asking = asking
        self._waiter = waiter
        self._worked = worked
        self._flights: dict[Profile, Flight] = {}  # in the air
        self._own: dict[Flight, Profile] = {}  # as this request spelt it: another one may have spelt it otherwise
        self._sizes = Sizes()
        self._asked_again: Counter[Profile] = Counter()  # profiles whose flight had been cancelled when it was joined
        # unfinished profiles without last good numbers; None: patience is not over
        self._lacking: set[Profile] | None = None
        self._queues: dict[Host, deque[Profile]] = {}
        for profile in profiles:
            self._queues.setdefault(profile.host, deque()).append(profile)

    def all(self, tick: float | None) -> Iterator[None]:
        """Wait for every outcome; yields when a size becomes known, and each `tick`.

        Raises:
            UpstreamError: the first failure, or that the time is over; see `watched`.
        """
        self._foresee()
        self._begin_more()
        shown, pace = time.monotonic(), tick
        while len(self.outcomes) < len(self._profiles):
            sized = self._take_next(pace)
            self._begin_more()
            if sized or (pace and time.monotonic() - shown >= pace):
                before = self._worked()
                yield
                shown, spent = time.monotonic(), self._worked() - before
                pace = tick and max(tick, min(_SELDOM, spent * _REST))

    def leave(self) -> None:
        """Leave all flights."""
        for flight in list(self._flights.values()):
            self.tally.add(flight)
            flight.leave(self._waiter)
        self._flights.clear()

    def progress(self) -> dict[Profile, Progress]:
        """The progress of each flight in the air, by the profile as this request spelt it."""
        return {profile: flight.progress() for profile, flight in self._flights.items()}

    def costs(self) -> dict[str, Cost]:
        """The cost, by kind of forge, of the fetches that were begun for this request, those under way too."""
        return self.tally.costs(*self._flights.values())

    def _foresee(self) -> None:
        """Refuse a question that no budget can pay, before the first call."""
        ours = flights.current()
        for host, queue in sorted(self._queues.items(), key=lambda one: (one[0].kind.name, one[0].name)):
            own = [profile for profile in queue if not ours.under_way(profile)]
            try:
                if own:
                    forges.forge(host).foresee(self._waiter, len(own), self._asking.longest_of_all)
            except BudgetError as error:
                self._do_without(own, error.about)

    def _begin_more(self) -> None:
        for host, queue in self._queues.items():
            if not queue:
                continue
            most = _AT_ONCE * forges.forge(host).width
            in_the_air = sum(profile.host == host for profile in self._flights)
            while queue and in_the_air < most:
                profile = queue.popleft()
                if profile not in self.outcomes:
                    self._join(profile)
                    in_the_air += 1

    def _join(self, profile: Profile) -> None:
        asking = self._asking
        flight = flights.current().join(profile, self._waiter, asking.deadline, asking.longest, asking.anew)
        self._flights[profile], self._own[flight] = flight, profile
        metrics.cache("join" if flight.cost_for(self._waiter) is None else "miss", metric_labels(profile.host))

    def _take_next(self, tick: float | None) -> bool:
        """Wait for the next flight that ends, or for a tick; whether a profile's size has just become known.

        Raises:
            UpstreamError: that flight's, or that the time is over.
        """
        try:
            flight: Flight = self._waiter.get(timeout=self._until(tick))
        except Empty:
            self._look_at_the_clock()
            return False
        profile = self._own.get(flight)
        if profile is None:
            return False  # the flight was left, or has ended, before this message was read
        is_news = self._sizes.is_news(flight)
        if flight.ended:
            self._take(flight, profile)
            self._look_at_the_clock()
        elif flight.late is not None:
            self._do_without([profile], lambda _: self._too_late(flight), _no_news)
        return is_news

    def _take(self, flight: Flight, profile: Profile) -> None:
        try:
            self._have(profile, flight.outcome())
        except Cancelled:
            self._again(flight, profile)
        except DeadlineError:
            self._do_without([profile], lambda _: self._too_late(), _no_news)
        except UpstreamError as error:
            failure = error.about(profile)
            failure.__cause__ = error
            self._do_without([profile], lambda _: failure)

    def _again(self, flight: Flight, profile: Profile) -> None:
        """Ask anew for a profile whose fetch has ended in the moment in which we joined it, because all had left it."""
        if self._asked_again[profile] >= _MOST_AGAIN:
            raise Cancelled
        self._asked_again[profile] += 1
        del self._flights[profile], self._own[flight]
        self._queues[profile.host].appendleft(profile)

    def _until(self, tick: float | None) -> float:
        """Seconds until there is something to do without news of a flight."""
        asking, waited = self._asking, self._asking.waited()
        ends = [asking.seconds - waited, tick or math.inf]
        if asking.patience is not None and self._lacking is None:
            ends.append(asking.patience - waited)
        return max(0.0, min(ends))  # 0 too: a flight may have ended in the same moment

    def _look_at_the_clock(self) -> None:
        asking, waited = self._asking, self._asking.waited()
        if waited >= asking.seconds:
            if late := self._late():
                self._do_without(late, lambda _: self._too_late(), _no_news)
        elif asking.patience is not None and waited >= asking.patience:
            if self._lacking is None:
                late = self._late()
                self._lacking = set(late) - flights.last_good(late).keys()
            if not self._lacking and (late := self._late()):
                # looked up again: a profile may have turned out to be missing meanwhile, which only the queue tells
                goods = flights.last_good(late)
                if len(goods) == len(late):
                    self._take_old(goods, _no_news)

    def _late(self) -> list[Profile]:
        """The unfinished profiles; looks at all profiles, so it must not be asked for at each end of a flight."""
        return [profile for profile in self._profiles if profile not in self.outcomes]

    def _have(self, profile: Profile, fetched: Fetched) -> None:
        self.outcomes[profile] = fetched
        flight = self._flights.pop(profile, None)
        if flight:
            del self._own[flight]
            self._sizes.forget(flight)
            self.tally.add(flight, fetched)
        if self._lacking:
            self._lacking.discard(profile)

    def _do_without(self, profiles: Sequence[Profile], error: _Why, reason: _Why | None = None) -> None:
        """Take the last good numbers of these profiles, where the question allows it, or raise.

        `error` gives the error for the first profile without such numbers, `reason` why there are no new ones (None: as
        `error`).
        """
        goods = flights.last_good(profiles) if self._asking.patience is not None else {}
        if lacking := next((profile for profile in profiles if profile not in goods), None):
            raise error(lacking)
        self._take_old(goods, reason or error)

    def _take_old(self, goods: Mapping[Profile, Fetched], reason: _Why) -> None:
        early = self._asking.waited() < self._asking.seconds
        for profile, fetched in goods.items():
            self.old[profile] = reason(profile)
            flight = self._flights.get(profile)
            self._have(profile, fetched)
            if flight:
                flight.leave(self._waiter, late=True, impatient=early)

    def _too_late(self, known: Flight | None = None) -> UpstreamError:
        """Leave the flights that have not ended; the error that says how far they are.

        `known`: the flight that is known to be late before the deadline.
        """
        late = [self._flights[profile] for profile in self._late() if profile in self._flights]
        going_on = [flight for flight in late if flight.leave(self._waiter, late=True)]
        stuck = next((flight for flight in late if flight not in going_on), None)
        # before the deadline, flights that have read nothing yet are not stuck
        if late and going_on and (stuck is None or known in going_on):
            first = known or late[0]
            seconds = max(flight.seconds_left() for flight in going_on)
            return unfinished(first, self._asking, seconds).about(self._own[first])
        first_of_all = known or stuck or (late[0] if late else None)
        profile = self._own[first_of_all] if first_of_all else self._late()[0]
        counted = f"{len(self.outcomes):,} of {len(self._profiles):,} profiles that had to be asked for are counted."
        if any(self._queues.values()) and self.tally.gets_on(self._asking.waited(), len(self._profiles)):
            return partly(self._asking, counted).about(profile)
        return overdue(first_of_all, self._asking, counted, len(self._profiles)).about(profile)


def _no_news(profile: Profile) -> UpstreamError:
    return DeadlineError("it gives no new numbers in time.").about(profile)
