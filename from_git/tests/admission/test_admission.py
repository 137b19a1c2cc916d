"""Places for answers: never more than there are, and each comes back."""

import gc
import threading
from queue import SimpleQueue
from typing import Any
from wsgiref.util import setup_testing_defaults

import requests
from django.http import HttpResponse, StreamingHttpResponse

from coding_challenge.wsgi import application
from emulator import Fault
from emulator.tests.helpers import settled
from from_git import admission
from from_git.admission import place
from from_git.errors import ServerFull
from from_git.tests.kit.exposition import sample
from from_git.tests.kit.service import ServiceTestCase

URL = "https://github.com/user-3"


def taken() -> float:
    """Places that are taken, as the metrics say."""
    admission.publish()
    return sample("answers_under_way")


class Places(ServiceTestCase):
    """The context manager."""

    def setUp(self) -> None:
        """Four threads for probes, three for answers."""
        super().setUp()
        self.settings_kept(SERVER_THREADS=7)
        gc.collect()

    def test_there_are_as_many_as_threads_less_four_and_one_more_is_refused_at_once(self) -> None:
        with place(), place(), place() as last:
            self.assertEqual((taken(), sample("answers_at_most")), (3, 3))
            for _ in range(3):
                self.assertRaises(ServerFull, place)
            last.release()
            last.release()
            with place():
                self.assertRaises(ServerFull, place)

        self.assertEqual(taken(), 0)

    def test_a_client_that_takes_ever_more_leaves_a_sixteenth_to_others(self) -> None:
        self.settings_kept(SERVER_THREADS=36)
        taken_by_one = [place("192.0.2.7") for _ in range(30)]

        with self.assertRaisesRegex(ServerFull, "30 requests of this client .* so that others are answered too"):
            place("192.0.2.7")
        with place("192.0.2.8"), place("192.0.2.9"), self.assertRaisesRegex(ServerFull, "32 requests at this moment"):
            place("192.0.2.8")
        taken_by_one.pop().release()
        with place("192.0.2.7"):
            self.assertEqual(taken(), 30)

    def test_the_number_is_the_setting_of_this_moment(self) -> None:
        with place():
            for threads, room in ((5, False), (6, True), (5, False), (80, True)):
                self.settings_kept(SERVER_THREADS=threads)
                with self.subTest(threads):
                    try:
                        place().release()
                        self.assertTrue(room)
                    except ServerFull:
                        self.assertFalse(room)

    def test_it_comes_back_after_an_error_and_when_it_is_forgotten(self) -> None:
        for _ in range(10):
            with self.assertRaises(ZeroDivisionError), place():
                raise ZeroDivisionError
            response = HttpResponse(b"x" * 100_000)
            place().until_sent(response)  # and nobody closes the response
            del response

        self.assertEqual(taken(), 0)

    def test_a_stream_keeps_it_until_it_is_closed_and_a_short_response_only_until_it_is_made(self) -> None:
        for response, held in ((StreamingHttpResponse(iter([b"x"])), 1), (HttpResponse(b"x"), 0)):
            with self.subTest(type(response).__name__):
                place().until_sent(response)
                self.assertEqual(taken(), held)
                response.close()
                self.assertEqual(taken(), 0)

    def test_under_threads_no_more_are_taken_than_there_are_and_none_is_lost(self) -> None:
        together, outcomes = threading.Barrier(16), SimpleQueue[int]()
        most, lock, now = 0, threading.Lock(), 0

        def ask() -> None:
            nonlocal most, now
            together.wait(30)
            got = 0
            for _ in range(300):
                try:
                    with place():
                        with lock:
                            now += 1
                            most = max(most, now)
                        got += 1
                        with lock:
                            now -= 1
                except ServerFull:
                    pass
            outcomes.put(got)

        askers = [threading.Thread(target=ask) for _ in range(16)]
        for one in askers:
            one.start()
        for one in askers:
            one.join()

        self.assertLessEqual(most, 3)
        self.assertGreater(sum(outcomes.get() for _ in askers), 0)
        self.assertEqual(taken(), 0)


class Answers(ServiceTestCase):
    """`/health-check`."""

    def setUp(self) -> None:
        """One place."""
        super().setUp()
        self.settings_kept(SERVER_THREADS=5)

    def test_while_one_is_under_way_the_next_is_a_503_at_once_without_reading_its_body(self) -> None:
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        self.settings_kept(REQUEST_DEADLINE=2.0)
        first = threading.Thread(target=self.ask, args=("https://github.com/user-7",))
        first.start()
        self.assertTrue(settled(lambda: self.emulator.meter.snapshot()["github"].calls > 0, True))
        refused = sample("answers_refused_total")

        bodies = [self.ask(URL), requests.post(f"{self.base}/health-check", data=b"{" * 9_000, timeout=30)]

        for response in bodies:
            self.assertEqual(response.status_code, 503, response.text)
            self.assertEqual(list(response.json()), ["error", "message", "advice", "retryAfter"])
            self.assertEqual((response.json()["error"], response.json()["retryAfter"]), ("ERR2", 1))
            self.assertIn("SERVER_THREADS", response.json()["message"])
            self.assertEqual(response.headers["Retry-After"], "1")
        self.assertEqual(sample("answers_refused_total"), refused + 2)
        for path in ("/livez", "/readyz", "/metrics", "/from-git/test"):
            self.assertEqual(requests.get(self.base + path, timeout=30).status_code, 200)
        first.join()
        self.emulator.faults.clear()
        self.answer(URL)

    def test_every_kind_of_answer_gives_its_place_back(self) -> None:
        for _ in range(2):
            self.answer(URL)
            self.failure(400, "https://example.org/x")
            self.emulator.faults.add(Fault("status", path="/graphql", status=401))
            self.failure(502, "https://github.com/user-4")
            self.emulator.faults.clear()
            self.assertEqual(requests.put(f"{self.base}/health-check", timeout=30).status_code, 405)
            long = {"url": "x" * 11_000_000}
            self.assertEqual(requests.post(f"{self.base}/health-check", json=long, timeout=30).status_code, 413)

        self.assertEqual(settled(taken, 0), 0)

    def test_it_is_kept_until_a_long_answer_is_sent(self) -> None:
        for url, held in ((URL, 0), ("%0A".join(f"https://github.com/nobody-{number}" for number in range(400)), 1)):
            with self.subTest(held=held):
                environ: dict[str, Any] = {"PATH_INFO": "/health-check", "QUERY_STRING": f"url={url}"}
                setup_testing_defaults(environ)
                statuses: list[str] = []

                made = application(environ, lambda status, *_, seen=statuses: seen.append(status))

                self.assertEqual((statuses, taken()), (["200 OK"], held))
                self.assertEqual(self.ask(URL).status_code, 503 if held else 200)
                made.close()  # type: ignore[attr-defined]
                self.assertEqual(taken(), 0)
                self.answer(URL)
