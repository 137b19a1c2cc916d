"""`manage.py aggregate`: formats, filters, and options that contradict each other."""

import csv
import io
import json
import subprocess
from typing import Any

from emulator import Choice, Owner, Repository
from from_git.serializers import COLUMNS, REPOSITORY
from from_git.tests.kit.project import project_copy, ran, ran_in_bytes
from from_git.tests.management.test_aggregate import MANAGE, AggregateTestCase

PAIR = ("github.com/lbann", "bitbucket.org/mailchimp")
OWNERS = [("github", "lbann"), ("bitbucket", "mailchimp")]


class FormatsTestCase(AggregateTestCase):
    """Runs with pipes, all in one copy of the project."""

    def setUp(self) -> None:
        """Copy it once."""
        super().setUp()
        self.project = project_copy(self)

    def run_piped(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run it; `more`: variables of the environment."""
        return ran(*MANAGE, "aggregate", *arguments, folder=self.project, env={**self.environment, **more})

    def succeeded(self, *arguments: str, **more: str) -> str:
        """What it prints."""
        result = self.run_piped(*arguments, **more)
        self.assertEqual((result.returncode, result.stderr), (0, ""), arguments)
        return result.stdout

    def rows(self, *profiles: tuple[str, str]) -> list[dict[str, Any]]:
        """What the forges tell of the repositories, profile by profile, with the members that rows have."""
        return [
            {name: row[name] for name in REPOSITORY if name in row}
            for profile in profiles
            for row in sorted(self.emulator.world.rows([profile]), key=lambda row: row["name"])
        ]


class Formats(FormatsTestCase):
    """What is printed."""

    def test_csv_is_that_of_the_api(self) -> None:
        command = *MANAGE, "aggregate", "--csv", *PAIR, "github.com/no-one"
        done = ran_in_bytes(*command, folder=self.project, env=self.environment)

        self.assertEqual(done.returncode, 0, done.stderr)
        head, *rows = csv.reader(io.StringIO(done.stdout.decode(), newline=""))
        self.assertEqual(tuple(head), COLUMNS)
        self.assertEqual([row[0] for row in rows], [*PAIR, "github.com/no-one"])
        self.assertEqual([row[3] for row in rows], ["Organization", "Workspace", "missing"])
        self.assertEqual(rows[0][4:8], [str(one) for one in list(self.emulator.world.sum(OWNERS[:1]).values())[:4]])
        self.assertEqual(done.stdout.count(b"\r\n"), 4)
        self.assertNotIn(b"\r\r", done.stdout)

    def test_repositories_are_rows_of_the_csv_and_a_member_of_the_json(self) -> None:
        expected = self.rows(*OWNERS)

        body = json.loads(self.succeeded("--repositories", *PAIR))
        self.assertEqual(list(body), ["error", "data", "missing", "repositories"])
        self.assertEqual(
            [{**row, "url": None, "profile": None} for row in body["repositories"]],
            [{"url": None, "profile": None, **row} for row in expected],
        )
        self.assertEqual(body["repositories"][0]["url"], "https://github.com/lbann/DGraph")
        same = json.loads(self.succeeded("--expand", "repositories,langs", *PAIR))
        self.assertEqual(
            (list(same)[-2:], same["repositories"]), (["langsDetail", "repositories"], body["repositories"])
        )

        text = self.succeeded("--repositories", "--csv", *PAIR)
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual(tuple(rows[0]), REPOSITORY)
        self.assertEqual([row["name"] for row in rows], [row["name"] for row in expected])
        self.assertEqual(
            [row["stars"] for row in rows], ["" if one["stars"] is None else str(one["stars"]) for one in expected]
        )

    def test_an_output_that_is_not_unicode_gets_the_same_json_in_ascii_and_csv_as_utf_8(self) -> None:
        one = Repository("a", languages={"\u00c5ngstr\u00f6m": 1}, topics=["\U0001f600"])
        self.emulator.world.add(Owner("github", "nordic", "User", [one]))

        for more in ((), ("--repositories",)):
            with self.subTest(more):
                text = self.succeeded("github.com/nordic", *more, PYTHONIOENCODING="ascii")
                self.assertTrue(text.isascii())
                self.assertEqual(json.loads(text)["data"]["langs"], ["\u00e5ngstr\u00f6m"])
                self.assertEqual(json.loads(text)["data"]["topics"], ["\U0001f600"])
        self.assertIn("\u00e5ngstr\u00f6m", self.succeeded("github.com/nordic", "--csv", PYTHONIOENCODING="ascii"))

    def test_a_reader_that_has_gone_is_no_error(self) -> None:
        for arguments in (("github.com/hatchet",), ("github.com/org-300", "--repositories")):
            with self.subTest(arguments):
                process = subprocess.Popen(
                    [*MANAGE, "aggregate", *arguments],
                    cwd=self.project,
                    env={**self.environment, "PYTHONUNBUFFERED": ""},  # buffered, as usual
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
                assert process.stdout and process.stderr
                process.stdout.close()
                self.addCleanup(process.stderr.close)
                self.assertEqual((process.wait(timeout=60), process.stderr.read()), (0, b""))


class Filters(FormatsTestCase):
    """Which repositories count."""

    def test_each_filter_chooses_what_counts(self) -> None:
        for arguments, choice, facts in (
            (("--forks", "no"), Choice(forks="no"), {"forks": "no"}),
            (("--forks", "only"), Choice(forks="only"), {"forks": "only"}),
            (("--archived", "no"), Choice(archived="no"), {"archived": "no"}),
            (
                ("--archived=only", "--forks=no", "--forks=no"),
                Choice(archived="only", forks="no"),
                {"forks": "no", "archived": "only"},
            ),
        ):
            with self.subTest(arguments):
                body = json.loads(self.succeeded(*arguments, "github.com/adobe-photoshop"))
                self.assertEqual(body["filter"], facts)
                self.assertEqual(body["data"], self.emulator.world.sum([("github", "adobe-photoshop")], choice))

    def test_active_counts_back_from_now(self) -> None:
        old = Repository("old", pushed_at="2001-01-01T00:00:00Z", watchers=1)
        new = Repository("new", pushed_at="2100-01-01T00:00:00Z", watchers=2)
        self.emulator.world.add(Owner("github", "both-ages", "User", [old, new]))

        body = json.loads(self.succeeded("github.com/both-ages", "--active", "90", "--repositories"))

        self.assertEqual((body["filter"], body["data"]["watchers"]), ({"active": 90}, 2))
        self.assertEqual([row["name"] for row in body["repositories"]], ["new"])

    def test_a_filter_on_what_a_forge_does_not_tell_names_the_profile(self) -> None:
        for arguments in (("--archived", "no"), ("--active", "30")):
            with self.subTest(arguments):
                result = self.run_piped(*PAIR, *arguments)
                self.assertEqual(result.returncode, 2)
                self.assertIn("bitbucket.org/mailchimp", result.stderr)
                self.assertEqual(json.loads(result.stdout)["parameters"][0]["name"], arguments[0].lstrip("-"))


class Wrong(FormatsTestCase):
    """Every option in every wrong form: exit status 2, a sentence that names it, and no forge is asked."""

    def assert_wrong(self, *arguments: str, says: str, printed: bool = True) -> None:
        """It ends so; `printed`: the error is on the standard output too, as JSON."""
        with self.subTest(arguments):
            result = self.run_piped("github.com/lbann", *arguments)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(says, result.stderr)
            self.assertNotIn("Traceback", result.stderr)
            self.assertEqual(bool(result.stdout), printed)
            if printed:
                self.assertEqual(json.loads(result.stdout)["error"], "ERR3")

    def tearDown(self) -> None:
        """No forge was asked."""
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)
        super().tearDown()

    def test_values_of_filters(self) -> None:
        for name in ("forks", "archived"):
            for value in ("", "yes", "NO", "no,only", " no", "1"):
                self.assert_wrong(f"--{name}={value}", says=f"{name} takes no or only, not '{value}'.")
            self.assert_wrong(f"--{name}=no", f"--{name}=only", says=f"{name} is there twice: 'no' and 'only'.")
        for value in ("", "0", "-1", "+1", "1.5", "\u0663", "36501", "90d", "1e2", "0x10"):
            self.assert_wrong(f"--active={value}", says="active takes whole days from 1 to 36,500, not")
        self.assert_wrong("--active=1", "--active=2", says="active is there twice: '1' and '2'.")

    def test_deadlines(self) -> None:
        for value in ("", "0", "0.05", "-1", "soon"):
            self.assert_wrong(f"--deadline={value}", says="--deadline takes a number of seconds, at least 0.1.")

    def test_all_that_is_wrong_is_told_at_once(self) -> None:
        result = self.run_piped(
            "github.com/a b", "github.com/a\u202e b", "--forks=x", "--expand=y", "--deadline=z", "--card=-"
        )

        for words in (
            "'github.com/a b' is not",
            "forks takes",
            "expand knows",
            "--deadline takes",
            "--card cannot write",
        ):
            self.assertIn(words, result.stderr)
        self.assertTrue(result.stdout.strip().isprintable())
        self.assertEqual(json.loads(result.stdout)["urls"][1]["url"], "github.com/a\u202e b")

    def test_options_without_a_value_and_options_that_exclude_each_other(self) -> None:
        for name in ("file", "forks", "archived", "active", "expand", "xlsx", "card", "deadline"):
            self.assert_wrong(f"--{name}", says=f"argument --{name}: expected one argument", printed=False)
        self.assert_wrong("--json", "--csv", says="--csv: not allowed with argument --json", printed=False)
        self.assert_wrong(
            "--csv", "--expand", "langs", says="--expand is for the JSON, and --csv has none", printed=False
        )
        for name in ("json", "csv", "repositories", "emulated"):
            self.assert_wrong(f"--{name}=1", says=f"argument --{name}: ignored explicit argument '1'", printed=False)

    def test_an_error_never_gets_into_a_csv(self) -> None:
        self.assert_wrong("--csv", "--forks=x", says="forks takes", printed=False)
