"""One call out: bounded in time, size and destination; each rule against a real socket."""

import gzip
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from unittest import TestCase

from from_git.errors import BrokenError, Cancelled, DeadlineError, TransientError, UpstreamError
from from_git.tests.kit import authority
from from_git.tests.kit.raw import RawServer, Script, dripping, sending, silent
from from_git.tests.kit.system import resolver
from from_git.upstream import DIRECT, MAX_BODY, Response, Upstream, Way

SECRET = "Bearer s3cret-value"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Waiting:
    """A caller with some seconds left, who may go away."""

    authorization = SECRET

    def __init__(self, seconds: float = 30.0) -> None:
        self._deadline = time.monotonic() + seconds
        self.gone = threading.Event()
        self.sent_again = 0
        self.lost = 0.0

    def time_left(self) -> float:
        """See `Caller`."""
        if self.gone.is_set():
            raise Cancelled
        return self._deadline - time.monotonic()

    def resent(self, lost: float) -> None:
        """See `Caller`."""
        self.sent_again += 1
        self.lost += lost


class UpstreamTestCase(TestCase):
    """A scripted server and an upstream that points at it."""

    encrypted = False
    """Whether it speaks TLS."""

    def world(self, script: Script, timeout: float = 10.0) -> tuple[RawServer, Upstream]:
        """The server and the upstream."""
        server, way = RawServer(script), DIRECT
        if self.encrypted:
            server = RawServer(script, authority.server())
            way = Way(authority.ca_file(self.enterContext(tempfile.TemporaryDirectory())))
        upstream = Upstream(self.enterContext(server).url, "SOME_URL", 2, timeout, way)
        self.addCleanup(upstream.close)
        return server, upstream

    def ask(self, script: Script, timeout: float = 10.0, caller: Waiting | None = None) -> Response:
        """One GET."""
        _, upstream = self.world(script, timeout)
        return upstream.call(caller or Waiting(), "GET", upstream.base_url + "/x")

    def fails(self, script: Script, *words: str, timeout: float = 10.0) -> UpstreamError:
        """The error of one GET, whose message must hold the words."""
        with self.assertRaises(UpstreamError) as caught:
            self.ask(script, timeout)
        for word in words:
            self.assertIn(word, caught.exception.message)
        self.assertNotIn("s3cret", repr(caught.exception) + caught.exception.message)
        return caught.exception


