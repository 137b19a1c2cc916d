"""Requests that come again: which of them a server answers without a thread, and that nobody sees a difference."""

import logging
import os
import re
import socket
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest import TestCase

import psutil
import requests
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.parser import RequestParser

from emulator.tests.helpers import settled
from from_git.server import logs
from from_git.server.again import Again, Said, key_of
from from_git.server.worker import Worker
from from_git.tests.kit.workers import Gunicorn
from from_git.tests.server.test_workers import URLS, WorkersTestCase
from from_git.values.again import AGAIN, KEPT

HEAD = b"GET /x?url=a HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nUser-Agent: u\r\nCookie: c\r\n\r\n"
OWN = {"x-request-id", "date", "age", "last-modified"}
"""Headers that two responses with the same answer need not share."""


class Known(TestCase):
    """What makes two requests the same."""

    def setUp(self) -> None:
        """A worker whose application gives the number of the answer that is kept, which is known for HEAD."""
        super().setUp()
        self.asked: list[dict[str, Any]] = []
        self.seen: list[str] = []
        self.kept: object | None = 7
        cfg = Config()
        self.worker = SimpleNamespace(
            cfg=cfg, alive=True, nr=0, max_requests=1_000, wsgi=self.application, log=Logger(cfg)
        )
        self.again = Again(self.worker)
        self.remember(HEAD)

    def application(self, environ: dict[str, Any], start_response: Any) -> Any:
        """A WSGI application."""
        self.asked.append(environ)
        body = b"%d" % environ[KEPT]
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return _Body([body], lambda: self.seen.append("closed"))

    def remember(self, head: bytes, **environ: Any) -> None:
        """Note that this request was answered."""
        request = next(RequestParser(self.worker.cfg, iter([head]), ("10.0.0.1", 4)))
        request.key = key_of(self.conn(), head)
        self.again.remember(request, {AGAIN: lambda: self.kept, "REMOTE_PORT": "4", **environ})

    def conn(self, client: object = ("10.0.0.1", 5), server: object = ("10.0.0.9", 80)) -> Any:
        """A connection."""
        return SimpleNamespace(client=client, server=server, sock=None)

    def test_the_same_request_gets_what_is_kept_and_its_own_environment(self) -> None:
        said = self.again.answer(self.conn(), HEAD)

        assert said
        self.assertTrue(said.data.startswith(b"HTTP/1.1 200 OK\r\n") and said.data.endswith(b"\r\n\r\n7"))
        self.assertTrue(said.keep)
        self.assertEqual(self.asked[0]["REMOTE_PORT"], "5")
        self.assertNotIn(AGAIN, self.asked[0])
        self.assertEqual(self.worker.nr, 1)

    def test_the_hooks_and_the_access_log_of_gunicorn_know_of_it(self) -> None:
        seen = self.seen
        self.worker.cfg.set("pre_request", lambda worker, request: seen.append(f"before {request.path}"))
        self.worker.cfg.set("post_request", lambda worker, request, environ, response: seen.append(response.status))
        self.worker.log = SimpleNamespace(access=lambda response, *_: seen.append(f"{response.sent} bytes"))

        self.again.answer(self.conn(), HEAD)

        self.assertEqual(seen, ["before /x", "1 bytes", "closed", "200 OK"])

    def test_each_byte_the_client_and_the_listener_count(self) -> None:
        for at in range(len(HEAD)):
            other = bytearray(HEAD)
            other[at] ^= 1
            self.assertIsNone(self.again.answer(self.conn(), bytes(other)), bytes(other))
        for conn in (self.conn(client=("10.0.0.2", 5)), self.conn(client=""), self.conn(server=("10.0.0.9", 81))):
            self.assertIsNone(self.again.answer(conn, HEAD))
        self.assertEqual(self.asked, [])

    def test_what_is_kept_no_more_and_a_worker_that_stops_give_none(self) -> None:
        self.kept = None
        self.assertIsNone(self.again.answer(self.conn(), HEAD))
        self.kept = 7
        for name, value in (("alive", False), ("max_requests", 1)):
            with self.subTest(name):
                before = getattr(self.worker, name)
                setattr(self.worker, name, value)
                self.assertIsNone(self.again.answer(self.conn(), HEAD))
                setattr(self.worker, name, before)
        self.assertIsNotNone(self.again.answer(self.conn(), HEAD))

    def test_who_closes_is_closed_and_who_waits_for_a_100_or_is_long_is_not_known(self) -> None:
        closing = HEAD.replace(b"Cookie: c", b"Connection: close")
        self.remember(closing)
        said = self.again.answer(self.conn(), closing)
        self.assertFalse(said is None or said.keep)

        expecting, long = HEAD.replace(b"Cookie", b"Expect"), HEAD.replace(b"Cookie: c", b"Cookie: " + b"c" * 4_096)
        self.remember(expecting.replace(b": c", b": 100-continue"), HTTP_EXPECT="100-continue")
        self.remember(long)
        self.assertIsNone(self.again.answer(self.conn(), expecting.replace(b": c", b": 100-continue")))
        self.assertIsNone(self.again.answer(self.conn(), long))

    def test_of_many_the_last_ones_stay(self) -> None:
        heads = [HEAD.replace(b"url=a", b"url=%d" % number) for number in range(257)]
        for head in heads:
            self.remember(head)

        self.assertEqual([head for head in heads if not self.again.answer(self.conn(), head)], heads[:1])


