"""How fast is a kept answer, against views that only give the same bytes? Needs `wrk`, and `redis-server`."""

import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import requests

from benchmarks.processes import Stage, free_port, running, stage, wait_for
from benchmarks.questions import Question
from benchmarks.results import Result, Target
from benchmarks.usage import measure
from emulator.latency import Latency

_CONNECTIONS = 64
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
_VIEWS = "benchmarks.bare_views:application"


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
        to_bare: seconds a request over those of a bare view of REST framework, at most.
        redis: whether what is kept stands in Redis.
    """

    name: str
    question: Question
    seconds: float
    to_bare: float
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
            address, etag, body = _kept(found, self.question)
            bare = stack.enter_context(_bare(body))
            loads: dict[str, list[_Load]] = {"ours": [], "drf": [], "django": [], "304": []}

            def ask_all() -> None:
                for _ in range(rounds):
                    loads["ours"].append(self._load(address))
                    loads["drf"].append(self._load(f"{bare}/drf"))
                    loads["django"].append(self._load(f"{bare}/django"))
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
            Target(f"time to a bare view of REST framework ({rates})", seconds["ours"] / seconds["drf"], self.to_bare),
            Target("p99 to it", tails["ours"] / tails["drf"], 2.0),
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


def _kept(found: Stage, question: Question) -> tuple[str, str, bytes]:
    """The address of an answer that is kept now, its ETag and its bytes; and that the ETag gives a 304."""
    if not shutil.which("wrk"):
        raise RuntimeError("wrk is not installed")
    answer = requests.get(found.service, params={"url": question.urls}, timeout=60)
    again = requests.get(answer.url, headers={"If-None-Match": answer.headers["ETag"]}, timeout=60)
    if (answer.status_code, again.status_code) != (200, 304):
        raise AssertionError(f"{question}: {answer.status_code}, then {again.status_code}")
    return answer.url, answer.headers["ETag"], answer.content


@contextmanager
def _bare(body: bytes) -> Iterator[str]:
    """The bare views, on the same server."""
    base = f"http://127.0.0.1:{free_port()}"
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        with running(
            "benchmarks.service", base.removeprefix("http://"), _VIEWS, settings={"BARE_BODY": file.name}
        ) as one:
            for name in ("drf", "django"):
                wait_for(f"{base}/{name}", one)
                if requests.get(f"{base}/{name}", timeout=60).content != body:
                    raise AssertionError(f"{name} gives other bytes")
            yield base


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
