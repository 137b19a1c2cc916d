"""Streams whose client goes away, and the line of a stream in the log."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.test import Client

from coding_challenge.wsgi import application
from emulator import Fault
from emulator.tests.helpers import settled
from from_git.conf import settings
from from_git.logfacts import facts_of
from from_git.tests.kit.events import Listener
from from_git.tests.kit.exposition import sample
from from_git.tests.kit.streaming import MAILCHIMP, NOBODY, SLOW, SMALL, SPACK, TEAM, StreamTestCase, taken


def failing(get_response: Any) -> Any:
    """A middleware that fails when it has a response."""

    def middleware(request: Any) -> Any:
        get_response(request)
        raise ZeroDivisionError

    return middleware


class Left(StreamTestCase):
    """A client that goes away."""

    def setUp(self) -> None:
        """It is noticed soon, and the list and the counts of the team take long."""
        super().setUp()
        self.beating(0.1)
        self.emulator.faults.add(SLOW)

    def test_in_the_middle_its_fetches_end_and_all_is_given_back(self) -> None:
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        with Listener(self.base, "https://bitbucket.org/team-2000", SPACK) as listener:
            listener.progress(lambda body: body["watchers"]["done"] > 0)
            self.assertEqual(taken(), 1)

        self.assert_all_given_back()
        calls = self.calls()
        self.assertLess(calls, 1_000)
        time.sleep(0.3)  # of calls that are not made nothing is heard
        self.assertEqual(self.calls(), calls)

    def test_before_the_first_event_was_read(self) -> None:
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        host, port = self.base.removeprefix("http://").split(":")
        for number in range(3):
            with socket.create_connection((host, int(port)), timeout=30) as connection:
                query = f"GET /from-git/stream?url={SPACK}&t={number} HTTP/1.1\r\nHost: {host}\r\n\r\n"
                connection.sendall(query.encode())
        self.assert_all_given_back()

    def test_others_that_wait_for_the_same_get_all_of_it(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            with Listener(self.base, TEAM, "https://bitbucket.org/team-300") as listener:
                listener.progress(lambda body: body["watchers"]["done"] > 0)
                plain = pool.submit(self.ask, TEAM)
                other = pool.submit(self.listen, TEAM)
                self.assertTrue(settled(lambda: taken() == 3, True))
            self.assertEqual(plain.result().json()["data"], self.world.sum([("bitbucket", "team-30")]))
            self.assertEqual(other.result()[-1].data.encode(), plain.result().content)

        self.assert_all_given_back()
        self.assertLess(self.calls(), 300)

    def made(self, url: str) -> Any:
        """What a server gets, of which it has asked for nothing."""
        environ: dict[str, Any] = {"PATH_INFO": "/from-git/stream", "QUERY_STRING": f"url={url}"}
        setup_testing_defaults(environ)
        return application(environ, lambda *_: lambda _: None)

    def test_wherever_it_is_closed_or_forgotten_it_leaves_and_says_so_once(self) -> None:
        for many in (0, 1, 2, 4):
            for close in (True, False):
                with self.subTest(many=many, close=close):
                    response = self.made(TEAM)
                    self.assertEqual(taken(), 1)
                    parts = iter(response)
                    for _ in range(many):
                        next(parts)
                    if close:
                        with self.assertLogs("from_git.middleware", "INFO") as logs:
                            response.close()
                            response.close()
                        self.assertEqual([facts_of(one)["outcome"] for one in logs.records], ["LEFT"])
                    del response, parts
                    self.assert_all_given_back()

    def test_a_middleware_that_fails_leaves_nothing(self) -> None:
        outer, inner = settings.MIDDLEWARE[:2], settings.MIDDLEWARE[2:]
        self.settings_for_test(MIDDLEWARE=[*outer, f"{__name__}.failing", *inner])
        client = Client(raise_request_exception=False)
        with self.assertLogs("django.request", "ERROR"):
            response = client.get("/from-git/stream", {"url": TEAM}, headers={"Host": "127.0.0.1"})

        self.assertEqual((response.status_code, response.json()["error"]), (500, "ERRX"))
        self.assertEqual(self.calls(), 0)
        self.assert_all_given_back()


def lines_of(logs: Any, own_id: str = "", asked: str = "") -> list[Any]:
    """The facts of the lines with this id and these profiles; one of an earlier test's stream may still come."""
    facts: list[Any] = [facts_of(one) for one in logs.records]
    return [one for one in facts if own_id in one["request_id"] and asked in str(one.get("asked"))]


