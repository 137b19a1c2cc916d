"""The service in processes that fork, end and are killed."""

import json
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import requests

from emulator import Emulator, Fault, Latency
from emulator.tests.helpers import settled
from from_git.tests.kit.forges import ForgesTestCase, environment_for
from from_git.tests.kit.project import environment, project_copy, ran
from from_git.tests.kit.workers import Gunicorn

URLS = ["https://github.com/spack", "https://bitbucket.org/mailchimp"]
OWNERS = [("github", "spack"), ("bitbucket", "mailchimp")]


class WorkersTestCase(ForgesTestCase):
    """Forges for the class, and the numbers of one owner of each."""

    def ask(self, base: str) -> requests.Response:
        """The answer for one owner of each forge."""
        return requests.get(f"{base}/health-check", params={"url": URLS}, timeout=60)

    def assert_exact(self, response: requests.Response) -> None:
        """The straight sum."""
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.json()["data"], self.emulator.world.sum(OWNERS))


class Ends(WorkersTestCase):
    """Signals."""

    def ask_while(self, fault: Fault, base: str) -> "tuple[threading.Thread, list[Any]]":
        """A request that has met the fault when this returns, and the list that its outcome goes into."""
        outcome: list[Any] = []

        def ask() -> None:
            try:
                outcome.append(self.ask(base))
            except requests.RequestException as error:
                outcome.append(error)

        self.assert_exact(self.ask(base))  # a worker that has loaded the service
        self.emulator.faults.add(fault)
        self.emulator.meter.reset()
        client = threading.Thread(target=ask)
        client.start()
        self.assertTrue(settled(lambda: self.emulator.meter.snapshot()["github"].calls > 0, True))
        return client, outcome

    def test_what_is_running_when_it_is_told_to_end_is_still_answered(self) -> None:
        for workers in (1, 2):
            with self.subTest(workers=workers):
                gunicorn = Gunicorn(self, self.emulator, workers)
                client, outcome = self.ask_while(Fault("slow", path="/graphql", seconds=1.0), gunicorn.base)

                gunicorn.process.send_signal(signal.SIGTERM)
                client.join()

                self.emulator.faults.clear()
                self.assert_exact(outcome[0])
                self.assertEqual(gunicorn.process.wait(timeout=30), 0)
                self.assertNotIn("Traceback", gunicorn.said)

    def test_workers_share_what_github_allows_at_the_same_time(self) -> None:
        with Emulator(latency=Latency(base=0.3), github={"seconds": None}) as emulator:
            more = {"NUM_THREADS_GITHUB": "300", "GITHUB_SECONDS_PER_MINUTE": "100000", "SERVER_THREADS": "40"}
            gunicorn = Gunicorn(self, emulator, 3, **more)
            names = [f"{kind}-{size}" for kind in ("org", "user") for size in range(1, 101)]

            def ask(number: int) -> int:
                body = {"url": [f"https://github.com/{name}" for name in names[number::12]]}
                return requests.post(f"{gunicorn.base}/health-check", json=body, timeout=60).status_code

            with ThreadPoolExecutor(12) as askers:
                self.assertEqual(set(askers.map(ask, range(12))), {200})

            counts = emulator.meter.snapshot()["github"]
            self.assertEqual(counts.refused, 0)
            self.assertLessEqual(counts.peak, 90)

    def test_with_preload_app_each_worker_answers_with_pools_of_its_own(self) -> None:
        gunicorn = Gunicorn(self, self.emulator, 2, "--preload")

        for _ in range(6):
            self.assert_exact(self.ask(gunicorn.base))
        gunicorn.process.terminate()

        self.assertEqual(gunicorn.process.wait(timeout=30), 0)
        self.assertNotIn("Traceback", gunicorn.said)

    def test_a_reload_takes_new_settings_and_what_is_running_is_still_answered(self) -> None:
        gunicorn = Gunicorn(self, self.emulator, 1)
        client, outcome = self.ask_while(Fault("slow", path="/graphql", seconds=1.0), gunicorn.base)
        old = gunicorn.busy()
        (gunicorn.folder / "local_settings.py").write_text("MAX_PROFILES = 1", encoding="utf-8")

        gunicorn.process.send_signal(signal.SIGHUP)
        client.join()

        self.emulator.faults.clear()
        self.assert_exact(outcome[0])
        gunicorn.workers(without=old.pid)
        self.assertIn("MAX_PROFILES", self.ask(gunicorn.base).json()["message"])

    def test_a_killed_worker_takes_its_own_answers_along_and_the_next_one_comes_from_a_new_worker(self) -> None:
        for workers in (1, 2):
            with self.subTest(workers=workers):
                gunicorn = Gunicorn(self, self.emulator, workers)
                client, outcome = self.ask_while(Fault("hang", path="/graphql"), gunicorn.base)
                busy = gunicorn.busy()

                busy.kill()
                client.join()

                self.assertIsInstance(outcome[0], requests.ConnectionError)
                self.emulator.faults.clear()
                gunicorn.workers(without=busy.pid)
                for _ in range(4):
                    self.assert_exact(self.ask(gunicorn.base))
                gunicorn.process.terminate()
                self.assertEqual(gunicorn.process.wait(timeout=30), 0)


