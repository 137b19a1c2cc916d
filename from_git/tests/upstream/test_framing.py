"""Where an answer begins and ends, and what is not part of it."""

import gzip
import socket
import ssl
import threading
import zlib
from contextlib import suppress

from from_git.tests.kit.raw import keeping, read_request, sending
from from_git.tests.upstream.test_upstream import OK, UpstreamTestCase, Waiting

HEAD = b"HTTP/1.1 200 OK\r\n"


class Framing(UpstreamTestCase):
    """What is taken for an answer."""

    def test_all_ways_to_end_a_body_are_understood(self) -> None:
        for name, answer in {
            "a length": HEAD + b"Content-Length: 7\r\n\r\n[1, 20]",
            "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n4;x=y\r\n 20]\r\n0\r\n\r\n",
            "sizes with blanks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n7  \r\n[1, 20]\r\n0\r\n\r\n",
            "chunks and trailers": HEAD + b"Transfer-Encoding: chunked\r\n\r\n7\r\n[1, 20]\r\n0\r\nX: 1\r\n\r\n",
            "the end of the connection": HEAD + b"\r\n[1, 20]",
            "HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\n[1, 20]",
            "lines without CR": b"HTTP/1.1 200 OK\nContent-Length: 7\n\n[1, 20]",
            "another protocol on offer": HEAD
            + b"Upgrade: h2\r\nConnection: Upgrade\r\nContent-Length: 7\r\n\r\n[1, 20]",
        }.items():
            with self.subTest(name):
                found = self.ask(sending(answer))
                self.assertEqual((found.status, found.json()), (200, [1, 20]))
                self.assertNotIn("x", found.headers)

    def test_what_may_mean_two_things_is_no_answer(self) -> None:
        for name, head in {
            "two lengths": b"Content-Length: 2\r\nContent-Length: 3",
            "a length and chunks": b"Content-Length: 2\r\nTransfer-Encoding: chunked",
            "no number": b"Content-Length: two",
            "a line that is no header": b"nonsense\r\nContent-Length: 2",
        }.items():
            with self.subTest(name):
                self.fails(sending(HEAD + head + b"\r\n\r\n{}"), "broke the connection")

    def test_a_head_is_bounded(self) -> None:
        many = b"".join(b"X-%d: 1\r\n" % number for number in range(101))
        self.fails(sending(HEAD + many + b"\r\n{}"), "broke the connection")
        self.fails(sending(HEAD + b"X: 1\r\n" * 101 + b"\r\n{}"), "broke the connection")
        self.fails(sending(HEAD + b"X: " + b"x" * 70_000 + b"\r\n\r\n{}"), "broke the connection")

    def test_headers_are_known_by_their_names_in_lower_case(self) -> None:
        answer = self.ask(sending(HEAD + b"Vary: a\r\nX-Name: \xe9\r\nvary: b\r\nContent-Length: 2\r\n\r\n{}"))

        self.assertEqual(answer.headers, {"vary": "a, b", "x-name": "é", "content-length": "2"})

    def test_other_encodings_than_the_one_asked_for_are_decoded_too(self) -> None:
        for name, encoding, body in (
            ("several parts", b"gzip", gzip.compress(b"[1,") + gzip.compress(b" 20]")),
            ("deflate", b"deflate", zlib.compress(b"[1, 20]")),
            ("one after the other", b"gzip, gzip", gzip.compress(gzip.compress(b"[1, 20]"))),
            ("none", b"identity", b"[1, 20]"),
        ):
            with self.subTest(name):
                head = HEAD + b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (encoding, len(body))
                self.assertEqual(self.ask(sending(head + body)).json(), [1, 20])

    def test_what_comes_behind_an_answer_is_not_taken_for_the_next_one(self) -> None:
        for behind in (HEAD + b"Content-Length: 5\r\n\r\nwrong", b"x"):
            with self.subTest(behind):
                server, upstream = self.world(keeping(OK + behind, 2))
                caller = Waiting()
                answers = [upstream.call(caller, "GET", upstream.base_url).json() for _ in range(2)]
                self.assertEqual((answers, len(server.requests), caller.sent_again), ([{}, {}], 2, 0))

    def test_what_comes_unasked_on_an_idle_connection_is_not_taken_for_an_answer(self) -> None:
        said = threading.Event()

        def script(connection: socket.socket, stopped: threading.Event) -> None:
            connection.sendall(OK)
            if not said.is_set():
                stopped.wait(0.1)  # else it would come with the answer
                connection.sendall(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
                said.set()
            read_request(connection)

        server, upstream = self.world(script)
        caller = Waiting()
        upstream.call(caller, "GET", upstream.base_url)
        said.wait(10)

        self.assertEqual(upstream.call(caller, "GET", upstream.base_url).status, 200)
        self.assertEqual((len(server.requests), caller.sent_again), (2, 0))


class FramingOverTLS(Framing):
    """The same over TLS."""

    encrypted = True

    def test_an_end_in_due_form_that_comes_with_the_last_bytes_is_the_end_of_the_body(self) -> None:
        def script(connection: socket.socket, stopped: threading.Event) -> None:
            assert isinstance(connection, ssl.SSLSocket)
            connection.sendall(HEAD + b"\r\n{}")
            with suppress(ssl.SSLError):
                connection.unwrap()  # says so, and waits for the other side to say it too

        self.assertEqual(self.ask(script).json(), {})
