"""Streams through gunicorn, between processes, and through Squid."""

import signal
import time
from typing import Any, ClassVar

import requests

from emulator import Fault
from emulator.tests.helpers import settled
from from_git.tests.flights.test_flights_workers import CALLS, SharedTestCase
from from_git.tests.kit.events import COMMENT, Event, Listener, listen
from from_git.tests.kit.exposition import scraped
from from_git.tests.kit.hostile import exchange
from from_git.tests.kit.servers import needs_squid
from from_git.tests.kit.streaming import SLOW, TEAM, names
from from_git.tests.kit.workers import Gunicorn
from from_git.tests.server.test_squid import SquidTestCase
from from_git.tests.server.test_workers import URLS, WorkersTestCase

HANG = Fault("hang", path="/graphql")
ROUTE = "/from-git/stream"


def is_comment(event: Event) -> bool:
    """Whether it is a heartbeat."""
    return event.name == COMMENT


class Places(WorkersTestCase):
    """One worker with two places, where a client has a second to take a piece of an answer."""

    gunicorn: ClassVar[Gunicorn]

    @classmethod
    def setUpClass(cls) -> None:
        """Start it."""
        super().setUpClass()
        worker = ("--worker-class", "from_git.tests.kit.impatient.Worker")
        cls.gunicorn = Gunicorn(cls, cls.emulator, 1, *worker, SERVER_THREADS="6")

    def listener(self, *urls: str, **options: Any) -> Listener:
        """A stream that is read bit by bit."""
        return self.enterContext(Listener(self.gunicorn.base, *urls, **options))

    def under_way(self) -> float:
        """Places that are taken."""
        return scraped(self.gunicorn.base)["answers_under_way", ()]

    def test_events_come_while_the_forge_says_nothing_and_slow_ones_are_not_cut(self) -> None:
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=2.5, times=1))
        listener = self.listener(*URLS)

        first = next(iter(listener))
        comment = listener.until(is_comment)
        rest = list(listener)

        self.assertEqual((first.name, first.body["profiles"]["done"]), ("progress", 0))
        self.assertGreater(comment.at - first.at, 1.5)  # longer than a client may take
        self.assertEqual((rest[-1].name, rest[-1].body["error"]), ("answer", "OK"))
        self.assertGreater(rest[-1].at, comment.at)
        self.assertEqual(rest[-1].data.encode(), self.ask(self.gunicorn.base).content)

    def test_one_too_many_is_a_503_while_probes_answer_and_who_leaves_frees_a_place(self) -> None:
        self.emulator.faults.add(HANG)
        base = self.gunicorn.base
        listeners = [self.listener(f"https://github.com/user-{number}") for number in (1, 2)]
        for one in listeners:
            next(iter(one))

        for path in (ROUTE, "/health-check"):
            refused = requests.get(base + path, params={"url": URLS}, timeout=30)
            self.assertEqual((refused.status_code, refused.json()["error"]), (503, "ERR2"))
            self.assertEqual(refused.headers["Retry-After"], "1")
        for path in ("/livez", "/readyz", "/metrics", "/from-git/test"):
            self.assertEqual(requests.get(base + path, timeout=30).status_code, 200)
        self.assertEqual(self.under_way(), 2)
        for one in listeners:
            one.leave()
        self.assertEqual(settled(self.under_way, 0), 0)
        self.emulator.faults.clear()
        self.assertEqual(names(listen(base, *URLS)), ["progress", "answer"])

    def test_a_connection_serves_on_after_head_and_after_a_stream(self) -> None:
        with requests.Session() as session:
            for method in ("HEAD", "GET", "HEAD", "POST", "GET"):
                with self.subTest(method):
                    response = session.request(method, self.gunicorn.base + ROUTE, params={"url": TEAM}, timeout=30)
                    self.assertEqual(response.status_code, 405 if method == "POST" else 200)
                    self.assertEqual(b"event: answer" in response.content, method == "GET")
        self.assertEqual(settled(self.under_way, 0), 0)

    def test_a_client_without_chunks_gets_it_up_to_the_end_of_the_connection(self) -> None:
        request = f"GET {ROUTE}?url={TEAM} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode()
        status, headers, body = exchange(self.gunicorn.base, request)

        self.assertEqual((status, headers["content-type"]), (200, "text/event-stream; charset=utf-8"))
        self.assertNotIn("transfer-encoding", headers)
        self.assertTrue(body.startswith(b"event: progress\ndata: {"))
        self.assertTrue(body.endswith(b"}\n\n"))


