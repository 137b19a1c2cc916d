"""What do workers take while a forge has them wait, and does another forge notice?"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from benchmarks.batches.site import Batch, Site, site
from benchmarks.batches.speed import users
from benchmarks.processes import Way
from benchmarks.results import Outcome, Target
from emulator.latency import Latency

_CORE = 0.02  # of a core, for a worker that waits
_MINUTE = 60.0
_LOOK = 0.5  # seconds between two looks at what the forge has counted


def teams(first: int, number: int) -> list[str]:
    """Workspaces of three repositories."""
    return [f"https://bitbucket.org/team-3-{first + one}" for one in range(number)]


def run(quick: bool, moments: random.Random) -> Outcome:
    """A forge that says "later", one whose budget is full, and one that counts for itself.

    Raises:
        AssertionError: a call was refused for a limit that is known beforehand.
    """
    seconds, number = (6.0, 100) if quick else (60.0, 1_000)
    targets = _later(seconds, number) + _full(seconds, number)
    refused, most = _counted(20.0 if quick else 150.0)
    targets.append(Target("GitHub's own count of server-seconds in 60 s, of two workers", most, _MINUTE))
    if refused:
        raise AssertionError(f"GitHub refused {refused} calls")
    return Outcome("waits", tuple(targets))


def _later(seconds: float, number: int) -> list[Target]:
    """Every call of GitHub is answered with a wait of ten minutes."""
    with site() as found:
        alone = _speed(found, 1, number)
        found.strike(kind="status", path="/graphql", status=429, headers={"Retry-After": "600"})
        found.begin(users(1, number))
        beside = _speed(found, number + 1, number)
        calls = found.calls()
        share = _share(found, seconds)
        return [
            Target("Retry-After 600: of a core, a worker", share, _CORE),
            Target("Retry-After 600: time at another forge to alone", beside / alone, 1 / 0.9),
            Target("Retry-After 600: calls while waiting", found.calls() - calls, 0),
        ]


def _full(seconds: float, number: int) -> list[Target]:
    """GitHub's budget of four server-seconds a minute is used up."""
    slow = Latency(0.02, per_repository=0.01)
    with site(latency=slow, GITHUB_SECONDS_PER_MINUTE="4") as found:
        alone = _speed(found, 1, number)
        batch = found.begin(users(1, 2_000))
        _filled(batch, found)
        beside = _speed(found, number + 1, number)
        with _cancelled(batch):
            share = _share(found, seconds)
        return [
            Target("full budget: of a core, a worker", share, _CORE),
            Target("full budget: time at another forge to alone", beside / alone, 1 / 0.9),
        ]


def _counted(seconds: float) -> tuple[int, float]:
    """Calls refused, and the most server-seconds in a minute, where GitHub has its limits and work never ends."""
    slow = Latency(0.02, per_repository=0.01)
    with site(latency=slow, way=Way.PLAIN_BOUNDED, GITHUB_SECONDS_PER_MINUTE="55") as found:
        found.reset()
        seen: list[tuple[float, float]] = []
        with _cancelled(found.begin(users(1, 5_000))):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                time.sleep(_LOOK)  # the forge's clock
                seen.append((time.monotonic(), float(found.meter()["github"]["seconds"])))
            refused = int(found.meter()["github"]["refused"])
    return refused, max(now - min(was for at, was in seen if at > moment - _MINUTE) for moment, now in seen)


def _speed(found: Site, first: int, number: int) -> float:
    """Seconds for so many workspaces."""
    begun = time.monotonic()
    found.begin(teams(first, number)).over()
    return time.monotonic() - begun


def _filled(batch: Batch, found: Site) -> None:
    """Return when GitHub has not been asked for some seconds: no more can be paid."""
    before = -1
    while (now := found.calls()) != before:
        before = now
        time.sleep(4.0)  # the budget's clock, of a minute


def _share(found: Site, seconds: float) -> float:
    """Of a core, what the busiest worker takes."""
    workers = [psutil.Process(one.process.pid) for one in found.workers]
    before = [sum(one.cpu_times()[:2]) for one in workers]
    time.sleep(seconds)  # the clock of CPU of other processes
    return max(sum(one.cpu_times()[:2]) - was for one, was in zip(workers, before, strict=True)) / seconds


@contextmanager
def _cancelled(batch: Batch) -> Iterator[None]:
    try:
        yield
    finally:
        batch.cancel()
