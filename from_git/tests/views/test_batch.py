"""One batch: its state, its answer, its items, tables of it, and its end."""

import csv
import io
import json
from collections.abc import Generator
from typing import Any
from unittest import TestCase

import requests
from django.db import connection

from from_git.batches import told
from from_git.batches.answer import answer_of
from from_git.batches.waiting import ended
from from_git.errors import BrokenError
from from_git.models import Batch, BatchItem, BatchState, ItemState
from from_git.serializers import BATCH_COLUMNS, COLUMNS
from from_git.tests.batches.test_answer import profile_of, repository
from from_git.tests.kit.batches import Outcome, batch_with
from from_git.tests.kit.databases import OnPostgres
from from_git.tests.kit.workbook import pages
from from_git.tests.views.test_batches import BatchesTestCase
from from_git.values.found import Fetched, Found
from from_git.values.profile import Profile
from from_git.values.rows import Rows
from from_git.views import batches

STATE = ["id", "url", "state", "total", "counts", "complete", "createdAt", "finishedAt"]
FORMULA = "=HYPERLINK(1)"


def outcomes() -> dict[Profile, Outcome]:
    """One of each sort."""
    rows = Rows.of([repository("1", 2)])
    return {
        profile_of("github", "mfem"): Fetched(Found("User", rows, ("mfem/x y",)), 1e9, 1e9),
        profile_of("bitbucket", "nobody"): Fetched(None, 1e9, 1e9),
        profile_of("github", "broken"): BrokenError(f"{FORMULA} it broke\x07"),
        profile_of("github", "again"): Fetched(Found("User", rows, (), "ONE"), 1e9, 1e9),
        profile_of("github", "Again-2"): Fetched(Found("User", rows, (), "ONE"), 1e9, 1e9),
        profile_of("github", "user-3"): ItemState.WAITING,
    }


class Sent(TestCase):
    """Long responses."""

    def test_no_more_is_made_before_it_is_sent_than_what_is_sent_whole(self) -> None:
        made = list[int]()

        def parts() -> Generator[bytes, None, None]:
            for number in range(100):
                made.append(number)
                yield bytes(10_000)

        response = batches._sent(parts(), "text/csv", {})
        self.assertLess(len(made), 30)
        self.assertEqual(len(b"".join(response)), 1_000_000)


