"""The single flight between worker processes, and between machines that share a Redis."""

import itertools
import shutil
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ClassVar
from unittest import skipUnless

import requests
from redis import Redis

from emulator import Fault
from emulator.tests.helpers import settled
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.kit.workers import Gunicorn
from from_git.tests.server.test_workers import WorkersTestCase

TEAM, OTHER_TEAM = "https://bitbucket.org/team-30", "https://bitbucket.org/team-7"
CALLS = 31
NUMBERS = itertools.count()


@needs_redis
class SharedTestCase(WorkersTestCase):
    """Machines of two workers each, that share a Redis; who waits and who leaves does so within half a second."""

    alone = True
    redis: ClassVar[str]
    machines: ClassVar[list[Gunicorn]]
    number = 2
    deadline = "60"

    @classmethod
    def setUpClass(cls) -> None:
        """Start everything."""
        super().setUpClass()
        cls.redis = start_redis(cls)
        settings = {
            "CACHE_URL": cls.redis,
            "PROFILE_CACHE_SECONDS": "300",
            "REQUEST_DEADLINE": cls.deadline,
            "NUM_THREADS_BITBUCKET_WATCHERS": "4",
            "SERVER_THREADS": "32",
        }
        cls.machines = [Gunicorn(cls, cls.emulator, 2, **settings) for _ in range(cls.number)]

    def setUp(self) -> None:
        """Begin with nothing kept."""
        super().setUp()
        with Redis.from_url(self.redis) as redis:
            redis.flushall()

    def get(self, machine: Gunicorn, *urls: str) -> requests.Response:
        """The answer of any of its workers, none of which has just answered the same."""
        parameters = {"url": list(urls or (TEAM,)), "_": [str(next(NUMBERS))]}
        return requests.get(f"{machine.base}/health-check", params=parameters, timeout=60)

    def calls(self) -> int:
        """Calls to Bitbucket."""
        return self.emulator.meter.snapshot()["bitbucket"].calls

    @contextmanager
    def meanwhile(self, *urls: str) -> Iterator[Future[requests.Response]]:
        """What the first machine answers, whose worker has sent its first calls inside the block."""
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(self.get, self.machines[0], *urls)
            self.assertTrue(settled(lambda: self.calls() > 1, True))
            yield answer

    def assert_team(self, response: requests.Response) -> None:
        """The straight sum."""
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.json()["data"], self.emulator.world.sum([("bitbucket", "team-30")]))


class Shared(SharedTestCase):
    """Requests that any worker may get."""

    def test_concurrent_requests_over_all_workers_cost_one_fetch(self) -> None:
        self.emulator.faults.add(Fault("slow", path="/2.0/*", seconds=0.1))

        with ThreadPoolExecutor(16) as pool:
            for answer in pool.map(self.get, self.machines * 8):
                self.assert_team(answer)

        self.assertEqual(self.calls(), CALLS)
        served = [worker for machine in self.machines for worker in machine.workers() if worker.num_threads() > 2]
        self.assertGreater(len(served), 1)
        self.emulator.faults.clear()
        for machine in self.machines * 3:
            self.assert_team(self.get(machine))
        self.assertEqual(self.calls(), CALLS)

    def test_all_take_the_error_of_the_one_fetch(self) -> None:
        # all threads that it has for them
        self.emulator.faults.add(Fault("slow", path="*/watchers", seconds=4.0, times=4))
        self.emulator.faults.add(Fault("status", path="*/watchers", status=403))
        with self.meanwhile() as first, ThreadPoolExecutor(8) as pool:
            answers = [*pool.map(self.get, self.machines * 4), first.result()]

        self.assertEqual({answer.status_code for answer in answers}, {502})
        self.assertEqual(len({answer.json()["message"] for answer in answers}), 1)
        # page, four calls, and what their threads met and asked once more; nine fetches would be twice as many
        self.assertLess(self.calls(), 16)
        self.emulator.faults.clear()
        self.assert_team(self.get(self.machines[1]))

    def test_the_holders_request_fails_and_the_fetch_goes_on_for_those_elsewhere(self) -> None:
        self.emulator.faults.add(Fault("slow", path="*team-30*/watchers", seconds=0.4))
        self.emulator.faults.add(Fault("slow", path="*/team-7", seconds=1.5, times=1))
        self.emulator.faults.add(Fault("status", path="*team-7*/watchers", status=403))
        with self.meanwhile(TEAM, OTHER_TEAM) as failing:
            answer = self.get(self.machines[1])

        self.assertEqual(failing.result().status_code, 502)
        self.assert_team(answer)
        self.assertLess(self.emulator.meter.snapshot()["watchers"].calls, 30 + 7 + 1)

    def test_a_holder_that_is_killed_or_paused_is_replaced(self) -> None:
        for number in (signal.SIGKILL, signal.SIGSTOP):
            with self.subTest(number), Redis.from_url(self.redis) as redis:
                redis.flushall()
                self.emulator.meter.reset()
                self.emulator.faults.add(Fault("slow", path="*/watchers", seconds=0.4))
                with self.meanwhile() as first, ThreadPoolExecutor(3) as pool:
                    others = [pool.submit(self.get, self.machines[1]) for _ in range(3)]
                    self.assertEqual(settled(lambda: len(redis.keys("*:wanted")), 1), 1)
                    holder = self.machines[0].busy()
                    holder.send_signal(number)
                    for answer in others:
                        self.assert_team(answer.result())
                    if number == signal.SIGSTOP:
                        holder.send_signal(signal.SIGCONT)
                        self.assert_team(first.result())
                self.emulator.faults.clear()
                self.machines[0].workers(without=holder.pid if number == signal.SIGKILL else 0)
                self.assert_team(self.get(self.machines[0]))


class Patient(SharedTestCase):
    """A client that asks again, with a service that has little time."""

    number = 1
    deadline = "1.0"

    @skipUnless(shutil.which("curl"), "curl is not installed")
    def test_curl_that_retries_gets_the_exact_answer_for_the_calls_of_one_fetch(self) -> None:
        self.emulator.faults.add(Fault("slow", path="/2.0/*", seconds=0.25))
        command = ["curl", "--silent", "--show-error", "--fail", "--retry", "20"]
        result = subprocess.run(
            [*command, f"{self.machines[0].base}/health-check?url={TEAM}"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("503", result.stderr)
        self.assertIn('"error":"OK"', result.stdout)
        self.assertEqual(self.calls(), CALLS)
        self.assert_team(self.get(self.machines[0]))
        self.assertEqual(self.calls(), CALLS)
