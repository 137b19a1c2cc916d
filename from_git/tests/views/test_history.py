"""`/from-git/history`, and `at` of answers."""

import csv
import io
from datetime import timedelta
from typing import Any

import requests
from django.db import connection

from from_git.history import series, watching
from from_git.models import Snapshot
from from_git.question.moments import cursor
from from_git.tests.kit import postgres
from from_git.tests.kit.databases import OnPostgres, OnSQLite, pointed_at
from from_git.tests.kit.past import MFEM, NOBODY, SPACK, day, found, profiles, put, watch
from from_git.tests.kit.service import ServiceTestCase

KEYS = ["originalRepos", "forkedRepos", "watchers", "followers", "langsNum", "topicsNum"]


class PastTestCase(OnSQLite, ServiceTestCase):
    """The service with a database."""

    def get(self, path: str, *urls: str, **parameters: Any) -> requests.Response:
        """GET a route for `urls`."""
        headers = parameters.pop("headers", {})
        given = {"url": list(urls), **parameters}
        return requests.get(f"{self.base}{path}", params=given, headers=headers, timeout=30)

    def history(self, *urls: str, **parameters: Any) -> Any:
        """The body of a 200 of `/from-git/history`."""
        response = self.get("/from-git/history", *urls, **parameters)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def calls(self) -> int:
        """How many the emulator has answered."""
        return sum(one.calls for one in self.emulator.meter.snapshot().values())

    def refused(self, status: int, words: str, response: requests.Response) -> None:
        """That a response is an error of this status with these words, in its message or advice."""
        self.assertEqual(response.status_code, status, response.text)
        body = response.json()
        self.assertEqual(body["error"], "ERR3" if status < 500 else "ERR2")
        self.assertIn(words, f"{body['message']} {body['advice']}")


