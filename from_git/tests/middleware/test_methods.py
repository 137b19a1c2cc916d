"""Methods over the wire, on Django's server and on gunicorn: what each route takes, and how it says no to the rest."""

import json
from typing import Any

from from_git.tests.kit.hostile import exchange, request
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.kit.workers import Gunicorn
from from_git.tests.server.test_workers import WorkersTestCase

QUESTION = b"/health-check?url=github.com/mfem&url=bitbucket.org/mailchimp"
CSS = b"/static/from_git/page.css"
ROUTES = {
    QUESTION: "GET, HEAD, POST, OPTIONS",
    b"/": "GET, HEAD, OPTIONS",
    b"/from-git/test": "GET, HEAD, OPTIONS",
    b"/from-git/card.svg": "GET, HEAD, OPTIONS",
    b"/from-git/badge/watchers": "GET, HEAD, OPTIONS",
    CSS: "GET, HEAD, OPTIONS",
}
"""Each address and its Allow."""
ASKED = [
    (200, QUESTION, {}),
    (200, QUESTION, {"Accept": b"text/csv"}),
    (200, QUESTION, {"Accept": b"text/html"}),
    (200, b"/from-git/test", {}),
    (200, CSS, {}),
    (302, b"/", {}),
    (400, b"/health-check", {}),
    (400, b"/health-check", {"Host": b"evil.example"}),
    (404, b"/nowhere", {}),
    (404, QUESTION + b"&format=xml", {}),
    (406, QUESTION, {"Accept": b"image/png"}),
    (206, CSS, {"Range": b"bytes=0-3"}),
    (416, CSS, {"Range": b"bytes=99999999-"}),
]
_OWN = {"date", "x-request-id", "age", "last-modified", "etag"}  # each is fetched, and fetchedAt is in the CSV


