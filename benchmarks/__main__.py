"""`python -m benchmarks [--quick]`: each case through the service and through the plain client, in one run."""

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from benchmarks.baseline import watchers_of
from benchmarks.processes import Stage, stage
from from_git.forges import github


@dataclass(frozen=True)
class Case:
    """A question and the latency under which it is asked."""

    name: str
    github: tuple[str, ...] = ()
    bitbucket: tuple[str, ...] = ()
    base_ms: float = 100.0
    per_repository_ms: float = 0.0


@dataclass(frozen=True)
class Result:
    """One case, measured. Times in seconds, the median over the rounds."""

    case: str
    wall: float
    spread: float
    """Between the slowest and the fastest round."""
    calls: int
    connections: int
    limit: float
    """What the upstreams' round trips alone take, with the default pools."""
    to_limit: float
    baseline: float
    to_baseline: float


FULL = (
    Case("team-300", bitbucket=("team-300",)),
    Case("org-50", github=("org-50",), per_repository_ms=10.0),
    Case("org-300", github=("org-300",), per_repository_ms=10.0),
    Case(
        "20 profiles",
        tuple(f"user-{n}" for n in range(5, 15)),
        tuple(f"team-{n}" for n in range(5, 15)),
        per_repository_ms=10.0,
    ),
)
QUICK = (
    Case("team-40", bitbucket=("team-40",), base_ms=20.0),
    Case("org-40", github=("org-40",), base_ms=20.0, per_repository_ms=1.0),
)


def limit(case: Case) -> float:
    """Seconds that the round trips take when nothing else costs time, with the default pools.

    Bitbucket: one list page, beside whose successors the watchers run, 16 at a time. GitHub: the pages of one owner
    one after the other, owners 8 at a time.
    """
    base, each = case.base_ms / 1000, case.per_repository_ms / 1000
    teams = [int(name.rpartition("-")[2]) for name in case.bitbucket]
    owners = [int(name.rpartition("-")[2]) for name in case.github]
    on_bitbucket = base * (1 + sum(teams) / 16) if teams else 0.0
    walks = [base * max(1, math.ceil(size / github.PAGE_SIZE)) + each * size for size in owners]
    return max(on_bitbucket, sum(walks) / 8, max(walks, default=0.0))


def measure(case: Case, rounds: int) -> Result:
    """Ask the service and the plain client, `rounds` times in turn, after one round that only warms up.

    Raises:
        AssertionError: one of them answers a wrong number.
    """
    with stage(case.base_ms, case.per_repository_ms) as found:
        expected = found.sum(list(case.github), list(case.bitbucket))
        _ask(case, found, expected)
        ours, theirs, meters = [], [], []
        for _ in range(rounds):
            found.reset()
            ours.append(_timed(lambda: _ask(case, found, expected)))
            meters.append(found.meter())
            theirs.append(_timed(lambda: _plain(case, found, expected)))
    wall, baseline, bound = statistics.median(ours), statistics.median(theirs), limit(case)
    return Result(
        case=case.name,
        wall=wall,
        spread=max(ours) - min(ours),
        calls=sum(meters[-1][upstream]["calls"] for upstream in ("github", "bitbucket")),
        connections=sum(meters[-1][upstream]["connections"] for upstream in ("github", "bitbucket")),
        limit=bound,
        to_limit=wall / bound,
        baseline=baseline,
        to_baseline=wall / baseline,
    )


def _ask(case: Case, found: Stage, expected: Any) -> None:
    urls = [f"https://github.com/{name}" for name in case.github]
    urls += [f"https://bitbucket.org/{name}" for name in case.bitbucket]
    body = requests.get(f"{found.service}/health-check", params={"url": urls}, timeout=600).json()
    if body.get("data") != expected:
        raise AssertionError(f"{case.name}: {body.get('message', 'wrong numbers')}")


def _plain(case: Case, found: Stage, expected: Any) -> None:
    total = watchers_of(found, list(case.github), list(case.bitbucket))
    if total != expected["watchers"]:
        raise AssertionError(f"{case.name}: the plain client counts {total} watchers, not {expected['watchers']}")


def _timed(function: Callable[[], None]) -> float:
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun


def main() -> None:
    """Measure, print a table, and with --json write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small cases, one round: shows that it still runs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=argparse.FileType("w"), help="write the results there")
    options = parser.parse_args()
    cases, rounds = (QUICK, 1) if options.quick else (FULL, options.rounds)
    results = [measure(case, rounds) for case in cases]
    table = Table("case", "wall s", "± s", "calls", "connections", "limit s", "to limit", "plain s", "to plain")
    for one in results:
        numbers = (one.limit, one.to_limit, one.baseline, one.to_baseline)
        table.add_row(
            one.case,
            f"{one.wall:.2f}",
            f"{one.spread:.2f}",
            str(one.calls),
            str(one.connections),
            *(f"{number:.2f}" for number in numbers),
        )
    Console(width=110).print(table)
    if options.json:
        json.dump(
            {"python": sys.version.split()[0], "results": [asdict(one) for one in results]}, options.json, indent=1
        )


if __name__ == "__main__":
    main()
