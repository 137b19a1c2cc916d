"""An answer for a terminal: tables and bars, and before it how far it is."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from from_git.aggregator import Answer, Overview
from from_git.errors import lasted
from from_git.forges.registry import labels_of
from from_git.values.found import Found, untold
from from_git.values.profile import Profile
from from_git.values.stats import Stats
from from_git.values.words import listed

_MOST = 10  # languages and topics that get a bar; the others are named
_NAME, _BAR = 28, 30  # characters
_NOTHING = "-"  # what no forge tells; not every terminal has a longer dash
_UNITS = ("B", "kB", "MB", "GB", "TB")


def followed(look: Callable[[], Overview], watch: Generator[Callable[[], Overview], None, Answer]) -> Answer:
    """The answer that `watch` ends with; bars on stderr show meanwhile how far it is.

    Args:
        look: what `watch` has yielded last.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}/{task.total:,}"))
    bars = Progress(*columns)
    rows = [bars.add_task(name, total=None, visible=False) for name in ("profiles", "pages", "watcher counts")]
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


def show(answer: Answer) -> None:
    """Print the report to stdout."""
    Console().print(*lines(answer), sep="\n")


def lines(answer: Answer) -> Iterator[RenderableType]:
    """The parts of the report, one below the other."""
    yield _numbers(answer)
    repos = answer.stats.original_repos + answer.stats.forked_repos
    if repos:
        kinds = [("original", answer.stats.original_repos, ""), ("forked", answer.stats.forked_repos, "")]
        yield _bars("Repositories", kinds, repos)
    langs = answer.stats.langs.items()
    yield from _many("Languages", ((name, one.repos, _size(one.bytes)) for name, one in langs), repos)
    if "topics" in untold(answer.found):
        yield Text.assemble(("Topics: ", "bold"), f"not told by {listed(labels_of(one.kind for one in answer.found))}")
    else:
        yield from _many("Topics", ((name, count, "") for name, count in answer.stats.topics.items()), repos)
    for profile in answer.missing:
        yield Text.assemble(("Missing: ", "bold"), profile.url)
    for url in answer.missing_repositories:
        yield Text.assemble(("Repository not found: ", "bold"), url)


def _numbers(answer: Answer) -> Table:
    table = Table(title="All profiles together" if len(answer.fetched) > 1 else None)
    table.add_column("Profile", overflow="fold")
    for heading in ("Original", "Forked", "Watchers", "Stars", "Languages", "Topics"):
        table.add_column(heading, justify="right", overflow="fold")  # on a narrow screen no digit may be lost
    for profile, found in answer.found.items():
        table.add_row(f"{profile.owner} ({profile.host.label})", *_cells(found.stats, {profile: found}))
    if len(answer.found) != 1:
        table.add_section()
        table.add_row("Total", *_cells(answer.stats, answer.found))
    return table


def _cells(stats: Stats, found: Mapping[Profile, Found]) -> list[str]:
    silent = untold(found)
    return [_NOTHING if key in silent else f"{number:,}" for key, number in stats.numbers().items()]


def _many(heading: str, rows: Iterable[tuple[str, int, str]], repos: int) -> Iterator[RenderableType]:
    """Bars for the most frequent ones, and the names of the rest."""
    # a forge's words are foreign: none of them may move the cursor
    harmless = (("".join(filter(str.isprintable, name)), count, more) for name, count, more in rows)
    ordered = sorted(harmless, key=lambda row: -row[1])  # equals stay in the order of names, which they come in
    if not ordered:
        yield Text.assemble((f"{heading}: ", "bold"), "none")
        return
    yield _bars(f"{heading}, by repositories", ordered[:_MOST], repos)
    if rest := ordered[_MOST:]:
        names = ", ".join(f"{name} ({count:,})" for name, count, _ in rest)
        yield Text.assemble((f"and {len(rest):,} more: ", "bold"), names)


def _bars(title: str, rows: Iterable[tuple[str, int, str]], whole: int) -> Table:
    """Name, bar (a full one is `whole`), number and one more word for each row."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False)
    table.add_column(max_width=_NAME, overflow="fold")
    table.add_column(max_width=_BAR)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", style="dim", no_wrap=True)
    for name, count, more in rows:
        bar = ProgressBar(whole, count, complete_style="cyan", finished_style="cyan")
        table.add_row(Text(name), bar, f"{count:,}", more)
    return table


def _size(size: int | None) -> str:
    """Bytes of code in readable units; empty where no forge tells them."""
    if size is None:
        return ""
    left, unit = float(size), 0
    while left >= 1000 and unit < len(_UNITS) - 1:
        left, unit = left / 1000, unit + 1
    return f"{left:.0f} {_UNITS[unit]}" if unit == 0 else f"{left:.1f} {_UNITS[unit]}"
