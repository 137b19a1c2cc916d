"""How large is a worker of the server that nobody has asked anything?"""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.processes import ROOT, SERVICE
from benchmarks.results import Result, Target
from benchmarks.usage import Usage
from from_git.options import without_ours

_STILL = 1.0  # seconds without work after which a worker is taken for idle
_LOADED = 0.2  # seconds of CPU that it takes at least to load the application
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Idle:
    """The worker of the server that nobody has asked anything.

    Args:
        memory: megabytes of its process, at most: 0.8 of what 92d469f had.
    """

    name: str
    memory: float

    def run(self, rounds: int) -> Result:
        """Measure."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            bind = f"127.0.0.1:{free.getsockname()[1]}"
        server = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-m", "benchmarks.service", bind],
            cwd=Path(os.environ.get(SERVICE, ROOT)),
            env=without_ours(os.environ),
        )
        try:
            worker = _idle_worker(psutil.Process(server.pid))
            memory, cpu = worker.memory_info().rss / _MEGABYTE, sum(worker.cpu_times()[:2])
            usage = Usage(0.0, cpu, 0, 0, 0, 0.0, 0.0, memory, worker.num_threads())
        finally:
            server.terminate()
            server.wait()
        return Result(self.name, usage, (Target("MB", usage.memory, self.memory),))


def _idle_worker(server: psutil.Process) -> psutil.Process:
    """The worker of a server, once it works no more."""
    before = 0.0
    while True:
        time.sleep(_STILL)  # the worker's clock of CPU says when it works no more
        for worker in server.children():
            now = sum(worker.cpu_times()[:2])
            if now == before > _LOADED:
                return worker
            before = now
