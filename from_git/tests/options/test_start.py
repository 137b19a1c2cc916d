"""Settings and the project as a whole, which starts in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from unittest import TestCase

from from_git.tests.kit.project import environment, project_copy, ran
from from_git.tests.options.test_options import BROKEN


class Start(TestCase):
    """The project as a whole, in a process of its own."""

    def manage(self, *arguments: str, local: str | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py in a copy of the project, with this local_settings.py and these variables alone."""
        folder = project_copy(self)
        if local is not None:
            (folder / "local_settings.py").write_text(local, encoding="utf-8")
        return ran(sys.executable, "manage.py", *arguments, folder=folder, env=environment(**settings))

    def broken(self, folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
        """What a command says in that copy of the project."""
        return ran(sys.executable, *command, folder=folder, env=environment())

    def test_a_broken_file_stops_every_start_with_one_line_that_shows_no_value(self) -> None:
        for text, line, words in BROKEN:
            folder = project_copy(self)
            path = folder / "local_settings.py"
            if text is None:
                path.mkdir()
            else:
                path.write_bytes(text)
            place = f"{path}, line {line}: " if line else f"{path}: "
            starts = (["manage.py", "check"], ["manage.py", "runserver"], ["-m", "gunicorn"])
            for command in starts if text in (None, BROKEN[0][0]) else starts[:1]:
                with self.subTest(text, command=command):
                    done = self.broken(folder, *command)
                    self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
                    self.assertTrue(done.stderr.startswith(place), done.stderr)
                    self.assertIn(words, done.stderr)
                    self.assertNotIn("hush", done.stdout + done.stderr)

    def test_a_broken_file_that_it_imports_is_named(self) -> None:
        folder = project_copy(self)
        (folder / "mine.py").write_text("x = 1\n  y = 2\n", encoding="utf-8")
        (folder / "local_settings.py").write_text("from mine import x\n", encoding="utf-8")

        done = self.broken(folder, "manage.py", "check")

        self.assertEqual((done.returncode, done.stderr), (1, f"{folder / 'mine.py'}, line 2: unexpected indent.\n"))

    def test_a_misspelt_variable_is_a_warning_of_check(self) -> None:
        sentence = "NUM_THREADS_GITHB in the environment is not a setting; did you mean NUM_THREADS_GITHUB?"

        result = self.manage("check", NUM_THREADS_GITHB="4")

        self.assertEqual(result.returncode, 0)
        self.assertIn(f"(from_git.W003) {sentence}", result.stderr)

    def test_wrong_values_stop_the_start_and_all_are_named(self) -> None:
        local = "NUM_THREADS_GITHUB = 0\nGITHUB_API_TOKN = 'x'\nDATABASE_URL = 'nonsense'\n"
        result = self.manage("check", local=local, DEBUG="maybe")

        self.assertNotEqual(result.returncode, 0)
        for name in (
            "NUM_THREADS_GITHUB in local_settings.py",
            "DEBUG in the environment",
            "did you mean GITHUB_API_TOKEN",
            "DATABASE_URL",
        ):
            self.assertIn(name, result.stderr)

    def test_wrong_entries_of_forges_stop_every_start_and_no_token_is_shown(self) -> None:
        entries = [
            {"kind": "githbu", "host": "ghe.example.org", "accounts": [{"token": "s3cret"}, {"tokn": "s3cret"}]},
            {"kind": "github", "host": "ghe.example.org", "proxy": "http://me:s3cret@proxy/path"},
        ]
        folder = project_copy(self)
        for local, settings in ((f"FORGES = {entries!r}\n", {}), ("", {"FORGES": json.dumps(entries)})):
            (folder / "local_settings.py").write_text(local, encoding="utf-8")
            for command in (["manage.py", "check"], ["-m", "gunicorn"]):
                with self.subTest(command, settings=settings):
                    done = ran(sys.executable, *command, folder=folder, env=environment(**settings))
                    self.assertNotEqual(done.returncode, 0)
                    for said in (
                        "FORGES entry 1: `kind` is 'githbu'; did you mean github?",
                        "FORGES entry 1: account 2: `tokn` is not a key; did you mean token?",
                        "FORGES entry 2: `proxy` is a secret value: expected an address",
                        "FORGES entry 2: `host` is 'ghe.example.org', as in FORGES entry 1.",
                    ):
                        self.assertIn(said, done.stderr)
                    self.assertNotIn("s3cret", done.stdout + done.stderr)

    def test_a_wrong_database_url_is_told_without_being_shown(self) -> None:
        result = self.manage("check", DATABASE_URL="nonsense-with-pa55word")

        self.assertNotEqual(result.returncode, 0)
        self.assertIn("DATABASE_URL", result.stderr)
        self.assertNotIn("pa55word", result.stderr)

    def test_without_any_settings_check_warns_of_the_token_and_migrate_works(self) -> None:
        check = self.manage("check")
        migrate = self.manage("migrate")

        self.assertEqual((check.returncode, migrate.returncode), (0, 0), check.stderr + migrate.stderr)
        self.assertIn("from_git.W001", check.stderr)

    def test_running_and_answering_make_no_database(self) -> None:
        probe = (
            "from django.core.management import get_commands, load_command_class as load;"
            "load(get_commands()['runserver'], 'runserver').check_migrations();"
            "import os; print(os.path.exists('db.sqlite3'))"
        )
        result = self.manage("shell", "--no-imports", "-c", probe)

        self.assertEqual(result.stdout.split()[-1:], ["False"], result.stderr)

    def test_a_token_in_local_settings_silences_the_warning(self) -> None:
        result = self.manage("check", local="GITHUB_API_TOKEN = 'ghp_x'\n")

        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("W001", result.stderr)

    def test_djangos_own_settings_may_stand_in_local_settings(self) -> None:
        result = self.manage(
            "shell",
            "-c",
            "from django.conf import settings; print(settings.LANGUAGE_CODE)",
            local="LANGUAGE_CODE = 'de'",
        )

        self.assertIn("de", result.stdout)
