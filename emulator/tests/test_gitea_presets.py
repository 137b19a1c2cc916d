"""Presets of Gitea: the effect of each."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import requests

from emulator import preset
from emulator.tests.helpers import PATIENCE, EmulatorCase


class TestPresets(EmulatorCase):
    """The table of Gitea."""

    def struck(self, name: str, path: str = "/orgs/org-3/repos") -> requests.Response:
        """The answer with that preset."""
        self.emulator.faults.clear()
        self.emulator.faults.add(preset(name))
        return requests.get(f"{self.emulator['gitea'].url}/api/v1{path}", timeout=PATIENCE)

    def test_a_proxys_limit_comes_in_any_form(self) -> None:
        for name, kind, words, wait in (
            ("gitea_429", "text/html; charset=utf-8", "<title>429", None),
            ("gitea_429_plain", "text/plain; charset=utf-8", "Too Many", "30"),
            ("gitea_429_json", "application/json; charset=utf-8", '"message"', "30"),
        ):
            with self.subTest(name):
                answer = self.struck(name)

                self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (429, kind))
                self.assertEqual(answer.headers.get("Retry-After"), wait)
                self.assertIn(words, answer.text)

    def test_a_proxy_may_say_when_as_a_date(self) -> None:
        answer = self.struck("gitea_429_date")

        sent, again = (parsedate_to_datetime(answer.headers[name]) for name in ("Date", "Retry-After"))
        self.assertEqual(answer.status_code, 429)
        self.assertIn((again - sent).total_seconds(), range(25, 36))

    def test_failures_have_their_status_and_words(self) -> None:
        for name, status, words in (
            ("gitea_wall", 200, "<title>Making sure"),
            ("gitea_502", 502, "<title>502"),
            ("gitea_401", 401, "user does not exist [uid: 0, name: ]"),
        ):
            with self.subTest(name):
                answer = self.struck(name)

                self.assertEqual(answer.status_code, status)
                self.assertIn(words, answer.text)

    def test_a_row_is_null_and_the_total_stays(self) -> None:
        answer = self.struck("gitea_null_row")

        self.assertEqual([row is None for row in answer.json()], [True, False, False])
        self.assertEqual(answer.headers["X-Total-Count"], "3")

    def test_languages_are_refused_and_nothing_else(self) -> None:
        row = self.struck("gitea_languages_403").json()[0]

        refused = self.struck("gitea_languages_403", f"/repos/{row['full_name']}/languages")

        self.assertEqual(refused.status_code, 403)
