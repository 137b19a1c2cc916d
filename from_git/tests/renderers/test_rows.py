"""The list behind the numbers: one row for each repository, in JSON, CSV and the stream, sent as it is made."""

import csv
import io
from typing import Any

import requests

from emulator import Owner, Repository
from emulator.world import Choice
from from_git.serializers import COLUMNS, REPOSITORY
from from_git.tests.aggregator.test_filters import FiltersTestCase
from from_git.tests.kit.events import listen

SPACK, TEAM, ORG = "https://github.com/SPACK/", "https://bitbucket.org/mailchimp", "https://github.com/org-1200"
SITES = {"github": "https://github.com", "bitbucket": "https://bitbucket.org"}
HARMLESS = Repository(
    *("name", False, False, True, 3, 5, (("C", 1), ("c", 2), ("Ada", 3)), ("web", "api"), "2020-01-31T12:00:00.5Z"),
    license="MIT",
    pushed_at="2021-02-28T23:59:59Z",
)


class RowsTestCase(FiltersTestCase):
    """Answers with repositories."""

    def rows(self, *urls: str, **parameters: Any) -> list[dict[str, Any]]:
        """The member of the JSON."""
        body = self.body(*urls, expand="repositories", **parameters)
        self.assertEqual(list(body)[-1], "repositories")
        return list(body["repositories"])

    def wanted(self, asked: dict[str, tuple[str, str]], choice: Choice | None = None) -> list[dict[str, Any]]:
        """What the world has of these profiles, by the URL as asked."""
        rows = []
        for url, owner in asked.items():
            for row in self.world.rows([owner], choice or Choice()):
                site, name = f"{SITES[row['forge']]}/{url.rstrip('/').rpartition('/')[2]}", row["name"]
                rows.append({**row, "url": f"{site}/{name}", "profile": url})
        return [{name: row[name] for name in REPOSITORY} for row in rows]


class Json(RowsTestCase):
    """`expand=repositories`."""

    def test_each_repository_is_there_with_all_that_its_forge_tells_in_the_order_asked(self) -> None:
        asked = {TEAM: ("bitbucket", "mailchimp"), SPACK: ("github", "spack"), ORG: ("github", "org-1200")}
        for choice, parameters in (
            (Choice(), {}),
            (Choice("no"), {"forks": "no"}),
            (Choice("only"), {"forks": "only"}),
        ):
            with self.subTest(parameters):
                rows = self.rows(*asked, **parameters)
                self.assertEqual(rows, self.wanted(asked, choice))
                self.assertEqual([list(row) for row in rows], [list(REPOSITORY)] * len(rows))
        self.assertGreater(len(rows), 300)

    def test_one_row_has_every_member_in_its_form(self) -> None:
        self.world.add(Owner("github", "one-row", "Organization", (HARMLESS,)))
        self.assertEqual(
            self.rows("github.com/one-row"),
            [
                {
                    "url": "https://github.com/one-row/name",
                    "profile": "github.com/one-row",
                    "name": "name",
                    "isFork": False,
                    "isArchived": True,
                    "watchers": 5,
                    "stars": 3,
                    "langs": ["ada", "c"],
                    "topics": ["api", "web"],
                    "license": "MIT",
                    "createdAt": "2020-01-31T12:00:00Z",
                    "pushedAt": "2021-02-28T23:59:59Z",
                }
            ],
        )

    def test_what_bitbucket_does_not_tell_is_null(self) -> None:
        rows = self.rows(TEAM)
        self.assertGreater(len(rows), 3)
        for row in rows:
            self.assertEqual(
                [row[name] for name in ("isArchived", "stars", "topics", "license", "pushedAt")], [None] * 5
            )

    def test_they_follow_all_other_details_and_add_up_to_the_sums(self) -> None:
        body = self.body(SPACK, TEAM, expand="repositories,topics,profiles,langs")
        self.assertEqual(list(body)[3:], ["profiles", "langsDetail", "topicsDetail", "repositories"])
        for key, member in (("watchers", "watchers"), ("followers", "stars")):
            self.assertEqual(sum(row[member] or 0 for row in body["repositories"]), body["data"][key])
        langs = sorted({name for row in body["repositories"] for name in row["langs"]})
        self.assertEqual(langs, body["data"]["langs"])

    def test_a_shared_repository_is_there_once_where_it_counts(self) -> None:
        stays, moves = Repository("stays"), Repository("moves", watchers=9, created_at="2020-01-01T00:00:00Z")
        self.world.add(Owner("github", "rows-one", "Organization", (stays, moves)))
        self.world.add(Owner("github", "rows-two", "Organization", (Repository("other"),)))
        urls = [f"https://github.com/{name}" for name in ("rows-one", "rows-two")]
        self.answer(urls[0])
        self.world.change("github", "rows-one", transfer="rows-two")
        self.assertEqual(
            [(row["profile"], row["name"]) for row in self.rows(*urls)],
            [(urls[0], "stays"), (urls[1], "moves"), (urls[1], "other")],
        )

    def test_the_stream_ends_with_the_same_bytes(self) -> None:
        wanted = self.get(SPACK, TEAM, expand="repositories").text
        last = listen(self.base, SPACK, TEAM, expand="repositories")[-1]
        self.assertEqual((last.name, last.data), ("answer", wanted))

    def test_the_browsable_api_refuses_them(self) -> None:
        response = self.get(SPACK, expand="repositories", format="api")
        self.assertEqual(response.status_code, 400)
        self.assertIn("format=json", response.text)


