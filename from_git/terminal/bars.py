"""Charts of bars, one below the other, whose bars begin in the same column."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

_MOST = 10  # rows of a chart that get a bar; the others are named
_NAME = 28  # characters
_GAP = 2  # characters between two columns


class Row(NamedTuple):
    """One bar and what stands before it."""

    name: str
    number: int
    more: str = ""
    """One more figure, with its unit."""


class Chart(NamedTuple):
    """Some things with their numbers, none of which is negative."""

    title: str
    """Of what, and by what."""
    rows: Sequence[Row]
    """In the order shown."""


def charts(shown: Sequence[Chart], width: int) -> Iterator[RenderableType]:
    """The charts, as wide as `width`: name, number, and a bar; the longest bar of each is its largest number."""
    drawn = [row for chart in shown for row in chart.rows[:_MOST]]
    names = min(_NAME, width * 2 // 5, max((cell_len(row.name) for row in drawn), default=0))
    counts = max((len(f"{row.number:,}") for row in drawn), default=0)
    mores = max((len(row.more) for row in drawn), default=0)
    bars = max(1, width - names - counts - mores - _GAP * (3 if mores else 2))
    for chart in shown:
        table = Table(title=chart.title, title_justify="left", title_style="bold", box=None, show_header=False)
        table.padding = (0, _GAP, 0, 0)
        table.pad_edge = False
        table.add_column(width=names, overflow="fold")
        table.add_column(width=counts, justify="right", no_wrap=True)
        if mores:
            table.add_column(width=mores, justify="right", style="dim", no_wrap=True)
        table.add_column(width=bars)
        largest = max((row.number for row in chart.rows), default=0) or 1
        for row in chart.rows[:_MOST]:
            more = [row.more] if mores else []
            table.add_row(Text(row.name), f"{row.number:,}", *more, _bar(row.number, largest, bars))
        yield ""
        yield table
        if rest := chart.rows[_MOST:]:
            named = ", ".join(f"{row.name} ({row.number:,})" for row in rest)
            yield Text.assemble((f"and {len(rest):,} more: ", "bold"), named)


def _bar(number: int, largest: int, room: int) -> RenderableType:
    """A bar without a ground, which would look like a whole; what is not nothing is seen."""
    long = max(1, round(room * number / largest)) if number else 0
    return ProgressBar(1, 1, long, complete_style="cyan", finished_style="cyan") if long else ""
