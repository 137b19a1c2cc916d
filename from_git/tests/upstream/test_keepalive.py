"""Connections that serve many calls, and servers that close them when they like."""

import socket
import threading
import weakref

from from_git.errors import UpstreamError
from from_git.tests.kit.raw import keeping, read_request, sending
from from_git.tests.upstream.test_upstream import OK, UpstreamTestCase, Waiting


class KeepAlive(UpstreamTestCase):
    """Connections that serve many calls, and servers that close them when they like."""

    def test_calls_share_a_connection(self) -> None:
        server, upstream = self.world(keeping(OK, 10))

        for _ in range(5):
            upstream.call(Waiting(), "GET", upstream.base_url)

        self.assertEqual(len(server.requests), 1)

    def test_an_idle_connection_keeps_nothing_of_the_callers(self) -> None:
        for self.encrypted in (False, True):
            with self.subTest(encrypted=self.encrypted):
                _, upstream = self.world(keeping(OK, 10))
                callers = [Waiting() for _ in range(2)]
                left = [weakref.ref(one) for one in callers]

                while callers:
                    upstream.call(callers.pop(), "GET", upstream.base_url)

                self.assertEqual([one() is None for one in left], [True, True])

    def test_a_call_on_a_connection_that_turns_out_to_be_closed_is_sent_again(self) -> None:
        server, upstream = self.world(keeping(OK, 2))

        answers = [upstream.call(Waiting(), "POST", upstream.base_url, {"a": 1}) for _ in range(9)]

        self.assertEqual([answer.status for answer in answers], [200] * 9)
        self.assertEqual(len(server.requests), 5)

    def test_an_interim_answer_is_passed_by_and_the_next_call_gets_its_own(self) -> None:
        for status in (b"100 Continue", b"102 Processing", b"103 Early Hints"):
            with self.subTest(status):

                def script(connection: socket.socket, stopped: threading.Event, interim: bytes = status) -> None:
                    for body in (b"1", b"2"):
                        connection.sendall(b"HTTP/1.1 " + interim + b"\r\nLink: </x>\r\n\r\n")
                        stopped.wait(0.05)
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + body)
                        read_request(connection)

                server, upstream = self.world(script)

                answers = [upstream.call(Waiting(), "GET", upstream.base_url) for _ in range(2)]

                self.assertEqual(([one.json() for one in answers], len(server.requests)), ([1, 2], 1))
                self.assertEqual([list(one.headers) for one in answers], [["content-length"]] * 2)

    def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(self) -> None:
        late = threading.Event()

        def script(connection: socket.socket, stopped: threading.Event) -> None:
            if len(server.requests) == 1:
                late.wait(10)
            connection.sendall(OK)

        server, upstream = self.world(script, timeout=0.3)
        with self.assertRaises(UpstreamError):
            upstream.call(Waiting(), "GET", upstream.base_url)
        upstream.timeout = 10.0

        late.set()
        self.assertEqual(upstream.call(Waiting(), "GET", upstream.base_url).status, 200)

        self.assertEqual(len(server.requests), 2)

    def test_closing_ends_idle_connections(self) -> None:
        ended = threading.Event()

        def script(connection: socket.socket, stopped: threading.Event) -> None:
            connection.sendall(OK)
            if connection.recv(1) == b"":
                ended.set()

        _, upstream = self.world(script)
        upstream.call(Waiting(), "GET", upstream.base_url)

        upstream.close()

        self.assertTrue(ended.wait(10))

    def test_a_call_that_fails_on_a_new_connection_or_within_an_answer_is_not_sent_again(self) -> None:
        server, upstream = self.world(sending(b""))
        with self.assertRaises(UpstreamError):
            upstream.call(Waiting(), "GET", upstream.base_url)
        self.assertEqual(len(server.requests), 1)

        server, upstream = self.world(keeping(OK, 1, then=b"HTTP/1.1 2"))
        upstream.call(Waiting(), "GET", upstream.base_url)
        with self.assertRaises(UpstreamError):
            upstream.call(Waiting(), "GET", upstream.base_url)
        self.assertEqual(len(server.requests), 1)
