"""The table of options: what is read, what is refused, and the documents made from it."""

from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest import TestCase

from django.dispatch import Signal

from coding_challenge import documents
from from_git.options import credentials, table
from from_git.options.loading import load, misspelt, unknown

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
    ("GITHUB_HOST", "api.github.com", "expected github.com, the host that profile URLs carry"),
    ("GITHUB_GRAPHQL_URL", "https://github.com/api/graphql", "expected https://api.github.com/graphql"),
    ("GITHUB_GRAPHQL_URL", "https://api.github.com", "expected https://api.github.com/graphql"),
    ("GITHUB_GRAPHQL_URL", "https://git.example.org/api/v3", "expected https://git.example.org/api/graphql"),
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
            ("GITHUB_HOST", "www.GitHub.com", "github.com"),
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

    def test_what_lines_hide_follows_each_change_of_a_setting(self) -> None:
        settings, told = SimpleNamespace(SECRET_KEY="first-secret"), Signal()
        hidden = credentials.remembered(settings, partial(told.connect, weak=False))
        self.assertEqual(hidden(), ["first-secret"])
        for value in ("second-secret", "third-secret"):
            settings.SECRET_KEY = value
            told.send(None, setting="SECRET_KEY", value=value, enter=True)
            self.assertEqual(hidden(), [value])

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
            (
                {"GITHUB_HOST": "bitbucket.org", "GITHUB_GRAPHQL_URL": "https://git.example.org/api/graphql"},
                "expected the host of GitHub",
            ),
            ({"GITHUB_HOST": "ghe.example.org"}, "that of github.com: expected https://ghe.example.org/api/graphql."),
            ({"GITHUB_HOST": "one.ghe.com"}, "that of github.com: expected https://api.one.ghe.com/graphql."),
            ({"GITHUB_GRAPHQL_URL": "https://api.one.ghe.com/graphql"}, "expected https://api.github.com/graphql."),
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

    def test_a_token_that_only_an_entry_can_have_is_said_to_belong_there(self) -> None:
        for name, kind, host in (
            ("GITLAB_TOKEN", "gitlab", "gitlab.com"),
            ("GITLAB_API_TOKEN", "gitlab", "gitlab.com"),
            ("GITEA_TOKEN", "gitea", "codeberg.org"),
            ("CODEBERG_TOKEN", "gitea", "codeberg.org"),
        ):
            with self.subTest(name):
                entry = f'{{"kind": "{kind}", "host": "{host}", "accounts": [{{"token": "…"}}]}}'
                said = f"{name} in the environment is not a setting; give the token in FORGES: [{entry}]."
                self.assertEqual(self.said(name), [said])
                self.assertEqual(load({"FORGES": f"[{entry.replace('…', 'x')}]"}, {})[1], [])
                self.assertEqual(self.said(name, FORGES=[{"kind": kind, "host": host}]), [said])
                there = {"kind": kind, "host": "git.example.org", "accounts": [{"token": "x"}]}
                self.assertEqual(self.said(name, FORGES=[there]), [])

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
