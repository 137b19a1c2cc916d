"""An answer for a terminal: tables and bars as wide as it is, and before it how far it is."""

from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from from_git import forges
from from_git.aggregator import Answer
from from_git.terminal.bars import Chart, Row, charts
from from_git.terminal.numbers import numbers
from from_git.terminal.progress import followed
from from_git.terminal.repositories import repositories
from from_git.terminal.words import harmless
from from_git.values.found import untold
from from_git.values.words import listed, titled

__all__ = ["followed", "lines", "show"]

_UNITS = ("B", "kB", "MB", "GB", "TB")


def show(answer: Answer, listing: bool = False) -> None:
    """Print the report to stdout, with a table of the repositories before it if `listing` is true."""
    console = Console()
    for part in lines(answer, console, listing):
        console.print(part)


def lines(answer: Answer, console: Console, listing: bool = False) -> Iterator[RenderableType]:
    """The parts of the report, one below the other."""
    if listing and answer.counted:
        yield from repositories(answer, console.width)
        yield ""
    stats = answer.stats
    if answer.found:
        yield Text(titled(profile.owner for profile in answer.found), "bold")
        yield Text(answer.subtitle)
    yield from numbers(answer, console)
    yield from _charts(answer, console.width)
    if not stats.langs:
        yield _said("Languages", "none")
    if "topics" in untold(answer.found):
        yield _said("Topics", f"not told by {listed(forges.labels_of(one.host for one in answer.found))}")
    elif not stats.topics:
        yield _said("Topics", "none")
    for profile in answer.missing:
        yield _said("Missing", profile.url)
    for url in answer.missing_repositories:
        yield _said("Repository not found", url)


def _charts(answer: Answer, width: int) -> Iterator[RenderableType]:
    stats = answer.stats
    kinds = [Row("original", stats.original_repos), Row("forked", stats.forked_repos)]
    langs = [Row(harmless(name), one.repos, _size(one.bytes)) for name, one in stats.langs.items()]
    topics = [Row(harmless(name), number) for name, number in stats.topics.items()]
    shown = (
        Chart("Repositories", kinds if answer.counted else ()),
        Chart("Languages, by repositories", _ordered(langs)),
        Chart("Topics, by repositories", _ordered(topics)),
    )
    yield from charts([one for one in shown if one.rows], width)


def _said(heading: str, words: str) -> Text:
    return Text.assemble((f"{heading}: ", "bold"), words)


def _ordered(rows: Iterable[Row]) -> list[Row]:
    """The most frequent ones first; equals stay in the order of names, which they come in."""
    return sorted(rows, key=lambda row: -row.number)


def _size(size: int | None) -> str:
    """Bytes of code in readable units; empty where no forge tells them."""
    if size is None:
        return ""
    left, unit = float(size), 0
    while left >= 1000 and unit < len(_UNITS) - 1:
        left, unit = left / 1000, unit + 1
    return f"{left:.0f} {_UNITS[unit]}" if unit == 0 else f"{left:.1f} {_UNITS[unit]}"
