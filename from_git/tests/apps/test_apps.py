"""The warnings of `manage.py check`."""

from typing import Any

from django.core.checks import CheckMessage, run_checks
from django.test import SimpleTestCase, override_settings

from from_git.forges.registry import KINDS
from from_git.values.words import listed


class Checks(SimpleTestCase):
    """`manage.py check`."""

    def ids(self, **settings: Any) -> list[str | None]:
        """The numbers of the warnings under these settings."""
        return [message.id for message in self.messages(**settings)]

    def messages(self, **settings: Any) -> list[CheckMessage]:
        """The warnings under these settings."""
        good: dict[str, Any] = {
            "GITHUB_API_TOKEN": "x",
            "GITHUB_GRAPHQL_URL": "https://h/g",
            "BITBUCKET_API_URL": "https://h/2.0",
        }
        good["MISSPELT_VARIABLES"] = list
        with override_settings(**{**good, **settings}):
            return run_checks()

    def test_a_good_configuration_has_no_warnings(self) -> None:
        self.assertEqual(self.ids(), [])
        self.assertEqual(self.ids(GITHUB_GRAPHQL_URL="http://127.0.0.1:1/graphql"), [])

    def test_a_missing_token_and_an_unencrypted_upstream_are_warnings(self) -> None:
        self.assertEqual(self.ids(GITHUB_API_TOKEN=""), ["from_git.W001"])
        self.assertEqual(self.ids(BITBUCKET_API_URL="http://api.bitbucket.org/2.0"), ["from_git.W002"])

    def test_each_host_without_the_credentials_that_it_needs_is_named(self) -> None:
        ghe, scm = {"kind": "github", "host": "ghe"}, {"kind": "bitbucket", "host": "scm", "api": "https://scm/2.0"}
        usual = [kind.hosted or kind.label for kind in KINDS.values()]
        for entries, said in (
            (
                [scm, ghe],
                [
                    "`accounts` of FORGES entry 2 is empty: GitHub at ghe profiles get an error,"
                    f" {listed([*usual, 'Bitbucket at scm'])} profiles work."
                ],
            ),
            ([{**ghe, "accounts": [{"token": "x"}]}], []),
            (
                [{**ghe, "host": "github.com"}],
                [
                    "`accounts` of FORGES entry 1 is empty: GitHub profiles get an error,"
                    f" {listed(usual[1:])} profiles work."
                ],
            ),
        ):
            with self.subTest(entries):
                found = self.messages(FORGES=entries)
                self.assertEqual([one.msg for one in found], said)
                self.assertEqual([one.id for one in found], ["from_git.W001"] * len(said))

    def test_each_host_that_is_not_encrypted_is_named(self) -> None:
        scm = {"kind": "bitbucket", "host": "scm", "api": "http://127.0.0.1:9/2.0"}
        proxied = {**scm, "proxy": "http://proxy:1"}
        for entry, settings, setting in (
            (scm, {}, None),
            ({**scm, "api": "http://scm/2.0"}, {}, "`api` of FORGES entry 1"),
            (proxied, {}, "`api` of FORGES entry 1"),
            (scm, {"UPSTREAM_PROXY": "http://proxy:1"}, "`api` of FORGES entry 1"),
            ({**scm, "proxy": ""}, {"UPSTREAM_PROXY": "http://proxy:1"}, None),
        ):
            with self.subTest(entry, settings=settings):
                found = self.messages(FORGES=[entry], **settings)
                said = [f"{setting} is not encrypted: credentials can be read on the way."] if setting else []
                self.assertEqual([one.msg for one in found], said)

    def test_a_misspelt_variable_is_a_warning(self) -> None:
        self.assertEqual(self.ids(MISSPELT_VARIABLES=lambda: ["X is not a setting."]), ["from_git.W003"])

    def test_whoever_reaches_a_service_that_shows_internal_repositories_may_be_a_stranger(self) -> None:
        ghe = {"kind": "github", "host": "octocorp.ghe.com", "accounts": [{"token": "x"}]}
        internal = {**ghe, "count": ["public", "internal"]}
        for entry, allowed, warned in (
            (internal, ["127.0.0.1", "localhost", "[::1]"], False),
            (internal, ["localhost", "stats.example.org"], True),
            (internal, ["*"], True),
            ({**ghe, "count": ["public"]}, ["stats.example.org"], False),
        ):
            with self.subTest(entry, allowed=allowed):
                found = self.messages(FORGES=[entry], ALLOWED_HOSTS=allowed)
                self.assertEqual([one.id for one in found], ["from_git.W004"] * warned)
                if warned:
                    self.assertIn("`count` of FORGES entry 1 has internal repositories count", found[0].msg)
                    self.assertIn(repr(allowed[-1]), found[0].msg)
