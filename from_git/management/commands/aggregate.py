"""`manage.py aggregate URL…`: the same answer in the terminal."""

import json
import logging
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from coding_challenge.readers import WrongSetting, seconds
from from_git.aggregator import Answer, aggregate
from from_git.conf import settings
from from_git.errors import FromGitError, RequestError
from from_git.forges import Progress as FetchProgress
from from_git.profiles import LABELS, Profile
from from_git.serializers import EXPANSIONS, answer_body, error_body, question


class Command(BaseCommand):
    """Exit status: 0 answered (even if all are missing), 1 an upstream failed, 2 a wrong request."""

    help = "Show what the profiles at URL… look like together: a table, or JSON when piped or asked for."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("urls", nargs="*", metavar="URL", help="a GitHub or Bitbucket profile")
        parser.add_argument("--json", action="store_true", help="print the JSON of /health-check")
        parser.add_argument(
            "--expand",
            action="append",
            default=[],
            metavar="NAMES",
            help=f"print the JSON with more members: {','.join(EXPANSIONS)}",
        )
        parser.add_argument("--deadline", metavar="SECONDS", help="for the whole answer; default: FLIGHT_SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, show, and exit with the status that the outcome deserves."""
        # the line for a server's log would stand between bars and table, or beside the JSON
        logging.getLogger("from_git.aggregator").setLevel(logging.WARNING)
        as_json = options["json"] or bool(options["expand"]) or not sys.stdout.isatty()
        try:
            limit, origin = _deadline(options["deadline"])
            profiles, expansions = question(options["urls"], options["expand"])
            answer = aggregate(profiles, limit, origin) if as_json else _watched(profiles, limit, origin)
        except FromGitError as error:
            if as_json:
                self.stdout.write(_dump(error_body(error)))
            self.stderr.write(f"{error.code}: {error.message}")
            raise SystemExit(2 if isinstance(error, RequestError) else 1) from error
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        if as_json:
            self.stdout.write(_dump(answer_body(answer, expansions)))
        else:
            _show(answer, profiles)


def _deadline(given: str | None) -> tuple[float, str]:
    if given is None:
        return settings.FLIGHT_SECONDS, "FLIGHT_SECONDS"
    try:
        limit = seconds(given)
    except WrongSetting:
        limit = 0.0
    if limit < 0.1:
        raise RequestError("--deadline takes a number of seconds, at least 0.1.")
    return limit, "--deadline"


def _dump(body: dict[str, Any]) -> str:
    """The API's bytes, or, where the output cannot hold them all, the same JSON in ASCII."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    return json.dumps(body, ensure_ascii=not unicode, separators=(",", ":"))


def _watched(profiles: Sequence[Profile], limit: float, origin: str) -> Answer:
    """The answer, with a bar for its progress while it is on its way."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        pages = bars.add_task("pages", total=len(profiles))
        watchers = bars.add_task("watcher counts", total=0, visible=False)

        def show(all_progress: Sequence[FetchProgress]) -> None:
            bars.update(
                pages,
                completed=sum(p.pages for p in all_progress),
                total=sum(p.pages_known for p in all_progress),
            )
            known = sum(p.watchers_known for p in all_progress)
            bars.update(watchers, completed=sum(p.watchers for p in all_progress), total=known, visible=known > 0)

        return aggregate(profiles, limit, origin, on_progress=show)


def _show(answer: Answer, profiles: Sequence[Profile]) -> None:
    console = Console()
    table = Table(title="All profiles together" if len(profiles) > 1 else None)
    table.add_column("Profile", overflow="fold")
    for heading in ("Original", "Forked", "Watchers", "Followers", "Languages", "Topics"):
        table.add_column(heading, justify="right")
    rows = [(f"{profile.owner} ({LABELS[profile.forge]})", found.stats) for profile, found in answer.found.items()]
    if len(rows) != 1:
        rows.append(("Total", answer.stats))
    for name, stats in rows:
        numbers = (
            stats.original_repos,
            stats.forked_repos,
            stats.watchers,
            stats.followers,
            len(stats.langs),
            len(stats.topics),
        )
        if name == "Total":
            table.add_section()
        table.add_row(name, *(f"{number:,}" for number in numbers))
    console.print(table)
    lines = [
        ("Languages", ", ".join(answer.stats.langs) or "none"),
        ("Topics", ", ".join(answer.stats.topics) or "none"),
    ]
    lines += [("Missing", profile.url) for profile in answer.missing]
    for heading, text in lines:
        console.print(Text.assemble((f"{heading}: ", "bold"), text))
