"""What a case measured, as a value, as tables and as JSON."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.processes import ROOT
from benchmarks.usage import Usage


@dataclass(frozen=True)
class Target:
    """A measured number, and the most that it should be."""

    name: str
    value: float
    at_most: float

    @property
    def met(self) -> bool:
        """Whether it is no more."""
        return self.value <= self.at_most


@dataclass(frozen=True)
class Result:
    """One case, measured."""

    case: str
    ours: Usage
    """The service's; the median round by wall time."""
    targets: tuple[Target, ...]
    spread: float = 0.0
    """Seconds of wall time between the slowest and the fastest round."""
    baseline: Usage | None = None
    limit: float | None = None
    """Seconds that the upstreams and the widest pools allow, see `questions.limit`."""
    others: Mapping[str, Usage] = field(default_factory=dict)
    """Client's name → the median of its rounds."""
    first: Mapping[str, float] = field(default_factory=dict)
    """Client's name → the wall time of its first round; the service's own among them."""


@dataclass(frozen=True)
class Outcome:
    """One scenario, shown."""

    case: str
    targets: tuple[Target, ...] = ()
    facts: Mapping[str, float | str] = field(default_factory=dict)
    """What was measured besides."""


def median(rounds: Sequence[Usage]) -> Usage:
    """The round whose wall time is the median; of two in the middle, the faster."""
    wall = statistics.median_low(one.wall for one in rounds)
    return next(one for one in rounds if one.wall == wall)


def spread(rounds: Sequence[Usage]) -> float:
    """Seconds of wall time between the slowest and the fastest round."""
    walls = [one.wall for one in rounds]
    return max(walls) - min(walls)


def show(results: Sequence[Result], with_targets: bool) -> None:
    """Print what was measured, and what should have been."""
    measured = Table(
        *("case", "wall s", "± s", "CPU s", "calls", "connections", "MB", "threads"),
        *("points", "baseline", "server s", "baseline", "baseline s", "to it", "limit s", "to it"),
    )
    aims = Table("case", "target", "measured", "at most", "met")
    for one in results:
        ours = one.ours
        measured.add_row(
            *(one.case, f"{ours.wall:.3f}", f"{one.spread:.3f}", f"{ours.cpu:.2f}", f"{ours.calls:,}"),
            *(f"{ours.connections:,}", f"{ours.memory:.1f}", str(ours.threads)),
            *_beside(ours, one.baseline),
            *_ratio(ours.wall, one.baseline.wall if one.baseline else None),
            *_ratio(ours.wall, one.limit),
        )
        for aim in one.targets:
            aims.add_row(one.case, aim.name, f"{aim.value:.2f}", f"{aim.at_most:g}", "yes" if aim.met else "NO")
    console = Console(width=170)
    console.print(measured)
    if any(one.others for one in results):
        console.print(_clients(results))
    if with_targets:
        console.print(aims)


def _clients(results: Sequence[Result]) -> Table:
    """Every client of every case that has some; the ratios are to the service."""
    columns = "case", "client", "wall s", "to ours", "first s", "CPU s", "to ours"
    table = Table(*columns, "calls", "connections", "points", "server s", "MB", "threads")
    for result in results:
        for name, one in {"service": result.ours, **result.others}.items() if result.others else ():
            table.add_row(
                *(result.case, name, f"{one.wall:.3f}", f"{one.wall / result.ours.wall:.2f}"),
                *(f"{result.first[name]:.3f}", f"{one.cpu:.2f}"),
                f"{one.cpu / result.ours.cpu:.2f}" if result.ours.cpu else "",
                *(f"{one.calls:,}", f"{one.connections:,}", f"{one.points:,}", f"{one.server_seconds:,.1f}"),
                *(f"{one.memory:.1f}", str(one.threads)),
            )
        if result.others:
            table.add_section()
    return table


def _beside(ours: Usage, baseline: Usage | None) -> tuple[str, str, str, str]:
    """Points and server-seconds, each beside the baseline's."""
    points, seconds = f"{ours.points:,}", f"{ours.server_seconds:,.1f}"
    if baseline is None:
        return points, "", seconds, ""
    return points, f"{baseline.points:,}", seconds, f"{baseline.server_seconds:,.1f}"


def _ratio(wall: float, other: float | None) -> tuple[str, str]:
    return (f"{other:.3f}", f"{wall / other:.2f}") if other else ("", "")


def show_outcomes(outcomes: Sequence[Outcome], with_targets: bool) -> None:
    """Print what was shown, and with what numbers."""
    table = Table("scenario", "figure", "measured", "at most", "met")
    for one in outcomes:
        for name, value in one.facts.items():
            table.add_row(one.case, name, value if isinstance(value, str) else f"{value:,.4g}")
        for aim in one.targets:
            met = ("yes" if aim.met else "NO") if with_targets else ""
            table.add_row(one.case, aim.name, f"{aim.value:,.4g}", f"{aim.at_most:g}", met)
        table.add_section()
    Console(width=150).print(table)


def as_json(results: Sequence[Result] | Sequence[Outcome]) -> str:
    """The results, and on what they were measured."""
    return json.dumps(
        {
            "commit": _commit(),
            "python": sys.version.split()[0],
            "cores": os.cpu_count(),
            "results": [_plain(one) for one in results],
        },
        indent=1,
    )


def _plain(result: Result | Outcome) -> dict[str, Any]:
    return {**asdict(result), "targets": [{**asdict(aim), "met": aim.met} for aim in result.targets]}


def _commit() -> str | None:
    """The commit, with `-dirty` where files differ from it; None outside of a repository."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603 - fixed words
    return found.stdout.strip() or None