class Csv(RowsTestCase):
    """`rows=repositories` and `bom=1`."""

    def table(self, *urls: str, **parameters: Any) -> list[dict[str, str]]:
        """The rows of the CSV."""
        response = self.get(*urls, format="csv", **parameters)
        self.assertEqual(response.headers["Content-Disposition"], 'attachment; filename="from-git.csv"')
        self.assertEqual(response.headers["Content-Type"], "text/csv; charset=utf-8; header=present")
        return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))

    def test_it_has_the_rows_of_the_json(self) -> None:
        for parameters in ({}, {"forks": "no"}):
            with self.subTest(parameters):
                table = self.table(SPACK, TEAM, ORG, rows="repositories", **parameters)
                rows = self.rows(SPACK, TEAM, ORG, **parameters)
                self.assertEqual(list(table[0]), [*REPOSITORY, *(["filter"] if parameters else [])])
                extra = {"filter": "forks=no"} if parameters else {}
                self.assertEqual(table, [{**{name: cell(row[name]) for name in row}, **extra} for row in rows])

    def test_profiles_say_the_filter_in_one_more_column_missing_ones_too(self) -> None:
        table = self.table(SPACK, "https://github.com/nobody-there", forks="no")
        self.assertEqual([list(row) for row in table], [[*COLUMNS, "filter"]] * 2)
        self.assertEqual(
            [(row["kind"], row["filter"]) for row in table], [("Organization", "forks=no"), ("missing", "forks=no")]
        )

    def test_a_mark_comes_first_and_changes_nothing_else(self) -> None:
        for rows in ("", "repositories"):
            plain, marked = (self.get(SPACK, format="csv", rows=rows, bom=bom).content for bom in ("", "1"))
            self.assertEqual(marked, b"\xef\xbb\xbf" + plain)

    def test_no_name_becomes_a_formula(self) -> None:
        self.world.add(Owner("github", "formulas", "User", (Repository("-1", topics=("a",), license="NOASSERTION"),)))
        [row] = self.table("https://github.com/formulas", rows="repositories")
        self.assertEqual((row["name"], row["license"]), ("'-1", "NOASSERTION"))

    def test_nothing_left_is_a_header_alone(self) -> None:
        self.world.add(Owner("github", "no-forks", "User", (Repository("one"),)))
        response = self.get("https://github.com/no-forks", format="csv", rows="repositories", forks="only")
        self.assertEqual(response.text, f"{','.join((*REPOSITORY, 'filter'))}\r\n")


class Caching(RowsTestCase):
    """Answers that are sent as they are made, as caches see them."""

    LONG = ({"expand": "repositories"}, {"format": "csv", "rows": "repositories"})

    def test_each_form_has_a_tag_of_its_own_that_stays_and_is_known_again(self) -> None:
        tags = set()
        for parameters in (*self.LONG, {**self.LONG[1], "bom": "1"}, {"expand": "repositories", "forks": "no"}):
            with self.subTest(parameters):
                first, second = (self.get(SPACK, **parameters) for _ in range(2))
                self.assertEqual(first.content, second.content)
                self.assertEqual(first.headers["ETag"], second.headers["ETag"])
                self.assertNotIn("Content-Length", first.headers)
                self.assertRegex(first.headers["Cache-Control"], "^public, max-age=300,")
                tags.add(first.headers["ETag"])
                address, known = first.url, {"If-None-Match": first.headers["ETag"]}
                unchanged = requests.get(address, headers=known, timeout=30)
                self.assertEqual((unchanged.status_code, unchanged.content), (304, b""))
                self.assertEqual(requests.get(address, headers={"If-Match": '"x"'}, timeout=30).status_code, 412)
                head = requests.head(address, timeout=30)
                self.assertEqual((head.status_code, head.headers["ETag"]), (200, first.headers["ETag"]))
                self.assertNotIn("Content-Length", head.headers)
        self.assertEqual(len(tags), 4)

    def test_a_tag_changes_with_the_rows_alone(self) -> None:
        repositories = tuple(Repository(name, watchers=1, is_fork=name == "b") for name in "abc")
        self.world.add(Owner("github", "tagged", "User", repositories))
        self.settings_for_test(PROFILE_CACHE_SECONDS=0.0)
        url, tags = "https://github.com/tagged", []
        for change in ({}, {"b": 0}, {"b": 1}, {"a": 2, "c": 0}, {"a": 1, "c": 1}):
            owner = self.world.owner("github", "tagged")
            assert owner
            for one in owner.repositories:
                one.__dict__["watchers"] = change.get(one.name, one.watchers)
            tags.append(self.get(url, expand="repositories").headers["ETag"])
        self.assertEqual([tags.index(tag) for tag in tags], [0, 1, 0, 3, 0])

    def test_an_answer_that_counts_back_from_now_is_kept_for_a_minute_at_most(self) -> None:
        self.answer(SPACK)
        for parameters in ({}, *self.LONG, {"format": "csv"}):
            with self.subTest(parameters):
                response = self.get(SPACK, active=900, **parameters)
                self.assertEqual(response.status_code, 200, response.text)
                [age] = [
                    int(part.partition("=")[2])
                    for part in response.headers["Cache-Control"].split(", ")
                    if "max-age" in part
                ]
                self.assertLessEqual(age, 60)
                self.assertGreater(age, 50)
                self.assertLess(int(response.headers["Age"]), 5)
                self.assertNotIn("Last-Modified", response.headers)
        self.assertIn(
            "max-age=60", self.get(SPACK, active=900, path="/from-git/badge/watchers").headers["Cache-Control"]
        )
        self.settings_for_test(PROFILE_CACHE_SECONDS=20.0)
        self.assertRegex(self.get(ORG, active=900).headers["Cache-Control"], r"max-age=(1\d|20),")


def cell(value: object) -> str:
    """A value as the CSV has it."""
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value)
