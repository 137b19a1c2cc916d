"""How long does `manage.py aggregate` take until it asks a forge, and how much memory, against a bare script?"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.processes import ROOT, SERVICE, TOKEN
from benchmarks.questions import Question
from benchmarks.results import Result, Target, median, spread
from benchmarks.usage import Usage
from emulator import Emulator
from from_git.options import without_ours

_BARE = "import sys, requests; requests.get(sys.argv[1], timeout=60)"


@dataclass(frozen=True)
class Start:
    """The command, and a bare script with requests, each from its start to its first call.

    The result's wall time is that of the command, its CPU and memory all of the process until then.

    Args:
        time, memory: those of the command over the script's, at most: for Bitbucket half of the time, for GitHub three
            quarters and for both 0.7 of the memory that they were when each command loaded all libraries.
    """

    name: str
    question: Question
    time: float
    memory: float

    def run(self, rounds: int) -> Result:
        """Measure both in turn; the fastest round counts, since whatever else the machine does only adds to it."""
        ours: list[Usage] = []
        bare: list[Usage] = []
        with Emulator(github={"token": TOKEN}) as emulator:
            settings = {
                "GITHUB_GRAPHQL_URL": emulator["github"].url,
                "GITHUB_API_TOKEN": TOKEN,
                "BITBUCKET_API_URL": emulator["bitbucket"].url,
            }
            script = [sys.executable, "-c", _BARE, f"{emulator['bitbucket'].url}/repositories/team-1"]
            command = [sys.executable, "manage.py", "aggregate", *self.question.urls]
            for _ in range(3 * rounds):
                ours.append(_first_call(emulator, command, settings))
                bare.append(_first_call(emulator, script, {}))
        times = [min(one.wall for one in usages) for usages in (ours, bare)]
        sizes = [min(one.memory for one in usages) for usages in (ours, bare)]
        targets = (
            Target(f"time to a bare script ({times[0]:.2f} s to {times[1]:.2f} s)", times[0] / times[1], self.time),
            Target(f"memory to it ({sizes[0]:.0f} MB to {sizes[1]:.0f} MB)", sizes[0] / sizes[1], self.memory),
        )
        return Result(self.name, median(ours), targets, spread(ours), median(bare))


def _first_call(emulator: Emulator, command: Sequence[str], settings: Mapping[str, str]) -> Usage:
    """Wall time, CPU and memory until a forge is asked."""
    seen: list[Usage] = []
    started: list[psutil.Process] = []

    def look(*_: str) -> None:
        wall, process = time.perf_counter() - begun, started[0]
        times, size = process.cpu_times(), process.memory_info().rss / 1_000_000
        seen.append(Usage(wall, times.user + times.system, 1, 1, 0, 0.0, 0.0, size, process.num_threads()))

    emulator.before_call(look)
    begun = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own
        command,
        cwd=Path(os.environ.get(SERVICE, ROOT)),
        env={**without_ours(os.environ), **settings},
        stdout=subprocess.DEVNULL,
    ) as process:
        started.append(psutil.Process(process.pid))
    if process.returncode or not seen:
        raise AssertionError(f"{command}: exit status {process.returncode}, {len(seen)} calls")
    return seen[0]
