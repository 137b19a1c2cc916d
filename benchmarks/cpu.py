"""How much CPU does the service spend on a call, against a bare loop of `requests`? The upstreams take no time here."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import psutil
import requests

from benchmarks.bare import Job
from benchmarks.processes import ROOT, TOKEN, Stage, Way, stage
from benchmarks.questions import POOLS, WARM_UP, Question
from benchmarks.results import Result, Target, median, spread
from benchmarks.usage import Usage, measure
from emulator.latency import Latency
from emulator.world import World
from from_git.forges.github.queries import SIZES
from from_git.forges.github.texts import PUBLIC

_NAMES = 20  # languages or topics of one repository that need no second query


@dataclass(frozen=True)
class WatchersCpu:
    """CPU for each watcher count, its share of the lists and of the answer included, against `Session.get`."""

    name: str
    workspace: str
    at_most: float = 0.38

    def run(self, rounds: int) -> Result:
        """Measure both in turn."""
        with stage(Latency(), Way.PLAIN) as found:
            question = Question(bitbucket=(self.workspace,))
            job = Job(
                [(f"{link}?fields=size&pagelen=0", None) for link in _watcher_links(found, self.workspace)],
                {},
                POOLS["NUM_THREADS_BITBUCKET_WATCHERS"],
                r'"size": ?(\d+)',
            )
            watchers = found.expected(question)["watchers"]
            ours, bare = _in_turn(found, rounds, lambda: found.ask(question), job, watchers)
        return _result(self.name, ours, bare, len(job.calls), self.at_most)


@dataclass(frozen=True)
class PageCpu:
    """CPU for each GitHub owner that one page holds, against `Session.post` of the same query and `json.loads`.

    Args:
        smallest: repositories of the smallest owner asked; the largest has a whole page of them.
        times: how often all of them are asked.
    """

    name: str
    smallest: int
    times: int
    at_most: float = 1.4

    def run(self, rounds: int) -> Result:
        """Measure both in turn.

        Raises:
            AssertionError: the bare loop no longer asks what the service asks.
        """
        with stage(Latency(), Way.PLAIN) as found:
            question = Question(tuple(_one_page_owners(self.smallest)))
            job = Job(
                [(found.github_url, _page(login)) for login in question.github] * self.times,
                {"Authorization": f"bearer {TOKEN}"},
                POOLS["NUM_THREADS_GITHUB"],
                r'"watchers":{"totalCount":(\d+)}',
            )
            watchers = found.expected(question)["watchers"] * self.times

            def ask() -> None:
                for _ in range(self.times):
                    found.ask(question)

            ours, bare = _in_turn(found, rounds, ask, job, watchers)
        if (ours[0].calls, ours[0].received) != (bare[0].calls, bare[0].received):
            raise AssertionError(f"{self.name}: {ours[0]} are other calls than {bare[0]}; see _page")
        return _result(self.name, ours, bare, len(job.calls), self.at_most)


def _watcher_links(found: Stage, workspace: str) -> list[str]:
    """The addresses of the watchers of each repository."""
    links, url = [], f"{found.bitbucket_url}/repositories/{workspace}?pagelen=100&sort=created_on"
    while url:
        page = requests.get(url, timeout=60).json()
        links += [value["links"]["watchers"]["href"] for value in page["values"]]
        url = page.get("next")
    return links


def _page(login: str) -> dict[str, Any]:
    """What the service sends for an owner of one page."""
    return {"query": PUBLIC.owner, "variables": {"login": login, "first": SIZES.first, "listed": SIZES.listed}}


def _one_page_owners(smallest: int) -> list[str]:
    """Generated owners of `smallest` to SIZES.first repositories that need no second query for more languages."""
    found, world = [], World(recorded=False)
    for login in [f"{kind}-{size}" for size in range(smallest, SIZES.first + 1) for kind in ("org", "user")]:
        owner = world.owner("github", login)
        if owner and all(max(len(one.languages), len(one.topics)) <= _NAMES for one in owner.repositories):
            found.append(login)
    return found


def _in_turn(
    found: Stage, rounds: int, ask: Callable[[], object], job: Job, watchers: int
) -> tuple[list[Usage], list[Usage]]:
    """The rounds of the service and those of the bare loop, which must count so many watchers."""
    found.ask(WARM_UP)
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(measure(found, found.worker, ask))
        bare.append(_bare(found, job, watchers))
    return ours, bare


def _bare(found: Stage, job: Job, watchers: int) -> Usage:
    said: dict[str, Any] = {}

    def loop() -> None:
        command = [sys.executable, "-m", "benchmarks.bare"]
        told = subprocess.run(  # noqa: S603 - our own
            command, input=json.dumps(asdict(job)), cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
        said.update(json.loads(told.stdout))

    usage = measure(found, psutil.Process(), loop)
    if said["total"] != watchers:
        raise AssertionError(f"the bare loop counts {said['total']} watchers, not {watchers}")
    # the process that worked was another one, and has said so itself
    return replace(usage, wall=said["wall"], cpu=said["cpu"], memory=0.0, threads=job.threads)


def _result(name: str, ours: Sequence[Usage], bare: Sequence[Usage], calls: int, at_most: float) -> Result:
    """The medians of CPU time compared, which differ less than the rounds do."""
    times = [statistics.median(one.cpu for one in rounds) / calls * 1000 for rounds in (ours, bare)]
    target = Target(f"CPU to baseline ({times[0]:.2f} ms to {times[1]:.2f} ms)", times[0] / times[1], at_most)
    return Result(name, median(ours), (target,), spread(ours), median(bare))