class Line(StreamTestCase):
    """In the log."""

    @contextmanager
    def line(self) -> Iterator[dict[str, Any]]:
        """The facts of the one line that is written at the end, to be read after the block."""
        facts: dict[str, Any] = {}
        with self.assertLogs("from_git.middleware", "INFO") as logs:
            yield facts
            self.assertEqual(settled(lambda: len(logs.records), 1), 1)
        written: Any = facts_of(logs.records[0])
        facts.update(written, level=logs.records[0].levelname)

    def test_it_is_written_at_the_end_with_all_that_it_was_and_cost(self) -> None:
        self.emulator.faults.add(SLOW)
        before = sample("requests_total", "GET", "stream", "200")
        with self.assertLogs("from_git.middleware", "INFO") as logs:
            listener = self.listener(TEAM, NOBODY, headers={"X-Request-ID": "mine-1"})
            listener.progress(lambda body: body["watchers"]["done"] > 0)
            self.assertEqual(lines_of(logs, "mine-1"), [])
            list(listener)
            self.assertEqual(settled(lambda: len(lines_of(logs, "mine-1")), 1), 1)
        [facts] = lines_of(logs, "mine-1")

        self.assertEqual(listener.headers["X-Request-ID"], "mine-1")
        for name, value in {
            "request_id": "mine-1",
            "path": "/from-git/stream",
            "method": "GET",
            "status": 200,
            "outcome": "OK",
            "profiles": 2,
            "missing": 1,
            "asked": ["bitbucket/team-30", "github/nobody"],
            "cache_hits": 0,
            "joined": 0,
            "bitbucket_calls": 31,
        }.items():
            self.assertEqual(facts.get(name), value, name)
        self.assertGreater(facts["seconds"], 0.1)
        self.assertEqual(sample("requests_total", "GET", "stream", "200"), before + 1)

    def test_the_outcome_of_a_failure_is_its_code_with_its_reason(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=401))
        for urls, outcome, level in ((["nonsense"], "ERR3", "INFO"), ([MAILCHIMP, SMALL], "ERR2", "WARNING")):
            with self.subTest(outcome), self.line() as facts:
                self.listen(*urls)
            self.assertEqual([facts[name] for name in ("status", "outcome", "level")], [200, outcome, level])
        self.assertEqual((facts["failed"], facts["profiles"]), ("github/user-3", 2))
        self.assertIn("token", facts["reason"])

    def test_who_has_left_is_no_failure(self) -> None:
        self.beating(0.1)
        self.emulator.faults.add(SLOW)
        with self.line() as facts, Listener(self.base, TEAM) as listener:
            listener.progress(lambda body: body["watchers"]["done"] > 0)

        self.assertEqual([facts[name] for name in ("status", "outcome", "level")], [200, "LEFT", "INFO"])
        self.assertGreater(facts["bitbucket_calls"], 1)

    def test_streams_at_the_same_time_have_each_their_own(self) -> None:
        self.emulator.faults.add(SLOW)
        urls = [TEAM, "https://bitbucket.org/team-7", "https://bitbucket.org/team-9"]
        with self.assertLogs("from_git.middleware", "INFO") as logs, ThreadPoolExecutor(3) as pool:
            for url, _ in zip(urls, pool.map(self.listen, urls), strict=True):
                self.assertTrue(url)
            self.assertEqual(settled(lambda: len(lines_of(logs, asked="team-")), 3), 3)
        lines = lines_of(logs, asked="team-")

        self.assertEqual(
            sorted((one["asked"], one["bitbucket_calls"]) for one in lines),
            [(["bitbucket/team-30"], 31), (["bitbucket/team-7"], 8), (["bitbucket/team-9"], 10)],
        )
        self.assertEqual(len({one["request_id"] for one in lines}), 3)

    def test_head_has_its_line_too(self) -> None:
        with self.line() as facts:
            self.listener(SMALL, method="HEAD")

        self.assertEqual((facts["method"], facts["outcome"]), ("HEAD", "OK"))
