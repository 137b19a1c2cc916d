"""The emulator and the service, each in a process of its own, as in real life."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests

from benchmarks.questions import Question
from emulator.latency import Latency
from from_git.options import without_ours

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
TOKEN = "benchmark-token"  # noqa: S105 - made up
_START = 30.0  # seconds that a process may take to listen
_STOP = 5.0  # seconds that it may take to end when asked to
PATIENCE = 600.0
"""Seconds for one answer, of the service as well as of whoever asks it."""


class Stage:
    """The two processes.

    Attributes:
        github_url: GitHub's GraphQL endpoint.
        bitbucket_url: Bitbucket's base address.
        worker: the process of the service that answers.
        service: the address of the answer.
    """

    def __init__(self, emulator: str, service: str, worker: psutil.Process, verify: str | bool = True) -> None:
        self.github_url = f"{emulator}/graphql"
        self.bitbucket_url = f"{emulator}/2.0"
        self.worker = worker
        self._emulator = f"{emulator}/_emulator"
        self.service = f"{service}/health-check"
        self._verify = verify
        self._sums: dict[Question, Any] = {}

    def expected(self, question: Question) -> Any:
        """The straight sum over the owners, from the emulator."""
        if question not in self._sums:
            owners = [("github", name) for name in question.github] + [
                ("bitbucket", name) for name in question.bitbucket
            ]
            said = requests.get(f"{self._emulator}/sum", params=owners, timeout=PATIENCE, verify=self._verify)
            self._sums[question] = said.json()
        return self._sums[question]

    def ask(self, question: Question, headers: Mapping[str, str] | None = None) -> float:
        """Seconds until the service's whole answer.

        Raises:
            AssertionError: the answer is an error, or not the straight sum.
            requests.RequestException: there is none.
        """
        expected = self.expected(question)
        begun = time.perf_counter()
        # POST: an address with 200 profiles is longer than the server takes
        response = requests.post(self.service, data={"url": question.urls}, headers=headers, timeout=PATIENCE)
        wall = time.perf_counter() - begun
        body = response.json()
        if body.get("data") != expected:
            raise AssertionError(f"{question}: {response.status_code}, {body.get('message', 'wrong numbers')}")
        return wall

    def meter(self) -> Any:
        """What the emulator has counted since the last reset, by upstream."""
        return requests.get(f"{self._emulator}/meter", timeout=PATIENCE, verify=self._verify).json()

    def reset(self) -> None:
        """Set the emulator's counters to zero."""
        requests.delete(f"{self._emulator}/meter", timeout=PATIENCE, verify=self._verify).raise_for_status()


@dataclass(frozen=True)
class Certificate:
    """Paths of PEM files for a server at 127.0.0.1."""

    server: str
    """Its key and its certificate."""
    authority: str
    """Whoever has signed it."""


@contextmanager
def stage(latency: Latency, certificate: Certificate | None = None, /, **changes: str) -> Iterator[Stage]:
    """Both processes, with upstreams that take so long; both are gone at the end, however that comes.

    Args:
        certificate: what the upstreams answer https with; None: they answer http.
        changes: of the service's settings; by default nothing is kept, so that each question is asked.
    """
    ports = free_port(), free_port()
    emulator, service = f"{'https' if certificate else 'http'}://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
    settings = {
        "GITHUB_GRAPHQL_URL": f"{emulator}/graphql",
        "GITHUB_API_TOKEN": TOKEN,
        "BITBUCKET_API_URL": f"{emulator}/2.0",
        "GITHUB_SECONDS_PER_MINUTE": "0",
        "BITBUCKET_CALLS_PER_HOUR": "0",
        "PROFILE_CACHE_SECONDS": "0",
        "LOG_LEVEL": "WARNING",
        "REQUEST_DEADLINE": str(PATIENCE),
        "UPSTREAM_CA_FILE": certificate.authority if certificate else "",
        **changes,
    }
    secure = [f"--certificate={certificate.server}"] if certificate else []
    verify = certificate.authority if certificate else True
    times = f"--base-ms={latency.base * 1000}", f"--per-repository-ms={latency.per_repository * 1000}"
    with (
        running(
            "emulator", f"--port={ports[0]}", f"--github-token={TOKEN}", "--no-limits", *times, *secure, settings={}
        ) as first,
        running("benchmarks.service", f"127.0.0.1:{ports[1]}", settings=settings) as second,
    ):
        wait_for(f"{emulator}/_emulator/meter", first, verify)
        wait_for(f"{service}/from-git/test", second)
        yield Stage(emulator, service, psutil.Process(second.pid).children()[0], verify)


@contextmanager
def running(module: str, *arguments: str, settings: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m module` with none of our settings but these, and with an end; it is silent if it logs each request."""
    process = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**without_ours(os.environ), **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if settings.get("LOG_LEVEL") == "INFO" else None,
    )
    try:
        yield process
    finally:
        children = psutil.Process(process.pid).children() if process.poll() is None else []
        process.terminate()
        try:
            process.wait(_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for late in psutil.wait_procs(children, _STOP)[1]:
            late.kill()


def in_background(function: Callable[[], T]) -> "Future[T]":
    """The outcome to come of a call in a daemon thread, for which an interrupted benchmark does not wait."""
    future: Future[T] = Future()

    def call() -> None:
        try:
            future.set_result(function())
        except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
            future.set_exception(error)

    threading.Thread(target=call, daemon=True).start()
    return future


def wait_for(address: str, process: "subprocess.Popen[bytes]", verify: str | bool = True) -> None:
    """Return when something answers at `address`; `verify`: as requests takes it.

    Raises:
        RuntimeError: the process has ended, or nothing did in half a minute.
    """
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(address, timeout=1, verify=verify)
        except requests.RequestException:
            time.sleep(0.05)  # a process that begins tells nobody when it listens
        else:
            return
    raise RuntimeError(f"{process.args!r} does not listen")


def free_port() -> int:
    """A port on loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
