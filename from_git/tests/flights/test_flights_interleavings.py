"""Flights whose threads take turns in many orders; see `scheduler.py`."""

import time
from collections import deque
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, cast

from django.core.cache.backends.locmem import LocMemCache
from django.test import override_settings

from from_git import flights
from from_git.calls.fetchgroup import FetchGroup
from from_git.errors import UpstreamError
from from_git.fanout import Pool, group as groups, pool as pools
from from_git.flights.awaited import Waiter
from from_git.flights.claims import Claims
from from_git.flights.flight import Flight
from from_git.kept import store
from from_git.kept.store import Store
from from_git.memory import SharedMemory
from from_git.tests.kit.flying import CONF, MFEM, SPACK, ManualFlights
from from_git.tests.kit.scheduler import Scheduler
from from_git.tests.kit.seeds import SeededTestCase
from from_git.values.found import Found
from from_git.values.host import Host
from from_git.values.profile import Profile
from from_git.values.progress import Cost, Progress
from from_git.values.repository import Repository
from from_git.values.rows import Rows

MODULES = [
    *(groups, pools, store),
    *(import_module(f"from_git.flights.{one.name}") for one in iter_modules(flights.__path__)),
]
FOUND = Found("User", Rows.of([Repository("R", "r", False)]))


class Queue(Waiter):
    """A waiter on a simulated thread."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__()
        self._scheduler = scheduler
        self._waiting: list[Any] = []
        self._flights: deque[Flight] = deque()
        self.put, self.get = self._put, self._get  # type: ignore[assignment]

    def _put(self, one: Flight) -> None:
        """Let the one who waits on."""
        self._flights.append(one)
        self._scheduler.unblock(self._waiting)

    def _get(self) -> Flight:
        """Wait."""
        while not self._flights:
            self._scheduler.block(self._waiting)
        return self._flights.popleft()


class Fetch:
    """Some tasks, one after the other; the last of them may fail."""

    def __init__(self, owner: str, group: FetchGroup, pool: Pool, steps: int, fails: bool) -> None:
        self.owner, self.group = owner, group
        self._pool, self._steps, self._left, self._fails = pool, steps, steps, fails
        group.start(pool, self._step)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, or is about to be cancelled."""
        flight: Any = self.group._on_end.__self__  # type: ignore[attr-defined]
        return self.group.ended or flight._closed

    def _step(self) -> None:
        self._left -= 1
        if self._left:
            self.group.start(self._pool, self._step)
        elif self._fails:
            raise UpstreamError("no")

    def outcome(self) -> Found:
        """See `Fetch.outcome`."""
        assert not self._left, "an outcome before the end"
        return FOUND

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        return Progress(pages=self._steps - self._left, pages_known=self._steps)

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return Cost()


class Simulation:
    """Clients of two processes over one cache, who join, wait and leave."""

    def __init__(self, seed: int, shared: bool) -> None:
        self.scheduler = Scheduler(seed)
        self.random = self.scheduler.random
        self.cache = LocMemCache(f"interleavings-{seed}", {})
        self.cache.clear()
        self.shared = shared
        self.fetches: list[Fetch] = []
        self.clients = 0
        self.served = self.refused = 0

    def run(self) -> None:
        """One run, and what must hold after it."""
        with self.scheduler.installed(MODULES):
            self.pool = Pool("simulated", 2)
            number = 2 if self.shared else 1
            self.processes = [
                ManualFlights(
                    Store(memory := SharedMemory(self.cache)),
                    Claims(memory, self.shared),
                    self.forge_of,
                )
                for _ in range(number)
            ]
            self.scheduler.run(self._begin)
        for process in self.processes:
            assert not process._flights, "a flight is left"
        assert all(one.group.ended for one in self.fetches), "a fetch is left"
        claims = [key for key in self.cache._cache if f"flight:{SPACK.host.key}" in key]  # type: ignore[attr-defined]
        assert not claims, "a claim is left"

    def forge_of(self, host: Host) -> Any:
        """This one."""
        return self

    def fetch(self, owner: str, group: FetchGroup) -> Fetch:
        """See `Forge.fetch`."""
        alive = [one for one in self.fetches if one.owner == owner and not one.is_over]
        assert not alive, "two fetches of one profile at the same time"
        made = Fetch(owner, group, self.pool, self.random.randrange(1, 5), self.random.random() < 0.3)
        self.fetches.append(made)
        return made

    def _begin(self) -> None:
        for process in self.processes:
            for _ in range(3):
                self.clients += 1
                self.scheduler.spawn(lambda process=process: self._client(process))
        for process in self.processes:
            self.scheduler.spawn(lambda process=process: self._watch(process))

    def _client(self, process: ManualFlights) -> None:
        for _ in range(3):
            self._ask(process, self.random.choice((SPACK, SPACK, MFEM)))
        self.clients -= 1

    def _ask(self, process: ManualFlights, profile: Profile) -> None:
        """As `aggregate` does."""
        waiter = Queue(self.scheduler)
        flight = process.join(profile, cast(Any, waiter), time.monotonic() + 60.0, 900.0, anew=True)
        if self.random.random() < 0.4:
            flight.leave(cast(Any, waiter), late=self.random.random() < 0.3)
            return
        while not flight.ended:  # how far it is has been told too
            assert waiter.get() is flight
        try:
            assert flight.outcome().found == FOUND
            self.served += 1
        except UpstreamError:  # that it was cancelled is none, and ends the run
            self.refused += 1
        flight.leave(cast(Any, waiter))

    def _watch(self, process: ManualFlights) -> None:
        """As the thread of that name, until everybody has gone and nothing is under way."""
        while self.clients or any(one._flights for one in self.processes):
            process.look(renew=True)
            self.scheduler.sleep(0.1)


class Interleavings(SeededTestCase):
    """What must hold in every order: nobody waits for ever, is told twice, or is cancelled by others."""

    def check(self, shared: bool, number: int) -> None:
        """Run seeds; between them all outcomes must have been seen."""
        seen = [0, 0]

        def one(seed: int) -> None:
            simulation = Simulation(seed, shared)
            simulation.run()
            seen[0] += simulation.served
            seen[1] += simulation.refused

        with override_settings(**CONF):
            self.for_seeds(one, number)
        self.assertTrue(all(seen), seen)

    def test_in_one_process(self) -> None:
        self.check(False, 30)

    def test_in_two_processes(self) -> None:
        self.check(True, 20)