class History(PastTestCase):
    """`/from-git/history`."""

    def test_each_point_has_its_profile_as_asked_its_moment_and_its_numbers(self) -> None:
        put(SPACK, day(1), found(1, "c", repos=2))
        put(SPACK, day(2), None)
        put("https://bitbucket.org/spack", day(3), found(0))
        body = self.history("http://github.com/SPACK", "https://bitbucket.org/spack")
        none = dict.fromkeys(KEYS)
        self.assertEqual(
            body["points"],
            [
                {
                    "url": "http://github.com/SPACK",
                    "at": "2026-01-01T12:00:00Z",
                    "kind": "User",
                    **dict(zip(KEYS, (2, 0, 7, 1, 1, 0), strict=True)),
                },
                {"url": "http://github.com/SPACK", "at": "2026-01-02T12:00:00Z", "kind": None, **none},
                {
                    "url": "https://bitbucket.org/spack",
                    "at": "2026-01-03T12:00:00Z",
                    "kind": "User",
                    **dict(zip(KEYS, (1, 0, 7, None, 0, None), strict=True)),
                },
            ],
        )
        self.assertEqual((body["error"], body["next"]), ("OK", None))

    def test_a_day_is_its_end_and_keys_choose_numbers(self) -> None:
        for number in range(1, 6):
            put(SPACK, day(number), found(number))
        for since, until, stars in (
            ("2026-01-02", None, [3, 4, 5]),
            (None, "2026-01-02", [1, 2]),
            ("2026-01-01", "2026-01-03", [2, 3]),
            ("2026-01-02T12:00:00Z", "2026-01-03T13:00:00+01:00", [2, 3]),
            ("2026-01-05", None, []),
            ("2026-01-02", "2026-01-02", []),
        ):
            with self.subTest(since=since, until=until):
                points = self.history(SPACK, since=since, until=until, key="followers")["points"]
                self.assertEqual([one["followers"] for one in points], stars)
                self.assertEqual({len(one) for one in points}, {4} if points else set())
        points = self.history(SPACK, key=["topicsNum", "watchers", "watchers"])["points"]
        self.assertEqual(list(points[0]), ["url", "at", "kind", "watchers", "topicsNum"])

    def test_what_is_wrong_is_a_400_that_names_it(self) -> None:
        put(SPACK, day(1), found(1))
        for parameters, words in (
            ({"since": "2026-13-01"}, "since takes YYYY-MM-DD"),
            ({"since": "yesterday"}, "since takes YYYY-MM-DD"),
            ({"since": "2026-01-01T00:00:00"}, "since takes YYYY-MM-DD"),
            ({"until": "2999-01-01"}, "until is in the future"),
            ({"until": "9999-12-31T23:59:59-14:00"}, "until takes YYYY-MM-DD"),
            ({"since": "2026-01-03", "until": "2026-01-01"}, "since is later than until"),
            ({"since": "2026-01-01T00:00:01Z", "until": "2026-01-01T00:00:00Z"}, "since is later than until"),
            ({"key": "langs"}, "key takes originalRepos"),
            ({"key": ["watchers", "stars"]}, "not 'stars'"),
            ({"after": "x"}, "after takes what next has told"),
            ({"after": "MS4w"}, "after takes what next has told"),
            ({"after": cursor(day(1), 2**63)}, "after takes what next has told"),
            ({"after": "MTc2OTgxNzYwMC4x===="}, "after takes what next has told"),
            ({"since": ""}, "since takes"),
            ({"since": ["2026-01-01", "2026-01-02"]}, "since is there twice"),
            ({"forks": "no"}, "'forks' is not a parameter here"),
        ):
            with self.subTest(parameters):
                self.refused(400, words, self.get("/from-git/history", SPACK, **parameters))
        self.refused(400, "is not a", self.get("/from-git/history", "https://github.com/a/b/c"))
        self.refused(400, "No url was given. Ask like this: /from-git/history?url=", self.get("/from-git/history"))

    def test_a_profile_that_is_not_watched_is_a_404_that_says_how_to_watch_it(self) -> None:
        put(SPACK, day(1), found(1))
        for path in ("/from-git/history", "/health-check"):
            given = {"at": "2026-01-05"} if path == "/health-check" else {}
            self.refused(404, f"manage.py watch add {MFEM}", self.get(path, SPACK, MFEM, **given))
        watching.unwatch(profiles(SPACK))
        self.refused(404, SPACK, self.get("/from-git/history", SPACK))

    def test_pages_lead_on_until_all_is_told(self) -> None:
        put(SPACK, day(1), found(0))
        [row] = watch(MFEM)
        numbers = range(1, series.MOST + 10)
        Snapshot.objects.bulk_create(
            Snapshot(profile=row, at=day(2) + timedelta(seconds=number), kind="User", followers=number)
            for number in numbers
        )
        first = self.get("/from-git/history", SPACK, MFEM, key="followers")
        body = first.json()
        self.assertEqual(len(body["points"]), series.MOST)
        self.assertEqual(first.links["next"]["url"].partition("after=")[2], body["next"])
        rest = self.history(SPACK, MFEM, key="followers", after=body["next"])
        told = [one["followers"] for one in (*body["points"], *rest["points"])]
        self.assertEqual(told, [0, *numbers])
        self.assertIsNone(rest["next"])
        table = self.get("/from-git/history", SPACK, MFEM, format="csv")
        self.assertEqual(len(table.text.splitlines()), series.MOST + 1)
        self.assertIn("after=", table.links["next"]["url"])
        Snapshot.objects.bulk_create(
            Snapshot(profile=row, at=day(3) + timedelta(seconds=number), kind="User") for number in numbers
        )
        again = self.get("/from-git/history", SPACK, MFEM, after=body["next"])
        self.assertEqual(again.links["next"]["url"].count("after="), 1)

    def test_a_csv_has_a_row_for_each_point(self) -> None:
        put(SPACK, day(1), found(1, not_told=("watchers",)))
        put(SPACK, day(2), None)
        response = self.get("/from-git/history", SPACK, format="csv")
        self.assertEqual(response.headers["Content-Type"], "text/csv; charset=utf-8; header=present")
        rows = list(csv.reader(io.StringIO(response.text, newline="")))
        self.assertEqual(
            rows,
            [
                ["url", "at", "kind", *KEYS],
                [SPACK, "2026-01-01T12:00:00Z", "User", "1", "0", "", "1", "0", "0"],
                [SPACK, "2026-01-02T12:00:00Z", "", *[""] * 6],
            ],
        )
        self.assertEqual(self.get("/from-git/history", SPACK, headers={"Accept": "text/csv"}).text, response.text)

    def test_the_same_is_not_sent_twice(self) -> None:
        put(SPACK, day(1), found(1))
        for path, given in (
            ("/from-git/history", {}),
            ("/from-git/history", {"format": "html"}),
            ("/from-git/chart/history.svg", {}),
            ("/health-check", {"at": "2026-01-05"}),
        ):
            with self.subTest(path, given=given):
                first = self.get(path, SPACK, **given)
                self.assertEqual(first.status_code, 200, first.text)
                self.assertRegex(first.headers["Cache-Control"], r"^public, max-age=\d\d, ")
                self.assertEqual("Accept" in first.headers.get("Vary", ""), not path.endswith(".svg"))
                again = self.get(path, SPACK, **given, headers={"If-None-Match": first.headers["ETag"]})
                self.assertEqual((again.status_code, again.content), (304, b""))
                other = self.get(path, SPACK, **given, headers={"If-Match": '"x"'})
                self.assertEqual((other.status_code, other.json()["error"]), (412, "ERR3"))

    def test_without_tables_these_routes_alone_are_a_503(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE from_git_profile RENAME TO elsewhere")
        try:
            for path, given in (("/from-git/history", {}), ("/health-check", {"at": "2026-01-05"})):
                self.refused(503, "manage.py migrate", self.get(path, SPACK, **given))
            drawn = self.get("/from-git/chart/history.svg", SPACK)
            self.assertEqual((drawn.status_code, drawn.headers["Cache-Control"]), (200, "no-store"))
            self.assertIn("manage.py migrate", drawn.text)
            self.assertEqual(self.get("/health-check", "https://github.com/plain").status_code, 200)
            self.assertEqual(self.get("/from-git/test").status_code, 200)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE elsewhere RENAME TO from_git_profile")


class Away(PastTestCase):
    """A database that does not answer."""

    @postgres.needs_postgres
    def test_what_asks_it_is_a_503_and_all_else_is_as_ever(self) -> None:
        with pointed_at("postgres://nobody@127.0.0.1:1/none"):
            for path, given in (("/from-git/history", {}), ("/health-check", {"at": "2026-01-05"})):
                self.refused(503, "cannot be used at this moment", self.get(path, SPACK, **given))
            self.assertIn("no database", self.get("/from-git/badge/langs", SPACK, at="2026-01-05").text)
            self.assertEqual(self.get("/health-check", SPACK).status_code, 200)
            self.assertEqual(self.get("/from-git/test").status_code, 200)
        self.refused(404, "not watched", self.get("/from-git/history", SPACK))


class At(PastTestCase):
    """`at` of `/health-check`."""

    def setUp(self) -> None:
        super().setUp()
        put(SPACK, day(1), found(1, "coq", "api", repos=2))
        put(SPACK, day(3), found(3, "c coq", "api", repos=2))
        put(NOBODY, day(2), None)

    def test_it_is_the_answer_of_that_moment_with_the_moment(self) -> None:
        response = self.get("/health-check", SPACK, NOBODY, at="2026-01-02", expand="profiles,langs")
        self.assertEqual(response.status_code, 200, response.text)
        body = response.json()
        self.assertEqual(list(body), ["error", "data", "missing", "at", "profiles", "langsDetail"])
        self.assertEqual((body["data"]["followers"], body["data"]["langs"]), (1, ["rocq prover"]))
        self.assertEqual((body["missing"], body["at"]), ([NOBODY], "2026-01-02T23:59:59Z"))
        self.assertEqual(body["profiles"][0]["fetchedAt"], "2026-01-01T12:00:00Z")
        self.assertEqual(body["langsDetail"], [{"name": "rocq prover", "repos": 1, "bytes": 100}])
        later = self.get("/health-check", SPACK, at="2026-01-03T12:00:00Z").json()
        self.assertEqual(later["data"]["followers"], 3)
        posted = requests.post(f"{self.base}/health-check?at=2026-01-02", json={"url": [SPACK]}, timeout=30)
        self.assertEqual(posted.json()["data"]["followers"], 1)

    def test_no_forge_is_asked_and_no_snapshot_is_written(self) -> None:
        before = Snapshot.objects.count()
        self.get("/health-check", SPACK, at="2026-01-02")
        self.assertEqual(self.calls(), 0)
        self.get("/health-check", SPACK)
        self.assertGreater(self.calls(), 0)
        self.assertEqual(Snapshot.objects.count(), before)

    def test_it_is_a_csv_and_a_page_too(self) -> None:
        table = self.get("/health-check", SPACK, NOBODY, at="2026-01-02", format="csv")
        rows = list(csv.DictReader(io.StringIO(table.text, newline="")))
        self.assertEqual([(one["url"], one["followers"]) for one in rows], [(SPACK, "1"), (NOBODY, "")])
        page = self.get("/health-check", SPACK, at="2026-01-02", format="html").text
        self.assertIn("as of 2026-01-02T23:59:59Z", page)
        self.assertIn("at=2026-01-02T23:59:59Z&amp;format=csv", page.replace("%3A", ":"))
        self.assertNotIn("xlsx", page)

    def test_pictures_and_badges_are_of_that_moment_too(self) -> None:
        badge = self.get("/from-git/badge/followers", SPACK, at="2026-01-02").json()
        self.assertEqual(badge["message"], "1")
        for name in ("card.svg", "chart/langs.svg", "chart/repos.svg", "chart/topics.svg"):
            with self.subTest(name):
                drawn = self.get(f"/from-git/{name}", SPACK, at="2026-01-02").text
                self.assertIn("counted 2026-01-01 12:00 UTC", drawn)

    def test_without_a_snapshot_so_old_it_is_a_404_that_names_the_profile(self) -> None:
        self.refused(404, NOBODY, self.get("/health-check", SPACK, NOBODY, at="2026-01-01"))

    def test_what_needs_repositories_is_refused_beside_it(self) -> None:
        for given, words in (
            ({"forks": "no"}, "forks needs single repositories"),
            ({"active": "90", "archived": "only"}, "archived needs single repositories"),
            ({"expand": "langs,repositories"}, "expand needs single repositories"),
            ({"rows": "repositories", "format": "csv"}, "rows needs single repositories"),
            ({"format": "xlsx"}, "format needs single repositories"),
        ):
            with self.subTest(given):
                self.refused(400, words, self.get("/health-check", SPACK, at="2026-01-02", **given))

    def test_a_moment_that_is_none_or_to_come_is_a_400(self) -> None:
        for value, words in (("2999-01-01", "at is in the future"), ("", "at takes"), ("2026-02-30", "at takes")):
            with self.subTest(value):
                self.refused(400, words, self.get("/health-check", SPACK, at=value))

    def test_a_group_and_its_own_part_are_a_400(self) -> None:
        group, part = "https://gitlab.com/team", "https://gitlab.com/team/tools"
        put(group, day(1), found(1))
        put(part, day(1), found(1))
        self.refused(400, "would count twice", self.get("/health-check", group, part, at="2026-01-02"))
        self.assertEqual(self.get("/from-git/history", group, part, format="html").status_code, 400)
        self.assertIn("would count twice", self.get("/from-git/chart/history.svg", group, part).text)
        self.assertEqual(self.get("/from-git/history", group, part).status_code, 200)


class HistoryOnPostgres(OnPostgres, History):
    """The same on PostgreSQL."""


class AtOnPostgres(OnPostgres, At):
    """The same on PostgreSQL."""
