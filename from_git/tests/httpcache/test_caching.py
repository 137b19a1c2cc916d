"""What HTTP caches are told, and what a client can ask of ours, over real sockets."""

import http.client
import time
from typing import Any

import requests
from django.core.cache import caches
from django.utils.http import parse_http_date

from emulator import Fault
from emulator.tests.helpers import settled
from from_git.aggregator import merging
from from_git.tests.kit.hostile import exchange
from from_git.tests.kit.looks import CACHES, CountingCache
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.kit.workers import Gunicorn
from from_git.tests.server.test_workers import WorkersTestCase

SPACK, MFEM, TEAM = "https://github.com/spack", "https://github.com/mfem", "https://bitbucket.org/mailchimp"


class CachingTestCase(ServiceTestCase):
    """The service with its cache on."""

    def setUp(self) -> None:
        """Keep profiles; count the looks at what is kept, which a recent answer does without."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0, CACHES=CACHES)
        self.tempo_for_test(recent=60.0)  # a busy machine may take longer than one

    def remembered(self, *urls: str) -> requests.Response:
        """The answer, which has been fetched and then been asked for once more, so that its bytes are remembered."""
        self.ask(*urls)
        response = self.ask(*urls)
        self.assertEqual(response.status_code, 200, response.text)
        self.looks()
        return response

    def looks(self) -> int:
        """Looks at what is kept, since the last time."""
        seen, CountingCache.looks = CountingCache.looks, 0
        return seen

    def exchange(self, method: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """The answer for SPACK to a request with these headers and no others, but for a Host."""
        whole = {"Host": self.base.removeprefix("http://"), "Connection": "close", **headers}
        path = requests.Request("GET", f"{self.base}/health-check", params={"url": SPACK}).prepare().path_url
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in whole.items()), "", ""]
        return exchange(self.base, "\r\n".join(lines).encode())

    def calls(self) -> int:
        """Calls to the forges since the last time."""
        seen = self.emulator.meter.snapshot()
        self.emulator.meter.reset()
        return seen["github"].calls + seen["bitbucket"].calls


class Told(CachingTestCase):
    """The headers of answers and errors."""

    def assert_not_for_caches(self, response: requests.Response) -> None:
        """Nobody may keep it."""
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        for name in ("ETag", "Age", "Last-Modified"):
            self.assertNotIn(name, response.headers)

    def test_a_head_says_what_a_get_says_and_sends_no_body(self) -> None:
        self.remembered(SPACK)
        for headers in ({}, {"Cache-Control": "no-store"}):
            _, get, body = self.exchange("GET", **headers)
            _, head, nothing = self.exchange("HEAD", **headers)
            self.assertEqual((int(get["content-length"]), nothing), (len(body), b""))
            for name in ("date", "x-request-id", "age", "last-modified", "content-security-policy"):
                get.pop(name, None)
                head.pop(name, None)
            self.assertEqual(get, head)

    def test_a_304_is_headers_alone(self) -> None:
        first = self.remembered(SPACK)
        for method in ("GET", "HEAD"):
            status, headers, body = self.exchange(method, **{"If-None-Match": first.headers["ETag"]})
            self.assertEqual((status, body), (304, b""))
            # some clients (wrk) wait for a body of that length
            self.assertNotIn("content-length", headers)
            self.assertEqual(headers["etag"], first.headers["ETag"])
            self.assertEqual(headers["cache-control"], "public, max-age=300, stale-if-error=3600")
            self.assertEqual(headers["vary"], "accept")
            self.assertIn("age", headers)
            self.assertIn("x-request-id", headers)
            self.assertNotIn("content-type", headers)

    def test_a_file_that_is_not_modified_has_no_length_of_nothing(self) -> None:
        url = f"{self.base}/static/from_git/page.css"
        date = requests.get(url, timeout=30).headers["Last-Modified"]

        response = requests.get(url, headers={"If-Modified-Since": date}, timeout=30)

        self.assertEqual((response.status_code, response.headers.get("Content-Length")), (304, None))

    def test_a_failed_condition_is_as_hardened_as_every_error(self) -> None:
        first = self.remembered(SPACK)

        response = self.ask(SPACK, headers={"If-Match": '"other"'})

        self.assertEqual(response.status_code, 412)
        self.assertEqual((list(response.json()), response.json()["error"]), (["error", "message", "advice"], "ERR3"))
        self.assert_not_for_caches(response)
        for name in ("Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Opener-Policy"):
            self.assertIn(name, response.headers)
        self.assertEqual(self.ask(SPACK, headers={"If-Match": first.headers["ETag"]}).status_code, 200)

    def test_a_post_is_not_for_caches_and_has_no_conditions(self) -> None:
        self.remembered(SPACK)
        for headers in ({}, {"If-None-Match": "*"}, {"If-Match": '"other"'}):
            response = requests.post(f"{self.base}/health-check", data={"url": SPACK}, headers=headers, timeout=30)
            self.assertEqual(response.status_code, 200)
            self.assert_not_for_caches(response)

    def test_errors_are_not_for_caches(self) -> None:
        asked: list[tuple[int, str, dict[str, Any]]] = [
            (400, "GET", {"params": {"url": "https://example.org/a"}}),
            (404, "GET", {"params": {"url": SPACK, "format": "nonsense"}}),
            (405, "PUT", {"params": {"url": SPACK}}),
            (406, "GET", {"params": {"url": SPACK}, "headers": {"Accept": "image/png"}}),
            (415, "POST", {"data": "x", "headers": {"Content-Type": "text/x-nonsense"}}),
        ]
        for status, method, options in asked:
            with self.subTest(status):
                response = requests.request(method, f"{self.base}/health-check", timeout=30, **options)
                self.assertEqual(response.status_code, status)
                self.assert_not_for_caches(response)

    def test_failures_of_forges_are_not_for_caches_and_not_kept(self) -> None:
        for status, fault, changes in [
            (502, Fault("status", path="/graphql", status=401), {}),
            (503, Fault("status", path="/graphql", status=429, headers={"Retry-After": "77"}), {}),
            (504, Fault("hang", path="/graphql"), {"REQUEST_DEADLINE": 0.3}),
        ]:
            with self.subTest(status):
                self.settings_for_test(**changes)
                self.emulator.faults.add(fault)
                response = self.ask(SPACK, headers={"If-None-Match": "*"})
                self.assertEqual(response.status_code, status)
                self.assert_not_for_caches(response)
                self.emulator.faults.clear()
                caches["default"].clear()  # a limit that is used up is remembered there
                self.settings_for_test(REQUEST_DEADLINE=60.0)
                self.answer(SPACK)
                caches["default"].clear()

    def test_a_clients_429_is_not_for_caches(self) -> None:
        self.settings_for_test(CLIENT_RATE="1/minute")

        self.assertEqual(self.ask(SPACK).status_code, 200)
        response = self.ask(SPACK)

        self.assertEqual(response.status_code, 429)
        self.assert_not_for_caches(response)

    def test_the_date_of_the_newest_fetch_comes_with_the_next_second_and_is_good_for_a_304(self) -> None:
        first = self.ask(SPACK)
        fetched_at = parse_http_date(first.headers["Date"])
        self.assertTrue(settled(lambda: time.time() >= fetched_at + 2, True))

        second = self.ask(SPACK)
        modified = second.headers["Last-Modified"]

        self.assertLessEqual(parse_http_date(modified), fetched_at)
        self.assertEqual(self.ask(SPACK, headers={"If-Modified-Since": modified}).status_code, 304)
        self.assertEqual(self.ask(SPACK, headers={"If-Unmodified-Since": modified}).status_code, 200)
        self.assertGreaterEqual(int(second.headers["Age"]), 1)

    def test_another_order_or_form_of_the_question_costs_no_call_and_no_sum(self) -> None:
        first = self.ask(SPACK, TEAM)
        before = merging._sums.hits
        self.calls()

        second = self.ask(TEAM, SPACK)
        third = requests.post(f"{self.base}/health-check", json={"url": [TEAM, SPACK + "/"]}, timeout=30)

        self.assertEqual((first.content, first.content), (second.content, third.content))
        self.assertEqual(first.headers["ETag"], second.headers["ETag"])
        self.assertEqual(self.calls(), 0)
        self.assertEqual(merging._sums.hits - before, 2)

    def test_no_cache_and_max_age_0_ask_anew_once_in_ten_seconds_and_nothing_else_does(self) -> None:
        self.remembered(SPACK)
        self.calls()
        controls = (
            "no-store",
            "max-age=1",
            "max-age=86400",
            "max-age",
            "min-fresh=1000",
            "x-no-cache, x-max-age=0",
            "",
        )
        for number, control in enumerate(controls):
            # another question each time, so that no recent bytes answer it
            response = self.ask(f"{SPACK}?{number}", headers={"Cache-Control": control, "Pragma": "no-cache"})
            self.assertEqual((response.status_code, self.calls()), (200, 0), control)

        for url, control in ((SPACK, "no-store, No-Cache"), (MFEM, "Max-Age=0"), (TEAM, 'max-age = "0"')):
            with self.subTest(control):
                self.remembered(url)
                self.calls()
                self.ask(url, headers={"Cache-Control": control})
                self.assertGreater(self.calls(), 0)
                for again in ("no-cache", "max-age=0"):
                    self.ask(url, headers={"Cache-Control": again})
                    self.assertEqual(self.calls(), 0)

    def test_without_a_cache_nothing_is_fresh_and_conditions_are_still_right(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=0.0)
        first = self.ask(SPACK)
        self.calls()

        second = self.ask(SPACK, headers={"If-None-Match": first.headers["ETag"]})

        self.assertEqual(second.status_code, 304)
        for response in (first, second):
            self.assertEqual(response.headers["Cache-Control"], "public, max-age=0, stale-if-error=3600")
        self.assertGreater(self.calls(), 0)


class Kept(WorkersTestCase):
    """Behind gunicorn."""

    def test_a_connection_goes_on_after_a_304_and_a_head(self) -> None:
        gunicorn = Gunicorn(self, self.emulator, 1, "--keep-alive", "30")
        connection = http.client.HTTPConnection(gunicorn.base.removeprefix("http://"), timeout=30)
        self.addCleanup(connection.close)

        def ask(method: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, f"/health-check?url={SPACK}", headers=named)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

        _, headers, body = ask("GET")
        opened = connection.sock
        for method, conditions, expected in [
            ("GET", {"If_None_Match": headers["ETag"]}, (304, b"")),
            ("HEAD", {}, (200, b"")),
            ("HEAD", {"If_None_Match": headers["ETag"]}, (304, b"")),
            ("GET", {"If_None_Match": '"other"'}, (200, body)),
        ]:
            with self.subTest(method, conditions=conditions):
                status, found, content = ask(method, **conditions)
                self.assertEqual((status, content), expected)
                self.assertEqual(found["Content-Length"], None if status == 304 else str(len(body)))
                self.assertIs(connection.sock, opened)
        self.assertNotIn("Traceback", gunicorn.said)
