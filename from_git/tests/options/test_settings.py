"""The table of options: what is read, what is refused, and the documents made from it."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import TestCase

from django.core.checks import run_checks
from django.test import SimpleTestCase, override_settings

from coding_challenge import documents
from from_git.options import table
from from_git.options.loading import load, misspelt, unknown
from from_git.tests.kit.project import environment, project_copy

NAMES = [option.name for option in table()]

BROKEN: list[tuple[bytes | None, int | None, str]] = [
    (b"DEBUG = False\nGITHUB_API_TOKEN = 'hush\n", 2, "unterminated string literal"),
    (b"GITHUB_API_TOKEN = hush_hush\n", 1, "text needs quotes"),
    (b"\nNUM_PROXIES = int('hush')\n", 2, "it fails with ValueError"),
    (b"import no_such_module\n", 1, "No module named 'no_such_module' (ModuleNotFoundError)"),
    (b"from os import nonsense\n", 1, "cannot import name 'nonsense'"),
    (b"open('/nowhere')\n", 1, "No such file or directory"),
    (b"x = 1\nraise SystemExit('hush')\n", 2, "it ends the program"),
    (b"x = '\xff'\n", 1, "it is not UTF-8"),
    (b"x = 1\0\n", None, "null bytes"),
    (b"def f(): f()\nf()\n", 1, "RecursionError"),
    (None, None, "Is a directory"),
]
"""What local_settings.py may be, None for a folder; the line that is named, and some of the words."""
ORDINARY = """
PATH HOME USER SHELL LANG TERM PWD EDITOR TMPDIR DEBUG_MODE DISPLAY HOSTNAME PYTHONPATH VIRTUAL_ENV XDG_CACHE_HOME
SECRET OMP_NUM_THREADS MKL_NUM_THREADS NUM_THREADS GITHUB_ACTIONS GITHUB_API_URL GITHUB_SERVER_URL GITHUB_REPOSITORY
GITHUB_SHA GITHUB_REF GITHUB_WORKSPACE BITBUCKET_WORKSPACE BITBUCKET_COMMIT BITBUCKET_BUILD_NUMBER REDIS_URL
DATABASE_NAME CACHE_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE REQUESTS_CA_BUNDLE WEB_CONCURRENCY
GUNICORN_CMD_ARGS SECRET_KEY_BASE PROMETHEUS_MULTIPROC_DIR DJANGO_SETTINGS_MODULE SERVER_NAME SERVER_PORT REQUEST_METHOD
LOGNAME LOG_DIR INVOCATION_ID
""".split()
"""Variables of other programs."""

WRONG: list[tuple[str, Any, str]] = [
    ("NUM_THREADS_GITHUB", "0", "expected at least 1 threads"),
    ("NUM_THREADS_GITHUB", "many", "expected a whole number"),
    ("NUM_THREADS_GITHUB", "--5", "expected a whole number"),
    ("NUM_THREADS_GITHUB", "9" * 5_000, "expected a whole number"),
    ("NUM_THREADS_GITHUB", "1001", "expected at most 1,000 threads"),
    ("REQUEST_DEADLINE", 10**400, "expected a number of seconds"),
    ("NUM_THREADS_GITHUB", 2.5, "expected a whole number"),
    ("NUM_THREADS_GITHUB", True, "expected a whole number"),
    ("REQUEST_DEADLINE", "0", "expected at least 0.1 seconds"),
    ("REQUEST_DEADLINE", "nan", "expected a number of seconds"),
    ("REQUEST_DEADLINE", "inf", "expected a number of seconds"),
    ("REQUEST_DEADLINE", "1e12", "up to 10,000,000"),
    ("UPSTREAM_TIMEOUT", None, "expected a number of seconds"),
    ("MAX_PROFILES", "-1", "expected at least 0 profiles"),
    ("BITBUCKET_CALLS_PER_HOUR", "lots", "expected a whole number"),
    ("GITHUB_GRAPHQL_URL", "api.github.com", "expected an address like https://host/path"),
    ("GITHUB_GRAPHQL_URL", "ftp://api.github.com", "expected an address like"),
    ("BITBUCKET_API_URL", "https://user:pw@api.bitbucket.org/2.0", "without user name"),
    ("BITBUCKET_API_URL", "https://api.bitbucket.org/2.0?x=1", "query"),
    ("GITHUB_HOST", "https://github.com", "expected a host name"),
    ("GITHUB_API_TOKEN", "a\nb", "without control characters"),
    ("GITHUB_API_TOKEN", "tökén", "ASCII"),
    ("DEBUG", "maybe", "expected true or false"),
    ("LOG_LEVEL", "loud", "expected DEBUG, INFO"),
    ("CACHE_URL", "memcached://x", "expected locmem://"),
    ("ALLOWED_HOSTS", 7, "expected a list of host names"),
    ("ALLOWED_HOSTS", "127.0.0.1:8000", "without scheme or port"),
    ("ALLOWED_HOSTS", "https://example.org", "without scheme or port"),
    ("ALLOWED_HOSTS", ["localhost", ""], "without scheme or port"),
    ("ALLOWED_HOSTS", ["exa mple"], "without scheme or port"),
    ("CLIENT_RATE", "60", "expected a rate like 60/minute"),
    ("CLIENT_RATE", "0/minute", "expected a rate like 60/minute"),
    ("CLIENT_RATE", "60/fortnight", "expected a rate like 60/minute"),
    ("CLIENT_RATE", "10001/day", "1 to 10,000 requests"),
    ("CLIENT_RATE", 60, "expected text"),
    ("NUM_PROXIES", "-1", "expected at least 0 proxies"),
    ("LOG_FORMAT", "xml", "expected text or json"),
]


class Load(TestCase):
    """From what was written to values."""

    def test_the_defaults_are_right_by_their_own_rules(self) -> None:
        values, wrong = load({}, {})

        self.assertEqual(wrong, [])
        self.assertEqual(values, {option.name: option.default for option in table()})

    def test_local_settings_win_over_the_environment_and_that_over_the_default(self) -> None:
        values, _ = load({"NUM_THREADS_GITHUB": 2}, {"NUM_THREADS_GITHUB": "3", "NUM_THREADS_BITBUCKET": "5"})

        self.assertEqual((values["NUM_THREADS_GITHUB"], values["NUM_THREADS_BITBUCKET"]), (2, 5))

    def test_an_empty_variable_is_as_if_not_set(self) -> None:
        self.assertEqual(load({}, dict.fromkeys(NAMES, "")), load({}, {}))

    def test_each_kind_reads_what_people_write(self) -> None:
        for name, written, value in [
            ("DEBUG", "yes", True),
            ("DEBUG", "0", False),
            ("REQUEST_DEADLINE", "2.5", 2.5),
            ("REQUEST_DEADLINE", 7, 7.0),
            ("GITHUB_API_TOKEN", " ghp_x\n", "ghp_x"),
            ("BITBUCKET_API_URL", "http://127.0.0.1:1/2.0/", "http://127.0.0.1:1/2.0"),
            ("BITBUCKET_CALLS_PER_HOUR", "AUTO", "auto"),
            ("BITBUCKET_CALLS_PER_HOUR", "500", 500),
            ("ALLOWED_HOSTS", "localhost, 127.0.0.1", ["localhost", "127.0.0.1"]),
            ("ALLOWED_HOSTS", "LOCALHOST,::1", ["localhost", "[::1]"]),
            ("LOG_LEVEL", "debug", "DEBUG"),
            ("LOG_FORMAT", "JSON", "json"),
            ("CLIENT_RATE", " 60 / Minute ", "60/minute"),
            ("GITHUB_HOST", "www.Git.Example.org", "git.example.org"),
        ]:
            with self.subTest(name, written=written):
                values, wrong = load({name: written}, {})
                self.assertEqual((values[name], wrong), (value, []))

    def test_a_wrong_value_is_named_with_what_is_expected(self) -> None:
        for name, written, words in WRONG:
            with self.subTest(name, written=written):
                _, wrong = load({name: written}, {})
                self.assertEqual(len(wrong), 1)
                self.assertTrue(wrong[0].startswith(f"{name} in local_settings.py is "), wrong[0])
                self.assertIn(words, wrong[0])

    def test_a_secret_is_never_shown(self) -> None:
        for option in table():
            if option.secret:
                with self.subTest(option.name):
                    _, wrong = load({}, {option.name: "hush\x00hush"})
                    self.assertEqual(len(wrong), 1)
                    self.assertNotIn("hush", wrong[0])

    def test_a_password_in_an_address_is_never_shown(self) -> None:
        for address in ("https://me:hunter2@ghe.example/graphql", "https://ghe.example/graphql?password=hunter2"):
            with self.subTest(address):
                [wrong] = load({}, {"GITHUB_GRAPHQL_URL": address})[1]
                self.assertNotIn("hunter2", wrong)

    def test_contradictions_are_named_beside_wrong_values(self) -> None:
        _, wrong = load({"NUM_THREADS_GITHUB": 0, "BITBUCKET_USERNAME": "me"}, {})

        self.assertEqual(len(wrong), 2)

    def test_contradictions_are_wrong(self) -> None:
        for written, words in [
            ({"BITBUCKET_USERNAME": "me"}, "set both or neither"),
            ({"BITBUCKET_API_TOKEN": "x"}, "set both or neither"),
            (
                {"BITBUCKET_USERNAME": "m", "BITBUCKET_API_TOKEN": "x", "BITBUCKET_ACCESS_TOKEN": "y"},
                "exclude each other",
            ),
            ({"ALLOWED_HOSTS": "example.org"}, "SECRET_KEY is empty, but ALLOWED_HOSTS names 'example.org'"),
            ({"GITHUB_HOST": "bitbucket.org"}, "expected the host of GitHub"),
        ]:
            with self.subTest(written):
                _, wrong = load(dict(written), {})
                self.assertEqual(len(wrong), 1)
                self.assertIn(words, wrong[0])

    def test_only_loopback_needs_no_secret_key(self) -> None:
        for hosts in ("localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost,[::1]"):
            with self.subTest(hosts):
                self.assertEqual(load({}, {"ALLOWED_HOSTS": hosts})[1], [])
        for hosts in (
            "*",
            ".example.org",
            "localhost,example.org",
            "0.0.0.0",
            "10.0.0.1",
            ".localhost",
            "127.evil.org",
        ):
            with self.subTest(hosts):
                self.assertIn("SECRET_KEY is empty", "".join(load({}, {"ALLOWED_HOSTS": hosts})[1]))
                self.assertEqual(load({}, {"ALLOWED_HOSTS": hosts, "SECRET_KEY": "x"})[1], [])

    def test_an_unknown_name_gets_a_suggestion_and_djangos_own_pass(self) -> None:
        sentences = unknown({"GITHUB_API_TOKN": 1, "LOGGING": {}, "lower": 1}, lambda name: name == "LOGGING")

        self.assertEqual(
            sentences, ["GITHUB_API_TOKN in local_settings.py is not a setting; did you mean GITHUB_API_TOKEN?"]
        )


class Misspelt(TestCase):
    """Variables of the environment that nearly are settings."""

    def said(self, *names: str, **values: Any) -> list[str]:
        """The sentences for variables of these names, under these settings."""
        return misspelt(dict.fromkeys(names, "ghp_hush"), {**{one.name: one.default for one in table()}, **values})

    def test_a_name_that_nearly_is_one_gets_a_suggestion_and_its_value_is_not_shown(self) -> None:
        for name, meant in [
            ("GITHUB_TOKEN", "GITHUB_API_TOKEN"),
            ("GH_TOKEN", "GITHUB_API_TOKEN"),
            ("GITHUB_API_TOKN", "GITHUB_API_TOKEN"),
            ("github_api_token", "GITHUB_API_TOKEN"),
            ("NUM_THREADS_GITHB", "NUM_THREADS_GITHUB"),
            ("NUM_THREADS_GITUHB", "NUM_THREADS_GITHUB"),
            ("BITBUCKET_TOKEN", "BITBUCKET_API_TOKEN or BITBUCKET_ACCESS_TOKEN"),
            ("ALLOWED_HOST", "ALLOWED_HOSTS"),
            ("CACHE_URI", "CACHE_URL"),
            ("LOGLEVEL", "LOG_LEVEL"),
        ]:
            with self.subTest(name):
                self.assertEqual(
                    self.said(name), [f"{name} in the environment is not a setting; did you mean {meant}?"]
                )

    def test_ordinary_names_settings_and_what_is_set_under_its_right_name_get_none(self) -> None:
        self.assertEqual(self.said(*ORDINARY, *NAMES), [])
        self.assertEqual(self.said("GITHUB_TOKEN", GITHUB_API_TOKEN="ghp_x"), [])
        self.assertEqual(misspelt({"GITHUB_TOKEN": ""}, {}), [])


class Documents(TestCase):
    """What is written from the table."""

    def test_the_example_file_is_up_to_date_and_changes_nothing_when_copied(self) -> None:
        self.assertEqual(documents.EXAMPLE.read_text(encoding="utf-8"), documents.example())
        for option in table():
            self.assertIn(f"# {option.name} = {option.default!r}\n", documents.example())

    def test_the_tables_of_settings_and_errors_are_up_to_date(self) -> None:
        for document, content in ((documents.SETTINGS, documents.table()), (documents.API, documents.errors())):
            with self.subTest(document.name):
                text = document.read_text(encoding="utf-8")
                self.assertEqual(documents.with_tables(text), text)
                self.assertIn(content, text)


class Start(TestCase):
    """The project as a whole, in a process of its own."""

    def manage(self, *arguments: str, local: str | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py in a copy of the project, with this local_settings.py and these variables alone."""
        folder = project_copy(self)
        if local is not None:
            (folder / "local_settings.py").write_text(local, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=folder,
            env=environment(**settings),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def broken(self, folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
        """What a command says in that copy of the project."""
        return subprocess.run(
            [sys.executable, *command],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

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


class Checks(SimpleTestCase):
    """`manage.py check`."""

    def ids(self, **settings: Any) -> list[str | None]:
        """What the checks say under these settings."""
        good: dict[str, Any] = {
            "GITHUB_API_TOKEN": "x",
            "GITHUB_GRAPHQL_URL": "https://h/g",
            "BITBUCKET_API_URL": "https://h/2.0",
        }
        good["MISSPELT_VARIABLES"] = []
        with override_settings(**{**good, **settings}):
            return [message.id for message in run_checks()]

    def test_a_good_configuration_has_no_warnings(self) -> None:
        self.assertEqual(self.ids(), [])
        self.assertEqual(self.ids(GITHUB_GRAPHQL_URL="http://127.0.0.1:1/graphql"), [])

    def test_a_missing_token_and_an_unencrypted_upstream_are_warnings(self) -> None:
        self.assertEqual(self.ids(GITHUB_API_TOKEN=""), ["from_git.W001"])
        self.assertEqual(self.ids(BITBUCKET_API_URL="http://api.bitbucket.org/2.0"), ["from_git.W002"])

    def test_a_misspelt_variable_is_a_warning(self) -> None:
        self.assertEqual(self.ids(MISSPELT_VARIABLES=["X is not a setting."]), ["from_git.W003"])
