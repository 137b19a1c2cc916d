"""`manage.py aggregate`, as a process of its own: piped, and in a terminal."""

import itertools
import json
import pty
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from unittest import skipUnless

from emulator import Fault, Owner, Repository, preset
from emulator.tests.helpers import settled
from from_git.tests.kit import terminals
from from_git.tests.kit.forges import ForgesTestCase, environment_for
from from_git.tests.kit.project import environment, project_copy, ran
from from_git.tests.kit.terminals import plain

MANAGE = [sys.executable, "manage.py"]
TEAM_CALLS = 7
LINES = 30  # more than either command says before it listens


class AggregateTestCase(ForgesTestCase):
    """Forges, and an environment that points at them."""

    def setUp(self) -> None:
        """Point at the forges."""
        super().setUp()
        self.environment = environment(**environment_for(self.emulator), BITBUCKET_CALLS_PER_HOUR="0")


class Piped(AggregateTestCase):
    """The JSON of the API."""

    def run_piped(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it with pipes for its output."""
        return ran(*MANAGE, "aggregate", *arguments, folder=project_copy(self), env=self.environment)

    def test_piped_it_prints_the_json_of_the_api(self) -> None:
        result = self.run_piped("https://github.com/spack", "bitbucket.org/nobody")

        self.assertEqual((result.returncode, result.stderr), (0, ""))
        body = json.loads(result.stdout)
        self.assertEqual(body["data"], self.emulator.world.sum([("github", "spack")]))
        self.assertEqual((body["error"], body["missing"]), ("OK", ["bitbucket.org/nobody"]))

    def test_expand_adds_to_the_json_what_it_adds_in_the_api(self) -> None:
        result = self.run_piped("https://github.com/spack", "--expand", "topics", "--expand", "langs,profiles")

        body = json.loads(result.stdout)
        self.assertEqual(list(body), ["error", "data", "missing", "profiles", "langsDetail", "topicsDetail"])
        expected = self.emulator.world.details([("github", "spack")])
        self.assertEqual({name: body[name] for name in expected}, expected)

    def test_a_wrong_request_exits_with_2_and_says_why(self) -> None:
        for arguments in (
            ("github.com/spack", "--expand", "stars"),
            (),
            ("https://bitucket.org/x",),
            ("github.com/spack", "--deadline", "soon"),
        ):
            with self.subTest(arguments):
                result = self.run_piped(*arguments)
                self.assertEqual(result.returncode, 2)
                self.assert_said(result)
                self.assertEqual(json.loads(result.stdout)["error"], "ERR3")

    def test_asked_without_a_url_it_shows_a_line_for_the_terminal(self) -> None:
        result = self.run_piped()

        self.assertIn("manage.py aggregate https://", json.loads(result.stdout)["advice"])
        self.assertNotIn("/health-check", result.stderr)

    def test_a_failing_upstream_exits_with_1_and_names_it(self) -> None:
        self.emulator.faults.add(Fault("status", status=403))

        result = self.run_piped("https://github.com/spack", "--json")

        self.assertEqual(result.returncode, 1)
        self.assertIn("No answer from GitHub for https://github.com/spack", result.stderr)
        self.assertEqual(json.loads(result.stdout)["upstream"], "github")
        self.assert_said(result)

    def assert_said(self, result: subprocess.CompletedProcess[str]) -> None:
        """The error output has what happened on one line, and what to do on the next."""
        body = json.loads(result.stdout)
        self.assertEqual(result.stderr, f"{body['error']}: {body['message']}\n{body['advice']}\n")

    def test_a_wait_is_told_by_the_clock(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=429, headers={"Retry-After": "3412"}))

        result = self.run_piped("https://github.com/spack")

        self.assertRegex(result.stderr, r"\nAsk again at \d\d:\d\d UTC( on [0-9-]+)?, in 57 minutes\.\n$")

    def test_the_deadline_is_its_own_and_can_be_given(self) -> None:
        self.emulator.faults.add(Fault("hang"))
        self.environment["UPSTREAM_TIMEOUT"] = "2"

        result = self.run_piped("https://github.com/spack", "--deadline", "0.3")

        self.assertEqual(result.returncode, 1)
        self.assertIn("within 0.3 s (--deadline)", result.stderr)


@skipUnless(hasattr(pty, "openpty"), "no pseudo-terminals on this system")
class InATerminal(AggregateTestCase):
    """Progress, a table, and nothing left behind."""

    def run_in_terminal(
        self, *arguments: str, columns: int = 110, stop: bool = False, changes: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Exit status and all that was written; `stop`: Ctrl-C is pressed when team-7's watchers are asked for."""

        def watchers_asked(_: object) -> None:
            self.assertEqual(settled(lambda: self.emulator.meter.snapshot()["watchers"].calls, TEAM_CALLS), TEAM_CALLS)

        env = {**self.environment, **(changes or {})}
        until = watchers_asked if stop else None
        return terminals.run_in_terminal(self, "aggregate", *arguments, env=env, columns=columns, stop=until)

    def assert_tidy(self, written: str) -> None:
        """The cursor is there again, and no traceback."""
        self.assertGreater(written.rfind("\x1b[?25h"), written.rfind("\x1b[?25l"))
        self.assertNotIn("Traceback", written)

    def test_it_draws_progress_and_a_table(self) -> None:
        self.emulator.faults.add(Fault("slow", path="*/watchers", seconds=0.05))

        status, written = self.run_in_terminal("github.com/mfem", "bitbucket.org/team-100", "bitbucket.org/nobody")

        self.assertEqual(status, 0, written)
        self.assert_tidy(written)
        for words in (
            "repositories",
            "2 of 3 profiles found",
            "/112",
            "mfem (GitHub)",
            "team-100 (Bitbucket)",
            "Total",
            "Languages, by repositories",
            "Missing:",
        ):
            with self.subTest(words):
                self.assertIn(words, plain(written))
        total = self.emulator.world.sum([("github", "mfem"), ("bitbucket", "team-100")])
        self.assertIn(f"{total['watchers']:,}", plain(written))

    def test_a_file_that_was_written_is_named_at_the_end(self) -> None:
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "a\u202e.svg"

        status, written = self.run_in_terminal("github.com/mfem", "--card", str(path))

        self.assertEqual(status, 0, written)
        self.assertTrue(plain(written).endswith(f"\r\nWritten: {path.parent}/a\\u202e.svg\r\n"))
        self.assertIn("<svg", path.read_text())

    def test_it_keeps_to_its_columns_and_wishes(self) -> None:
        wishes: tuple[dict[str, str], ...] = ({}, {"NO_COLOR": "1"}, {"PYTHONIOENCODING": "ascii"})
        for columns, changes in itertools.product((40, 200), wishes):
            with self.subTest(columns, **changes):
                status, written = self.run_in_terminal("github.com/mfem", columns=columns, changes=changes)
                self.assertEqual(status, 0, written)
                self.assert_tidy(written)
                self.assertLessEqual(max(map(len, re.split(r"[\r\n]+", plain(written)))), columns)
                self.assertEqual(bool(re.search(r"\x1b\[[0-9;]*3[0-9]", written)), "NO_COLOR" not in changes)
                self.assertEqual(written.isascii(), "PYTHONIOENCODING" in changes)

    def test_repositories_that_are_not_found_are_named_beside_missing_profiles(self) -> None:
        self.emulator.faults.add(Fault("lost", path="*/team-7/*/*", owner="team-7", repository="delta-cli-3"))

        status, written = self.run_in_terminal("bitbucket.org/team-7", "bitbucket.org/nobody")

        self.assertEqual(status, 0, written)
        *_, missing, lost, _ = plain(written).replace("\r", "").split("\n")
        self.assertEqual(missing, "Missing: bitbucket.org/nobody")
        self.assertEqual(lost, "Repository not found: https://bitbucket.org/team-7/delta-cli-3")

    def test_a_name_that_the_terminal_cannot_show_is_escaped(self) -> None:
        self.emulator.world.add(
            Owner("github", "nordic", "User", [Repository("a", languages={"\u00c5ngstr\u00f6m": 1})])
        )

        status, written = self.run_in_terminal("github.com/nordic", changes={"PYTHONIOENCODING": "ascii"})

        self.assertEqual(status, 0, written)
        self.assertIn(r"\xe5ngstr\xf6m", plain(written))

    def test_no_format_lets_a_forges_words_steer_the_terminal(self) -> None:
        evil = "\x9b31mevil\u202e"
        self.emulator.world.add(Owner("github", "evil", "User", [Repository("a", languages={evil: 1}, topics=[evil])]))
        for arguments in (
            (),
            ("--json",),
            ("--csv",),
            ("--repositories",),
            ("--json", "--repositories"),
            ("--csv", "--repositories"),
        ):
            with self.subTest(arguments):
                status, written = self.run_in_terminal("github.com/evil", *arguments)
                self.assertEqual(status, 0, written)
                self.assertIn("31mevil", written)
                self.assertEqual({"\x9b", "\u202e"} & set(written), set())

    def test_ctrl_c_ends_it_at_once_and_leaves_nothing(self) -> None:
        self.emulator.faults.add(Fault("hang", path="*/watchers"))
        self.environment["UPSTREAM_TIMEOUT"] = "120"
        for more in ((), ("--json",)):
            with self.subTest(more):
                self.emulator.meter.reset()
                begun = time.monotonic()
                status, written = self.run_in_terminal("bitbucket.org/team-7", *more, stop=True)
                self.assertEqual(status, 130, written)
                self.assertLess(time.monotonic() - begun, 60)  # a call may take 120
                self.assertNotIn("Traceback", written)
                if not more:
                    self.assert_tidy(written)

    def test_an_error_takes_the_place_of_the_progress(self) -> None:
        self.emulator.faults.add(Fault("status", path="*/watchers", status=403, after=30))
        self.emulator.faults.add(Fault("slow", path="*/watchers", seconds=0.05))

        status, written = self.run_in_terminal("bitbucket.org/team-100")

        self.assertEqual(status, 1)
        self.assert_tidy(written)
        _, _, after = written.rpartition("\x1b[2K")  # the last line of the progress is erased
        self.assertEqual(plain(written).count("ERR2: "), 1)
        self.assertIn("ERR2: No answer from Bitbucket", after)

    def test_waits_and_retries_are_told_in_words(self) -> None:
        self.emulator.faults.add(preset("secondary_403_retry_after", headers={"Retry-After": "2"}, times=1))

        status, written = self.run_in_terminal("github.com/mfem", columns=200)

        self.assertEqual(status, 0, written)
        self.assertRegex(
            plain(written), r"GitHub for github\.com/mfem: its rate limit .* It goes on in (1 second|2 seconds)\."
        )
        self.assertIn("1 call sent again", plain(written))
