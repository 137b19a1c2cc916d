"""Probes, metrics and places behind gunicorn, with threads that are all busy and with several processes."""

import signal
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import requests
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from emulator import Fault
from emulator.tests.helpers import settled
from from_git.tests.kit.exposition import samples, scraped
from from_git.tests.kit.workers import Gunicorn
from from_git.tests.server.test_workers import WorkersTestCase

PROBES = ("/livez", "/readyz", "/metrics")


class ProbesTestCase(WorkersTestCase):
    """gunicorn as its configuration has it."""

    metrics: Path

    def gunicorn(self, workers: int, **settings: str) -> Gunicorn:
        """Started, its folder for metrics empty."""
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.metrics = folder / "metrics"
        self.metrics.mkdir()
        settings = {"PROMETHEUS_MULTIPROC_DIR": str(self.metrics), **settings}
        return Gunicorn(self, self.emulator, workers, **settings)


class Full(ProbesTestCase):
    """Eight threads, four of them for answers."""

    def test_while_answers_hang_the_next_is_a_503_at_once_and_probes_are_answered(self) -> None:
        gunicorn = self.gunicorn(1, SERVER_THREADS="8", REQUEST_DEADLINE="30")
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        # each its own profile, so that each has its own fetch
        askers = [threading.Thread(target=self.hang, args=(gunicorn.base, number)) for number in range(4)]
        for one in askers:
            one.start()
        under_way = ("answers_under_way", ())
        self.assertEqual(settled(lambda: scraped(gunicorn.base)[under_way], 4), 4)

        self.assert_full(gunicorn.base)

        [worker] = gunicorn.workers()
        worker.kill()
        for one in askers:
            one.join()

    def hang(self, base: str, number: int) -> None:
        """A request that gets no answer."""
        with suppress(requests.RequestException):
            requests.get(f"{base}/health-check", params={"url": f"github.com/user-{number}"}, timeout=60)

    def test_clients_that_never_send_their_body_hold_no_place(self) -> None:
        gunicorn = self.gunicorn(1, SERVER_THREADS="8")
        host, port = gunicorn.base.removeprefix("http://").split(":")
        slow = [socket.create_connection((host, int(port)), timeout=30) for _ in range(12)]
        for one in slow:
            one.sendall(b"POST /health-check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nx")

        self.assert_exact(self.ask(gunicorn.base))

        self.assertEqual(scraped(gunicorn.base)[("answers_under_way", ())], 0)
        for one in slow:
            one.close()

    def assert_full(self, base: str) -> None:
        """No answer is taken any more, each probe is."""
        for _ in range(3):
            response = self.ask(base)
            self.assertEqual((response.status_code, response.headers["Retry-After"]), (503, "1"), response.text)
            for path in PROBES:
                with self.subTest(path):
                    self.assertEqual(requests.get(base + path, timeout=30).status_code, 200)


class Several(ProbesTestCase):
    """Two processes."""

    def test_all_are_counted_whoever_is_asked_and_what_a_dead_one_was_doing_is_gone(self) -> None:
        more = {"WEB_CONCURRENCY": "2", "BITBUCKET_CALLS_PER_HOUR": "1000", "NUM_THREADS_BITBUCKET": "4"}
        gunicorn = self.gunicorn(2, SERVER_THREADS="8", **more)
        # nobody has asked either of them for anything
        limit = ("budget_limit", ("1", "bitbucket.org", "calls", "bitbucket"))
        self.assertEqual(settled(lambda: self.written().get(limit), 1_000), 1_000)
        for _ in range(30):
            self.assertEqual(requests.get(f"{gunicorn.base}/from-git/test", timeout=30).status_code, 200)
        self.assert_exact(self.ask(gunicorn.base))
        calls = self.emulator.meter.snapshot()["bitbucket"].calls
        wanted = {
            ("requests_total", ("GET", "page", "200")): 30,
            ("upstream_calls_total", ("bitbucket.org", "ok", "bitbucket")): calls,
            ("budget_limit", ("1", "bitbucket.org", "calls", "bitbucket")): 1_000,
            ("budget_spent", ("1", "bitbucket.org", "calls", "bitbucket")): calls,
            ("pool_threads", ("bitbucket.org", "bitbucket")): 8,
            ("pool_threads_busy", ("bitbucket.org", "bitbucket")): 0,
            ("answers_at_most", ()): 8,
        }
        for _ in range(10):
            self.assertEqual(settled(lambda: self.some(gunicorn.base, wanted), wanted), wanted)

        self.emulator.faults.add(Fault("hang", path="/graphql"))
        asker = threading.Thread(target=self.hang, args=(gunicorn.base,))
        asker.start()
        busy = {("pool_threads_busy", ("github.com", "github")): 1, ("answers_under_way", ()): 1}
        self.assertEqual(settled(lambda: self.some(gunicorn.base, busy), busy), busy)
        worker = gunicorn.busy()
        worker.kill()
        asker.join()
        gunicorn.workers(without=worker.pid)

        # its counts stay; the one that came in its place has a part of the limit and has spent nothing
        left = dict.fromkeys(busy, 0) | {one: wanted[one] for one in list(wanted)[:3]} | {("answers_at_most", ()): 8}
        self.assertEqual(settled(lambda: self.some(gunicorn.base, left), left), left)

    def written(self) -> "dict[tuple[str, tuple[str, ...]], float]":
        """What stands in the folder."""
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self.metrics))  # type: ignore[no-untyped-call]
        return samples(generate_latest(registry).decode())

    def some(
        self, base: str, wanted: "dict[tuple[str, tuple[str, ...]], int]"
    ) -> "dict[tuple[str, tuple[str, ...]], float | None]":
        """The samples of that name."""
        found = scraped(base)
        return {one: found.get(one) for one in wanted}

    def hang(self, base: str) -> None:
        """A request that gets no answer."""
        with suppress(requests.RequestException):
            requests.get(f"{base}/health-check", params={"url": "github.com/user-3"}, timeout=60)


class Stopping(ProbesTestCase):
    """SIGTERM."""

    def test_a_process_that_was_told_to_end_says_so_to_who_has_a_connection(self) -> None:
        gunicorn = self.gunicorn(1)
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=3.0))
        outcome: list[requests.Response] = []
        client = threading.Thread(target=lambda: outcome.append(self.ask(gunicorn.base)))
        client.start()
        self.assertTrue(settled(lambda: self.emulator.meter.snapshot()["github"].calls > 0, True))

        with requests.Session() as session:

            def ready() -> tuple[int, str]:
                response = session.get(f"{gunicorn.base}/readyz", timeout=30)
                return response.status_code, response.json()["status"]

            self.assertEqual(ready(), (200, "degraded"))
            gunicorn.process.send_signal(signal.SIGTERM)
            self.assertEqual(settled(ready, (503, "stopping")), (503, "stopping"))

        client.join()
        self.assert_exact(outcome[0])
        self.assertNotIn("Traceback", gunicorn.said)