class Ends(WorkersTestCase):
    """A server that is told to end."""

    def test_a_stream_under_way_does_not_keep_it(self) -> None:
        gunicorn = Gunicorn(self, self.emulator, 1, "--graceful-timeout", "2")
        self.emulator.faults.add(HANG)
        with Listener(gunicorn.base, *URLS) as listener:
            next(iter(listener))
            gunicorn.process.send_signal(signal.SIGTERM)

            self.assertEqual(gunicorn.process.wait(timeout=30), 0)

    def test_one_that_ends_in_time_is_whole(self) -> None:
        gunicorn = Gunicorn(self, self.emulator, 1)
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=1.0))
        with Listener(gunicorn.base, *URLS) as listener:
            next(iter(listener))
            gunicorn.process.send_signal(signal.SIGTERM)

            self.assertEqual(list(listener)[-1].name, "answer")
            self.assertEqual(gunicorn.process.wait(timeout=30), 0)
        self.assertIn("outcome=OK", gunicorn.said)


class Between(SharedTestCase):
    """Two machines that share a Redis."""

    def test_a_stream_shows_the_progress_of_another_processs_fetch(self) -> None:
        self.emulator.faults.add(Fault("slow", path="*/watchers", seconds=1.0))
        with Listener(self.machines[0].base, TEAM) as first:
            first.progress(lambda body: body["watchers"]["done"] > 0)

            with Listener(self.machines[1].base, TEAM) as second:
                body = second.progress(lambda body: body["watchers"]["done"] > 0)
                first.leave()  # and the other holds the fetch
                events = [event for event in second if event.name != COMMENT]

        self.assertEqual((body["cost"], body["profiles"]["found"], body["watchers"]["known"]), ({}, 1, 30))
        self.assertLess(body["watchers"]["done"], 30)
        self.assertEqual(names(events), ["progress", "answer"])
        self.assertEqual(events[-1].body["data"], self.emulator.world.sum([("bitbucket", "team-30")]))
        self.assertEqual(self.calls(), CALLS)


@needs_squid
class Through(SquidTestCase):
    """Squid."""

    def setUp(self) -> None:
        """Hearts beat often."""
        super().setUp()
        self.tempo_for_test(heartbeat=0.3)

    def test_events_and_comments_come_one_by_one(self) -> None:
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=1.0, times=1))
        with Listener(self.proxy, *self.question["url"]) as listener:
            first = next(iter(listener))
            comments = [listener.until(is_comment) for _ in range(2)]
            rest = list(listener)

        self.assertEqual(first.body["profiles"]["done"], 0)
        self.assertGreater(comments[1].at - comments[0].at, 0.2)
        self.assertEqual(rest[-1].body["data"], self.world.sum([("github", "spack")]))
        self.assertIn("MISS", listener.headers["X-Cache"])

    def test_it_is_not_kept(self) -> None:
        for _ in range(2):
            self.assertEqual(names(listen(self.proxy, *self.question["url"])), ["progress", "answer"])
        self.assertEqual(self.reached(), [("GET", 200)] * 2)

    def test_a_client_that_leaves_is_noticed_behind_it(self) -> None:
        self.emulator.faults.add(SLOW)
        with Listener(self.proxy, "https://bitbucket.org/team-2000") as listener:
            listener.progress(lambda body: body["watchers"]["done"] > 0)

        def ceased() -> bool:
            before = self.emulator.meter.snapshot()["watchers"].calls
            time.sleep(0.3)  # of calls that are not made nothing is heard
            return self.emulator.meter.snapshot()["watchers"].calls == before

        self.assertTrue(settled(ceased, True))
        self.assertLess(self.emulator.meter.snapshot()["watchers"].calls, 1_500)
