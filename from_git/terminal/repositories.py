"""A table of the repositories that count, of any number of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby, islice, zip_longest
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.text import Text

from from_git.aggregator import Answer
from from_git.terminal.words import NOTHING, harmless
from from_git.values.repository import Repository

_ROWS = 200  # of which a table is made at a time
_BETWEEN = "  "  # two columns
_GAP = len(_BETWEEN)


class _Column(NamedTuple):
    heading: str
    cell: Callable[[Repository, int], str]
    """The text for a repository in so many characters."""
    least: int | None = None
    """Characters that it can do with; None: it is as wide as its longest cell."""
    number: bool = False


def repositories(answer: Answer, width: int) -> Iterator[Text]:
    """The table in parts, each of which has a few of the rows, in the order of `Answer.repositories`.

    It has as many columns as there is room for. The rows are read twice, first for the widths of the columns, and never
    are more than a few of them in memory.
    """
    columns = _fitting(_longest(one for _, one in answer.repositories()), width)
    yield _lines([[column.heading for column, _ in columns]], columns, "bold")
    for profile, pairs in groupby(answer.repositories(), lambda pair: pair[0]):
        if len(answer.found) > 1:
            yield Text(f"{profile.owner} ({profile.host.label})", "bold")
        while some := [one for _, one in islice(pairs, _ROWS)]:
            yield _lines([[column.cell(row, wide) for column, wide in columns] for row in some], columns)


def _lines(rows: Iterable[Sequence[str]], columns: Sequence[tuple[_Column, int]], style: str = "") -> Text:
    """The rows with their cells below each other; rich's own table takes a millisecond for each row."""
    lines = [line for row in rows for line in zip_longest(*map(_padded, row, columns), fillvalue="")]
    blank = [" " * wide for _, wide in columns]
    said = (_BETWEEN.join(one or empty for one, empty in zip(line, blank, strict=True)).rstrip() for line in lines)
    return Text("\n".join(said), style, no_wrap=True, overflow="ignore")


def _padded(text: str, column: tuple[_Column, int]) -> list[str]:
    """The lines of a cell, each as wide as its column; more than one where it does not fit into one."""
    told, wide = column
    if told.number:
        return [text.rjust(wide)]
    return [set_cell_size(line, wide) for line in chop_cells(text, wide)] or [" " * wide]


def _longest(rows: Iterable[Repository]) -> list[int]:
    """The width of each of the columns with all that it has; 0 where it has nothing."""
    longest = [0] * len(_COLUMNS)
    for row in rows:
        for number, column in enumerate(_COLUMNS):
            text = column.cell(row, 10_000)
            if text not in ("", NOTHING):
                longest[number] = max(longest[number], cell_len(text))
    return longest


def _fitting(longest: Sequence[int], width: int) -> list[tuple[_Column, int]]:
    """The columns that there is room for, the most wanted ones first, in their order, and their widths."""
    whole = [max(long, len(column.heading)) for column, long in zip(_COLUMNS, longest, strict=True)]
    widths: dict[int, int] = {}
    room = width + _GAP
    for number in _WANTED:
        needed = min(whole[number], _COLUMNS[number].least or whole[number])
        if (longest[number] and needed + _GAP <= room) or not number:
            widths[number] = needed
            room -= needed + _GAP
    for number in sorted(widths):  # the names have what is left first
        more = min(room, whole[number] - widths[number])
        widths[number] += more
        room -= more
    return [(_COLUMNS[number], widths[number]) for number in sorted(widths)]


def _kind(row: Repository, room: int) -> str:
    return " ".join(word for word, is_so in (("archived", row.is_archived), ("fork", row.is_fork)) if is_so)


def _named(names: Sequence[str] | None, room: int) -> str:
    """As many whole names as there is room for, and how many more there are."""
    if names is None:
        return NOTHING
    clean = [harmless(name) for name in names]
    for number in range(len(clean), 0, -1):
        more = [f"+{len(clean) - number}"] if number < len(clean) else []
        if cell_len(text := ", ".join([*clean[:number], *more])) <= room:
            return text
    return f"+{len(clean)}" if clean else ""


def _number(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def _day(seconds: int | None) -> str:
    return NOTHING if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


_COLUMNS = (
    _Column("Repository", lambda row, room: harmless(row.name), 16),
    _Column("Kind", _kind),
    _Column("Stars", lambda row, room: _number(row.stars), number=True),
    _Column("Watchers", lambda row, room: _number(row.watchers), number=True),
    _Column("Pushed", lambda row, room: _day(row.pushed)),
    _Column("Created", lambda row, room: _day(row.created)),
    _Column("Licence", lambda row, room: harmless(row.license or "")),
    _Column("Languages", lambda row, room: _named(sorted(row.languages), room), 16),
    _Column("Topics", lambda row, room: _named(row.topics and sorted(row.topics), room), 20),
)
_WANTED = (0, 2, 4, 1, 3, 7, 6, 5, 8)  # of _COLUMNS
