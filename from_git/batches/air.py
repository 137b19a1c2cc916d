"""The items of batches that this process fetches at the moment."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from from_git import flights, forges
from from_git.batches import outcomes
from from_git.batches.leases import Claimed, GivenBack
from from_git.batches.outcomes import Outcome
from from_git.conf import settings
from from_git.errors import Cancelled, UpstreamError
from from_git.flights.awaited import Waiter
from from_git.flights.flight import Flight
from from_git.profiles import parse_profiles
from from_git.values.found import Fetched
from from_git.values.profile import Profile

_MOST_AGAIN = 20  # flights in a row that are cancelled as they are joined
_GRACE = 10.0  # seconds; a flight whose deadline has passed ends by itself, as soon as it has something to do


@dataclass(eq=False)
class Held:
    """An item that this process holds."""

    item: Claimed
    until: float
    """When its lease ends, on the monotonic clock of this process."""
    profile: Profile | None = None
    flight: Flight | None = None
    """None: it is not in the air."""
    waiter: Waiter = field(default_factory=Waiter)
    deadline: float = 0.0
    joined: int = 0
    """How often a flight was joined for it."""


@dataclass(frozen=True)
class Landed:
    """An item whose outcome is known, and not yet written."""

    held: Held
    outcome: Outcome
    fetched: Fetched | None = None
    apart: bool = False
    """Whether this is in place of an outcome that could not be written."""


class Air:
    """The flights of items, with one queue for the news of all; for one thread, but for `news`."""

    def __init__(self) -> None:
        self.news: SimpleQueue[Any] = SimpleQueue()
        """Of flights that have ended; anything else in it only wakes the thread that waits for news."""
        self._held: dict[Flight, list[Held]] = {}
        self.hosts: Counter[str] = Counter()
        """The number of items in the air, by the name of their host."""

    def __len__(self) -> int:
        """Items in the air."""
        return sum(self.hosts.values())

    def __iter__(self) -> Iterator[Held]:
        """The items in the air."""
        return iter([one for those in self._held.values() for one in those])

    def begin(self, held: Held) -> Landed | None:
        """Have an item fetched; what became of it where it needs no fetch."""
        item = held.item
        if item.host not in forges.hosts():
            code, words = UpstreamError.code, f"{item.host} is not among the forges of this service any more."
            return Landed(held, outcomes.without(item, words, code))
        parsed = parse_profiles([item.url], forges.hosts())
        if len(parsed.profiles) != 1:
            words = str(parsed.bad[0][1]) if parsed.bad else "It is no profile."
            return Landed(held, outcomes.without(item, words, UpstreamError.code))
        held.profile = parsed.profiles[0]
        held.waiter = Waiter(item.client, background=True, news=self.news)
        held.deadline = time.monotonic() + settings.FLIGHT_SECONDS
        return self._join(held, held.profile)

    def leave(self, held: Held) -> None:
        """Fetch an item no more."""
        flight, held.flight = held.flight, None
        if flight is None:
            return
        self.hosts[held.item.host] -= 1
        those = self._held.get(flight, [])
        if held in those:
            those.remove(held)
        if not those:
            self._held.pop(flight, None)
        flight.leave(held.waiter)

    def overdue(self) -> list[Landed]:
        """Leave the items whose deadline has passed and whose flight has not noticed."""
        late = [one for one in self if time.monotonic() > one.deadline + _GRACE]
        for one in late:
            self.leave(one)
        return [Landed(one, outcomes.overdue(one.item, one.profile)) for one in late if one.profile]

    def landed(self, timeout: float) -> list[Landed]:
        """Wait so long for news, and take all there are."""
        done = list[Landed]()
        try:
            thing = self.news.get(timeout=timeout) if timeout > 0 else self.news.get_nowait()
            while True:
                if isinstance(thing, Flight) and thing.ended:
                    for held in self._held.pop(thing, []):
                        held.flight = None
                        self.hosts[held.item.host] -= 1
                        if held.profile and (landed := self._take(thing, held, held.profile)):
                            done.append(landed)
                thing = self.news.get_nowait()
        except Empty:
            return done

    def _join(self, held: Held, profile: Profile) -> Landed | None:
        held.joined += 1
        try:
            flight = flights.current().join(profile, held.waiter, held.deadline, settings.FLIGHT_SECONDS)
        except Exception as error:  # noqa: BLE001 - the thread of all items must not end with one of them
            return Landed(held, outcomes.own_fault(held.item, error))
        held.flight = flight
        self._held.setdefault(flight, []).append(held)
        self.hosts[held.item.host] += 1
        return None

    def _take(self, flight: Flight, held: Held, profile: Profile) -> Landed | None:
        item = held.item
        try:
            fetched = flight.outcome()
            return Landed(held, outcomes.found(item, fetched), fetched)
        except Cancelled:
            if held.joined < _MOST_AGAIN:
                return self._join(held, profile)
            return Landed(held, GivenBack(item.id, item.attempts, 1.0))
        except UpstreamError as error:
            return Landed(held, outcomes.failed(item, profile, error))
        except Exception as error:  # noqa: BLE001 - the thread of all items must not end with one of them
            return Landed(held, outcomes.own_fault(item, error))
