"""Flights without threads: a forge whose fetches end when the test says so, and caches that processes share."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, cast
from unittest.mock import patch

from django.core.cache.backends.locmem import LocMemCache
from django.test import SimpleTestCase, override_settings

from from_git.calls.fetchgroup import FetchGroup
from from_git.fanout import Pool
from from_git.flights.awaited import Waiter
from from_git.flights.claims import Claims
from from_git.flights.flights import Flights
from from_git.kept.store import Store, key_of
from from_git.memory import SharedMemory
from from_git.metrics import PoolGauges
from from_git.profiles import parse_profiles
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.servers import start_redis
from from_git.upstream.rediscache import SharedCache
from from_git.values.found import Fetched, Found
from from_git.values.host import Host
from from_git.values.profile import Profile
from from_git.values.progress import Cost, Progress
from from_git.values.repository import Repository
from from_git.values.rows import Rows

_HOSTS = {"github.com": host_of("github")}
SPACK, MFEM = parse_profiles(["https://github.com/spack", "https://github.com/mfem"], _HOSTS)[0]
FOUND = Found(
    "Organization",
    Rows.of(
        [
            Repository("R1", "one", False, False, 11, 7, (("C", None), ("Python", 9)), ("api",), "MIT", 1, 2),
            Repository("R2", "two", False, langs=(("C", None),), topics=("api",)),
            Repository("R3", "three", False, topics=("api",)),
            Repository("R4", "four", True, topics=("api",)),
            Repository("R5", "five", True),
        ]
    ),
)
CONF = {"PROFILE_CACHE_SECONDS": 300.0, "FLIGHT_SECONDS": 900.0, "REQUEST_DEADLINE": 60.0, "UPSTREAM_TIMEOUT": 15.0}


def fetched(at: float, found: Found | None = FOUND) -> Fetched:
    """What a fetch that ended then has brought."""
    return Fetched(found, at, at)


class _Desk:
    """A pool on which nothing runs by itself."""

    gauges = PoolGauges("desk", 0, 0)

    def announce(self, group: FetchGroup) -> None:
        """Do nothing."""

    def recall(self, group: FetchGroup) -> None:
        """Do nothing."""


class FakeFetch:
    """A fetch that is over when the test says so."""

    def __init__(self, owner: str, group: FetchGroup) -> None:
        self.owner = owner
        self.group = group
        self.seen = Progress()
        self._desk = cast(Pool, _Desk())
        self._outcome: Found | BaseException | None = None
        group.start(self._desk, self._end)

    def end(self, outcome: Found | BaseException | None) -> None:
        """Be over with this."""
        self._outcome = outcome
        task, _ = self.group.take(self._desk)
        if task:
            self.group.run(task)

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        assert not isinstance(self._outcome, BaseException)
        return self._outcome

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        return self.seen

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return Cost(calls=1)

    def _end(self) -> None:
        if isinstance(self._outcome, BaseException):
            raise self._outcome


def _secrets() -> list[str]:
    return ["a-secret-token"]


class FakeForge:
    """Gives fetches that last."""

    def __init__(self) -> None:
        self.fetches: list[FakeFetch] = []
        self.groups: list[FetchGroup] = []
        self.fails: BaseException | None = None

    def fetch(self, owner: str, group: FetchGroup) -> FakeFetch:
        """See `Forge.fetch`."""
        self.groups.append(group)
        if self.fails:
            raise self.fails
        self.fetches.append(FakeFetch(owner, group))
        return self.fetches[-1]


class Between:
    """Stands before a cache or another part: gives some of its answers itself, and remembers what was asked.

    Attributes:
        instead: by the name of a method, what is called in its place.
        asked: the names of the methods that were called, with their arguments.
    """

    def __init__(self, part: Any, **instead: Callable[..., Any]) -> None:
        self._part = part
        self.instead = instead
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        method = self.instead.get(name) or getattr(self._part, name)

        def ask(*arguments: Any, **options: Any) -> Any:
            self.asked.append((name, arguments))
            return method(*arguments, **options)

        return ask if callable(method) else method

    def times(self, name: str) -> int:
        """How often a method was called."""
        return [one for one, _ in self.asked].count(name)


def broken(*_: Any, **__: Any) -> Any:
    """Fail as nobody expects."""
    raise ValueError


class ManualFlights(Flights):
    """Looks when the test says so."""

    def _wake(self) -> None:
        pass


class Client:
    """Somebody who waits for one profile in one process."""

    def __init__(
        self,
        flights: Flights,
        profile: Profile = SPACK,
        seconds: float = 60.0,
        client: str = "",
        background: bool = False,
        **options: Any,
    ) -> None:
        self.waiter = Waiter(client, background)
        options.setdefault("longest", 900.0)
        self.flight = flights.join(profile, self.waiter, time.monotonic() + seconds, **options)

    def leave(self, late: bool = False) -> bool:
        """See `Flight.leave`."""
        return self.flight.leave(self.waiter, late)

    @property
    def told(self) -> bool:
        """Whether it was told once that its flight has ended."""
        return not self.waiter.news.empty() and self.waiter.get() is self.flight and self.waiter.news.empty()

    @property
    def outcome(self) -> Any:
        """What came out for it: what was found, or the error; `...` while there is nothing."""
        if not self.flight.ended:
            return ...
        try:
            return self.flight.outcome().found
        except Exception as error:  # noqa: BLE001 - the test compares it
            return error


class CacheTestCase(SimpleTestCase):
    """A forge that the test moves, and caches; what it holds for every cache stands in a mixin over it."""

    cache: Any
    now: float
    """What the clock of the stores shows."""

    def setUp(self) -> None:
        """Begin with an empty cache."""
        super().setUp()
        self.forge = FakeForge()
        self.enterContext(override_settings(**CONF))
        self.cache = self.make_cache()
        self.cache.clear()
        self.now = time.time()

    def set_clock(self, now: float) -> None:
        """Move the clock of the stores."""
        self.now = now

    def make_cache(self) -> Any:
        """The cache that all processes share."""
        raise NotImplementedError

    def store(self, cache: Any = None) -> Store:
        """The profiles that one process keeps, with a clock that only the test moves."""
        return Store(SharedMemory(cache or self.cache), lambda: self.now)

    def claims(self, shared: bool = True, cache: Any = None) -> Claims:
        """The claims of one process, with the same clock."""
        return Claims(SharedMemory(cache or self.cache), shared, lambda: self.now)

    def forge_of(self, host: Host) -> Any:
        """The one forge there is, whatever its host."""
        return self.forge

    def process(self, shared: bool = True, store: Any = None, claims: Any = None, cache: Any = None) -> ManualFlights:
        """The flights of a process of its own, with these parts instead of the usual ones."""
        return ManualFlights(
            store or self.store(cache),
            claims or self.claims(shared, cache),
            self.forge_of,
            _secrets,
        )

    def seconds_to_live(self, profile: Profile, what: str = "profile") -> float:
        """How long the cache itself keeps something of a profile."""
        key = self.cache.make_key(key_of(what, profile))
        if isinstance(self, InRedis):
            return float(self.cache._cache.get_client(key).ttl(key))
        return float(self.cache._expire_info[key]) - time.time()

    def look(self, *processes: Flights) -> None:
        """Let each watch look, which renews what is theirs."""
        for one in processes:
            one.look(renew=True)


class InMemory:
    """In this process."""

    def make_cache(self) -> Any:
        """See `CacheTestCase.make_cache`."""
        return LocMemCache(f"test-{id(self)}", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


class InRedis:
    """A real one."""

    address: ClassVar[str]

    @classmethod
    def setUpClass(cls: Any) -> None:
        """Start it."""
        super().setUpClass()  # type: ignore[misc]
        cls.address = start_redis(cls)

    def make_cache(self) -> Any:
        """See `CacheTestCase.make_cache`."""
        options = {"serializer": "coding_challenge.serializer.JsonSerializer", "socket_timeout": 0.5}
        return SharedCache(self.address, {"OPTIONS": options})


@contextmanager
def monotonic(ahead: float) -> Iterator[None]:
    """So much later on the monotonic clock of the flights."""
    real = time.monotonic
    with patch("time.monotonic", lambda: real() + ahead):
        yield
