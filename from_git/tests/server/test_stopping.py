"""SIGTERM: nobody new is taken, and whoever is being answered is answered to the end."""

import signal
import socket
import subprocess
import threading
from contextlib import suppress
from functools import partial
from typing import Any

import requests

from emulator import Fault
from emulator.tests.helpers import settled
from from_git.tests.kit.workers import Gunicorn
from from_git.tests.server.test_workers import URLS, WorkersTestCase

NO_BOUND = "0"  # of GitHub's time, of which a slow forge takes much
SLOW = Fault("slow", path="/graphql", seconds=4.0)


def refused(base: str) -> bool:
    """Whether the kernel refuses a new connection."""
    host, port = base.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


class Stopping(WorkersTestCase):
    """A whole server."""

    def under_way(self, base: str, path: str = "/health-check") -> "tuple[threading.Thread, list[Any]]":
        """A request whose forges are slow and asked already, and the list that its answer goes into."""
        outcome: list[Any] = []

        def ask() -> None:
            try:
                outcome.append(requests.get(base + path, params={"url": URLS}, timeout=60))
            except requests.RequestException as error:
                outcome.append(error)

        self.assert_exact(self.ask(base))  # a worker that has loaded the service
        self.emulator.faults.add(SLOW)
        self.emulator.meter.reset()
        client = threading.Thread(target=ask)
        client.start()
        self.assertTrue(settled(lambda: self.emulator.meter.snapshot()["github"].calls > 0, True))
        return client, outcome

    def test_new_connections_are_refused_while_answers_end_and_say_that_the_connection_closes(self) -> None:
        for workers in (1, 3):
            with self.subTest(workers=workers):
                gunicorn = Gunicorn(self, self.emulator, workers, GITHUB_SECONDS_PER_MINUTE=NO_BOUND)
                client, outcome = self.under_way(gunicorn.base)

                gunicorn.process.send_signal(signal.SIGTERM)

                self.assertTrue(settled(partial(refused, gunicorn.base), True))
                self.assertEqual(outcome, [])
                client.join()
                self.emulator.faults.clear()
                self.assert_exact(outcome[0])
                self.assertEqual(outcome[0].headers["Connection"], "close")
                self.assertEqual(gunicorn.process.wait(timeout=30), 0)
                self.assertNotIn("Traceback", gunicorn.said)

    def test_a_stream_ends_with_its_answer(self) -> None:
        gunicorn = Gunicorn(self, self.emulator, 2, GITHUB_SECONDS_PER_MINUTE=NO_BOUND)
        client, outcome = self.under_way(gunicorn.base, "/from-git/stream")

        gunicorn.process.send_signal(signal.SIGTERM)

        self.assertTrue(settled(lambda: refused(gunicorn.base), True))
        client.join()
        self.assertIn("event: answer", outcome[0].text)
        self.assertEqual(gunicorn.process.wait(timeout=30), 0)

    def test_who_has_sent_nothing_does_not_delay_the_end(self) -> None:
        gunicorn = Gunicorn(self, self.emulator, 1, GITHUB_SECONDS_PER_MINUTE=NO_BOUND)
        host, port = gunicorn.base.removeprefix("http://").split(":")
        silent = [socket.create_connection((host, int(port)), timeout=30) for _ in range(20)]
        self.assertEqual(settled(lambda: len(gunicorn.connections()), 20), 20)

        gunicorn.process.send_signal(signal.SIGTERM)

        with suppress(subprocess.TimeoutExpired):
            gunicorn.process.wait(timeout=30)  # a new connection may send nothing for 75 s
        self.assertEqual(gunicorn.process.poll(), 0)
        for one in silent:
            one.close()

    def test_one_worker_that_ends_leaves_the_door_open_to_the_others(self) -> None:
        gunicorn = Gunicorn(self, self.emulator, 2, GITHUB_SECONDS_PER_MINUTE=NO_BOUND)
        self.assert_exact(self.ask(gunicorn.base))
        first = gunicorn.workers()[0]

        first.terminate()

        gunicorn.workers(without=first.pid)
        for _ in range(8):
            self.assert_exact(self.ask(gunicorn.base))

    def test_a_worker_that_is_told_to_end_before_it_has_begun_holds_no_door_open(self) -> None:
        gunicorn = Gunicorn(
            self, self.emulator, 1, GITHUB_SECONDS_PER_MINUTE=NO_BOUND
        )  # which may not have loaded the service yet

        gunicorn.process.send_signal(signal.SIGTERM)

        self.assertTrue(settled(lambda: refused(gunicorn.base), True))
        self.assertEqual(gunicorn.process.wait(timeout=60), 0, gunicorn.said)
        self.assertNotIn("Traceback", gunicorn.said)
