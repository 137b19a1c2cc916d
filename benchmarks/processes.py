"""The emulator and the service, each in a process of its own, as in real life."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests
import trustme

from benchmarks.questions import HOSTS, Question
from emulator.latency import Latency
from from_git.options import without_ours

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
SERVICE = "BENCHMARKS_SERVICE"
"""The environment variable with the checkout whose service is measured; without it, it is this one."""
TOKEN = "benchmark-token"  # noqa: S105 - made up
_START = 30.0  # seconds that a process may take to listen
_STOP = 5.0  # seconds that it may take to end when asked to
PATIENCE = 600.0
"""Seconds for one answer, of the service as well as of whoever asks it."""


class Way(Enum):
    """How the upstreams answer."""

    TLS = "https, with a certificate of an authority made for it"
    PLAIN = "http"
    BOUNDED = "https, and with github.com's secondary limits"
    PLAIN_BOUNDED = "http, and with the forges' limits"


_CLEAR = Way.PLAIN, Way.PLAIN_BOUNDED


@dataclass(frozen=True)
class Stage:
    """The two processes.

    Attributes:
        emulator: scheme, host and port of the upstreams.
        service: the address of the answer.
        worker: the process of the service that answers.
        authority: path of a PEM file, whoever has signed the upstreams' certificate; None: they answer http.
    """

    emulator: str
    service: str
    worker: psutil.Process
    authority: str | None
    _sums: dict[Question, Any] = field(default_factory=dict)

    @property
    def github_url(self) -> str:
        """GitHub's GraphQL endpoint."""
        return f"{self.emulator}/graphql"

    @property
    def bitbucket_url(self) -> str:
        """Bitbucket's base address."""
        return f"{self.emulator}/2.0"

    @property
    def verify(self) -> str | bool:
        """The authority, as requests takes it."""
        return self.authority or True

    def expected(self, question: Question) -> Any:
        """The straight sum over the owners, from the emulator."""
        if question not in self._sums:
            url = f"{self.emulator}/_emulator/sum"
            said = requests.get(url, params=question.owners, timeout=PATIENCE, verify=self.verify)
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
        return requests.get(f"{self.emulator}/_emulator/meter", timeout=PATIENCE, verify=self.verify).json()

    def reset(self) -> None:
        """Set the emulator's counters to zero."""
        url = f"{self.emulator}/_emulator/meter"
        requests.delete(url, timeout=PATIENCE, verify=self.verify).raise_for_status()

    @contextmanager
    def with_other(self, **changes: str) -> Iterator["Stage"]:
        """The same upstreams, and one more service with such settings beside."""
        with serving(self.emulator, self.authority, changes) as (service, worker):
            yield replace(self, service=service, worker=worker)


@contextmanager
def stage(latency: Latency, way: Way = Way.TLS, hosts: bool = False, /, **changes: str) -> Iterator[Stage]:
    """Both processes, with upstreams that take so long; both are gone at the end, however that comes.

    Args:
        hosts: whether those can be asked that only FORGES leads to.
        changes: of the service's settings; by default nothing is kept, so that each question is asked.
    """
    with (
        upstreams(latency, way) as (emulator, authority),
        serving(emulator, authority, {**changes, **({"FORGES": entries(emulator)} if hosts else {})}) as found,
    ):
        yield Stage(emulator, *found, authority)


@contextmanager
def upstreams(latency: Latency, way: Way, *more: str) -> Iterator[tuple[str, str | None]]:
    """The emulator's origin and its authority, as for `Stage`; see `stage`.

    Args:
        more: options of the emulator.
    """
    port = free_port()
    emulator = f"{'http' if way in _CLEAR else 'https'}://127.0.0.1:{port}"
    options = [f"--base-ms={latency.base * 1000}", f"--per-repository-ms={latency.per_repository * 1000}"]
    options += [] if way in (Way.BOUNDED, Way.PLAIN_BOUNDED) else ["--no-limits"]
    with ExitStack() as stack:
        authority = None
        if way not in _CLEAR:
            certificate, authority = _certificate(Path(stack.enter_context(tempfile.TemporaryDirectory())))
            options.append(f"--certificate={certificate}")
        told = f"--port={port}", f"--github-token={TOKEN}"
        process = stack.enter_context(running("emulator", *told, *options, *more, settings={}))
        wait_for(f"{emulator}/_emulator/meter", process, authority or True)
        yield emulator, authority


def entries(emulator: str) -> str:
    """The setting FORGES, which leads all other hosts to the emulator too, without bounds."""
    return json.dumps(
        [
            {"kind": "gitlab", "host": HOSTS["gitlab"], "api": f"{emulator}/gitlab", "bounds": 0},
            {"kind": "gitea", "host": HOSTS["gitea"], "api": f"{emulator}/gitea", "bounds": 0},
            {
                "kind": "github",
                "host": HOSTS["enterprise"],
                "api": f"{emulator}/graphql",
                "accounts": [{"token": TOKEN}],
                "bounds": 0,
            },
        ]
    )


def _certificate(folder: Path) -> tuple[str, str]:
    """Paths of a certificate for loopback with its key, and of the authority that has signed it."""
    authority = trustme.CA()
    files = str(folder / "server.pem"), str(folder / "authority.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(files[0])
    authority.cert_pem.write_to_path(files[1])
    return files


@contextmanager
def serving(emulator: str, authority: str | None, changes: Mapping[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """The address of a service's answers, and its worker; see `pointed`."""
    settings = pointed(emulator, authority, changes)
    origin = f"http://127.0.0.1:{free_port()}"
    folder = Path(os.environ.get(SERVICE, ROOT))
    with running("benchmarks.service", origin.removeprefix("http://"), settings=settings, folder=folder) as process:
        wait_for(f"{origin}/from-git/test", process)
        yield f"{origin}/health-check", psutil.Process(process.pid).children()[0]


def pointed(emulator: str, authority: str | None, changes: Mapping[str, str]) -> dict[str, str]:
    """The settings of a process that asks these upstreams, without bounds and without keeping anything.

    Args:
        changes: settings that are others.
    """
    return {
        "GITHUB_GRAPHQL_URL": f"{emulator}/graphql",
        "GITHUB_API_TOKEN": TOKEN,
        "BITBUCKET_API_URL": f"{emulator}/2.0",
        "GITHUB_SECONDS_PER_MINUTE": "0",
        "BITBUCKET_CALLS_PER_HOUR": "0",
        "PROFILE_CACHE_SECONDS": "0",
        "LOG_LEVEL": "WARNING",
        "REQUEST_DEADLINE": str(PATIENCE),
        "UPSTREAM_CA_FILE": authority or "",
        **changes,
    }


@contextmanager
def running(
    module: str, *arguments: str, settings: Mapping[str, str], folder: Path = ROOT
) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m module` with none of our settings but these, and with an end; it is silent if it logs each request."""
    process = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
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
