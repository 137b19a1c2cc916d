"""`manage.py aggregate --xlsx` and `--card`: files that are written whole or not at all."""

import json
import os
import resource
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from emulator import Fault
from emulator.tests.helpers import settled
from from_git.tests.kit.workbook import pages
from from_git.tests.management.test_aggregate import MANAGE
from from_git.tests.management.test_formats import FormatsTestCase

URL = "github.com/lbann"


class FilesTestCase(FormatsTestCase):
    """With a folder for them."""

    def setUp(self) -> None:
        """Make it."""
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def start(self, *arguments: str, before: Callable[[], None] | None = None) -> "subprocess.Popen[str]":
        """The command, which may still run; `before` is called in its process."""
        process = subprocess.Popen(
            [*MANAGE, "aggregate", URL, *arguments],
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=before,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def names(self) -> list[str]:
        """What is in the folder."""
        return sorted(one.name for one in self.folder.iterdir())


class Written(FilesTestCase):
    """Beside what is printed."""

    def test_a_workbook_and_a_card_are_written_besides(self) -> None:
        book, picture = self.folder / "a.xlsx", self.folder / "a.svg"
        picture.write_text("old")

        text = self.succeeded(URL, "--xlsx", str(book), "--card", str(picture), "--forks", "no")

        body = json.loads(text)
        with book.open("rb") as file:
            sheets = pages(file)
        totals = {row["key"]: row["value"] for row in sheets["Totals"].records()}
        self.assertEqual(totals["watchers"], body["data"]["watchers"])
        self.assertEqual(len(sheets["Repositories"].records()), body["data"]["originalRepos"])
        self.assertIn("<svg", picture.read_text())
        self.assertIn("lbann", picture.read_text())
        self.assertEqual(self.names(), ["a.svg", "a.xlsx"])
        for one in (book, picture):
            self.assertEqual(one.stat().st_mode & 0o777, 0o666 & ~_umask())

    def test_what_a_link_leads_to_is_written_and_the_link_stays(self) -> None:
        link, target = self.folder / "link.svg", self.folder / "target.svg"
        target.write_text("old")
        link.symlink_to("target.svg")

        self.succeeded(URL, "--card", str(link))

        self.assertTrue(link.is_symlink())
        self.assertIn("<svg", target.read_text())


class Refused(FilesTestCase):
    """Before a forge is asked."""

    def test_a_name_that_cannot_be_written_is_refused(self) -> None:
        (self.folder / "there.txt").write_text(URL)
        (self.folder / "folder").mkdir()
        place = str(self.folder)
        for name, reason in {
            "-": "it takes the name of a file, and not the standard output",
            "": "this is no name of a file",
            f"{place}/": "this is no name of a file",
            f"{place}/none/a": "its folder does not exist",
            f"{place}/there.txt/a": "its folder does not exist",
            f"{place}/folder": "it is no file",
            "/dev/null": "it is no file",
            f"{place}/{'a' * 300}": "its name is too long",
            f"{place}/" + 200 * "\u00e4": "its name is too long",
        }.items():
            for option in ("--xlsx", "--card"):
                with self.subTest(name, option=option):
                    result = self.run_piped(URL, option, name)
                    self.assertEqual(result.returncode, 2)
                    self.assertRegex(result.stderr, rf"^ERR3: {option} cannot write .*: {reason}\.\n")
        for arguments in (
            ("--xlsx", f"{place}/one", "--card", f"{place}/folder/../one"),
            ("--card", f"{place}/there.txt", "--file", f"{place}/there.txt"),
        ):
            with self.subTest(arguments):
                result = self.run_piped(URL, *arguments)
                self.assertEqual(result.returncode, 2)
                self.assertIn("another option has it too", result.stderr)
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)
        self.assertEqual((self.folder / "there.txt").read_text(), URL)


class NeverHalf(FilesTestCase):
    """Whatever happens in between."""

    def setUp(self) -> None:
        """Have files of before."""
        super().setUp()
        self.options = []
        for option, name in (("--xlsx", "a.xlsx"), ("--card", "a.svg")):
            (self.folder / name).write_text("before")
            self.options += [option, str(self.folder / name)]

    def assert_as_before(self) -> None:
        """Nothing was written, and nothing is left."""
        self.assertEqual(self.names(), ["a.svg", "a.xlsx"])
        self.assertEqual({one.read_text() for one in self.folder.iterdir()}, {"before"})

    def test_a_failing_forge_leaves_files_as_they_were(self) -> None:
        self.emulator.faults.add(Fault("status", status=403))

        self.assertEqual(self.run_piped(URL, *self.options).returncode, 1)
        self.assert_as_before()

    def test_a_full_disk_is_told_and_leaves_files_as_they_were(self) -> None:
        for option, path in (self.options[:2], self.options[2:]):
            with self.subTest(option):
                process = self.start(option, path, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)))
                said, error = process.communicate(timeout=60)
                self.assertEqual((process.returncode, said), (1, ""))
                self.assertEqual(error.splitlines()[0], f"CommandError: '{path}' was not written: File too large.")
                self.assert_as_before()

    def test_a_signal_ends_it_and_leaves_files_as_they_were(self) -> None:
        self.emulator.faults.add(Fault("hang"))
        for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(number):
                self.emulator.meter.reset()
                process = self.start(*self.options)
                self.assertTrue(settled(lambda: self.emulator.meter.snapshot()["github"].calls > 0, True))
                process.send_signal(number)
                _, error = process.communicate(timeout=60)
                self.assertEqual((process.returncode, error), (status, ""))
                self.assert_as_before()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
