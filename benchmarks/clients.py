"""Whoever answers a question on a stage: the service, the service as it was set before, and the rivals."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial

import psutil

from benchmarks.processes import ROOT, TOKEN, Stage
from benchmarks.questions import FIXED, POOLS, Question
from benchmarks.rivals.job import Job

SERVICE, BEFORE, AIOHTTP, PYCURL, REQUESTS, WIDEST = "service", "fixed", "aiohttp", "pycurl", "requests", "aiohttp-100"
RIVALS = (AIOHTTP, PYCURL)
"""Those with as many connections as the service may have; WIDEST has a hundred to each forge."""


@dataclass(frozen=True)
class Client:
    """One of them.

    Attributes:
        process: the one that asks the upstreams.
        ask: returns with the whole answer, which is the straight sum; AssertionError: it is not.
    """

    process: psutil.Process
    ask: Callable[[Question], object]


@contextmanager
def clients(found: Stage, names: tuple[str, ...]) -> Iterator[Mapping[str, Client]]:
    """Those of these names, each in a process of its own; the service is that of the stage."""
    with ExitStack() as stack:
        made = {}
        for name in names:
            if name == SERVICE:
                made[name] = Client(found.worker, found.ask)
            elif name == BEFORE:
                other = stack.enter_context(found.with_other(**FIXED))
                made[name] = Client(other.worker, other.ask)
            else:
                made[name] = stack.enter_context(_rival(found, name))
        yield made


@contextmanager
def _rival(found: Stage, name: str) -> Iterator[Client]:
    library, _, width = name.partition("-")
    widths = POOLS["NUM_THREADS_GITHUB"], POOLS["NUM_THREADS_BITBUCKET_WATCHERS"]
    connections = (int(width), int(width)) if width else widths
    job = Job(found.github_url, found.bitbucket_url, TOKEN, found.authority, *connections)
    command = [sys.executable, "-m", f"benchmarks.rivals.with_{library}"]
    with subprocess.Popen(  # noqa: S603 - our own
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            _tell(process, asdict(job))
            yield Client(psutil.Process(process.pid), partial(_ask, found, name, process))
        finally:
            process.kill()


def _ask(found: Stage, name: str, process: "subprocess.Popen[str]", question: Question) -> None:
    expected = found.expected(question)
    _tell(process, asdict(question))
    said = json.loads(process.stdout.readline() or "null") if process.stdout else None
    if said is None or said != {key: expected[key] for key in said}:
        raise AssertionError(f"{name}: {question}: {said}, not {expected}")


def _tell(process: "subprocess.Popen[str]", line: object) -> None:
    if process.stdin:
        process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
