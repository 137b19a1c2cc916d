"""The warnings of `manage.py check`."""

from typing import Any

from django.core.checks import run_checks
from django.test import SimpleTestCase, override_settings


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
