"""The emulator and the service, each in a process of its own, as in real life."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from coding_challenge.options import without_ours

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "benchmark-token"  # noqa: S105 - made up
_START = 30.0  # seconds that a process may take to listen


@dataclass(frozen=True)
class Stage:
    """Where the two processes listen."""

    emulator: str
    service: str

    @property
    def github_url(self) -> str:
        """GitHub's GraphQL endpoint."""
        return f"{self.emulator}/graphql"

    @property
    def bitbucket_url(self) -> str:
        """Bitbucket's base address."""
        return f"{self.emulator}/2.0"

    def meter(self) -> Any:
        """What the emulator has counted since the last reset, by upstream."""
        return requests.get(f"{self.emulator}/_emulator/meter", timeout=10).json()

    def reset(self) -> None:
        """Set the emulator's counters to zero."""
        requests.delete(f"{self.emulator}/_emulator/meter", timeout=10).raise_for_status()

    def sum(self, github: list[str], bitbucket: list[str]) -> Any:
        """The straight sum over these owners."""
        query = [("github", name) for name in github] + [("bitbucket", name) for name in bitbucket]
        return requests.get(f"{self.emulator}/_emulator/sum", params=query, timeout=60).json()


@contextmanager
def stage(base_ms: float, per_repository_ms: float) -> Iterator[Stage]:
    """Both processes with this latency, stopped at the end."""
    emulator_port, service_port = _free_port(), _free_port()
    found = Stage(f"http://127.0.0.1:{emulator_port}", f"http://127.0.0.1:{service_port}")
    emulator = [
        *(sys.executable, "-m", "emulator", "--port", str(emulator_port), "--github-token", TOKEN),
        *("--base-ms", str(base_ms), "--per-repository-ms", str(per_repository_ms)),
    ]
    service = [sys.executable, "-m", "benchmarks.service", f"127.0.0.1:{service_port}"]
    with _running(emulator, f"{found.emulator}/_emulator/meter", {}):
        settings = {
            "GITHUB_GRAPHQL_URL": found.github_url,
            "GITHUB_API_TOKEN": TOKEN,
            "BITBUCKET_API_URL": found.bitbucket_url,
            "GITHUB_SECONDS_PER_MINUTE": "0",
            "BITBUCKET_CALLS_PER_HOUR": "0",
            "REQUEST_DEADLINE": "600",
        }
        with _running(service, f"{found.service}/from-git/test", settings):
            yield found


@contextmanager
def _running(command: list[str], address: str, settings: dict[str, str]) -> Iterator[None]:
    environment = {**without_ours(os.environ), **settings}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet) as process:  # noqa: S603 - our own
        try:
            _await(address, process)
            yield
        finally:
            process.terminate()


def _await(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(address, timeout=1)
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not listen")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
