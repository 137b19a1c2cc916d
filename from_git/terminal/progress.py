"""How far an answer is, on stderr."""

from collections.abc import Callable, Generator

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from from_git.aggregator import Answer, Overview
from from_git.errors import lasted


def followed(look: Callable[[], Overview], watch: Generator[Callable[[], Overview], None, Answer]) -> Answer:
    """The answer that `watch` ends with; bars on stderr show meanwhile how far it is.

    Args:
        look: what `watch` has yielded last.
    """
    columns = (TextColumn("{task.description}"), BarColumn(None), TextColumn("{task.completed:,}/{task.total:,}"))
    bars = Progress(*columns, expand=True)
    rows = [bars.add_task(name, total=None, visible=False) for name in ("profiles", "pages", "repositories")]
    with Live(bars, console=Console(stderr=True), transient=True, refresh_per_second=10) as screen:
        while True:
            seen = look()
            figures = (seen.done, seen.profiles), (seen.pages, seen.pages_known), (seen.watchers, seen.watchers_known)
            for row, (done, known) in zip(rows, figures, strict=True):
                bars.update(row, completed=done, total=known, visible=known > 0)
            screen.update(Group(bars, _words(seen)))
            try:
                look = next(watch)
            except StopIteration as end:
                answer: Answer = end.value
                return answer


def _words(seen: Overview) -> Text:
    """What no bar can show: time, how many profiles are found, retries, waits."""
    calls = "call" if seen.retries == 1 else "calls"
    retries = f", {seen.retries:,} {calls} sent again" if seen.retries else ""
    first = f"{lasted(seen.seconds)}, {seen.found:,} of {seen.profiles:,} profiles found{retries}"
    return Text("\n".join([first, *seen.waits]))
