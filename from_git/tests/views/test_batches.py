"""Batches by POST: what is stored of a body, and where the answer says that it is."""

import json
from contextlib import ExitStack
from typing import Any

import requests
from redis import Redis

from emulator.tests.helpers import settled
from from_git.batches.lone import OnlyOne
from from_git.models import Batch, BatchItem
from from_git.tests.kit.databases import OnPostgres, OnSQLite
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.kit.service import ServiceTestCase
from from_git.throttle import client_hash
from from_git.views import uploads

A, B, C = "https://github.com/user-3", "https://github.com/mfem", "https://bitbucket.org/team-5"
TEXT, CSV, FORM = "text/plain", "text/csv", "application/x-www-form-urlencoded"


class BatchesTestCase(OnSQLite, ServiceTestCase):
    """The service with BATCHES on, and nobody who works on them."""

    def setUp(self) -> None:
        """Switch them on."""
        super().setUp()
        self.settings_for_test(BATCHES=True)
        right = OnlyOne()
        right.take()
        self.addCleanup(right.release)
        self.address = f"{self.base}/from-git/batches"

    def post(self, body: Any, kind: str = "application/json", **headers: str) -> requests.Response:
        """POST a body."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        return requests.post(
            self.address, data, headers={"Content-Type": kind, **headers}, timeout=30, allow_redirects=False
        )

    def begun(self, body: Any, kind: str = "application/json", **headers: str) -> str:
        """The address of the batch that a body begins."""
        response = self.post(body, kind, **headers)
        self.assertEqual(response.status_code, 202, response.text)
        return self.base + response.headers["Location"]

    def urls(self) -> list[str]:
        """What is stored, in the order of positions."""
        return list(BatchItem.objects.order_by("position").values_list("url", flat=True))

    def refused(self, status: int, body: Any, kind: str = "application/json", **headers: str) -> dict[str, Any]:
        """The error for a body of which nothing is stored."""
        response = self.post(body, kind, **headers)
        self.assertEqual(response.status_code, status, response.text)
        self.assertEqual((Batch.objects.count(), BatchItem.objects.count()), (0, 0))
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        found: dict[str, Any] = response.json()
        self.assertEqual(list(found)[:3], ["error", "message", "advice"])
        return found


class Beginning(BatchesTestCase):
    """A POST that begins a batch."""

    def test_it_stores_each_profile_once_in_the_order_asked_and_says_where_the_batch_is(self) -> None:
        response = self.post({"url": [A, B, "github.com/USER-3/", C]})

        self.assertEqual(response.status_code, 202, response.text)
        self.assertEqual(self.urls(), [A, B, C])
        batch = Batch.objects.get()
        self.assertRegex(batch.id, "^[0-9a-f]{32}$")
        self.assertEqual(response.headers["Location"], f"/from-git/batches/{batch.id}")
        body = response.json()
        names = ["error", "id", "url", "state", "total", "counts", "complete", "createdAt", "finishedAt"]
        self.assertEqual(list(body), names)
        self.assertEqual(body["url"], f"{self.address}/{batch.id}")
        self.assertEqual((body["state"], body["total"], body["complete"]), ("running", 3, False))
        self.assertEqual(body["counts"]["waiting"], 3)
        self.assertEqual(batch.client, client_hash("127.0.0.1"))
        self.assertNotIn("127.0.0.1", batch.client)

    def test_every_form_of_a_list_is_the_same_list(self) -> None:
        form = {"url": (None, f"{A}\r\n{B}"), "file": ("list.csv", f"url\n{C}\n", "application/vnd.ms-excel")}
        parts = requests.Request("POST", self.address, files=form).prepare()
        bodies: list[tuple[Any, str]] = [
            ({"url": [A, B, C]}, "application/json"),
            ({"url": f"{A}\n{B}\n{C}"}, "application/json"),
            (f"url={A}&url={B}%0D%0A{C.replace(':', '%3A')}", FORM),
            (f"\ufeff{A}\r\n\r\n {B}\n{C}".encode(), TEXT),
            (f"{A}\r{B}\r{C}", "text/plain; charset=utf-8"),
            (f"{A}\n{B},x\n{C}", CSV),
            (f'\ufeffname;URL\r\n"a;b";{A}\r\n\r\nshort\r\nx;"{B}\n{C}"\r\n'.encode(), CSV),
            (parts.body, parts.headers["Content-Type"]),
        ]
        for body, kind in bodies:
            with self.subTest(body=body, kind=kind):
                Batch.objects.all().delete()
                self.begun(body, kind)
                self.assertEqual(self.urls(), [A, B, C])

    @needs_redis
    def test_workers_of_its_hosts_are_woken(self) -> None:
        redis = start_redis(type(self))
        self.settings_for_test(CELERY_BROKER_URL=redis)
        self.begun({"url": [A, B, C]})
        with Redis.from_url(redis) as broker:
            found = settled(
                lambda: [broker.llen(one) for one in ("github.com", "bitbucket.org", "gitlab.com")], [1, 1, 0]
            )
        self.assertEqual(found, [1, 1, 0])

    def test_its_address_is_that_by_which_others_reach_the_service(self) -> None:
        self.settings_for_test(PUBLIC_URL="https://from-git.example/below/")
        body = self.post({"url": [A]}).json()
        self.assertEqual(body["url"], f"https://from-git.example/below/from-git/batches/{body['id']}")

    def test_of_long_lists_a_few_are_read_at_the_same_time(self) -> None:
        self.tempo_for_test(patience=0.1)
        long = f"{A}\n" * 50_000
        with ExitStack() as others:
            for _ in range(2):
                uploads._few.acquire()
                others.callback(uploads._few.release)
            refused = self.post(long, TEXT)
            self.assertEqual((refused.status_code, refused.headers["Retry-After"]), (429, "5"))
            self.begun(A, TEXT)
        self.begun(long, TEXT)

    def test_a_browser_is_led_to_the_page(self) -> None:
        response = self.post(f"url={A}", FORM, Accept="text/html,*/*;q=0.8")

        self.assertEqual(response.status_code, 303)
        self.assertEqual(response.headers["Location"], f"/from-git/batches/{Batch.objects.get().id}")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")

    def test_there_is_nothing_where_they_are_off(self) -> None:
        self.settings_for_test(BATCHES=False)
        nothing = requests.get(f"{self.base}/from-git/nothing", timeout=30)
        for method in ("GET", "POST", "DELETE", "OPTIONS"):
            for path in ("", "/" + 32 * "0", "/" + 32 * "0" + "/items"):
                with self.subTest(method, path=path):
                    response = requests.request(method, self.address + path, timeout=30)
                    self.assertEqual((response.status_code, response.json()), (404, nothing.json()))

    def test_no_route_lists_them(self) -> None:
        self.begun({"url": [A]})
        response = requests.get(self.address, timeout=30)

        self.assertEqual((response.status_code, response.headers["Allow"]), (405, "POST, OPTIONS"))


class BeginningOnPostgres(OnPostgres, Beginning):
    """The same."""


class Refused(BatchesTestCase):
    """A POST of which nothing is stored."""

    def test_the_first_20_wrong_urls_are_named_and_the_others_counted(self) -> None:
        wrong = [f"https://bitucket.org/x-{number}" for number in range(2_500)]
        for kind in (TEXT, CSV):
            found = self.refused(400, "\n".join([A, *wrong, B]), kind)
            self.assertEqual([one["url"] for one in found["urls"]], wrong[:20])
            self.assertEqual(found["urlsMore"], 2_480)
            self.assertEqual(found["urls"][0]["suggestion"], "https://bitbucket.org/x-0")

    def test_what_is_no_list_is_a_400_or_415_that_says_why(self) -> None:
        for body, kind, status, words in (
            (b"", TEXT, 400, "No url"),
            (b" \n\n", TEXT, 400, "No url"),
            (A.encode("utf-16"), TEXT, 400, "UTF-8"),
            (A.encode("utf-16-le"), TEXT, 400, "NUL"),
            (A.encode() + b"\n\xe4", TEXT, 400, "UTF-8"),
            (A.encode(), "text/plain; charset=latin-1", 415, "UTF-8"),
            (A.encode(), "text/xml", 415, "text/xml"),
            (b'url\n"' + A.encode(), CSV, 400, "CSV"),
            (b'url\n"a"b,' + A.encode(), CSV, 400, "CSV"),
            (b"profile\n" + A.encode(), CSV, 400, "'profile'"),
            (b"x" * 70_000 + b"\n" + A.encode(), TEXT, 400, "longer than"),
            (b"x" * 700_000 + b"\n" + A.encode(), TEXT, 400, "A line has more"),
            (b"x" * 70_000 + b"\n" + A.encode(), CSV, 400, "Line 1"),
            (b"urls=" + A.encode(), FORM, 400, "'urls'"),
            (b"url=" + b"x" * 700_000, FORM, 400, "A value of url has a line"),
            (b"url=" + A.encode() + b"&expand=profiles", FORM, 400, "'expand'"),
            ({"url": [A, 7]}, "application/json", 400, "no text"),
            ({"url": [A], "forks": "no"}, "application/json", 400, "'forks'"),
            (b'{"url": ["' + A.encode() + b'"]', "application/json", 400, "JSON"),
            (b"nothing", "multipart/form-data; boundary=x", 400, "url"),
            (b"nothing", "multipart/form-data", 400, "multipart"),
        ):
            with self.subTest(body=body, kind=kind):
                self.assertIn(words, self.refused(status, body, kind)["message"])

    def test_long_json_is_one_list_of_texts(self) -> None:
        many = ", ".join(f'"https://github.com/user-{number}"' for number in range(40_000))
        for body, words in (
            ('{"url": [%s, 7]}', "list of texts"),
            ('{"url": [%s,]}', "list of texts"),
            ('{"url": [%s], "x": 1}', "list of texts"),
            ('{"urls": [%s]}', "another shape"),
            ('{"url": [%s, "\x01"]}', "cannot be read"),
            ('{"url": [%s, "\\ud800"]}', "character"),
            ('{"url": [%s]', "list of texts"),
        ):
            with self.subTest(body):
                self.assertIn(words, self.refused(400, body.replace("%s", many))["message"])

    def test_a_compressed_or_chunked_body_is_refused_unread(self) -> None:
        self.refused(415, b"\x1f\x8b", TEXT, **{"Content-Encoding": "gzip"})
        response = requests.post(self.address, iter([A.encode()]), headers={"Content-Type": TEXT}, timeout=30)
        self.assertEqual(response.status_code, 411)

    def test_more_than_the_bounds_are_refused(self) -> None:
        files = requests.Request("POST", self.address, files=[("file", ("list", A))] * 101).prepare()
        self.assertIn("100 files", self.refused(413, files.body, files.headers["Content-Type"])["message"])
        self.settings_for_test(BATCH_MAX_URLS=2)
        self.assertIn("BATCH_MAX_URLS", self.refused(413, f"{A}\n{B}\n{C}", TEXT)["message"])
        self.settings_for_test(BATCH_UPLOAD_BYTES=40)
        self.refused(413, f"{A}\n{B}\n", TEXT)

    def test_a_list_that_is_not_read_in_time_is_refused(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=0.0)
        form = requests.Request("POST", self.address, files={"url": (None, A)}).prepare()
        for body, kind in ((f"{A}\n{B}\n", TEXT), (form.body, form.headers["Content-Type"])):
            self.assertIn("no time", self.refused(504, body, kind)["message"])

    def test_a_client_has_so_many_under_way(self) -> None:
        self.settings_for_test(BATCHES_PER_CLIENT=2)
        first = self.begun({"url": [A]})
        self.begun({"url": [B]})
        third = self.post({"url": [C]})
        self.assertEqual((third.status_code, third.headers["Retry-After"]), (429, "60"))
        self.assertEqual(Batch.objects.count(), 2)

        requests.delete(first, timeout=30)
        self.begun({"url": [C]})

    def test_a_page_of_another_site_begins_none(self) -> None:
        host = self.base.removeprefix("http://")
        for name, value in (
            ("Origin", "https://evil.example"),
            ("Origin", "null"),
            ("Origin", f"http://{host}1"),
            ("Origin", f"http://{host}@evil.example"),
            ("Origin", "http://127.0.0.1"),
            ("Origin", f"file://{host}"),
            ("Origin", ""),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ):
            with self.subTest(name, value=value):
                self.assertEqual(self.refused(403, f"url={A}", FORM, **{name: value})["error"], "ERR3")
        self.settings_for_test(PUBLIC_URL="https://from-git.example/below")
        self.begun(f"url={A}", FORM, Origin="https://from-git.example")
        self.begun(f"url={A}", FORM, Origin=f"http://{host}", **{"Sec-Fetch-Site": "same-origin"})