def _raised(error: Exception, *_: object) -> object:
    raise error


class _Body(list[bytes]):
    def __init__(self, parts: list[bytes], closed: Callable[[], object]) -> None:
        super().__init__(parts)
        self.close = closed  # as a response of Django has it


class Served(WorkersTestCase):
    """The same question again and again, at a real server."""

    def setUp(self) -> None:
        """A server that keeps what it has counted."""
        super().setUp()
        self.server = Gunicorn(self, self.emulator, 1, PROFILE_CACHE_SECONDS="300", LOG_LEVEL="INFO")

    def answers(self, number: int, session: requests.Session, **options: Any) -> list[requests.Response]:
        """So many answers to the same question."""
        address = f"{self.server.base}/health-check"
        params = {"url": URLS, "expand": "profiles"}
        return [session.get(address, params=params, timeout=60, **options) for _ in range(number)]

    def test_each_has_the_same_bytes_and_headers_its_own_id_and_its_own_line(self) -> None:
        with requests.Session() as session:
            first, *others = self.answers(20, session)
            etag = {"If-None-Match": first.headers["ETag"]}
            unchanged = self.answers(5, session, headers=etag)
            refused = self.answers(2, session, headers={"Accept": "image/png"})
            heads = [session.head(first.url, timeout=60) for _ in range(3)]

        def shared(response: requests.Response) -> dict[str, str]:
            return {name: value for name, value in response.headers.items() if name.lower() not in OWN}

        for one in others:
            self.assertEqual((one.status_code, one.content, shared(one)), (200, first.content, shared(first)))
        for one in heads:
            self.assertEqual((one.status_code, one.content, shared(one)), (200, b"", shared(first)))
        self.assertEqual({(one.status_code, one.content) for one in unchanged}, {(304, b"")})
        self.assertEqual([one.status_code for one in refused], [406, 406])
        everybody = [first, *others, *unchanged, *refused, *heads]
        ids = {one.headers["X-Request-ID"] for one in everybody}
        self.assertEqual(len(ids), len(everybody))
        # a line may wait until the worker has nothing else to do
        self.assertEqual(settled(lambda: set(re.findall(r"request_id=(\w+)", self.server.said)), ids), ids)
        counted = requests.get(f"{self.server.base}/metrics", timeout=60).text
        total = re.findall(r'from_git_requests_total\{.*route="health-check".*\} ([\d.]+)', counted)
        self.assertEqual(sum(map(float, total)), len(everybody))

    def test_many_at_once_take_no_threads(self) -> None:
        with requests.Session() as session:
            expected = self.answers(2, session)[0].content
        [worker] = self.server.workers()
        before = psutil.Process(worker.pid).num_threads()

        def ask(_: int) -> set[bytes]:
            with requests.Session() as session:
                return {one.content for one in self.answers(20, session)}

        with ThreadPoolExecutor(16) as pool:
            found = set().union(*pool.map(ask, range(16)))

        self.assertEqual(found, {expected})
        # one makes the answer anew each second; without this all eight would have been begun
        self.assertLessEqual(psutil.Process(worker.pid).num_threads() - before, 4)

    def test_several_in_one_packet_get_all_of_theirs(self) -> None:
        path = requests.Request("GET", f"{self.server.base}/health-check", params={"url": URLS}).prepare().path_url
        body = requests.get(f"{self.server.base}{path}", timeout=60).content
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        host, port = self.server.base.removeprefix("http://").split(":")
        for together in (1, 1, 2, 3, 300):
            with self.subTest(together), socket.create_connection((host, int(port)), timeout=60) as client:
                client.sendall((f"{head}\r\n" * (together - 1) + f"{head}Connection: close\r\n\r\n").encode())
                said = b"".join(iter(lambda: client.recv(65_536), b""))
                self.assertEqual(said.count(body), together)