class Started(WorkersTestCase):
    """What the start says."""

    def test_a_misspelt_variable_is_a_warning_and_the_server_starts(self) -> None:
        gunicorn = Gunicorn(self, self.emulator, 1, NUM_THREADS_GITHB="4")

        said = "WARNING gunicorn.error NUM_THREADS_GITHB in the environment is not a setting; did you mean"
        self.assertEqual(gunicorn.said.count(f"{said} NUM_THREADS_GITHUB?"), 1, gunicorn.said)


class Crowded(WorkersTestCase):
    """More clients than there are files for."""

    def test_the_worker_lives_and_answers_who_comes_later(self) -> None:
        gunicorn = Gunicorn(self, self.emulator, 1)
        self.assert_exact(self.ask(gunicorn.base))
        [worker] = gunicorn.workers()
        host, port = gunicorn.base.removeprefix("http://").split(":")
        soft, hard = worker.rlimit(psutil.RLIMIT_NOFILE) or (0, 0)
        worker.rlimit(psutil.RLIMIT_NOFILE, (worker.num_fds() + 3, hard))

        clients = [socket.create_connection((host, int(port)), timeout=30) for _ in range(20)]
        self.assertTrue(settled(lambda: "no file is left" in gunicorn.said or not worker.is_running(), True))
        for client in clients:
            client.close()

        self.assertEqual([one.pid for one in gunicorn.workers()], [worker.pid], gunicorn.said)
        worker.rlimit(psutil.RLIMIT_NOFILE, (soft, hard))
        self.assert_exact(self.ask(gunicorn.base))
        self.assertEqual([one.pid for one in gunicorn.workers()], [worker.pid], gunicorn.said)


FORKING = """
import json, os, sys, threading
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "coding_challenge.settings"
django.setup()
from django.test import Client
from from_git import forges

def ask():
    answer = Client().get("/health-check", {"url": sys.argv[1:]}, headers={"Host": "localhost"})
    names = sorted({one.name.rpartition("_")[0] or one.name for one in threading.enumerate()})
    pools = sorted(map(id, forges._open.values()))
    return [os.getpid(), answer.status_code, answer.json().get("data"), names, pools]

before = ask()
reading, writing = os.pipe()
child = os.fork()
if child == 0:
    with os.fdopen(writing, "w") as out:
        json.dump([ask(), ask()], out)
    os._exit(0)
os.close(writing)
with os.fdopen(reading) as said:
    children = json.load(said)
status = os.waitpid(child, 0)[1]
print(json.dumps({"parent": [before, ask()], "child": children, "status": status}))
"""


class Forked(WorkersTestCase):
    """A process that has asked the forges and forks."""

    def test_child_and_parent_both_answer_with_threads_and_connections_of_their_own(self) -> None:
        # calls come again after a while, which needs the thread for delays
        self.emulator.faults.add(Fault("status", path="*/watchers", status=500, chance=0.3))
        more = {"BITBUCKET_CALLS_PER_HOUR": "0", "PROFILE_CACHE_SECONDS": "0", "REQUEST_DEADLINE": "20"}
        given = environment(**environment_for(self.emulator), **more)
        result = ran(sys.executable, "-c", FORKING, *URLS, folder=project_copy(self), env=given)

        self.assertEqual(result.returncode, 0, result.stderr)
        found = json.loads(result.stdout)
        self.assertEqual(found["status"], 0)
        sums = self.emulator.world.sum(OWNERS)
        for answer in (*found["parent"], *found["child"]):
            self.assertEqual(answer[1:3], [200, sums])
            self.assertIn("fanout-alarm", answer[3])
            self.assertIn("github", answer[3])
        (parent, *_), (child, *_) = found["parent"][0], found["child"][0]
        self.assertNotEqual(parent, child)
        self.assertEqual(found["parent"][0][4], found["parent"][1][4])
