"""How fast are workers beside the service itself, what do they take, and what does an item cost the database?"""

import random
import time
from collections.abc import Sequence

import psutil

from benchmarks.batches.site import Site, site
from benchmarks.questions import POOLS
from benchmarks.results import Outcome, Target
from benchmarks.usage import Watch
from emulator.latency import Latency

_LIST = 32
_PARTS = 4
_MEGABYTE = 1_000_000
_ACTIVE = """SELECT active_time, xact_commit, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float
    FROM pg_stat_database WHERE datname = 'postgres'"""
_BYTES = """SELECT pg_total_relation_size('from_git_batchitem')::float / count(*), avg(length(result))::float
    FROM from_git_batchitem"""
_FLUSHED = 1.5  # seconds after which PostgreSQL's sessions have told what they did


def users(first: int, number: int, size: int = 30) -> list[str]:
    """Owners at GitHub with so many repositories each."""
    return [f"https://github.com/user-{size}-{first + one}" for one in range(number)]


def run(quick: bool, moments: random.Random) -> Outcome:
    """One worker beside the service, and two workers beside one.

    Raises:
        AssertionError: an item is not done.
    """
    targets, facts = list[Target](), dict[str, float | str]()
    with site(workers=1) as found:
        _one(found, *((600, 150) if quick else (10_000, 1_000)), targets, facts)
    # few in the air, so that two cores have time for two workers, the forge and the database
    with site(workers=1, latency=Latency(0.1), PROFILES_IN_FLIGHT="8") as found:
        _two(found, 150 if quick else 2_000, targets, facts)
    return Outcome("speed", tuple(targets), facts)


def _one(found: Site, most: int, few: int, targets: list[Target], facts: dict[str, float | str]) -> None:
    _timed(found, users(1, 64))
    worker = psutil.Process(found.workers[0].process.pid)
    _timed(found, users(1, few))
    memory = worker.memory_info().rss / _MEGABYTE
    found.answer(users(1, _LIST))
    seconds, lists, cpu, spent = 0.0, 0.0, 0.0, [0.0, 0.0, 0.0]
    for part in range(_PARTS):  # in turn, since the machine is not always as fast
        urls = users(1 + part * most // _PARTS, most // _PARTS)
        if part % 2:  # in turn too, since the emulator makes an owner for whoever asks first
            lists += _by_lists(found, urls)
        before = _told(found)
        with Watch(worker) as watch:
            seconds += _timed(found, urls)
        spent = [total + now - was for total, now, was in zip(spent, _told(found), before, strict=True)]
        cpu += watch.cpu
        if not part % 2:
            lists += _by_lists(found, urls)
    [(size, result)] = found.rows(_BYTES)
    grown = worker.memory_info().rss / _MEGABYTE
    targets += [
        Target("time to the service's in lists of 32", seconds / lists, 1 / 0.9),
        Target("database, ms an item", spent[0] / most, 1.0),
        Target("threads of a worker", watch.threads, sum(POOLS.values()) + 10),
        Target(f"resident memory after {most} to that after {few}", grown / memory, 1.1),
    ]
    facts |= {
        "profiles/s, a worker at 20 ms": round(most / seconds, 1),
        "profiles/s, the service": round(most / lists, 1),
        "commits an item": round(spent[1] / most, 2),
        "bytes on disk an item": round(size),
        "bytes of an item's result": round(result),
        "bytes of write-ahead log an item": round(spent[2] / most),
        "MB of Redis": round(found.redis_memory() / _MEGABYTE, 1),
        "MB of a worker": round(grown, 1),
        "CPU, ms an item": round(1_000 * cpu / most, 2),
    }


def _told(found: Site) -> tuple[float, ...]:
    """What the database has spent until now: milliseconds, commits, and bytes of its log."""
    time.sleep(_FLUSHED)  # PostgreSQL's clock
    return found.rows(_ACTIVE)[0]


def _two(found: Site, number: int, targets: list[Target], facts: dict[str, float | str]) -> None:
    _timed(found, users(1, 64, 3))
    one = _timed(found, users(1, number, 3))
    found.more_workers(1)
    _timed(found, users(1, 64, 3))
    two = _timed(found, users(1, number, 3))
    targets.append(Target("time of two workers to one's at 100 ms", two / one, 1 / 1.6))
    facts["profiles/s, one worker at 100 ms"] = round(number / one, 1)
    facts["profiles/s, two workers at 100 ms"] = round(number / two, 1)


def _timed(found: Site, urls: Sequence[str]) -> float:
    """Seconds until all items of a batch are done."""
    begun = time.monotonic()
    batch = found.begin(urls)
    batch.over()
    seconds = time.monotonic() - begun
    told = batch.end()
    if told["failed"] or not told["complete"]:
        raise AssertionError(str(told)[:1_000])
    return seconds


def _by_lists(found: Site, urls: Sequence[str]) -> float:
    """Seconds that the service takes for them, a list after the other."""
    begun = time.monotonic()
    for first in range(0, len(urls), _LIST):
        found.answer(urls[first : first + _LIST])
    return time.monotonic() - begun
