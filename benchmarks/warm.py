"""How fast is a kept answer, against a view that only gives the same bytes? Needs `wrk`, and `redis-server`."""

import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urljoin

import requests

from benchmarks.processes import Stage, free_port, running, stage, wait_for
from benchmarks.questions import Question
from benchmarks.results import Result, Target
from benchmarks.usage import measure
from emulator.latency import Latency

_CONNECTIONS = 64
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
_VIEW = "benchmarks.bare_views:application"


class _Load(NamedTuple):
    """What wrk saw."""

    seconds: float
    """For each request, all connections together."""
    tail: float
    """Seconds of the 99th percentile."""


@dataclass(frozen=True)
class Warm:
    """The same question again and again, through gunicorn with one worker; a log line for each request is written.

    Args:
        seconds: of each of the loads, which take turns.
        to_bare: seconds a request over those of a bare view of Django behind the same middleware, at most.
        path: of the answer, or of a picture.
        redis: whether what is kept stands in Redis.
    """

    name: str
    question: Question
    seconds: float
    to_bare: float
    path: str = "/health-check"
    redis: bool = False

    def run(self, rounds: int) -> Result:
        """Measure all in turn.

        Raises:
            RuntimeError: wrk or Redis is not installed.
            AssertionError: an answer is wrong, or has other bytes.
        """
        with ExitStack() as stack:
            settings = {"PROFILE_CACHE_SECONDS": "3600", "LOG_LEVEL": "INFO"}
            if self.redis:
                settings["CACHE_URL"] = stack.enter_context(redis())
            found = stack.enter_context(stage(Latency(), **settings))
            found.ask(self.question)
            kept = _kept(found, self.path, self.question)
            address, etag = kept.url, kept.headers["ETag"]
            bare = stack.enter_context(_bare(kept))
            loads: dict[str, list[_Load]] = {"ours": [], "bare": [], "304": []}

            def ask_all() -> None:
                for _ in range(rounds):
                    loads["ours"].append(self._load(address))
                    loads["bare"].append(self._load(bare))
                    loads["304"].append(self._load(address, {"If-None-Match": etag}))

            usage = measure(found, found.worker, ask_all)
        if usage.calls:
            raise AssertionError(f"{self.name}: a forge was asked")
        return Result(self.name, usage, self._targets(loads))

    def _targets(self, loads: Mapping[str, list[_Load]]) -> tuple[Target, ...]:
        seconds = {name: statistics.median(one.seconds for one in found) for name, found in loads.items()}
        tails = {name: statistics.median(one.tail for one in found) for name, found in loads.items()}
        rates = ", ".join(f"{name} {1 / one:,.0f}/s" for name, one in seconds.items())
        return (
            Target(f"time to a bare view of Django ({rates})", seconds["ours"] / seconds["bare"], self.to_bare),
            Target("p99 to it", tails["ours"] / tails["bare"], 1.5),
            Target("304 to 200", seconds["304"] / seconds["ours"], 1.0),
        )

    def _load(self, address: str, headers: Mapping[str, str] | None = None) -> _Load:
        options = [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
        command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{self.seconds:g}s", "--latency", *options, address]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own
        rate, tail = re.search(r"Requests/sec: +([\d.]+)", said), re.search(r"99% +([\d.]+)(us|ms|s)", said)
        if not rate or not tail or "Non-2xx" in said or "Socket errors" in said:
            raise AssertionError(f"{self.name}: {said}")
        return _Load(1 / float(rate[1]), float(tail[1]) * _UNITS[tail[2]])


def _kept(found: Stage, path: str, question: Question) -> requests.Response:
    """An answer that is kept now and whose ETag gives a 304."""
    if not shutil.which("wrk"):
        raise RuntimeError("wrk is not installed")
    answer = requests.get(urljoin(found.service, path), params={"url": question.urls}, timeout=60)
    again = requests.get(answer.url, headers={"If-None-Match": answer.headers["ETag"]}, timeout=60)
    if (answer.status_code, again.status_code) != (200, 304):
        raise AssertionError(f"{question}: {answer.status_code}, then {again.status_code}")
    return answer


@contextmanager
def _bare(kept: requests.Response) -> Iterator[str]:
    """The address of the bare view, on the same server."""
    address = f"127.0.0.1:{free_port()}"
    with tempfile.NamedTemporaryFile() as file:
        file.write(kept.content)
        file.flush()
        settings = {"BARE_BODY": file.name, "BARE_TYPE": kept.headers["Content-Type"], "LOG_LEVEL": "INFO"}
        with running("benchmarks.service", address, _VIEW, settings=settings) as one:
            wait_for(f"http://{address}/bare", one)
            answer = requests.get(f"http://{address}/bare", timeout=60)
            if (answer.content, answer.headers["Content-Type"]) != (kept.content, kept.headers["Content-Type"]):
                raise AssertionError("the bare view gives other bytes")
            yield answer.url


@contextmanager
def redis() -> Iterator[str]:
    """A Redis of its own."""
    if not shutil.which("redis-server"):
        raise RuntimeError("redis-server is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.kill()
            server.wait()
