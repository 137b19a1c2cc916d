"""`watch add|remove|list URL…`, of `manage.py` and of `from-git`: of which profiles numbers are kept over time."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from from_git.batches.sql import reached
from from_git.errors import FromGitError, RequestError
from from_git.forges.registry import example_urls, labels
from from_git.history import watching
from from_git.management.lists import urls_in
from from_git.management.printing import error_words
from from_git.question import profiles_asked
from from_git.serializers import printable
from from_git.values.words import counted


class Command(BaseCommand):
    """Exit status: 0 done, whatever was watched before; 1 the database cannot be used; 2 a wrong request."""

    help = "Say of which profiles manage.py snapshot keeps numbers over time."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        actions = parser.add_subparsers(dest="action", metavar="add|remove|list", required=True)
        for name, words in (
            ("add", "watch these profiles too"),
            ("remove", "watch these profiles no more; their snapshots stay"),
        ):
            action = actions.add_parser(name, help=words)
            action.add_argument("urls", nargs="*", metavar="URL", help=f"a {labels('or')} profile")
            words = "a file with one URL on each line, # begins a comment; - is the standard input"
            action.add_argument("--file", metavar="LIST", action="append", default=[], help=words)
        actions.add_parser("list", help="print the URLs of all that is watched, one a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and raise SystemExit where it cannot be done."""
        try:
            with reached():
                if options["action"] == "list":
                    for url in watching.watched():
                        self.stdout.write(printable(url))
                    return
                self._change(options["action"], [*options["urls"], *urls_in(options["file"])])
        except FromGitError as error:
            self.stderr.write(error_words(error))
            raise SystemExit(2 if isinstance(error, RequestError) else 1) from error

    def _change(self, action: str, urls: list[str]) -> None:
        adds = action == "add"
        gone = [] if adds else watching.unwatch_gone(urls)
        left = [url for url in urls if url not in gone]
        right = f"manage.py watch {action} {example_urls()[0]}"
        profiles = profiles_asked(left, right) if left or not gone else []
        change = (watching.watch if adds else watching.unwatch)(profiles)
        done = counted(len(change.changed) + len(gone), "profile is", "profiles are")
        self.stdout.write(f"{done} watched now." if adds else f"{done} not watched any more.")
        if change.unchanged:
            others = counted(len(change.unchanged), "profile was", "profiles were")
            self.stdout.write(f"{others} watched already." if adds else f"{others} not watched anyway.")
