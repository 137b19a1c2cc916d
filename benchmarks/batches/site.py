"""All parts of an installation in processes of their own, which can be killed one by one."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import TestCase

import psutil
import psycopg
import redis
import requests

from benchmarks.processes import PATIENCE, Way, pointed, serving, upstreams
from emulator.latency import Latency
from emulator.tests.helpers import settled
from from_git.tests.kit import postgres
from from_git.tests.kit.crew import WORKER, Member
from from_git.tests.kit.killable import Killable, Redis
from from_git.tests.kit.project import environment, project_copy, ran
from from_git.tests.kit.rabbitmq import RabbitMQ

POINTS = "--github-points=100000000"
"""Of the emulator's: no scenario but one is about GitHub's hour."""
SETTINGS = {"BATCHES": "on", "BATCHES_PER_CLIENT": "1000", "SECRET_KEY": "benchmark", "WATCHERS_CACHE_SECONDS": "0"}
_LOOK = 0.1  # seconds between two looks at the rows
_BEGIN = 60.0  # seconds in which all workers are there
_OPEN = "SELECT 1 FROM from_git_batchitem WHERE batch_id = %s AND state IN ('waiting', 'running')"


@contextmanager
def scene() -> Iterator[type[TestCase]]:
    """What the tests' kit starts for a class of tests; all of it is gone at the end."""
    one: type[TestCase] = type("Scene", (TestCase,), {})
    try:
        yield one
    finally:
        one.doClassCleanups()


@dataclass
class Site:
    """What runs.

    Attributes:
        emulator: its origin.
        service: the service's origin.
        server: its worker's process.
        store: the database's server.
        cache: the Redis that processes share.
        broker: that Redis, a RabbitMQ, or None: the service itself works on batches.
        settings: of all its processes.
    """

    case: type[TestCase]
    emulator: str
    service: str
    server: psutil.Process
    store: postgres.Server
    cache: Redis
    broker: Redis | RabbitMQ | None
    settings: dict[str, str]
    lease: float
    workers: list[Member] = field(default_factory=list)
    _open: "psycopg.Connection[Any] | None" = None

    def more_workers(self, number: int) -> None:
        """Start so many more workers, and wait until they are seen."""
        for _ in range(number):
            name = f"w{len(self.workers) + 1}@benchmark"
            self.workers.append(Member(self.case, *WORKER, "-n", name, lease=self.lease, **self.settings))
        self.all_seen()

    def all_seen(self) -> None:
        """Wait until all workers are seen.

        Raises:
            AssertionError: they are not.
        """
        if settled(self._seen, len(self.workers), _BEGIN) != len(self.workers):
            raise AssertionError("\n".join(f"{one.process.poll()} {one.said[-2_000:]}" for one in self.workers))

    def begin(self, urls: Sequence[str]) -> "Batch":
        """A batch of these profiles by POST."""
        body = "\n".join(urls).encode()
        address = f"{self.service}/from-git/batches"
        sent = requests.post(address, body, headers={"Content-Type": "text/plain"}, timeout=PATIENCE)
        if sent.status_code != 202:
            raise AssertionError(f"{sent.status_code} {sent.text[:500]}")
        return Batch(self, sent.json()["id"], len(urls))

    def answer(self, urls: Sequence[str]) -> Any:
        """The body of the service's own answer for these profiles.

        Raises:
            AssertionError: it is an error.
        """
        sent = requests.post(f"{self.service}/health-check", data={"url": list(urls)}, timeout=PATIENCE)
        if sent.status_code != 200:
            raise AssertionError(f"{sent.status_code} {sent.text[:500]}")
        return sent.json()

    def meter(self) -> dict[str, Any]:
        """What the emulator has counted, by forge."""
        return dict(requests.get(f"{self.emulator}/_emulator/meter", timeout=PATIENCE).json())

    def calls(self) -> int:
        """Calls that the forges got."""
        return sum(one["calls"] for one in self.meter().values())

    def reset(self) -> None:
        """Set the emulator's counters to zero."""
        requests.delete(f"{self.emulator}/_emulator/meter", timeout=PATIENCE).raise_for_status()

    def strike(self, **fault: Any) -> None:
        """Switch on a fault of the emulator; none: all off."""
        url = f"{self.emulator}/_emulator/faults"
        done = requests.post(url, json=fault, timeout=PATIENCE) if fault else requests.delete(url, timeout=PATIENCE)
        done.raise_for_status()

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database says, however often it has to be asked: it may be away for some time."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if self._open is None:
                    self._open = psycopg.connect(self.settings["DATABASE_URL"], autocommit=True)
                done = self._open.execute(statement.encode(), values or None)
                return done.fetchall() if done.description else []
            except psycopg.OperationalError:
                self._open = None
                if time.monotonic() > end:
                    raise
                time.sleep(_LOOK)  # it is about to be started again

    def redis_memory(self) -> int:
        """Bytes that the shared Redis takes."""
        with redis.Redis.from_url(self.cache.url) as client:
            return int(client.info("memory")["used_memory"])

    def _seen(self) -> int:
        with redis.Redis.from_url(self.settings["CACHE_URL"]) as client:
            return len(client.keys("*from-git:worker:*"))


