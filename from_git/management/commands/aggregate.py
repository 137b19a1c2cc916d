"""`aggregate URL…`, of `manage.py` and of `from-git`: the same answer in the terminal."""

import io
import json
import logging
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from from_git import forges
from from_git.aggregator import Answer, Asking, aggregate, watched
from from_git.conf import settings
from from_git.errors import FromGitError, RequestError
from from_git.forges.registry import KINDS, example_urls, labels
from from_git.management.lists import urls_in
from from_git.question import question
from from_git.readers import seconds
from from_git.serializers import EXPANSIONS, answer_body, error_body, printable
from from_git.values.option import WrongSetting
from from_git.values.profile import Profile

CLIENT = "terminal"
"""The name of the client for which budgets count the calls of the command."""


class Command(BaseCommand):
    """Exit status: 0 answered (even if all are missing), 1 an upstream failed, 2 a wrong request; 130 Ctrl-C."""

    help = "Show what the profiles at URL… look like together: a table, or JSON when piped or asked for."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("urls", nargs="*", metavar="URL", help=f"a {labels('or')} profile")
        parser.add_argument(
            "--file",
            action="append",
            default=[],
            metavar="LIST",
            help="a file with one URL on each line, # begins a comment; - is the standard input",
        )
        parser.add_argument("--json", action="store_true", help="print the JSON of /health-check")
        parser.add_argument(
            "--expand",
            action="append",
            default=[],
            metavar="NAMES",
            help=f"print the JSON with more members: {','.join(EXPANSIONS)}",
        )
        parser.add_argument("--deadline", metavar="SECONDS", help="for the whole answer; default: FLIGHT_SECONDS")
        parser.add_argument(
            "--emulated",
            action="store_true",
            help="ask the bundled emulator, on recorded and made-up data, without a token or a network",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, show the answer or the error, and raise SystemExit with the status of the outcome."""
        # the line for a server's log would stand between bars and table, or beside the JSON
        logging.getLogger("from_git.aggregator").setLevel(logging.WARNING)
        as_json = options["json"] or bool(options["expand"]) or not sys.stdout.isatty()
        with _emulator() if options["emulated"] else nullcontext() as owners:
            try:
                limit, origin = _deadline(options["deadline"])
                urls = [*options["urls"], *urls_in(options["file"])]
                profiles, expansions, wanted = question(urls, options["expand"], {}, _example(options["emulated"]))
                asking = Asking(limit, origin, client=CLIENT)
                answer = aggregate(profiles, asking, wanted) if as_json else _watched(profiles, asking)
            except FromGitError as error:
                if as_json:
                    self.stdout.write(_dump(error_body(error)))
                self.stderr.write(f"{error.code}: {error.message}\n{error.advice}")
                if owners and isinstance(error, RequestError):
                    self.stderr.write(owners())
                raise SystemExit(2 if isinstance(error, RequestError) else 1) from error
            finally:
                forges.close()  # whatever is under way ends with us, an interrupted beginning too
            if owners and answer.missing:
                self.stderr.write(owners())
        if as_json:
            self.stdout.write(_dump(answer_body(answer, expansions)))
        else:
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(errors="backslashreplace")  # a forge's names, in whatever the terminal can show
            _terminal().show(answer)


@contextmanager
def _emulator() -> Iterator[Callable[[], str]]:
    """Ask the emulator meanwhile; yields a function that tells its owners."""
    from from_git.management.emulated import emulated, owners  # with a server, which no other question needs

    with emulated() as emulator:
        yield lambda: owners(emulator)


def _example(emulated: bool) -> str:
    """A right question."""
    program = f"{Path(sys.argv[0]).name} aggregate"
    if not emulated:
        return f"{program} {' '.join(example_urls())}"
    urls = [kind.url(kind.demo.owners[0]) for kind in KINDS.values() if kind.demo]
    return f"{program} --emulated {' '.join(urls)}"


def _deadline(given: str | None) -> tuple[float, str]:
    if given is None:
        return settings.FLIGHT_SECONDS, "FLIGHT_SECONDS"
    try:
        limit = seconds(given)
    except WrongSetting:
        limit = 0.0
    if limit < 0.1:
        raise RequestError("--deadline takes a number of seconds, at least 0.1.", "Write for example --deadline 120.")
    return limit, "--deadline"


def _dump(body: dict[str, Any]) -> str:
    """The API's bytes, or, where the output cannot hold them all, the same JSON in ASCII."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(body, ensure_ascii=not unicode, separators=(",", ":"))
    return text if body["error"] == "OK" else printable(text)  # an error repeats what was asked, whatever it holds


def _watched(profiles: Sequence[Profile], asking: Asking) -> Answer:
    with closing(watched(profiles, asking)) as watch:
        answer: Answer
        try:
            first = next(watch)
        except StopIteration as end:
            answer = end.value
            return answer
        answer = _terminal().followed(first, watch)
        return answer


@cache
def _terminal() -> Any:
    """How an answer looks in a terminal; rich takes 45 ms and 5 MB, and loads while forges answer the first calls."""
    from from_git import terminal

    return terminal
