"""`batch FILE`, of `manage.py` and of `from-git`: many profiles, fetched one after the other, whatever stops it."""

import json
import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from from_git import forges
from from_git.batches import states
from from_git.batches.answer import answer_of
from from_git.batches.lone import AnotherWorker, new_name
from from_git.batches.told import state_members, table_rows
from from_git.errors import DatabaseAway, FromGitError, RequestError
from from_git.management.files import targets, whole
from from_git.management.lists import shown, urls_in
from from_git.management.printing import error_words, gone, print_csv, print_json
from from_git.management.process import alone
from from_git.management.worked import HeldElsewhere, Work
from from_git.models import Batch, BatchState, ItemState
from from_git.profiles import parse_profiles
from from_git.question import no_url, wrong_urls
from from_git.question.fields import NAMED
from from_git.serializers import BATCH_COLUMNS, error_body, printable
from from_git.spreadsheet import spooled_batch
from from_git.spreadsheet.commas import csv_parts
from from_git.values.profile import Profile
from from_git.values.words import counted

CLIENT = "terminal"
"""The name of the client for which budgets count the calls of the command."""


class Command(BaseCommand):
    """Exit status: 0 all profiles were found or are missing, 1 some failed, or it could not be worked on, 2 a wrong
    request; 130 Ctrl-C, 143 SIGTERM."""

    help = (
        "Fetch the profiles in FILE, thousands of them, and add them up. Stopped or killed, the same command goes on"
        " where it was; done, it prints the answer again. It needs the tables of `migrate`."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        words = "a file with one URL on each line, # begins a comment; - is the standard input"
        parser.add_argument("file", metavar="FILE", help=words)
        parser.add_argument(
            "--anew", action="store_true", help="begin anew, though the same profiles were asked before"
        )
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="print the JSON, as it does when piped")
        form.add_argument("--csv", action="store_true", help="print a CSV with a row for each profile")
        parser.add_argument("--xlsx", metavar="FILE", help="write a workbook for Excel or LibreOffice besides")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work, show the answer or the error, and raise SystemExit with the status of the outcome.

        Raises:
            CommandError: it cannot be worked on, or a file or the standard output could not be written.
        """
        alone()
        as_json = not options["csv"] and (options["json"] or not sys.stdout.isatty())
        try:
            files = targets({"--xlsx": options["xlsx"]}, [options["file"]])
            profiles = _profiles(options["file"])
            batch = self._worked(profiles, options, screen=not as_json and not options["csv"])
            counts = states.counts(batch.id)
            if files:
                _write(batch, counts, files["--xlsx"])
            _show(batch, counts, as_json, options["csv"])
        except FromGitError as error:
            if as_json:
                self.stdout.write(printable(json.dumps(error_body(error), ensure_ascii=False)))
            self.stderr.write(error_words(error))
            raise SystemExit(2 if isinstance(error, RequestError) else 1) from error
        except BrokenPipeError:
            gone()
        except OSError as error:
            gone()
            raise CommandError(f"Not all was written: {error.strerror or error}.") from error
        finally:
            forges.close()
        self._end(batch, counts)

    def _worked(self, profiles: list[Profile], options: Mapping[str, Any], screen: bool) -> Batch:
        """The batch, when nothing of it is open any more."""
        batch: Batch | None = None
        try:
            with (
                Work(new_name()) as work,
                _screen(screen) as live,
            ):
                batch, there = work.take(profiles, CLIENT, options["anew"])
                if there and batch.state == BatchState.RUNNING:
                    self.stderr.write("This batch goes on where it was; --anew would begin it anew.")
                elif there:
                    self.stderr.write(f"This batch was done on {_when(batch)}; --anew asks anew.")
                work.run(batch, live.show if live else lambda found: None)
                return batch
        except (AnotherWorker, HeldElsewhere) as error:
            raise CommandError(str(error)) from None
        except (DatabaseError, InterfaceError) as error:
            raise DatabaseAway from error
        except (KeyboardInterrupt, SystemExit):
            if batch:
                self._stopped(batch)
            raise

    def _stopped(self, batch: Batch) -> None:
        found = states.counts(batch.id)
        left = found.get(ItemState.WAITING, 0) + found.get(ItemState.RUNNING, 0)
        words = f"Stopped: {counted(batch.total - left, 'profile')} of {batch.total:,} done."
        self.stderr.write(f"{words} The same command goes on from there.")

    def _end(self, batch: Batch, counts: Mapping[str, int]) -> None:
        failed = counts.get(ItemState.FAILED, 0)
        if batch.state == BatchState.CANCELLED:
            raise CommandError("The batch was cancelled; the same command begins a new one.")
        if failed:
            words = f"{counted(failed, 'profile')} of {batch.total:,} failed, and no number has them."
            raise CommandError(f"{words} The answer lists them under failed; --anew asks anew.")


def _profiles(name: str) -> list[Profile]:
    """The profiles in a file, each once."""
    profiles, bad, more = parse_profiles(urls_in([name]), forges.hosts(), NAMED)
    if bad:
        raise wrong_urls(bad, more)
    if not profiles:
        raise no_url(f"{Path(sys.argv[0]).name} batch FILE")
    return profiles


def _screen(wanted: bool) -> Any:
    if not wanted:
        return nullcontext()
    from from_git.terminal.batches import screen  # rich takes 45 ms

    return screen()


def _show(batch: Batch, counts: Mapping[str, int], as_json: bool, as_csv: bool) -> None:
    if as_csv:
        print_csv(csv_parts(BATCH_COLUMNS, table_rows(batch.id)))
    elif as_json:
        print_json(answer_of(batch))
    else:
        from from_git.terminal.batches import show_batch

        show_batch(json.loads(b"".join(answer_of(batch))), counts.get(ItemState.DONE, 0))
    sys.stdout.flush()


def _write(batch: Batch, counts: Mapping[str, int], path: Path) -> None:
    try:
        with spooled_batch(table_rows(batch.id), state_members(batch, counts, "")) as book, whole(path) as file:
            book.seek(0)
            shutil.copyfileobj(book, file)
    except OSError as error:
        raise CommandError(f"{shown(str(path))} was not written: {error.strerror or error}.") from error


def _when(batch: Batch) -> str:
    return f"{batch.finished:%Y-%m-%d at %H:%M} UTC" if batch.finished else "an unknown day"
