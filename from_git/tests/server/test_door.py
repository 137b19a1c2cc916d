"""More clients than the server has threads and connections: who sends nothing, or half, is in nobody's way."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from threading import Event, Thread

import psutil
import requests

from emulator.tests.helpers import settled
from from_git.tests.kit.hostile import assert_clear, request
from from_git.tests.kit.servers import needs_squid, start_squid
from from_git.tests.kit.workers import Gunicorn
from from_git.tests.server.test_workers import OWNERS, URLS, WorkersTestCase

BODY = json.dumps({"url": URLS}).encode()
HEAD = b"POST /health-check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
HALF_HEAD = b"GET /health-check HTTP/1.1\r\nHost: 127.0.0.1\r\n"
HALF_BODY = HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY) + BODY[:9]
MANY, SOME = 2_000, 200
HURRIED = ("--worker-class", "from_git.tests.kit.impatient.Worker")


class Crowd:
    """Connections that stay open until the end of the test."""

    def __init__(self, base: str) -> None:
        host, port = base.removeprefix("http://").split(":")
        self._address = host, int(port)
        self.open: list[socket.socket] = []

    def join(self, number: int, sent: bytes = b"") -> list[socket.socket]:
        """So many more connections, each of which has sent this."""
        new = []
        for _ in range(number):
            connection = socket.create_connection(self._address, timeout=60)
            self.open.append(connection)
            new.append(connection)
            with suppress(OSError):  # it may have made room already
                connection.sendall(sent)
        return new

    def leave(self) -> None:
        """Close all."""
        for one in self.open:
            one.close()


@contextmanager
def dripping(connections: list[socket.socket]) -> Iterator[None]:
    """Meanwhile each connection sends one byte a second."""
    over = Event()

    def drip() -> None:
        while not over.wait(1.0):
            for one in connections:
                with suppress(OSError):
                    one.send(b" ")

    thread = Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def said_on(connection: socket.socket) -> bytes:
    """Whatever the server says until it closes."""
    with suppress(ConnectionResetError):
        return b"".join(iter(lambda: connection.recv(65_536), b""))
    return b""


class DoorTestCase(WorkersTestCase):
    """One worker with eight threads and a thousand connections."""

    @cached_property
    def gunicorn(self) -> Gunicorn:
        """The one of a test that starts no other one."""
        return self.started()

    def started(self, *options: str, **changes: str) -> Gunicorn:
        """A server that has answered once."""
        gunicorn = Gunicorn(self, self.emulator, 1, *options, **changes)
        self.assert_exact(self.ask(gunicorn.base))
        return gunicorn

    def crowd(self, base: str = "") -> Crowd:
        """Nobody yet."""
        crowd = Crowd(base or self.gunicorn.base)
        self.addCleanup(crowd.leave)
        return crowd

    def assert_all_are_served(self, base: str) -> None:
        """A question, a page, and the probes, which are asked past any proxy."""
        self.assert_exact(self.ask(base))
        self.assertEqual(requests.get(f"{base}/from-git/test", timeout=30).status_code, 200)
        self.assert_probes_answer()

    def assert_probes_answer(self) -> None:
        """Each with a 200."""
        for path in ("/livez", "/readyz", "/metrics"):
            self.assertEqual(requests.get(self.gunicorn.base + path, timeout=30).status_code, 200)

    def refusal(self, connection: socket.socket) -> tuple[int, str]:
        """Status and message of the error that the connection ends with."""
        head, _, body = said_on(connection).partition(b"\r\n\r\n")
        status = int(head.split()[1])
        return status, assert_clear(self, status, body, (408, 503))["message"]


class Crowded(DoorTestCase):
    """Many who hold a connection and ask for nothing."""

    def test_beside_2000_silent_clients_and_400_half_requests_everybody_is_served(self) -> None:
        crowd = self.crowd()
        crowd.join(MANY)
        crowd.join(SOME, HALF_HEAD)
        with dripping(crowd.join(SOME, HALF_BODY)):
            for _ in range(3):
                self.assert_all_are_served(self.gunicorn.base)

        self.assertNotIn("Traceback", self.gunicorn.said)

    @needs_squid
    def test_and_behind_squid_too(self) -> None:
        self.gunicorn = self.started(ALLOWED_HOSTS="127.0.0.1,from-git.example.org", SECRET_KEY="x" * 64)
        squid = start_squid(type(self), self.gunicorn.base)
        crowd = self.crowd(squid)
        crowd.join(MANY)
        crowd.join(SOME, HALF_HEAD)
        with dripping(crowd.join(SOME, HALF_BODY)):
            for _ in range(3):
                self.assert_all_are_served(squid)

    def test_the_oldest_that_sent_nothing_makes_room_and_a_proxys_idle_connection_lives(self) -> None:
        proxy = requests.Session()
        self.assertEqual(proxy.get(f"{self.gunicorn.base}/livez", timeout=30).status_code, 200)
        [idle] = self.gunicorn.connections()
        crowd = self.crowd()

        silent = crowd.join(1_100)

        self.assertEqual(settled(lambda: len(self.gunicorn.connections()), 1_000), 1_000)
        self.assertEqual(said_on(silent[0]), b"")
        self.assertIn(idle, self.gunicorn.connections())
        silent[-1].sendall(request(b"/livez"))
        self.assertIn(b"200 OK", said_on(silent[-1]))
        self.assertEqual(proxy.get(f"{self.gunicorn.base}/livez", timeout=30).status_code, 200)
        self.assertIn(idle, self.gunicorn.connections())

    def test_where_all_are_half_sent_the_oldest_gets_a_503_and_a_new_client_its_answer(self) -> None:
        for half in (HALF_HEAD, HALF_BODY):
            with self.subTest(half):
                self.gunicorn = self.started("--worker-connections", "20")
                [first, *_] = self.crowd().join(40, half)

                self.assert_all_are_served(self.gunicorn.base)

                status, message = self.refusal(first)
                self.assertEqual(status, 503, message)

    def test_who_does_not_read_answers_keeps_no_probe_waiting(self) -> None:
        for one in self.crowd().join(12):
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.send(b"GET /static/from_git/page.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 40_000)
        [worker] = self.gunicorn.workers()
        self.assertTrue(settled(lambda: self.is_quiet(worker), True))  # all its threads wait for a client

        self.assert_probes_answer()

    def is_quiet(self, worker: psutil.Process) -> bool:
        """Whether it has computed nothing for a moment."""
        before = worker.cpu_times()
        time.sleep(0.5)  # gunicorn says nowhere that its threads wait for a client
        return worker.cpu_times()[:2] == before[:2]


class Slow(DoorTestCase):
    """Requests that do not come to an end."""

    alone = True  # a second for a body

    def test_half_bodies_take_no_place_and_are_answered_when_they_are_whole(self) -> None:
        self.gunicorn = self.started(SERVER_THREADS="5")  # one place
        half = self.crowd().join(8, HALF_BODY)

        self.assert_all_are_served(self.gunicorn.base)

        for one in half:
            one.sendall(BODY[9:])
            head, _, body = said_on(one).partition(b"\r\n\r\n")
            self.assertIn(b"200 OK", head)
            self.assertEqual(json.loads(body)["data"], self.emulator.world.sum(OWNERS))

    def test_a_head_or_a_body_that_does_not_come_in_time_is_a_408(self) -> None:
        self.gunicorn = self.started(*HURRIED)
        crowd = self.crowd()
        whole = HEAD + b"Content-Length: 5000\r\n\r\n" + b" " * 1_500

        stalled = crowd.join(1, HALF_HEAD) + crowd.join(1, HALF_BODY) + crowd.join(1, whole)
        with dripping(stalled):
            for one in stalled:
                self.assertEqual(self.refusal(one)[0], 408)

        self.assertNotIn("Traceback", self.gunicorn.said)

    def test_a_body_that_is_slow_and_quick_enough_is_answered(self) -> None:
        self.gunicorn = self.started(*HURRIED)
        [client] = self.crowd().join(1, HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % (9_000 + len(BODY)))

        for _ in range(6):  # longer than a body has without the bytes that come
            client.sendall(b" " * 1_500)
            time.sleep(0.3)  # gunicorn's worker counts seconds until it gives up a body
        client.sendall(BODY)

        self.assertIn(b"200 OK", said_on(client))

    def test_who_waits_for_a_100_gets_one_and_then_the_answer(self) -> None:
        for sent in (b"", BODY[:5], BODY):
            with self.subTest(sent):
                head = HEAD + b"Content-Length: %d\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n" % len(BODY)
                [client] = self.crowd().join(1, head + sent)
                answer = client.recv(25)
                self.assertEqual(answer, b"HTTP/1.1 100 Continue\r\n\r\n")
                client.sendall(BODY[len(sent) :])
                self.assertTrue(said_on(client).startswith(b"HTTP/1.1 200 OK"))

    def test_a_body_that_is_refused_anyway_is_not_waited_for_and_has_one_answer(self) -> None:
        lengths = (99_999_999, 99_999_999_999, 10**18, 10**20)  # the last three are more than there is memory for
        sizes = ((413, b"Content-Length: %d" % length) for length in lengths)
        for status, head in (*sizes, (411, b"Transfer-Encoding: chunked")):
            with self.subTest(head):
                half = self.crowd().join(SOME, HEAD + head + b"\r\n\r\n")
                self.assert_all_are_served(self.gunicorn.base)
                for one in half:
                    self.assertEqual(self.refusal(one)[0], status)

        self.assertNotIn("Traceback", self.gunicorn.said)

    def test_what_is_no_http_is_refused_before_it_ends(self) -> None:
        for sent in (b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\n", b"GET / HTTP/1.1\r\nHost: a\n"):
            with self.subTest(sent):
                [client] = self.crowd().join(1, sent)
                self.assertEqual(self.refusal(client)[0], 400)
