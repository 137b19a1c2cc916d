"""Where internal repositories count: rows, tables, pictures and the page say so, and no shared cache keeps them."""

import io
import re
from collections.abc import Iterable
from contextlib import redirect_stdout
from typing import Any

import requests
from django.core.management import call_command

from emulator import Owner, Repository
from from_git.tests.kit.forges import entry_for
from from_git.tests.kit.pages import ACME, PageTestCase

HERE = "https://octocorp.ghe.com/octo_corp"
WORDS = "with internal repositories"


class Internal(PageTestCase):
    """github.com, and a GHE.com on which an organization has a public and an internal repository."""

    def upstream_settings(self) -> dict[str, Any]:
        """As everywhere, and the host."""
        ours = super().upstream_settings()
        entry = entry_for(self.emulator, "github", "octocorp.ghe.com", count=["public", "internal"])
        return {**ours, "FORGES": [*ours["FORGES"], entry]}

    def setUp(self) -> None:
        """Have the organization."""
        super().setUp()
        shown = Repository("shown", stars=3, watchers=1, languages={"Go": 5}, topics=["web"])
        inner = Repository("inner", stars=4, watchers=2, languages={"Go": 7}, marks=["internal"])
        secret = Repository("secret", stars=900, languages={"COBOL": 9}, is_private=True)
        self.world.add(Owner("github", "octo_corp", "Organization", [shown, inner, secret]))

    def get(self, path: str, *urls: str, **more: str) -> requests.Response:
        """The answer at the path."""
        return requests.get(f"{self.base}{path}", params={"url": urls, **more}, timeout=30)

    def test_a_row_says_what_counts_there_and_no_other_row_does(self) -> None:
        rows = self.get("/health-check", ACME, HERE, expand="profiles").json()["profiles"]

        self.assertEqual([row.get("counted") for row in rows], [None, ["public", "internal"]])
        self.assertEqual([list(row)[-1] for row in rows], ["notTold", "counted"])
        self.assertEqual((rows[1]["originalRepos"], rows[1]["followers"], rows[1]["langs"]), (2, 7, ["go"]))

    def test_only_the_clients_own_cache_may_keep_the_answer_and_it_may_ask_whether_it_is_the_same(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        paths: Iterable[tuple[str, dict[str, str]]] = (
            ("/health-check", {}),
            ("/health-check", {"format": "csv"}),
            ("/health-check", {"format": "csv", "rows": "repositories"}),
            ("/health-check", {"format": "html"}),
            ("/from-git/card.svg", {}),
            ("/from-git/chart/langs.svg", {}),
            ("/from-git/badge/followers", {}),
            ("/from-git/badge/followers", {"format": "svg"}),
        )
        for path, more in paths:
            with self.subTest(path, more=more):
                plain, both = self.get(path, ACME, **more), self.get(path, ACME, HERE, **more)
                self.assertEqual((plain.status_code, both.status_code), (200, 200), both.text[:300])
                self.assertRegex(plain.headers["Cache-Control"], "^public, max-age=")
                self.assertRegex(both.headers["Cache-Control"], "^private, max-age=[0-9]+, stale-if-error=[0-9]+$")
                again = requests.get(both.url, headers={"If-None-Match": both.headers["ETag"]}, timeout=30)
                self.assertEqual((again.status_code, again.headers["Cache-Control"][:8]), (304, "private,"))

    def test_so_it_is_where_nobody_is_found_there(self) -> None:
        answer = self.get("/health-check", ACME, "https://octocorp.ghe.com/nobody")
        self.assertEqual(len(answer.json()["missing"]), 1)
        self.assertRegex(answer.headers["Cache-Control"], "^private, ")

    def test_pictures_and_tables_say_it_and_do_not_where_none_counts(self) -> None:
        for path in ("card.svg", "chart/langs.svg", "chart/topics.svg", "chart/repos.svg", "card.svg?width=400"):
            with self.subTest(path):
                address = f"/from-git/{path}"
                self.assertNotIn(WORDS, told(self.get(address, ACME).text).lower())
                self.assertIn(WORDS, told(self.get(address, HERE).text).lower())
        html = self.get("/health-check", HERE, format="html", forks="no").text
        self.assertIn(
            f"2 public repositories of 1 profile on GitHub at octocorp.ghe.com, {WORDS}, no forks", told(html)
        )
        self.assertNotIn(WORDS, told(self.get("/health-check", ACME, format="html").text))

    def test_so_does_a_terminal(self) -> None:
        for url, said in ((HERE, True), (ACME, False)):
            with redirect_stdout(Screen()) as out:
                call_command("aggregate", url)
            self.assertEqual(WORDS in " ".join(out.getvalue().split()), said, out.getvalue())

    def test_so_does_the_page(self) -> None:
        page = self.open(ACME, HERE)
        self.result(page)
        self.assertIn(f", {WORDS}", page.inner_text("main"))
        other = self.open(ACME)
        self.result(other)
        self.assertNotIn(WORDS, other.inner_text("main"))


class Screen(io.StringIO):
    """What a command takes for a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def told(markup: str) -> str:
    """The text of HTML or SVG, on one line."""
    return " ".join(re.sub("<[^>]*>", " ", markup).split())
