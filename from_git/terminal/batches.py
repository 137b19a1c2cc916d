"""A batch in a terminal: how far it is, on stderr, and what has become of it."""

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from from_git import forges
from from_git.batches.figures import HostFigures
from from_git.calls.status import statuses_of
from from_git.errors import lasted, when
from from_git.terminal.words import harmless
from from_git.values.keys import KEYS
from from_git.values.words import counted

_SPEED = 15.0  # seconds over which the speed is measured
_FAILED = 20  # profiles that are listed


class Screen:
    """Bars for each host, with what is done, how fast, and what is waited for; not thread-safe."""

    def __init__(self, live: Live) -> None:
        self._live = live
        columns = (TextColumn("{task.description}"), BarColumn(None), TextColumn("{task.completed:,}/{task.total:,}"))
        self._bars = Progress(*columns, expand=True)
        self._rows = {"": self._bars.add_task("all", total=None)}
        self._begun = time.monotonic()
        self._past: dict[str, deque[tuple[float, int]]] = {}

    def show(self, found: Mapping[str, HostFigures]) -> None:
        """Show these figures, by the names of hosts."""
        whole = HostFigures()
        for name, one in found.items():
            whole.total += one.total
            whole.done += one.done
            whole.failed += one.failed
            whole.cancelled += one.cancelled
            if len(found) > 1:
                self._bar(name, one)
        self._bar("", whole)
        words = [f"{lasted(time.monotonic() - self._begun)}, {whole.open:,} to do, {whole.failed:,} failed"]
        words += filter(None, (self._line(name, one) for name, one in found.items()))
        self._live.update(Group(self._bars, Text("\n".join(words))))

    def _bar(self, name: str, one: HostFigures) -> None:
        if name not in self._rows:
            self._rows[name] = self._bars.add_task(harmless(name))
        self._bars.update(self._rows[name], completed=one.total - one.open, total=one.total)

    def _line(self, name: str, one: HostFigures) -> str:
        """What goes on at a host."""
        now, past = time.monotonic(), self._past.setdefault(name, deque())
        past.append((now, one.total - one.open))
        while now - past[0][0] > _SPEED:
            past.popleft()
        if not one.open:
            return ""
        seconds, number = now - past[0][0], one.total - one.open - past[0][1]
        words = (
            f"{harmless(name)}: {number / seconds:.1f} a second"
            if seconds > 1
            else f"{harmless(name)}: {one.open:,} to do"
        )
        wait = max(one.wait, _limit(name))
        if wait < 1:
            return words
        return f"{words}; goes on {when(wait)}{f' ({harmless(one.reason)})' if one.reason else ''}"


@contextmanager
def screen() -> Iterator[Screen]:
    """A screen on stderr, which is gone at the end."""
    with Live(console=Console(stderr=True), transient=True, refresh_per_second=5) as live:
        yield Screen(live)


def show_batch(body: Mapping[str, Any], done: int) -> None:
    """Print what has become of a batch.

    Args:
        body: its answer.
        done: the number of its profiles that were found.
    """
    console = Console()
    table = Table(title=counted(done, "profile"), title_justify="left", title_style="bold", box=None, show_header=False)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    for name, key in KEYS.items():
        if not key.names:
            table.add_row(key.label, f"{body['data'][name]:,}")
    console.print(table)
    _list(console, "Missing", body["missing"])
    _list(console, "Failed", [f"{one['url']}: {one['message']}" for one in body["failed"]])


def _list(console: Console, heading: str, lines: Sequence[str]) -> None:
    if lines:
        console.print(Text(f"{heading}: {len(lines):,}", "bold"))
    for line in lines[:_FAILED]:
        console.print(Text(harmless(line)))
    if len(lines) > _FAILED:
        console.print(Text(f"and {len(lines) - _FAILED:,} more, which --json tells"))


def _limit(name: str) -> float:
    """Seconds until the forge's limit, or our own, lets a call be sent; 0: now."""
    host = forges.hosts().get(name)
    if host is None:
        return 0.0
    statuses = statuses_of(forges.forge(host).accounts)
    waits = {one.place: max([one.blocked, *(bound.wait for bound in one.allowances)]) for one in statuses}
    return min(max(one.set_aside, waits[one.counted_at]) for one in statuses)
