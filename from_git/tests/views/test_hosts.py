"""Several hosts of one kind in one answer: rows, tables, errors, the stream and the page say which is which."""

import csv
import io
from typing import Any

import requests

from emulator import Fault
from from_git.logfacts import facts_of
from from_git.tests.kit.events import listen
from from_git.tests.kit.pages import ACME, PageTestCase

GHE, GIT = "ghe.example.org", "git.example.org:8443/forge"
URLS = (ACME, f"https://{GHE}/acme", f"https://{GIT}/acme-team")


class Hosts(PageTestCase):
    """github.com, another GitHub, a Bitbucket in a folder of a server, and a GitHub that is away."""

    def upstream_settings(self) -> dict[str, Any]:
        """As everywhere, and the hosts."""
        ours = super().upstream_settings()
        accounts = [{"token": ours["GITHUB_API_TOKEN"]}]
        return {
            **ours,
            "FORGES": [
                {"kind": "github", "host": GHE, "api": ours["GITHUB_GRAPHQL_URL"], "accounts": accounts},
                {"kind": "bitbucket", "host": GIT, "api": ours["BITBUCKET_API_URL"]},
                {"kind": "github", "host": "away.example.org", "api": "http://127.0.0.1:9/", "accounts": accounts},
            ],
        }

    def asked(self, *urls: str, **more: str) -> requests.Response:
        """The answer for these."""
        return requests.get(f"{self.base}/health-check", params={"url": urls, **more}, timeout=30)

    def test_a_row_says_its_host_and_a_table_has_the_columns_that_it_had(self) -> None:
        rows = self.asked(*URLS, expand="profiles").json()["profiles"]

        self.assertEqual(
            [(row["forge"], row["host"]) for row in rows],
            [("github", "github.com"), ("github", GHE), ("bitbucket", GIT)],
        )
        self.assertEqual([row["notTold"] for row in rows], [[], [], ["followers", "topics", "topicsNum"]])
        numbers = [[row[key] for key in ("originalRepos", "watchers", "followers")] for row in rows]
        self.assertEqual(numbers[0], numbers[1])
        table = csv.reader(io.StringIO(self.asked(*URLS, format="csv").text, newline=""))
        self.assertEqual(next(table)[-1], "fetchedAt")

    def test_an_error_says_the_host_last_wherever_it_is_shown(self) -> None:
        url = "https://away.example.org/acme"
        error = self.asked(ACME, url)

        self.assertEqual(error.status_code, 502)
        self.assertEqual(
            list(error.json().items())[-3:], [("upstream", "github"), ("profile", url), ("host", "away.example.org")]
        )
        self.assertIn("No answer from GitHub at away.example.org for", error.json()["message"])
        page = self.asked(url, format="api")
        self.assertIn("away.example.org", page.text.partition("&quot;host&quot;")[2])

    def test_so_does_the_last_event_of_a_stream(self) -> None:
        self.emulator.faults.add(Fault("status", "/2.0/*", status=429, headers={"Retry-After": "1800"}))

        *_, last = listen(self.base, URLS[2])

        self.assertEqual(last.name, "failure")
        self.assertEqual(list(last.body)[3:], ["upstream", "retryAfter", "host", "status"])
        self.assertEqual(last.body["host"], GIT)

    def test_the_log_names_a_profile_by_its_host_where_that_is_not_the_first_of_its_kind(self) -> None:
        with self.assertLogs("from_git", "WARNING") as logs:
            self.asked(ACME, URLS[2], "https://away.example.org/acme")

        names = ["github/acme", f"{GIT}/acme-team", "away.example.org/acme"]
        facts = facts_of(logs.records[-1])
        self.assertEqual((facts["asked"], facts["failed"]), (names, names[-1]))

    def test_the_page_calls_each_by_its_name_and_leads_to_its_site(self) -> None:
        page = self.open(*URLS)

        self.result(page)

        links = page.locator("[data-slot=profiles] tbody a").evaluate_all("all => all.map(one => one.href)")
        self.assertEqual(links, list(URLS))
        places = page.locator("[data-slot=profiles] tbody th small").all_inner_texts()
        names = [place.partition(" \N{MIDDLE DOT} ")[0] for place in places]
        self.assertEqual(names, ["GitHub", f"GitHub at {GHE}", f"Bitbucket at {GIT}"])
        counted = (
            r"(?m)^Bitbucket at git\.example\.org:8443/forge: 15 calls, .*\nGitHub and GitHub at ghe\.example\.org: 2 "
        )
        self.assertRegex(page.inner_text("[data-slot=counted]"), counted)
        self.assert_calm(page)
