"""What one request waits for: a flight for each profile that is not kept."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from queue import Empty, SimpleQueue
from typing import Any

from from_git import cache, forges, metrics
from from_git.cache import Fetched, Flight, Waiter
from from_git.errors import BudgetError, DeadlineError, UnfinishedError, UpstreamError
from from_git.forges import Cost, Progress
from from_git.profiles import Profile

logger = logging.getLogger(__name__)
_Why = Callable[[Profile], UpstreamError]
_FEW = 50  # profiles; the sizes of more are shown with the next tick, so that the cost grows with their number alone
# a look takes the longer the more profiles there are: at most a tenth of the time goes into looks, so that their cost
# grows with the time that it all takes; but there is one each second
_REST, _SELDOM = 9.0, 1.0


class Fetches:
    """The flights of one request; for the request's own thread.

    Attributes:
        outcomes: of the profiles that are done.
        old: those of `outcomes` that are last good numbers, and why there are no new ones.
    """

    def __init__(
        self, profiles: Sequence[Profile], seconds: float, setting: str, longest: float | None, patience: float | None
    ) -> None:
        self.outcomes: dict[Profile, Fetched] = {}
        self.old: dict[Profile, UpstreamError] = {}
        self._profiles = profiles
        self._seconds = seconds
        self._setting = setting
        self._longest = longest
        self._patience = patience
        self._begun = time.monotonic()
        self._waiter: Waiter = SimpleQueue()
        self._flights: dict[Profile, Flight] = {}
        self._own: dict[Flight, Profile] = {}  # others may have spelt it otherwise, with what is theirs in it
        self._sized: set[Flight] = set()
        self._lacking: set[Profile] | None = None  # without last good numbers and not done; None: patience is not over

    def all(self, anew: bool, tick: float | None) -> Iterator[None]:
        """Have every outcome, or the first error; yields when a size is known, and each `tick`."""
        flights = cache.flights()
        self._foresee([one for one in self._profiles if not flights.under_way(one)])
        deadline = self._begun + self._seconds
        for profile in self._profiles:
            if profile not in self.outcomes:
                flight = flights.join(profile, self._waiter, deadline, self._longest, anew)
                self._flights[profile], self._own[flight] = flight, profile
                metrics.cache("miss" if flight.begun_for(self._waiter) else "join", profile.forge)
        shown, pace = time.monotonic(), tick
        while len(self.outcomes) < len(self._profiles):
            sized = self._take_next(pace)
            if sized or (pace and time.monotonic() - shown >= pace):
                before = time.thread_time()
                yield
                shown, spent = time.monotonic(), time.thread_time() - before
                pace = tick and max(tick, min(_SELDOM, spent * _REST))

    def leave(self) -> None:
        """Wait no longer for any of them."""
        for flight in self._flights.values():
            flight.leave(self._waiter)

    def facts(self) -> dict[str, Any]:
        """What they cost at each forge, for the request's line in the log."""
        facts: dict[str, Any] = {"joined": len(self._flights) - len(self._begun_here())}
        for forge, cost in self.cost().items():
            facts |= {f"{forge}_{name}": round(value, 3) for name, value in asdict(cost).items()}
            if pace := forges.forge(forge).pace:
                logger.debug("%s takes %s", forge, pace)
        return facts

    def cost(self) -> dict[str, Cost]:
        """What those that this request has begun have cost so far, by forge."""
        costs: dict[str, Cost] = {}
        for flight in self._begun_here():
            costs[flight.profile.forge] = costs.get(flight.profile.forge, Cost()) + flight.cost()
        return dict(sorted(costs.items()))

    def progress(self) -> dict[Profile, Progress]:
        """How far each is, in the order asked, as its asker spelt it."""
        return {profile: flight.progress() for profile, flight in self._flights.items()}

    def _begun_here(self) -> list[Flight]:
        return [flight for flight in self._flights.values() if flight.begun_for(self._waiter)]

    def _foresee(self, profiles: Sequence[Profile]) -> None:
        """Refuse before the first call what no budget can pay."""
        for name in sorted({profile.forge for profile in profiles}):
            own = [profile for profile in profiles if profile.forge == name]
            try:
                forges.forge(name).foresee(self._waiter, len(own), self._seconds)
            except BudgetError as error:
                self._do_without(own, error.about)

    def _take_next(self, tick: float | None) -> bool:
        """Wait for the next flight that ends, or for a tick; whether a profile's size has just become known.

        Raises:
            UpstreamError: that flight's, or that the time is over.
        """
        try:
            flight = self._waiter.get(timeout=self._until(tick))
        except Empty:
            self._look_at_the_clock()
            return False
        profile = self._own[flight]
        if profile in self.outcomes:
            return False
        if flight.ended:
            self._take(flight, profile)
            self._look_at_the_clock()
        elif flight.late is not None:
            self._do_without([profile], lambda _: self._too_late(flight), _no_news)
        return self._sizes(flight)

    def _sizes(self, flight: Flight) -> bool:
        """Whether the size of its profile is news, be it done meanwhile or not."""
        if flight in self._sized or not flight.progress().found:
            return False
        self._sized.add(flight)
        return len(self._sized) <= _FEW

    def _take(self, flight: Flight, profile: Profile) -> None:
        try:
            self._have(profile, flight.outcome())
        except DeadlineError:
            self._do_without([profile], lambda _: self._too_late(), _no_news)
        except UpstreamError as error:
            failure = error.about(profile, flight.secrets)
            failure.__cause__ = error
            self._do_without([profile], lambda _: failure)

    def _until(self, tick: float | None) -> float:
        """Seconds until there is something to do without a flight's word."""
        waited = time.monotonic() - self._begun
        ends = [self._seconds - waited]
        # still, where it is over: a flight's word may have come in the moment of its end
        if self._patience is not None and self._lacking is None:
            ends.append(self._patience - waited)
        if tick:
            ends.append(tick)
        return max(0.0, min(ends))

    def _look_at_the_clock(self) -> None:
        """Do without those that are not done, if it is time to."""
        waited = time.monotonic() - self._begun
        if waited >= self._seconds:
            if late := self._late():
                self._do_without(late, lambda _: self._too_late(), _no_news)
        elif self._patience is not None and waited >= self._patience:
            if self._lacking is None:
                late = self._late()
                self._lacking = set(late) - cache.last_good(late).keys()
            if not self._lacking and (late := self._late()):
                # asked again: meanwhile one may have turned out to be missing, of which only the queue knows here
                goods = cache.last_good(late)
                if len(goods) == len(late):
                    self._take_old(goods, _no_news)

    def _late(self) -> list[Profile]:
        """Those that are not done; not to be asked for at each end of a flight, of which there are as many."""
        return [profile for profile in self._profiles if profile not in self.outcomes]

    def _have(self, profile: Profile, fetched: Fetched) -> None:
        self.outcomes[profile] = fetched
        if self._lacking:
            self._lacking.discard(profile)

    def _do_without(self, profiles: Sequence[Profile], error: _Why, reason: _Why | None = None) -> None:
        """Take the last good numbers of these, where they will do, or raise.

        Args:
            error: what is raised, given the first profile that has none.
            reason: why there are no new ones; as `error` if absent.
        """
        goods = cache.last_good(profiles) if self._patience is not None else {}
        for profile in profiles:
            if profile not in goods:
                raise error(profile)
        self._take_old(goods, reason or error)

    def _take_old(self, goods: Mapping[Profile, Fetched], reason: _Why) -> None:
        early = time.monotonic() - self._begun < self._seconds
        for profile, fetched in goods.items():
            self.old[profile] = reason(profile)
            self._have(profile, fetched)
            if flight := self._flights.get(profile):
                flight.leave(self._waiter, late=True, impatient=early)

    def _too_late(self, known: Flight | None = None) -> UpstreamError:
        """Leave those that are not done, and say how far they are.

        Args:
            known: the flight of which it is known before the deadline.
        """
        late = [self._flights[profile] for profile in self._late()]
        going_on = [flight for flight in late if flight.leave(self._waiter, late=True)]
        stuck = next((flight for flight in late if flight not in going_on), None)
        # before the deadline, those of which nothing is there yet are not stuck
        if going_on and (stuck is None or known in going_on):
            first = known or late[0]
            text = f"{self._how_far(first)} It goes on being read.{_trouble(first)}"
            wait = max(flight.seconds_left() for flight in going_on)
            return UnfinishedError(text, wait).about(self._own[first])
        first = stuck or late[0]
        return DeadlineError(
            f"{self._how_far(first)}{_trouble(first)}",
            advice=f"Ask for fewer profiles at once, or allow more time ({self._setting}).",
        ).about(self._own[first])

    def _how_far(self, flight: Flight) -> str:
        progress = flight.progress()
        repositories = f" and {progress.watchers} of {progress.watchers_known} repositories"
        far = f"{progress.pages} of {progress.pages_known} pages{repositories if progress.watchers_known else ''}"
        within = f"within {self._seconds:g} s ({self._setting})"
        if flight.late:
            return f"the whole answer cannot be there {within}: {flight.late.reason} Of this profile {far} are read."
        return f"the whole answer was not there {within}; of this profile {far} were read."


def _trouble(flight: Flight) -> str:
    note = flight.progress().note
    return f" The last trouble: {note}" if note else ""


def _no_news(profile: Profile) -> UpstreamError:
    return DeadlineError("it gives no new numbers in time.").about(profile)
