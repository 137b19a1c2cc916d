"""The numbers of each profile and their sum."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from from_git.aggregator import Answer
from from_git.terminal.words import NOTHING
from from_git.values.found import Found, untold
from from_git.values.keys import KEYS
from from_git.values.profile import Profile
from from_git.values.stats import Stats

_HEADINGS = [key.short for key in KEYS.values() if not key.names]


def numbers(answer: Answer, console: Console) -> Iterator[RenderableType]:
    """A table with a row for each profile; where that is too wide, a small one for each profile.

    So no digit is lost on a narrow screen, and no number broken.
    """
    rows = [
        (f"{profile.owner} ({profile.host.label})", _cells(one.stats, {profile: one}))
        for profile, one in answer.found.items()
    ]
    if len(rows) != 1:
        rows.append(("Total", _cells(answer.stats, answer.found)))
    wide = _wide(rows)
    if Measurement.get(console, console.options.update(width=10_000), wide).minimum <= console.width:
        yield wide
    else:
        yield from _narrow(rows)


def _wide(rows: Sequence[tuple[str, Sequence[str]]]) -> Table:
    table = Table()
    table.add_column("Profile", overflow="fold")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for name, cells in rows:
        if name == "Total":
            table.add_section()
        table.add_row(Text(name), *cells)
    return table


def _narrow(rows: Sequence[tuple[str, Sequence[str]]]) -> Iterator[RenderableType]:
    widest = max(len(cell) for _, cells in rows for cell in cells)
    for name, cells in rows:
        yield Text(name, "bold")
        table = Table(box=None, show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True, min_width=widest)
        for pair in zip(_HEADINGS, cells, strict=True):
            table.add_row(*pair)
        yield table


def _cells(stats: Stats, found: Mapping[Profile, Found]) -> list[str]:
    silent = untold(found)
    return [NOTHING if key in silent else f"{number:,}" for key, number in stats.numbers().items()]