class OneBatch(BatchesTestCase):
    """`/from-git/batches/ID`."""

    def get(self, batch: Batch, more: str = "", method: str = "GET", status: int = 200) -> requests.Response:
        """The response to a request about a batch."""
        response = requests.request(method, f"{self.address}/{batch.id}{more}", timeout=30)
        self.assertEqual(response.status_code, status, response.text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertNotIn("ETag", response.headers)
        return response

    def test_while_it_runs_it_has_the_answer_so_far(self) -> None:
        batch = batch_with(outcomes())
        body = self.get(batch).json()

        self.assertEqual(list(body), ["error", "data", "missing", "failed", *STATE])
        self.assertEqual((body["state"], body["complete"], body["finishedAt"]), ("running", False, None))
        self.assertEqual(list(body["counts"].items()), list(zip(ItemState.values, [1, 0, 3, 1, 1, 0], strict=True)))
        self.assertEqual(body["data"]["originalRepos"] + body["data"]["forkedRepos"], 1)
        self.assertEqual(body["missing"], ["https://bitbucket.org/nobody", "https://github.com/mfem/x%20y"])
        [failed] = body["failed"]
        self.assertEqual((failed["url"], failed["error"]), ("https://github.com/broken", "ERR2"))

    def test_at_the_end_its_beginning_is_the_body_of_health_check(self) -> None:
        url = "https://github.com/mfem"
        asked = self.answer(url)
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0, BATCHES=True)
        whole = self.ask(url).content
        one = {**asked, "failed": []}
        batch = batch_with({profile_of("github", "mfem"): Fetched(Found("User", Rows()), 1e9, 1e9)})
        body = json.loads(b"".join(answer_of(batch)))

        self.assertEqual(list(body), list(one))
        self.assertEqual(list(body["data"]), list(asked["data"]))
        self.assertTrue(whole.startswith(b'{"error":"OK","data":{"originalRepos":'))
        self.assertTrue(self.get(batch).content.startswith(b'{"error":"OK","data":{"originalRepos":0,'))
        self.assertEqual(self.get(batch).json()["complete"], True)

    def test_it_is_not_complete_before_it_is_done_since_its_numbers_may_be_older_than_its_counts(self) -> None:
        batch = batch_with({profile_of("github", "a"): Fetched(None, 1e9, 1e9)}, end=False)
        body = self.get(batch).json()
        self.assertEqual((body["state"], body["counts"]["missing"], body["complete"]), ("running", 1, False))

        ended([batch.id])
        self.assertEqual(self.get(batch).json()["complete"], True)

    def test_a_failed_profile_leaves_it_incomplete(self) -> None:
        batch = batch_with({profile_of("github", "a"): BrokenError("it broke.")})
        body = self.get(batch).json()

        self.assertEqual((body["state"], body["complete"]), ("done", False))
        self.assertIsNotNone(body["finishedAt"])

    def test_its_csv_has_a_row_for_each_profile_and_no_formula(self) -> None:
        batch = batch_with(outcomes())
        BatchItem.objects.filter(state=ItemState.FAILED).update(reason=FORMULA)
        response = self.get(batch, "?format=csv&bom=1")
        self.assertTrue(response.content.startswith(b"\xef\xbb\xbfurl,"))
        self.assertEqual(response.headers["Content-Type"], "text/csv; charset=utf-8; header=present")
        rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))

        self.assertEqual(tuple(rows[0]), BATCH_COLUMNS)
        self.assertEqual(
            [(row["owner"], row["kind"]) for row in rows],
            [
                ("mfem", "User"),
                ("nobody", "missing"),
                ("broken", "failed"),
                ("again", "User"),
                ("mfem", "missing repository"),
            ],
        )
        self.assertEqual((rows[2]["error"], rows[2]["message"]), ("ERR2", f"'{FORMULA}"))
        self.assertEqual(self.get(batch, "?format=csv").content, response.content[3:])

    def test_its_workbook_has_the_same_rows(self) -> None:
        response = self.get(batch_with(outcomes()), "?format=xlsx")
        book = pages(io.BytesIO(response.content))

        self.assertEqual(list(book), ["Batch", "Profiles"])
        rows = book["Profiles"].records()
        self.assertEqual([row["owner"] for row in rows], ["mfem", "nobody", "broken", "again", "mfem"])
        self.assertIn(FORMULA, rows[2]["message"])
        self.assertIn({"key": "done", "value": 3}, book["Batch"].records())

    def test_head_and_options_say_what_there_is(self) -> None:
        batch = batch_with(outcomes())
        self.assertEqual(self.get(batch, method="HEAD").headers["Content-Type"], "application/json")
        self.assertEqual(self.get(batch, method="OPTIONS", status=204).headers["Allow"], "GET, HEAD, DELETE, OPTIONS")
        self.assertEqual(self.get(batch, "/items", "OPTIONS", 204).headers["Allow"], "GET, HEAD, OPTIONS")
        for path, method in (("", "POST"), ("", "PUT"), ("/items", "DELETE")):
            self.assertEqual(self.get(batch, path, method, 405).json()["error"], "ERR3")

    def test_delete_cancels_what_is_open_and_may_be_said_twice(self) -> None:
        batch = batch_with(outcomes())
        for _ in range(2):
            body = self.get(batch, method="DELETE").json()
            self.assertEqual(list(body), ["error", *STATE])
            self.assertEqual((body["state"], body["counts"]["cancelled"], body["counts"]["done"]), ("cancelled", 1, 3))
        self.assertEqual(self.get(batch).json()["complete"], False)

    def test_delete_changes_nothing_about_one_that_is_done(self) -> None:
        batch = batch_with({profile_of("github", "a"): Fetched(None, 1e9, 1e9)})
        self.assertEqual(self.get(batch, method="DELETE").json()["state"], BatchState.DONE)
        self.assertEqual(self.get(batch).json()["state"], BatchState.DONE)

    def test_a_page_of_another_site_cancels_none(self) -> None:
        batch = batch_with(outcomes())
        for headers in ({"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            response = requests.delete(f"{self.address}/{batch.id}", headers=headers, timeout=30)
            self.assertEqual(response.status_code, 403)
        self.assertEqual(Batch.objects.get().state, BatchState.RUNNING)

    def test_wrong_ids_are_all_the_same_404(self) -> None:
        batch = batch_with(outcomes())
        said = set()
        for wrong in ("0" * 32, batch.id.upper(), batch.id[:-1], f"{batch.id}0", "%00", "x" * 40, f"{batch.id}%0A"):
            for method, more in (("GET", ""), ("GET", "/items"), ("DELETE", "")):
                response = requests.request(method, f"{self.address}/{wrong}{more}", timeout=30)
                self.assertEqual(response.status_code, 404, (wrong, response.text))
                said.add(response.text)
        self.assertEqual(len(said), 1, said)

    def test_unknown_parameters_are_named(self) -> None:
        batch = batch_with(outcomes())
        for path, name in (
            ("?state=done", "state"),
            ("?bom=1", "bom"),
            ("/items?after=-1", "after"),
            ("/items?after=1.5", "after"),
            ("/items?after=99999999999", "after"),
            ("/items?after=1&after=2", "after"),
            ("/items?state=open", "state"),
            ("/items?from=1", "from"),
        ):
            with self.subTest(path):
                found = self.get(batch, path, status=400).json()
                self.assertEqual([one["name"] for one in found["parameters"]], [name])

    def test_no_tables_are_a_503_here_and_nowhere_else(self) -> None:
        batch = batch_with(outcomes())
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE from_git_batch RENAME TO elsewhere")
        try:
            for path in ("", "/items", "?format=csv"):
                self.assertIn("migrate", self.get(batch, path, status=503).json()["advice"])
            self.get(batch, method="DELETE", status=503)
            self.assertEqual(self.post({"url": ["github.com/mfem"]}).status_code, 503)
            self.answer("https://github.com/mfem")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE elsewhere RENAME TO from_git_batch")


class OneBatchOnPostgres(OnPostgres, OneBatch):
    """The same."""


class Items(BatchesTestCase):
    """`/from-git/batches/ID/items`."""

    def items(self, address: str) -> dict[str, Any]:
        """A page."""
        response = requests.get(address, timeout=30)
        self.assertEqual(response.status_code, 200, response.text)
        return dict(response.json())

    def test_they_come_a_page_at_a_time_in_the_order_asked(self) -> None:
        number = 2 * told.PAGE + 1
        batch = batch_with({profile_of("github", f"user-{one}"): ItemState.WAITING for one in range(number)})
        BatchItem.objects.filter(position__gte=number - 3).update(state=ItemState.MISSING)
        for query, wanted in (
            ("", range(number)),
            ("?state=missing", range(number - 3, number)),
            ("?state=waiting", range(number - 3)),
            ("?after=1999", [2000]),
        ):
            with self.subTest(query):
                found: list[int] = []
                address: str | None = f"{self.address}/{batch.id}/items{query}"
                while address:
                    page = self.items(address)
                    self.assertEqual(list(page), ["error", "items", "next"])
                    self.assertLessEqual(len(page["items"]), told.PAGE)
                    found += [item["position"] for item in page["items"]]
                    address = page["next"]
                self.assertEqual(found, list(wanted))

    def test_a_page_that_is_just_full_leads_nowhere(self) -> None:
        batch = batch_with({profile_of("github", f"user-{one}"): ItemState.WAITING for one in range(told.PAGE)})
        self.assertIsNone(self.items(f"{self.address}/{batch.id}/items")["next"])

    def test_each_has_what_is_known_of_it(self) -> None:
        batch = batch_with(outcomes())
        BatchItem.objects.filter(state=ItemState.WAITING).update(
            attempts=2, reason="It waits.", not_before="2026-01-02T03:04:05Z"
        )
        found = {
            item["url"].rpartition("/")[2]: item for item in self.items(f"{self.address}/{batch.id}/items")["items"]
        }
        names = ["position", "url", "state", "attempts", "error", "message", "notBefore", "profile"]

        self.assertEqual(list(found["mfem"]), names)
        self.assertEqual(list(found["mfem"]["profile"])[: len(COLUMNS)], list(COLUMNS))
        self.assertEqual(found["mfem"]["profile"]["watchers"], 2)
        self.assertEqual(found["broken"]["error"], "ERR2")
        self.assertIn("it broke\\u0007", found["broken"]["message"])
        self.assertEqual(list(found["user-3"].values())[3:], [2, None, "It waits.", "2026-01-02T03:04:05Z", None])
        self.assertIsNone(found["nobody"]["profile"])
