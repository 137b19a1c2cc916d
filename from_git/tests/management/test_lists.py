"""Lists of URLs in files, as `manage.py aggregate --file` reads them."""

import json
import subprocess
import tempfile
from pathlib import Path

from from_git.tests.kit.project import project_copy, ran_in_bytes
from from_git.tests.management.test_aggregate import MANAGE, AggregateTestCase

BOTH = [("github", "hatchet"), ("bitbucket", "mailchimp")]


class Lists(AggregateTestCase):
    """`--file`."""

    def setUp(self) -> None:
        """Have a folder for the lists."""
        super().setUp()
        self.project = project_copy(self)
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def list_of(self, content: bytes, name: str = "list.txt") -> str:
        """The path of a file with this content."""
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def run_with(self, *arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        """Run it with these bytes at its standard input."""
        return ran_in_bytes(*MANAGE, "aggregate", *arguments, folder=self.project, env=self.environment, stdin=stdin)

    def assert_asked(self, result: "subprocess.CompletedProcess[bytes]", *owners: tuple[str, str]) -> None:
        """The answer is the sum over these owners."""
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual(json.loads(result.stdout)["data"], self.emulator.world.sum(owners))

    def test_one_url_a_line_without_comments_and_blank_lines_in_any_form_of_utf_8(self) -> None:
        lines = "# profiles\nhttps://github.com/hatchet#top  # of Łódź\n\n \t\n  bitbucket.org/mailchimp\n#github.com/a"
        forms = {"plain": lines, "BOM": f"\ufeff{lines}", "Windows": f"\ufeff{lines}\n".replace("\n", "\r\n")}
        for name, text in forms.items():
            with self.subTest(name):
                self.assert_asked(self.run_with("--file", self.list_of(text.encode())), *BOTH)

    def test_the_standard_input_is_a_list_too(self) -> None:
        self.assert_asked(self.run_with("--file", "-", stdin=b"github.com/hatchet\nbitbucket.org/mailchimp\n"), *BOTH)

    def test_urls_on_the_line_come_first_and_several_lists_follow(self) -> None:
        one, two = self.list_of(b"bitbucket.org/nobody", "one"), self.list_of(b"github.com/nobody-2", "two")

        result = self.run_with("--file", one, "--file", two, "github.com/nobody-1", "github.com/hatchet")

        missing = ["github.com/nobody-1", "bitbucket.org/nobody", "github.com/nobody-2"]
        self.assertEqual(json.loads(result.stdout)["missing"], missing)
        self.assertEqual(json.loads(result.stdout)["data"], self.emulator.world.sum([BOTH[0]]))

    def test_a_list_that_cannot_be_used_is_named_before_a_forge_is_asked(self) -> None:
        closed = self.list_of(b"")
        for name, reason in {
            str(self.folder / "none.txt"): "'{}' cannot be read: No such file or directory.",
            str(self.folder): "'{}' cannot be read: Is a directory.",
            "": "'' cannot be read: Is a directory.",
            "no\nway": "'no\\u000away' cannot be read: No such file or directory.",
            closed: "There is no URL in '{}'.",
            self.list_of(b"# nothing\n\n", "comments"): "There is no URL in '{}'.",
            self.list_of(b"github.com/a\n\xff", "latin"): "'{}' is not UTF-8 on line 2.",
            self.list_of("github.com/a".encode("utf-16"), "wide"): "'{}' is not UTF-8 on line 1.",
            "/dev/zero": "'{}' has more than 67,108,864 bytes.",
            "-": "There is no URL in the standard input.",
        }.items():
            with self.subTest(name):
                result = self.run_with("github.com/hatchet", "--file", name)
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stderr.decode().splitlines()[0], f"ERR3: {reason.format(name)}")
                self.assertEqual(json.loads(result.stdout)["error"], "ERR3")
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)

    def test_without_a_name_it_says_how_it_is_called(self) -> None:
        result = self.run_with("--file")

        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertIn(b"argument --file: expected one argument", result.stderr)

    def test_a_url_in_it_that_is_none_is_named(self) -> None:
        result = self.run_with("--file", self.list_of(b"github.com/hatchet\nhttps://bitucket.org/x\n"))

        self.assertEqual(result.returncode, 2)
        self.assertIn(b"did you mean bitbucket.org", result.stderr)
