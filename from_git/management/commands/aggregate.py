"""`aggregate URL…`, of `manage.py` and of `from-git`: the same answer in the terminal."""

import io
import json
import logging
import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError

from from_git import forges
from from_git.aggregator import Answer, Asking, aggregate, watched
from from_git.conf import settings
from from_git.errors import FromGitError, RequestError
from from_git.forges.registry import KINDS, example_urls, labels
from from_git.management.files import WRITERS, targets, write
from from_git.management.lists import urls_in
from from_git.management.printing import error_words, gone, print_csv, print_json
from from_git.management.process import terminate
from from_git.question import Question, both, question
from from_git.readers import seconds
from from_git.serializers import EXPANSIONS, answer_body, error_body, printable
from from_git.values.filters import FILTERS
from from_git.values.option import WrongSetting

CLIENT = "terminal"
"""The name of the client for which budgets count the calls of the command."""


class _Wanted(NamedTuple):
    """What the command line asks for."""

    question: Question
    deadline: tuple[float, str]
    """Seconds, and where they were set."""
    files: Mapping[str, Path]
    """What to write besides, by option."""


class Command(BaseCommand):
    """Exit status: 0 answered (even if all are missing), 1 an upstream failed, or a file or the output could not be
    written, 2 a wrong request; 130 Ctrl-C."""

    help = "Show what the profiles at URL… look like together: as tables, JSON (when piped), CSV or a workbook."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("urls", nargs="*", metavar="URL", help=f"a {labels('or')} profile")
        say = parser.add_argument
        several: dict[str, Any] = {"action": "append", "default": []}
        words = "a file with one URL on each line, # begins a comment; - is the standard input"
        say("--file", metavar="LIST", help=words, **several)
        say("--forks", metavar="no|only", help="count no forks, or forks only", **several)
        say("--archived", metavar="no|only", help="count no archived repositories, or these only", **several)
        say("--active", metavar="DAYS", help="count only what was pushed to in the last so many days", **several)
        say("--repositories", action="store_true", help="list the repositories too; with --csv, only them")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="print the JSON of /health-check")
        form.add_argument("--csv", action="store_true", help="print the CSV of /health-check")
        words = f"print the JSON with more members: {','.join(EXPANSIONS)}"
        say("--expand", metavar="NAMES", help=words, **several)
        say("--xlsx", metavar="FILE", help="write a workbook for Excel or LibreOffice besides")
        say("--card", metavar="FILE", help="write the card besides, an SVG picture")
        say("--deadline", metavar="SECONDS", help="for the whole answer; default: FLIGHT_SECONDS")
        words = "ask the bundled emulator, on recorded and made-up data, without a token or a network"
        say("--emulated", action="store_true", help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, show the answer or the error, and raise SystemExit with the status of the outcome.

        Raises:
            CommandError: a file, or the standard output, could not be written.
        """
        # where it is closed, files can be written nevertheless
        sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
        # the line for a server's log would stand between bars and table, or beside the JSON
        logging.getLogger("from_git.aggregator").setLevel(logging.WARNING)
        signal.signal(signal.SIGTERM, terminate)
        as_json = not options["csv"] and (options["json"] or bool(options["expand"]) or not sys.stdout.isatty())
        with _emulator() if options["emulated"] else nullcontext() as owners:
            try:
                wanted = _wanted(options)
                answer = _answer(wanted, followed=not as_json and not options["csv"])
                for option, path in wanted.files.items():
                    write(answer, option, path)
            except FromGitError as error:
                if as_json:
                    # it repeats what was asked, whatever it holds
                    self.stdout.write(printable(_dump(error_body(error))))
                self.stderr.write(error_words(error))
                if owners and isinstance(error, RequestError):
                    self.stderr.write(owners())
                raise SystemExit(2 if isinstance(error, RequestError) else 1) from error
            finally:
                forges.close()  # whatever is under way ends with us, an interrupted beginning too
            if owners and answer.missing:
                self.stderr.write(owners())
        try:
            _show(answer, wanted.question, as_json, options)
            if not as_json and not options["csv"]:
                self.stdout.writelines(f"Written: {printable(str(path))}\n" for path in wanted.files.values())
            sys.stdout.flush()
        except BrokenPipeError:
            gone()
        except OSError as error:
            gone()
            raise CommandError(f"Not all was written to the standard output: {error.strerror or error}.") from error


def _wanted(options: Mapping[str, Any]) -> _Wanted:
    """What the options say; raises a RequestError that names all that is wrong with them, at once."""
    if options["csv"] and options["expand"]:
        raise RequestError("--expand is for the JSON, and --csv has none.", "Leave one of them out.")
    names = {option: options[option.lstrip("-")] for option in WRITERS}

    def asked() -> Question:
        urls = [*options["urls"], *urls_in(options["file"])]
        given = {name: options[name] for name in FILTERS if options[name]}
        more = ["repositories"] if options["repositories"] else []
        return question(urls, [*options["expand"], *more], given, _example(options["emulated"]))

    def rest() -> tuple[tuple[float, str], dict[str, Path]]:
        return both(lambda: _deadline(options["deadline"]), lambda: targets(names, options["file"]))

    found, more = both(asked, rest)
    return _Wanted(found, *more)


def _answer(wanted: _Wanted, followed: bool) -> Answer:
    profiles, _, chosen = wanted.question
    asking = Asking(*wanted.deadline, client=CLIENT)
    if not followed:
        return aggregate(profiles, asking, chosen)
    with closing(watched(profiles, asking, chosen)) as watch:
        answer: Answer
        try:
            first = next(watch)
        except StopIteration as end:
            answer = end.value
            return answer
        answer = _terminal().followed(first, watch)
        return answer


def _show(answer: Answer, asked: Question, as_json: bool, options: Mapping[str, Any]) -> None:
    if options["csv"] or (as_json and "repositories" in asked.expansions):
        # these come with REST framework, which takes 110 ms
        from from_git.question.choices import Table
        from from_git.renderers import AnswerCSV, AnswerJSON, Details

        if as_json:
            print_json(AnswerJSON().parts(answer, Details(asked.expansions)))
        else:
            print_csv(AnswerCSV().parts(answer, Details(table=Table(options["repositories"]))))
    elif as_json:
        print_json([_dump(answer_body(answer, asked.expansions)).encode()])
    else:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a forge's names, in whatever the terminal can show
        _terminal().show(answer, options["repositories"])


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
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


@cache
def _terminal() -> Any:
    """How an answer looks in a terminal; rich takes 45 ms and 5 MB, and loads while forges answer the first calls."""
    from from_git import terminal

    return terminal
