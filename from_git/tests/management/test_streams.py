"""`manage.py aggregate` where its standard streams are closed or full, and files that stay too short."""

import resource
import shlex
import subprocess
from functools import partial

from from_git.tests.kit.project import ran
from from_git.tests.kit.workbook import pages
from from_git.tests.management.test_aggregate import MANAGE
from from_git.tests.management.test_files import URL, FilesTestCase


class Streams(FilesTestCase):
    """What a shell may do to it."""

    def shell(self, arguments: str) -> "subprocess.CompletedProcess[str]":
        """The command, as a shell runs it with these arguments and redirections."""
        command = f"{shlex.join([*MANAGE, 'aggregate'])} {arguments}"
        return ran("/bin/sh", "-c", command, folder=self.project, env=self.environment)

    def test_a_full_output_is_one_line_and_a_failure(self) -> None:
        for form in ("--json", "--csv", "--csv --repositories", "--repositories --json"):
            with self.subTest(form):
                result = self.shell(f"{URL} {form} >/dev/full")
                words = "CommandError: Not all was written to the standard output: No space left on device.\n"
                self.assertEqual((result.returncode, result.stderr), (1, words))

    def test_without_an_output_files_are_written_nevertheless(self) -> None:
        book = self.folder / "a.xlsx"
        result = self.shell(f"{URL} --csv --xlsx {shlex.quote(str(book))} >&-")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with book.open("rb") as file:
            self.assertIn("Totals", pages(file))

    def test_without_an_input_a_list_from_it_is_refused(self) -> None:
        result = self.shell("--file - <&-")
        self.assertEqual(result.returncode, 2)
        self.assertIn("ERR3: the standard input cannot be read: it is closed.", result.stderr)
        self.assertNotIn("Traceback", result.stderr)

    def test_a_workbook_that_does_not_fit_on_the_disk_is_one_line_and_leaves_nothing(self) -> None:
        book = self.folder / "a.xlsx"

        for most in (100, 1_000, 4_000):
            with self.subTest(most):
                process = self.start("--xlsx", str(book), before=partial(_limit, most))
                _, said = process.communicate(timeout=60)

                words = f"CommandError: '{book}' was not written: File too large.\n"
                self.assertEqual((process.returncode, said), (1, words))
                self.assertEqual(self.names(), [])


def _limit(most: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
