"""The workbook of an answer over HTTP."""

import io
import logging
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from emulator import Owner, Repository
from from_git.spreadsheet import MEDIA_TYPE
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.kit.workbook import pages

MANY = 3_000
"""Repositories; their workbook is sent in several parts."""


@contextmanager
def no_room() -> Iterator[None]:
    """Meanwhile no file may have more than a few bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class WorkbookTestCase(ServiceTestCase):
    """Questions for a workbook."""

    def setUp(self) -> None:
        """Keep what was counted."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)

    def asked(self, owner: str = "mfem", method: str = "GET", headers: Any = None, **more: Any) -> requests.Response:
        """The answer about an owner on GitHub."""
        parameters = {"url": f"github.com/{owner}", "format": "xlsx", **more}
        return requests.request(
            method, f"{self.base}/health-check", params=parameters, headers=headers or {}, timeout=60
        )


class Workbook(WorkbookTestCase):
    """What `format=xlsx` sends."""

    def test_it_is_a_file_to_keep_with_its_length_and_its_type(self) -> None:
        by_format = self.asked()
        url = f"{self.base}/health-check"
        by_accept = requests.get(url, {"url": "github.com/mfem"}, headers={"Accept": MEDIA_TYPE}, timeout=60)

        for response in (by_format, by_accept):
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Content-Type"], MEDIA_TYPE)
            self.assertEqual(response.headers["Content-Disposition"], 'attachment; filename="from-git.xlsx"')
            self.assertEqual(int(response.headers["Content-Length"]), len(response.content))
            self.assertIn("Accept", response.headers["Vary"])
        self.assertEqual(by_format.content, by_accept.content)

    def test_a_large_one_is_whole(self) -> None:
        rows = [Repository(f"r{number:04}", topics=(f"topic-{number:04}",)) for number in range(MANY)]
        self.world.add(Owner("github", "large", "User", rows))

        response = self.asked("large")

        self.assertGreater(len(response.content), 100_000)
        found = pages(io.BytesIO(response.content))["Repositories"].records()
        self.assertEqual([row["name"] for row in found], [one.name for one in rows])

    def test_caches_may_keep_it_and_ask_whether_it_has_changed(self) -> None:
        first, second = self.asked(), self.asked()
        self.assertEqual(first.headers["ETag"], second.headers["ETag"])
        self.assertEqual(first.content, second.content)
        self.assertIn("max-age=", first.headers["Cache-Control"])

        same = self.asked(headers={"If-None-Match": first.headers["ETag"]})
        self.assertEqual((same.status_code, same.content), (304, b""))
        self.assertNotEqual(self.asked(format="csv", rows="repositories").headers["ETag"], first.headers["ETag"])
        self.assertNotEqual(self.asked(forks="only").headers["ETag"], first.headers["ETag"])

    def test_head_has_its_headers_and_no_body(self) -> None:
        head, whole = self.asked(method="HEAD"), self.asked()
        self.assertEqual((head.status_code, head.content), (200, b""))
        for name in ("ETag", "Content-Type", "Content-Disposition", "Cache-Control", "Vary"):
            self.assertEqual(head.headers[name], whole.headers[name], name)

    def test_a_post_gets_it_too(self) -> None:
        url = f"{self.base}/health-check?format=xlsx"
        response = requests.post(url, json={"url": ["github.com/mfem"], "forks": "no"}, timeout=60)
        self.assertEqual(response.status_code, 200, response.text[:200])
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        sheets = pages(io.BytesIO(response.content))
        self.assertIn(["filter", "Filter", "no forks"], sheets["Totals"].rows)
        self.assertEqual({row["isFork"] for row in sheets["Repositories"].records()}, {False})

    def test_a_filter_chooses_rows_and_sums_in_it(self) -> None:
        self.world.add(
            Owner("github", "two", "User", [Repository("a", watchers=1), Repository("b", is_fork=True, watchers=10)])
        )
        sheets = pages(io.BytesIO(self.asked("two", forks="only").content))
        self.assertEqual([row["name"] for row in sheets["Repositories"].records()], ["b"])
        self.assertEqual(sheets["Profiles"].records()[0]["watchers"], 10)
        self.assertIn(["watchers", "Watchers", 10], sheets["Totals"].rows)

    def test_an_error_is_json(self) -> None:
        response = self.asked("a/b")
        self.assertEqual((response.status_code, response.json()["error"]), (400, "ERR3"))


class Unmade(WorkbookTestCase):
    """A workbook that nobody needs, or that cannot be made."""

    def test_without_room_for_files_the_error_says_what_does_not_need_them(self) -> None:
        self.asked()
        logging.getLogger("from_git").setLevel(logging.ERROR)
        with no_room(), self.assertLogs("from_git.spreadsheet", "ERROR") as logged:
            response = self.asked()
            csv = self.asked(format="csv", rows="repositories")

        body = response.json()
        self.assertEqual((response.status_code, body["error"], csv.status_code), (500, "ERRX", 200))
        self.assertIn("temporary files", body["message"])
        self.assertIn("CSV", body["advice"])
        self.assertIn("TMPDIR", logged.output[0])
        self.assertNotIn("Traceback", logged.output[0])

    def test_none_is_made_for_who_has_it_or_wants_no_body(self) -> None:
        first = self.asked()
        tag = first.headers["ETag"]
        with no_room():
            for headers in ({"If-None-Match": tag}, {"If-None-Match": "*"}, {"If-None-Match": f'"x", W/{tag}'}):
                response = self.asked(headers=headers)
                self.assertEqual((response.status_code, response.headers["ETag"]), (304, tag), headers)
            both = self.asked(headers={"If-None-Match": tag, "If-Match": '"x"'})
            self.assertEqual((both.status_code, both.json()["error"]), (412, "ERR3"))
            self.assertEqual(self.asked(method="HEAD").headers["ETag"], tag)
        date = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
        self.assertIn(self.asked(headers=date).content, (b"", first.content))

    def test_it_is_no_longer_made_when_the_time_for_the_answer_is_over(self) -> None:
        self.world.add(Owner("github", "long", "User", [Repository(f"r{number:05}") for number in range(9_000)]))
        self.asked("long", format="json")
        self.settings_kept(REQUEST_DEADLINE=0.1)

        response = self.asked("long")

        body = response.json()
        self.assertEqual((response.status_code, body["error"]), (504, "ERR2"), body)
        self.assertIn("workbook", body["message"])
        self.assertIn("CSV", body["advice"])
