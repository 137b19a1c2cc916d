"""What `/health-check` is shown as: JSON, and what spreadsheets make of the CSV."""

import csv
import io
import re
from unittest import TestCase

import requests

from emulator import Owner, Repository
from from_git.aggregator import Answer
from from_git.question.choices import Table
from from_git.renderers import AnswerCSV, AnswerJSON, Details
from from_git.responses import Streamed
from from_git.serializers import COLUMNS
from from_git.tests.kit.flying import FOUND, SPACK
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.found import Fetched

JSON, CSV, HTML = "application/json", "text/csv; charset=utf-8; header=present", "text/html; charset=utf-8"
URLS = ("https://github.com/mfem", "https://bitbucket.org/nobody", "https://bitbucket.org/mailchimp")


class Expand(ServiceTestCase):
    """What may be asked for beside the sums."""

    def expanded(self, *expand: str) -> requests.Response:
        """The answer with `expand`."""
        return requests.get(f"{self.base}/health-check", params={"url": URLS, "expand": expand}, timeout=30)

    def test_it_adds_what_is_named_and_changes_nothing_else(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)  # so that fetchedAt is the same each time
        plain = self.answer(*URLS)

        both, twice = self.expanded("profiles,langs").json(), self.expanded("langs", "profiles").json()

        self.assertEqual(both, twice)
        self.assertEqual(list(both), [*plain, "profiles", "langsDetail"])
        self.assertEqual({key: both[key] for key in plain}, plain)
        self.assertEqual([row["url"] for row in both["profiles"]], [URLS[0], URLS[2]])
        self.assertEqual([one["name"] for one in both["langsDetail"]], plain["data"]["langs"])
        self.assertEqual(
            [one["name"] for one in self.expanded("topics").json()["topicsDetail"]], plain["data"]["topics"]
        )

    def test_an_unknown_name_is_a_400_that_has_those_that_there_are(self) -> None:
        failure = self.expanded("profiles,repos")

        self.assertEqual((failure.status_code, failure.json()["error"]), (400, "ERR3"))
        self.assertIn("expand knows profiles, langs, topics and repositories, not 'repos'.", failure.json()["message"])


class Csv(ServiceTestCase):
    """One row for each profile."""

    def table(self, *urls: str) -> list[dict[str, str]]:
        """The rows for `urls`."""
        self.response = self.ask(*urls, headers={"Accept": "text/csv"})
        self.assertEqual(self.response.status_code, 200, self.response.text)
        return list(csv.DictReader(io.StringIO(self.response.content.decode("utf-8"), newline="")))

    def test_each_profile_has_a_row_in_the_order_asked_whose_numbers_add_up(self) -> None:
        rows = self.table(*URLS)

        answer = self.answer(*URLS)["data"]
        self.assertEqual(list(rows[0]), list(COLUMNS))
        self.assertEqual([row["url"] for row in rows], list(URLS))
        self.assertEqual([row["kind"] for row in rows], ["Organization", "missing", "Workspace"])
        self.assertEqual(rows[1]["owner"], "nobody")
        self.assertEqual({rows[1][key] for key in COLUMNS[4:]}, {""})
        for key in ("originalRepos", "forkedRepos", "watchers", "followers"):
            self.assertEqual(sum(int(row[key] or 0) for row in rows), answer[key], key)
        for key in ("langs", "topics"):
            names = {name for row in rows for name in row[key].split("; ") if name}
            self.assertEqual(sorted(names), answer[key])
        for row in (rows[0], rows[2]):
            self.assertRegex(row["fetchedAt"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_it_is_a_file_of_rfc_4180_with_a_header(self) -> None:
        self.table(*URLS)

        self.assertEqual(self.response.headers["Content-Type"], CSV)
        self.assertEqual(self.response.headers["Content-Disposition"], 'attachment; filename="from-git.csv"')
        lines = self.response.content.split(b"\r\n")
        self.assertEqual((len(lines), lines[-1]), (5, b""))
        self.assertEqual(lines[0].decode(), ",".join(COLUMNS))
        self.assertNotIn(b"\n", b"".join(lines))
        self.assertIn(b",missing,,,,,,,,,", lines[2])

    def test_nothing_in_it_is_a_formula(self) -> None:
        names = [
            "=1+1",
            "-1",
            "+a",
            "@sum",
            " =1",
            "\t=1",
            "\r=1",
            "\uff1d1",
            "\uff0b1",
            "\uff0d1",
            "\uff201",
            "\ufeff=1",
        ]
        names += ["\u200b=1", "\u00a0=1", "\n=1", "\u22121", "\ufe631", "\tx"]
        fine = ["c++", "a=b", "f#", "ÅNGSTRÖM", '"x"', "a,b"]
        for number, name in enumerate([*names, *fine]):
            owner = Owner("github", f"bad-{number}", "User", [Repository("a", languages={name: 1}, topics=(name,))])
            self.world.add(owner)
        rows = self.table(*(f"github.com/bad-{number}" for number in range(len(names) + len(fine))))

        for name, row in zip(names, rows, strict=False):
            with self.subTest(name):
                self.assertEqual((row["langs"], row["topics"]), (f"'{name.lower()}", f"'{name}"))
        self.assertEqual([row["topics"] for row in rows[len(names) :]], fine)
        self.assertEqual({row["originalRepos"] for row in rows}, {"1"})

    def test_each_name_of_a_list_is_harmless_by_itself(self) -> None:
        self.world.add(Owner("github", "many", "User", [Repository("a", topics=("!a", "0", "=b"))]))

        [row] = self.table("github.com/many")

        self.assertEqual(row["topics"], "!a; 0; '=b")
        # where the semicolon ends a cell, no cell begins with a sign of a formula
        self.assertFalse(re.search(r'(^|[;,\n])[ "]*[=+\-@]', self.response.text))


class Seeds(TestCase):
    """What the tags of long answers follow from."""

    def test_the_same_rows_fetched_anew_are_no_news(self) -> None:
        for renderer, details in (
            (AnswerJSON(), Details(("repositories",))),
            (AnswerCSV(), Details(table=Table(repositories=True))),
            (AnswerCSV(), Details(("profiles", "langs"), Table(repositories=True))),
        ):
            with self.subTest(renderer=renderer.format, details=details):
                seeds = set()
                for moment in (1.7e9, 1.8e9):
                    one = Answer({SPACK: Fetched(FOUND, moment, moment)}, {SPACK: FOUND}, (), FOUND.stats)
                    response = renderer.response(one, details)
                    assert isinstance(response, Streamed)
                    seeds.add(response.seed)
                self.assertEqual(len(seeds), 1)
