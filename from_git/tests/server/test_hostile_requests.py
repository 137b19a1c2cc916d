"""Requests that nobody sends by accident, to the server as it runs."""

import socket
from functools import partial
from typing import ClassVar

from emulator.tests.helpers import settled
from from_git.middleware import HEADERS
from from_git.tests.kit.hostile import JSON, assert_clear, exchange, request
from from_git.tests.kit.workers import Gunicorn
from from_git.tests.server.test_workers import URLS, WorkersTestCase


class Hostile(WorkersTestCase):
    """Requests that nobody sends by accident, where gunicorn takes them otherwise than Django's server does."""

    gunicorn: ClassVar[Gunicorn]

    @classmethod
    def setUpClass(cls) -> None:
        """Start it."""
        super().setUpClass()
        cls.gunicorn = Gunicorn(cls, cls.emulator, 1)

    def setUp(self) -> None:
        """Begin with nothing said."""
        super().setUp()
        self.gunicorn.begin()

    def test_what_it_passes_on_is_refused_in_json(self) -> None:
        body = b'{"url": "github.com/a/b"}'
        for status, headers, sent in [
            (415, {"Content-Type": b"application/json; charset*=nonsense''x"}, body),
            (415, {"Content-Type": b"application/json; a*=hex%00''x; charset=x"}, body),
            (415, {"Content-Type": b"text/\xff\xad"}, body),
            (400, {"Content-Type": b"application/json"}, b"[" * 100_000),
            (400, {"Content-Type": b"multipart/form-data; boundary=x"}, b"--x"),
            (400, {"Content-Type": b"application/json"}, b'{"url": "\\ud800"}'),
            (413, {"Content-Type": b"application/json", "Content-Length": b"99999999999"}, b""),
            (413, {"Content-Type": b"application/json", "Content-Length": b"9" * 30}, b""),
            (400, {"Host": b"evil.example"}, body),
        ]:
            with self.subTest(headers):
                found, _, answer = exchange(self.gunicorn.base, request(method=b"POST", headers=headers, body=sent))
                assert_clear(self, found, answer)
                self.assertEqual(found, status)
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)
        self.assertNotIn("Traceback", self.gunicorn.said)

    def test_what_it_refuses_itself_is_json_with_an_id_and_a_line_and_reaches_nobody(self) -> None:
        for status, asked in (
            (400, request(headers={"Content-Length": b"2_8"})),
            (400, request(headers={"Content-Length": b"3\r\nContent-Length: 4"})),
            (400, request(headers={"Content-Length": b"3\r\nTransfer-Encoding: chunked"})),
            (501, request(headers={"Transfer-Encoding": b"x\x80"})),
            (400, request(headers={"X-Odd": b"a\x00b"})),
            (400, request(headers={"X-Odd ": b"x"})),
            (400, request(headers={"X-Odd": b"a\r\n folded"})),
            (431, request(headers={"X-Odd": b"x" * 9_000})),
            (431, request(headers={f"X-{number}": b"x" for number in range(200)})),
            (417, request(headers={"Expect": b"nothing"})),
            (400, request(b"/health-check?url=x\x1b")),
            (400, request(method=b"G\x1bT")),
            (400, b"GET / HTTP/9.9\r\n\r\n"),
            (400, b"\x16\x03\x01\x02\x00\r\n"),
            (414, request(b"/health-check?url=" + b"x" * 5_000_000)),
        ):
            with self.subTest(asked[:60]):
                found, headers, answer = exchange(self.gunicorn.base, asked)
                assert_clear(self, found, answer, (417,))
                self.assertEqual(found, status)
                self.assertEqual(headers["content-length"], str(len(answer)))
                self.assertEqual((headers["content-type"], headers["connection"]), (JSON, "close"))
                self.assertLessEqual({name.lower() for name in HEADERS}, headers.keys())
                self.assertNotIn(b"\x1b", answer)
                self.assertEqual(settled(partial(self.lines, headers["x-request-id"]), 1), 1)
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)
        self.assertNotIn("Traceback", self.gunicorn.said)
        self.assertNotIn("\x1b", self.gunicorn.said)

    def lines(self, text: str) -> int:
        """The lines of the log that hold it."""
        return sum(text in line for line in self.gunicorn.said.splitlines())

    def test_the_id_of_a_request_that_it_refuses_is_kept(self) -> None:
        _, headers, _ = exchange(self.gunicorn.base, request(headers={"X-Request-ID": b"mine", "Content-Length": b"x"}))

        self.assertEqual(headers["x-request-id"], "mine")

    def test_addresses_of_megabytes_are_read(self) -> None:
        for size, status in ((1_000_000, 400), (4_200_000, 414)):
            with self.subTest(size):
                found, _, answer = exchange(self.gunicorn.base, request(b"/health-check?url=" + b"x" * size))
                assert_clear(self, found, answer)
                self.assertEqual(found, status)

    def test_an_endless_line_ends(self) -> None:
        host, port = self.gunicorn.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as client, self.assertRaises(OSError):
            client.sendall(b"GET /?")
            for _ in range(2_000):  # 128 MB
                client.sendall(b"x" * 65_536)

    def test_a_refused_body_that_is_malformed_gets_no_second_answer(self) -> None:
        head = b"POST /health-check HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"

        status, _, answer = exchange(self.gunicorn.base, head + b"zz\r\n")

        self.assertEqual(status, 411)
        self.assertNotIn(b"HTTP/1.1", answer)

    def test_requests_sent_together_are_answered_in_turn_and_a_head_has_no_body(self) -> None:
        first = b"HEAD /from-git/test HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

        status, headers, rest = exchange(self.gunicorn.base, first + request(b"/nothing"))

        self.assertEqual(status, 200)
        self.assertNotEqual(headers["content-length"], "0")
        self.assertTrue(rest.startswith(b"HTTP/1.1 404 "), rest[:100])
        self.assertNotIn("WARNING", self.gunicorn.said)

    def test_no_header_moves_the_root_or_says_that_this_is_https(self) -> None:
        for name in ("SCRIPT_NAME", "PATH_INFO", "X-Forwarded-Proto"):
            with self.subTest(name):
                asked = request(b"/", {name: b"https", "X-Forwarded-Ssl": b"off"})
                status, headers, _ = exchange(self.gunicorn.base, asked)
                self.assertEqual((status, headers["location"]), (302, "/from-git/test"))

    def test_a_body_in_chunks_is_refused_and_never_half_of_the_question(self) -> None:
        body = "&".join(f"url={url}" for url in URLS).encode()
        chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        head = b"POST /health-check?url=github.com/mfem HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        head += b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"

        status, _, answer = exchange(self.gunicorn.base, head + chunks)

        self.assertEqual(status, 411, answer)
        found = assert_clear(self, status, answer)
        self.assertEqual(found["message"], "Chunked bodies are not supported.")
        self.assertEqual(found["advice"], "Send the body with a Content-Length.")
