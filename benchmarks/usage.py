"""What some work takes: its time, its process, the upstreams."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from benchmarks.processes import Stage

_MEGABYTE = 1_000_000
FORGES = ("github", "bitbucket", "gitlab", "gitea")
"""The emulator's names of them."""
_LOOK = 0.05  # seconds between two looks at the process


@dataclass(frozen=True)
class Usage:
    """What some work took; times in seconds, sizes in megabytes."""

    wall: float
    cpu: float
    """User and system time of the process that worked."""
    calls: int
    connections: int
    points: int
    server_seconds: float
    """The sum of the upstreams' response times."""
    received: float
    """Bodies as the upstreams sent them."""
    memory: float
    """By how much the process has grown, at its largest."""
    threads: int
    """Of the process, at its most."""


def measure(found: Stage, process: psutil.Process, work: Callable[[], object]) -> Usage:
    """Do the work, of which `process` is the one that asks the upstreams; its exceptions go through."""
    found.reset()
    memory = process.memory_info().rss
    with Watch(process) as watch:
        begun = time.perf_counter()
        work()
        wall = time.perf_counter() - begun
    counts = found.meter()
    forges = [counts[name] for name in FORGES]
    return Usage(
        wall=wall,
        cpu=round(watch.cpu, 2),
        calls=sum(one["calls"] for one in forges),
        connections=sum(one["connections"] for one in forges),
        points=sum(one["points"] for one in forges),
        server_seconds=sum(one["seconds"] for one in forges),
        received=sum(one["bytes_sent"] for one in forges) / _MEGABYTE,
        memory=max(0, watch.memory - memory) / _MEGABYTE,
        threads=watch.threads,
    )


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


class Watch:
    """Looks at a process again and again inside its block.

    Attributes:
        memory: the most bytes seen.
        threads: the most threads seen.
        cpu: seconds of the block, once it has ended.
    """

    def __init__(self, process: psutil.Process) -> None:
        self.memory = self.threads = 0
        self.cpu = 0.0
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watch":
        self.cpu = -_cpu(self._process)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu += _cpu(self._process)
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            over = self._over.wait(_LOOK)
            with self._process.oneshot():
                self.memory = max(self.memory, self._process.memory_info().rss)
                self.threads = max(self.threads, self._process.num_threads())
            if over:
                return