@dataclass(frozen=True)
class Batch:
    """One that was begun."""

    site: Site
    id: str
    size: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self.site.service}/from-git/batches/{self.id}"

    def open(self) -> int:
        """Items that are still to be done."""
        return len(self.site.rows(_OPEN, self.id))

    def over(self, seconds: float = PATIENCE) -> None:
        """Return when no item is to be done; it asks the database for next to nothing.

        Raises:
            AssertionError: there are some after so many seconds.
        """
        end = time.monotonic() + seconds
        while self.site.rows(f"{_OPEN} LIMIT 1", self.id):
            if time.monotonic() > end:
                states = "SELECT state, suspect, tries, attempts, count(*), min(not_before) FROM from_git_batchitem"
                found = self.site.rows(f"{states} WHERE batch_id = %s GROUP BY 1, 2, 3, 4", self.id)
                raise AssertionError(f"items are open after {seconds:.0f} s: {found}")
            time.sleep(_LOOK)  # rows tell nobody of their changes

    def reach(self, done: int, seconds: float = PATIENCE) -> None:
        """Return when so many items are done.

        Raises:
            AssertionError: they are not within so many seconds.
        """
        end = time.monotonic() + seconds
        while (left := self.open()) > self.size - done:
            if time.monotonic() > end:
                raise AssertionError(f"{left} items are still open after {seconds:.0f} s")
            time.sleep(_LOOK)  # rows tell nobody of their changes

    def end(self, seconds: float = PATIENCE) -> Any:
        """Its final answer.

        Raises:
            AssertionError: there is none within so many seconds.
        """
        self.over(seconds)
        if settled(lambda: self.told()["state"], "done") != "done":
            raise AssertionError("no item is open, and the batch is not done")
        return self.told()

    def cancel(self) -> None:
        """End it by DELETE."""
        requests.delete(self.url, timeout=PATIENCE).raise_for_status()

    def told(self) -> Any:
        """What the service says of it."""
        sent = requests.get(self.url, timeout=PATIENCE)
        sent.raise_for_status()
        return sent.json()


@contextmanager
def site(
    broker: str = "redis",
    latency: Latency = Latency(0.02),  # noqa: B008 - a value
    workers: int = 2,
    lease: float = 0.0,
    way: Way = Way.PLAIN,
    **changes: str,
) -> Iterator[Site]:
    """An installation with a `broker` that is "redis", "rabbitmq" or empty, with beat and so many workers.

    Args:
        lease: seconds for which workers hold items, instead of the usual ones.
        way: how the forges answer, in clear.
        changes: of settings.
    """
    with scene() as case, upstreams(latency, way, POINTS) as (origin, _):
        store = postgres.Server("-c fsync=on -c max_connections=200")
        case.addClassCleanup(store.remove)
        store.start()
        cache = Redis(case)
        queue = RabbitMQ(case) if broker == "rabbitmq" else cache if broker else None
        here = {
            "DATABASE_URL": f"{store.url}/postgres",
            "CACHE_URL": f"{cache.url.removesuffix('/0')}/1",
            "CELERY_BROKER_URL": queue.url if queue else "",
            **SETTINGS,
            **changes,
        }
        settings = pointed(origin, None, here)
        migrate(settings)
        with serving(origin, None, here) as (address, server):
            service = address.removesuffix("/health-check")
            found = Site(case, origin, service, server, store, cache, queue, settings, lease)
            if queue:
                Member(case, "beat", lease=lease, **settings)
                found.more_workers(workers)
            yield found


def migrate(settings: dict[str, str]) -> None:
    """Make all tables."""
    with scene() as case:
        command = (sys.executable, "manage.py", "migrate", "--verbosity=0")
        done = ran(*command, folder=project_copy(case), env=environment(**settings))
    if done.returncode:
        raise AssertionError(done.stderr)


@contextmanager
def away(part: Killable | postgres.Server, seconds: float) -> Iterator[None]:
    """SIGKILL for a part, which is started again so many seconds later."""
    part.kill()
    try:
        yield
    finally:
        time.sleep(seconds)  # for so long nobody notices that it has died
        if isinstance(part, Killable):
            part.restart()
        else:
            part.start()