class Methods:
    """The rules; a subclass says where the service listens."""

    base: str

    def exchange(self: Any, *options: Any, **named: Any) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer to a request."""
        return exchange(self.base, request(*options, **named))

    def test_head_is_get_without_the_body(self: Any) -> None:
        for status, path, headers in ASKED:
            with self.subTest(path, headers=headers):
                found, got, body = self.exchange(path, headers)
                found_by_head, head, nothing = self.exchange(path, headers, method=b"HEAD")
                self.assertEqual((found, found_by_head, nothing), (status, status, b""))
                self.assertEqual(*({k: v for k, v in one.items() if k not in _OWN} for one in (head, got)))
                self.assertEqual(int(head["content-length"]), len(body))

    def test_options_name_the_methods_and_have_no_body(self: Any) -> None:
        for path, allowed in ROUTES.items():
            for headers in ({}, {"Accept": b"image/png"}):
                with self.subTest(path, headers=headers):
                    status, found, body = self.exchange(path, headers, method=b"OPTIONS")
                    self.assertEqual((status, found["allow"], body), (204, allowed.lower(), b""))
                    self.assertEqual(found.keys() & {"content-type", "content-length", "transfer-encoding"}, set())
        self.assertEqual(self.exchange(b"/nowhere", method=b"OPTIONS")[0], 404)

    def test_another_method_is_a_405_that_names_those_that_there_are(self: Any) -> None:
        for path, allowed in ROUTES.items():
            for method in (b"PUT", b"PATCH", b"DELETE", b"TRACE", b"QUERY", b"POST"):
                if method.decode() not in allowed:
                    with self.subTest(path, method=method):
                        status, headers, body = self.exchange(path, {"Accept": b"text/csv"}, method=method)
                        self.assertEqual((status, headers["allow"]), (405, allowed.lower()))
                        message = self.error(headers, body)
                        self.assertIn(method.decode(), message)
                        self.assertIn(allowed, message)

    def test_post_asks_the_same_as_get(self: Any) -> None:
        form = {"Content-Type": b"application/x-www-form-urlencoded"}
        text = {"Content-Type": b"application/json"}
        urls = b"url=github.com/mfem&url=bitbucket.org/mailchimp"
        _, got, answer = self.exchange(QUESTION)
        for headers, body in [
            (form, urls),
            (text, b'{"url": ["github.com/mfem", "bitbucket.org/mailchimp"]}'),
            (text, b'{"url": "github.com/mfem\\nbitbucket.org/mailchimp"}'),
        ]:
            with self.subTest(body):
                status, found, same = self.exchange(b"/health-check", headers, body, b"POST")
                self.assertEqual((status, same), (200, answer))
                self.assertEqual(found["content-type"], got["content-type"])
        for kind in (b"text/csv", b"text/html"):
            with self.subTest(kind):
                status, found, _ = self.exchange(b"/health-check", {**form, "Accept": kind}, urls, b"POST")
                self.assertEqual((status, found["content-type"].split(";")[0].encode()), (200, kind))

    def test_refusals_say_what_to_do(self: Any) -> None:
        form = {"Content-Type": b"application/x-www-form-urlencoded"}
        for status, headers, body, path, words in [
            (
                406,
                {"Accept": b"image/png"},
                b"",
                QUESTION,
                ["application/json, text/csv, ", ", text/html", "json|csv|xlsx|html|api"],
            ),
            (404, {}, b"", QUESTION + b"&format=xml", ["json, csv, xlsx, html, api"]),
            (415, {"Content-Type": b"text/xml"}, b"<a/>", b"/health-check", ["text/xml", "multipart/form-data"]),
            (413, {**form, "Content-Length": b"99000000"}, b"", b"/health-check", ["fewer"]),
            (404, {}, b"", b"/nowhere", ["/from-git/test"]),
        ]:
            with self.subTest(status, path=path):
                method = b"POST" if status in (413, 415) else b"GET"
                for accept in (b"text/csv", b"*/*") if status != 406 else (b"image/png",):
                    found, answer, said = self.exchange(path, {**headers, "Accept": accept}, body, method)
                    self.assertEqual(found, status)
                    message = self.error(answer, said)
                    for word in words:
                        self.assertIn(word, message)

    def test_a_range_beyond_a_file_is_an_error_like_all_others_with_the_files_size(self: Any) -> None:
        _, whole, _ = self.exchange(CSS)
        for asked in (b"bytes=99999999-", b"bytes=99999999-99999999", b"bytes=9-2"):
            with self.subTest(asked):
                status, headers, body = self.exchange(CSS, {"Range": asked})
                self.assertEqual((status, headers["content-range"]), (416, f"bytes */{whole['content-length']}"))
                self.assertIn(f"{int(whole['content-length']):,} bytes", self.error(headers, body))
                self.assertEqual(headers["cache-control"], "no-store")

    def error(self: Any, headers: dict[str, str], body: bytes) -> str:
        """Message and advice of an error in the one form of all of them."""
        self.assertEqual(headers["content-type"], "application/json")
        self.assertEqual(int(headers["content-length"]), len(body))
        found = json.loads(body)
        self.assertEqual((list(found), found["error"]), (["error", "message", "advice"], "ERR3"))
        return f"{found['message']} {found['advice']}"


class OnDjangosServer(Methods, ServiceTestCase):
    """`manage.py runserver`."""

    def test_what_it_refuses_by_itself_has_no_body_for_head(self) -> None:
        for status, line, head in [
            (411, b"/health-check", b"Transfer-Encoding: chunked"),
            (400, b"/health-check", b"Content-Length: x"),
            (414, b"/health-check?" + b"x" * 5_000_000, b"Content-Length: 0"),
        ]:
            with self.subTest(status):
                asked = b" %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s\r\n\r\n" % (line, head)
                found, got, body = exchange(self.base, b"GET" + asked)
                found_by_head, headers, nothing = exchange(self.base, b"HEAD" + asked)
                self.assertEqual((found, found_by_head, nothing), (status, status, b""))
                self.assertEqual({int(headers["content-length"]), int(got["content-length"])}, {len(body)})


class OnGunicorn(Methods, WorkersTestCase):
    """As in production."""

    @classmethod
    def setUpClass(cls) -> None:
        """Start it."""
        super().setUpClass()
        cls.base = Gunicorn(cls, cls.emulator, 1).base
