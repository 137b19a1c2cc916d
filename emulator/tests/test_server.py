"""The emulator as a whole: start, stop, hook, exported names."""

from __future__ import annotations

import socket
import threading
import time
import unittest
from pathlib import Path

import requests

import emulator
from emulator import Emulator, Fault, Repository, World
from emulator.tests.helpers import PATIENCE, Client, EmulatorCase, organization


class TestLife(unittest.TestCase):
    """start() and stop()."""

    def test_it_tells_its_addresses(self) -> None:
        with Emulator() as running:
            self.assertEqual(running["github"].url, f"http://127.0.0.1:{running.port}/graphql")
            self.assertEqual(running["bitbucket"].url, f"http://127.0.0.1:{running.port}/2.0")
            self.assertGreater(running.port, 0)

    def test_two_run_beside_each_other(self) -> None:
        with Emulator() as one, Emulator() as two:
            self.assertNotEqual(one.port, two.port)

    def test_a_taken_port_is_an_error(self) -> None:
        with Emulator() as running, self.assertRaises(OSError):
            Emulator(port=running.port).start()

    def test_it_cannot_run_twice_but_again(self) -> None:
        running = Emulator().start()
        with self.assertRaises(RuntimeError):
            running.start()
        port = running.port

        running.stop()
        running.stop()
        with running:
            self.assertEqual(running.port, port)
            self.assertEqual(
                requests.get(f"{running['bitbucket'].url}/repositories/team-1", timeout=PATIENCE).status_code, 200
            )

    def test_stop_ends_promptly_while_calls_hang(self) -> None:
        running = Emulator().start()
        running.faults.add(Fault("hang"))
        errors: list[Exception] = []

        def ask() -> None:
            try:
                requests.get(f"{running['bitbucket'].url}/repositories/team-1", timeout=PATIENCE)
            except requests.exceptions.ConnectionError as error:
                errors.append(error)

        waiting = [threading.Thread(target=ask) for _ in range(3)]
        for thread in waiting:
            thread.start()
        while running.meter.snapshot()["bitbucket"].calls < 3:
            pass
        began = time.perf_counter()
        running.stop()
        for thread in waiting:
            thread.join()

        self.assertLess(time.perf_counter() - began, 1)
        self.assertEqual(len(errors), 3)

    def test_stop_leaves_no_thread_and_no_port(self) -> None:
        before = threading.active_count()
        with Emulator() as running:
            port = running.port

        self.assertEqual(threading.active_count(), before)
        with socket.socket() as probe, self.assertRaises(ConnectionRefusedError):
            probe.connect(("127.0.0.1", port))

    def test_an_empty_world_is_kept(self) -> None:
        world = World(recorded=False, generated=False)

        self.assertIs(Emulator(world).world, world)


class TestHook(EmulatorCase):
    """before_call."""

    def test_it_is_told_of_every_call_before_the_answer(self) -> None:
        heard: list[tuple[str, str, str]] = []
        self.emulator.before_call(lambda *call: heard.append(call))

        self.client.post({"query": "{ nosuch }"})
        self.client.get("/repositories/team-3", pagelen=1)
        self.client.control("GET", "meter")

        self.assertEqual(
            heard,
            [("github", "/graphql", '{"query": "{ nosuch }"}'), ("bitbucket", "/2.0/repositories/team-3", "")],
        )

    def test_it_can_change_the_world_between_two_pages(self) -> None:
        made = [Repository(f"r{n}", created_at=f"2020-01-0{n}") for n in range(1, 6)]
        self.world.add(organization(*made))

        def grow(_upstream: str, _path: str, body: str) -> None:
            if "after" in body:
                self.world.add(organization(*made, Repository("r6", created_at="2020-01-06")))

        self.emulator.before_call(grow)
        fields = "totalCount nodes { name } pageInfo { endCursor }"
        first = self.client.repositories("first: 3", fields)
        second = self.client.repositories(f'first: 3, after: "{first["pageInfo"]["endCursor"]}"', fields)

        self.assertEqual((first["totalCount"], second["totalCount"]), (5, 6))
        self.assertEqual([node["name"] for node in second["nodes"]], ["r4", "r5", "r6"])

    def test_none_switches_it_off(self) -> None:
        heard: list[str] = []
        self.emulator.before_call(lambda *call: heard.append(call[0]))
        self.emulator.before_call(None)

        self.client.get("/repositories/team-3")

        self.assertEqual(heard, [])


class TestExports(unittest.TestCase):
    """The package's names."""

    def test_everything_promised_is_there_and_documented(self) -> None:
        for name in emulator.__all__:
            value = getattr(emulator, name)
            self.assertTrue(value.__doc__, name)

    def test_it_imports_nothing_of_the_service(self) -> None:
        for path in Path(emulator.__file__).parent.rglob("*.py"):
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.lstrip().startswith(("import ", "from ")):
                    self.assertNotRegex(line, r"\b(from_git|django|coding_challenge)\b", path)

    def test_clients_of_two_emulators_do_not_mix(self) -> None:
        with Emulator(World(recorded=False)) as other:
            client = Client(other)
            self.assertEqual(client.get("/repositories/mailchimp").status_code, 404)
            client.session.close()