class Answers(UpstreamTestCase):
    """What comes back."""

    def test_any_status_is_an_answer(self) -> None:
        answer = self.ask(sending(b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno"))

        self.assertEqual((answer.status, answer.headers["retry-after"], answer.body), (503, "7", b"no"))

    def test_gzip_is_decoded(self) -> None:
        body = gzip.compress(b'{"a": 1}')
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()

        self.assertEqual(self.ask(sending(head + body)).json(), {"a": 1})

    def test_a_payload_leaves_in_one_write_with_its_head_as_json_of_known_length(self) -> None:
        server, upstream = self.world(sending(OK))

        upstream.call(Waiting(), "POST", upstream.base_url, payload={"query": "ü"})

        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        self.assertEqual(body, '{"query":"ü"}'.encode())
        self.assertIn(b"Content-Type: application/json", head)
        self.assertIn(b"Content-Length: 14", head)
        self.assertNotIn(b"chunked", head)

    def test_characters_that_no_request_line_may_hold_are_encoded(self) -> None:
        server, upstream = self.world(sending(OK))

        upstream.call(Waiting(), "GET", upstream.base_url + "/{é}/x y?q=ü#top")

        self.assertTrue(server.requests[0].startswith(b"GET /2.0/%7B%C3%A9%7D/x%20y?q=%C3%BC HTTP/1.1\r\n"))

    def test_a_host_of_another_script_is_asked_for_in_its_ascii_form(self) -> None:
        self.assertEqual(
            Upstream("https://gît.example/2.0", "SOME_URL", 1, 1.0).base_url, "https://xn--gt-qja.example/2.0"
        )

    def test_a_redirect_is_an_answer_and_is_not_followed(self) -> None:
        with RawServer(sending(OK)) as elsewhere:
            head = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}/x\r\nContent-Length: 0\r\n\r\n"

            self.assertEqual(self.ask(sending(head.encode())).status, 302)
            self.assertEqual(elsewhere.requests, [])

    def test_what_is_not_json_says_so(self) -> None:
        for body in (b"<html>", b"", b"NaN", b'{"a": Infinity}', b'"\xff"', b"[" * 100_000):
            with self.subTest(body[:20]), self.assertRaises(TransientError):
                Response(200, {}, body).json()

    def test_the_body_of_a_redirect_is_bounded_and_its_address_is_not_looked_at(self) -> None:
        bomb = gzip.compress(b"x" * (MAX_BODY + 1))
        head = f"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
        with self.assertRaisesRegex(UpstreamError, "32 MB"):
            self.ask(sending(head.encode() + bomb))

        self.assertEqual(
            self.ask(sending(b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n")).status, 302
        )


class Faults(UpstreamTestCase):
    """What goes wrong on the way."""

    def test_nobody_listens(self) -> None:
        upstream = Upstream("http://127.0.0.1:9/2.0", "SOME_URL", 1, 5.0)

        with self.assertRaisesRegex(UpstreamError, "could not be reached"):
            upstream.call(Waiting(), "GET", upstream.base_url)

    def test_a_name_that_is_none(self) -> None:
        for host in ("a..b", "x" * 64 + ".invalid"):
            with self.subTest(host), self.assertRaisesRegex(TransientError, "could not be reached"):
                Upstream(f"http://{host}/2.0", "SOME_URL", 1, 5.0).call(Waiting(), "GET", f"http://{host}/2.0")

    def test_an_address_at_which_nobody_answers_leaves_time_for_the_next(self) -> None:
        server = self.enterContext(RawServer(sending(OK)))
        port = int(server.url.split(":")[2].split("/")[0])
        black_hole = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("192.0.2.1", port))
        good = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))
        upstream = Upstream(f"http://two.invalid:{port}/2.0", "SOME_URL", 1, 2.0)
        self.addCleanup(upstream.close)

        with resolver(lambda *args: [black_hole, good]):
            self.assertEqual(upstream.call(Waiting(), "GET", upstream.base_url).status, 200)

    def test_no_connection_in_time_is_not_for_the_weight_of_a_query(self) -> None:
        black_hole = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("192.0.2.1", 80))
        upstream = Upstream("http://hole.invalid/2.0", "SOME_URL", 1, 0.3)
        with resolver(lambda *args: [black_hole]), self.assertRaises(BrokenError):
            upstream.call(Waiting(), "GET", upstream.base_url)

    def test_a_resolver_that_hangs_ends_at_the_timeout_of_one_call(self) -> None:
        stopped = threading.Event()
        self.addCleanup(stopped.set)
        upstream = Upstream("http://slow.invalid/2.0", "SOME_URL", 1, 0.3)

        with (
            resolver(lambda *args: [stopped.wait(20.0)]),
            self.assertRaisesRegex(UpstreamError, "did not answer within 0.3 s"),
        ):
            upstream.call(Waiting(), "GET", upstream.base_url)

    def test_a_connection_that_breaks_before_the_answer(self) -> None:
        self.fails(sending(b""), "broke the connection before its answer was whole")

    def test_a_body_that_is_cut_off(self) -> None:
        self.fails(
            sending(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}"),
            "broke the connection before its answer was whole",
        )

    def test_a_chunked_body_that_is_cut_off(self) -> None:
        self.fails(sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}"), "broke the connection")

    def test_a_chunk_of_negative_size(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.fails(sending(head + b"-5\r\n{}"), "broke the connection")
        # without an end of what may be read it would run into its timeout, which has other words
        self.fails(dripping(head + b"-1\r\n", b"x" * 1_000_000, 0.001), "broke the connection")

    def test_protocols_that_are_switched(self) -> None:
        self.fails(sending(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), "broke the connection")

    def test_a_body_that_is_no_gzip(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
        self.fails(sending(head + b"nope"), "cannot be decompressed")

    def test_an_answer_that_is_no_http(self) -> None:
        self.fails(sending(b"SSH-2.0-OpenSSH_9\r\n"), "broke the connection")

    def test_a_body_larger_than_the_limit(self) -> None:
        self.fails(dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1_000_000, 0.001), "more than 32 MB")

    def test_a_small_body_that_unpacks_to_more_than_the_limit(self) -> None:
        bomb = gzip.compress(b"x" * (MAX_BODY + 1))
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
        self.fails(sending(head + bomb), "more than 32 MB")


class Time(UpstreamTestCase):
    """Nothing hangs."""

    def test_silence_and_drips_end_at_the_timeout_of_one_call(self) -> None:
        scripts = {
            "silence": silent,
            "headers a byte at a time": dripping(b"HTTP/1.1 200 OK\r\nX-Long: "),
            "a body a byte at a time": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
            "chunks a byte at a time": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n"),
            "a body without an end": dripping(b"HTTP/1.1 200 OK\r\n\r\n"),
        }
        for name, script in scripts.items():
            with self.subTest(name):
                error = self.fails(script, "did not answer within 0.3 s (UPSTREAM_TIMEOUT)", timeout=0.3)
                self.assertEqual(error.status, 502)

    def test_the_callers_deadline_is_another_error_than_the_timeout_of_one_call(self) -> None:
        with self.assertRaises(DeadlineError):
            self.ask(silent, caller=Waiting(0.2))
        with self.assertRaises(DeadlineError):
            self.ask(sending(OK), caller=Waiting(0.0))

    def test_a_caller_who_goes_away_ends_the_call_at_the_next_byte(self) -> None:
        caller = Waiting()

        def script(connection: object, stopped: threading.Event) -> None:
            caller.gone.set()
            dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")(connection, stopped)  # type: ignore[arg-type]

        with self.assertRaises(Cancelled):
            self.ask(script, caller=caller)

    def test_a_caller_who_goes_away_ends_the_call_while_nothing_comes(self) -> None:
        caller = Waiting()

        def script(connection: socket.socket, stopped: threading.Event) -> None:
            threading.Timer(0.1, caller.gone.set).start()
            silent(connection, stopped)

        with self.assertRaises(Cancelled):
            self.ask(script, timeout=20.0, caller=caller)

    def test_a_caller_who_goes_away_ends_the_call_while_no_connection_is_made(self) -> None:
        server = self.enterContext(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):  # more than wait for it, so that the kernel says nothing to the next one
            client = self.enterContext(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        caller = Waiting(600.0)
        threading.Timer(0.1, caller.gone.set).start()
        upstream = Upstream(f"http://127.0.0.1:{server.getsockname()[1]}", "SOME_URL", 1, 600.0)

        with ThreadPoolExecutor(1) as pool, self.assertRaises(Cancelled):
            pool.submit(upstream.call, caller, "GET", upstream.base_url).result(timeout=60.0)  # the kernel waits longer


class AnswersOverTLS(Answers):
    """The same over TLS."""

    encrypted = True


class FaultsOverTLS(Faults):
    """The same over TLS."""

    encrypted = True


class TimeOverTLS(Time):
    """The same over TLS."""

    encrypted = True

    def test_a_caller_who_goes_away_ends_the_handshake(self) -> None:
        server = self.enterContext(socket.create_server(("127.0.0.1", 0)))  # takes connections, and says nothing
        caller = Waiting()
        threading.Timer(0.1, caller.gone.set).start()

        with self.assertRaises(Cancelled):
            Upstream(f"https://127.0.0.1:{server.getsockname()[1]}", "SOME_URL", 1, 20.0).call(
                caller, "GET", f"https://127.0.0.1:{server.getsockname()[1]}/x"
            )