class Sending(TestCase):
    """What a client does not take at once."""

    def worker(self, answer: Callable[..., object]) -> Any:
        """One that answers so."""
        worker: Any = Worker.__new__(Worker)
        worker._writing = Future()
        worker._writing.set_result(None)
        worker._again = SimpleNamespace(answer=answer)
        return worker

    def test_a_thread_sends_the_rest_and_gives_the_connection_back(self) -> None:
        whole = b"".join(b"%d " % number for number in range(200_000))
        for before in (0, 1_000_000):
            ended: list[Any] = []
            worker = self.worker(lambda *_: Said(whole, True))
            worker._finished = lambda conn, answer, ended=ended: ended.append(answer)
            server, client = socket.socketpair()
            client.settimeout(60)
            with self.subTest(before), server, client, ThreadPoolExecutor(1) as worker.tpool:
                server.setblocking(False)
                sent = server.send(b"x" * before)  # as much as it takes
                self.assertTrue(worker._answered(SimpleNamespace(sock=server), HEAD))
                got = b""
                while len(got) < sent + len(whole):
                    got += client.recv(65_536)
                self.assertEqual((got[sent:], [one.result() for one in ended]), (whole, [True]))

    def test_one_that_fails_is_refused_and_its_connection_ends(self) -> None:
        seen: list[object] = []
        error, conn = ZeroDivisionError(), SimpleNamespace()
        worker = self.worker(partial(_raised, error))
        worker._refuse = lambda *of: seen.extend(of)
        worker._lobby = SimpleNamespace(part=seen.append)

        self.assertTrue(worker._answered(conn, HEAD))

        self.assertEqual(seen, [conn, error, conn])

    def test_while_nobody_reads_the_log_threads_answer(self) -> None:
        worker: Any = Worker.__new__(Worker)
        worker._writing = Future()
        self.assertFalse(worker._answered(SimpleNamespace(), HEAD))


class Waiting(TestCase):
    """The lines of a thread that must not wait."""

    def test_a_full_pipe_keeps_them_for_whoever_can_wait(self) -> None:
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as source, os.fdopen(writing, "w") as sink:
            made = logs.LineHandler(sink)
            made.let_wait()
            lines = [f"{number} {'x' * 1_000}" for number in range(200)]
            for line in lines:
                made.handle(logging.makeLogRecord({"msg": line}))
                made.write_some()
            self.assertFalse(made.write_some())

            with ThreadPoolExecutor(1) as pool:
                written = pool.submit(made.write_all)
                found = [source.readline().decode().rstrip("\n") for _ in lines]
                written.result()

        self.assertEqual(found, lines)
        self.assertTrue(made.write_some())
