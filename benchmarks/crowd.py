"""How long does a small request take while another client asks for thousands of owners on a short budget?"""

import json
import statistics
import threading
import time
from dataclasses import dataclass, replace
from typing import Any

import requests

from benchmarks.processes import PATIENCE, Stage, in_background, stage
from benchmarks.questions import WARM_UP, Question
from benchmarks.results import Result, Target
from benchmarks.usage import measure
from emulator.latency import Latency

_QUERY = 0.06  # seconds of GitHub's time
_SIZES = range(1, 10)  # repositories of the small owners
_PAUSE = 0.6  # seconds between small requests: more than ten until the same owner is asked for anew
_SETTLED = 2.0  # seconds after which nothing that was under way when the client left is
_BUDGET = {"GITHUB_SECONDS_PER_MINUTE": "55", "NUM_PROXIES": "1", "PROFILE_CACHE_SECONDS": "300"}


@dataclass(frozen=True)
class Crowd:
    """Small requests of one client: on an idle service, then while another one's stream asks for absent owners.

    The result's wall times are those of a small request, in the median. The targets are those of a budget that is
    fair, and of what goes on when the large request's client has left.

    Args:
        absent: owners of the large request, whom GitHub does not have.
        small: small requests, idle and beside.
    """

    name: str
    absent: int
    small: int
    ratio: float = 2.0

    def run(self, rounds: int) -> Result:
        """Measure, in one round."""
        idle: list[float] = []
        beside: list[float] = []
        after = 0.0
        with stage(Latency(_QUERY), **_BUDGET) as found:
            found.ask(WARM_UP)
            owners = [Question((f"{kind}-{size}",)) for size in _SIZES for kind in ("user", "org")]
            for owner in owners:
                found.expected(owner)

            def small(times: list[float]) -> None:
                for number in range(self.small):
                    times.append(found.ask(owners[number % len(owners)], headers=_client("192.0.2.1")))
                    time.sleep(_PAUSE)  # between two questions of one client, as clients do

            def together() -> None:
                nonlocal after
                leave = threading.Event()
                left = in_background(lambda: self._large(found, leave))
                small(beside)
                leave.set()
                left.result()
                time.sleep(_SETTLED)  # the server notices by its heartbeat that the client has left
                before = _calls(found)
                time.sleep(_SETTLED)  # of calls that are not made nothing is heard
                after = _calls(found) - before

            baseline = measure(found, found.worker, lambda: small(idle))
            ours = measure(found, found.worker, together)
        usual = statistics.median(idle)
        targets = (
            Target(f"median to idle ({len(beside)} requests)", statistics.median(beside) / usual, self.ratio),
            Target("calls begun after the client of the large one has left", after, 0.0),
        )
        spread = max(beside) - min(beside)
        return Result(
            self.name, replace(ours, wall=statistics.median(beside)), targets, spread, replace(baseline, wall=usual)
        )

    def _large(self, found: Stage, leave: threading.Event) -> None:
        """Listen to the stream of the large request until it is time to leave."""
        urls = "\n".join(f"https://github.com/absent-{number}" for number in range(self.absent))
        address = found.service.replace("/health-check", "/from-git/stream")
        with requests.get(
            address, params={"url": urls}, headers=_client("192.0.2.7"), stream=True, timeout=PATIENCE
        ) as events:
            events.raise_for_status()
            for line in events.iter_lines():
                if line.startswith(b"data:") and "message" in json.loads(line[5:]):
                    raise AssertionError(f"the large request failed: {line.decode()}")
                if leave.is_set():
                    return


def _client(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address, "Cache-Control": "no-cache"}


def _calls(found: Stage) -> Any:
    return found.meter()["github"]["calls"]
