"""Faults: the effect of each, and the calls that they strike."""

from __future__ import annotations

import time
from typing import Any

from emulator import FAULTS, Fault, Repository
from emulator.tests import (
    test_faults_lists,
    test_faults_places,
    test_faults_repositories,
    test_faults_wire,
    test_gitlab_faults,
)
from emulator.tests.helpers import Clock, EmulatorCase, workspace

LIST = "/repositories/team-30"
OWNER = '{ repositoryOwner(login: "spack") { login } }'


class TestKinds(EmulatorCase):
    """One test a row of the table, here or in the modules beside this one."""

    def strike(self, kind: str, **options: Any) -> None:
        """Switch a fault on."""
        self.emulator.faults.add(Fault(kind, **options))

    def test_every_kind_has_a_test_here_and_words(self) -> None:
        lists, places, wire = test_faults_lists.TestLists, test_faults_places.TestPlaces, test_faults_wire.TestWire
        ours = test_gitlab_faults.TestGitLab
        cases = (self, lists, places, test_faults_repositories.TestRepositories, wire, ours)
        names = {name for case in cases for name in dir(case)}
        tested = {name.removeprefix("test_kind_") for name in names if name.startswith("test_kind_")}

        self.assertEqual(tested, set(FAULTS))
        self.assertTrue(all(kind.help for kind in FAULTS.values()))

    def test_kind_status(self) -> None:
        self.strike("status", status=403, headers={"Retry-After": "60"}, body=b'{"message": "secondary"}')

        answer = self.client.post({"query": OWNER})

        self.assertEqual((answer.status_code, answer.headers["Retry-After"]), (403, "60"))
        self.assertEqual(answer.json(), {"message": "secondary"})

    def test_kind_body(self) -> None:
        self.strike("body", body=b"<html>", content_type="text/html")

        answer = self.client.get(LIST)

        self.assertEqual(
            (answer.status_code, answer.headers["Content-Type"], answer.text), (200, "text/html", "<html>")
        )

    def test_kind_slow(self) -> None:
        self.strike("slow", seconds=0.2)
        began = time.perf_counter()

        answer = self.client.get(LIST)

        self.assertGreaterEqual(time.perf_counter() - began, 0.2)
        self.assertEqual(answer.json()["size"], 30)

    def test_kind_graphql_errors(self) -> None:
        error = {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "too much"}
        self.strike("graphql_errors", errors=(error,), times=1)
        self.strike("graphql_errors", errors=(error,), data=None)

        without, with_data = self.client.post({"query": OWNER}), self.client.post({"query": OWNER})

        self.assertEqual((without.status_code, without.json()), (200, {"errors": [error]}))
        self.assertEqual(with_data.json(), {"data": None, "errors": [error]})

    def test_kind_headers(self) -> None:
        self.strike("headers", headers={"x-ratelimit-remaining": "0", "Retry-After": "7", "content-type": "text/odd"})

        answer = self.client.post({"query": OWNER})

        self.assertEqual(answer.json()["data"]["repositoryOwner"], {"login": "spack"})
        self.assertEqual((answer.headers["X-RateLimit-Remaining"], answer.headers["Retry-After"]), ("0", "7"))
        self.assertEqual(answer.headers["Content-Type"], "text/odd")
        self.assertEqual(answer.headers["X-RateLimit-Limit"], "5000")

    def test_kind_world(self) -> None:
        self.world.add(workspace(Repository("a"), Repository("b")))
        self.strike("world", owner="acme", change={"create": 3}, after=1, times=1)

        sizes = [self.client.get("/repositories/acme").json()["size"] for _ in range(3)]

        self.assertEqual(sizes, [2, 5, 5])
        self.assertEqual(self.world.sum([("bitbucket", "acme")])["originalRepos"], 5)

    def test_a_change_of_nobody_is_told(self) -> None:
        self.world.add(workspace(Repository("a")))
        self.strike("world", owner="acme", change={"vanish": True})

        answers = [self.client.get("/repositories/acme") for _ in range(2)]

        self.assertEqual([answer.status_code for answer in answers], [404, 404])
        self.assertEqual([answer.headers.get("X-Emulator-Missed") for answer in answers], [None, "acme"])

    def test_kind_edit(self) -> None:
        self.strike("edit", edit=lambda answer: {**answer, "size": 7})

        answer = self.client.get(LIST, pagelen=1)

        self.assertEqual((answer.json()["size"], len(answer.json()["values"])), (7, 1))


class TestChoice(EmulatorCase):
    """path, contains, method, times, after, for_seconds, chance."""

    clock = Clock()
    options = {"clock": clock}  # noqa: RUF012 - a ClassVar of the base class

    def statuses(self, fault: Fault, *paths: str) -> list[int]:
        """The status of each path while the fault is on."""
        self.emulator.faults.add(fault)
        return [self.client.get(path).status_code for path in paths]

    def test_a_path_is_a_glob(self) -> None:
        fault = Fault("status", path="/2.0/repositories/*/watchers")

        self.assertEqual(self.statuses(fault, LIST, f"{LIST}/atlas-api-0/watchers"), [200, 502])

    def test_contains_looks_into_url_and_body(self) -> None:
        url, body = Fault("status", contains="team-30?"), Fault("status", contains='"spack"')

        self.assertEqual(self.statuses(url, LIST, f"{LIST}?pagelen=1", "/repositories/team-3"), [200, 502, 200])
        self.emulator.faults.add(body)
        spack, other = (
            self.client.post(
                {"query": "query($l: String!) { repositoryOwner(login: $l) { id } }", "variables": {"l": name}}
            )
            for name in ("spack", "chaos")
        )
        self.assertEqual((spack.status_code, other.status_code), (502, 200))

    def test_method_chooses(self) -> None:
        self.assertEqual(self.statuses(Fault("status", method="POST"), LIST), [200])
        self.assertEqual(self.client.post({"query": OWNER}).status_code, 502)

    def test_after_lets_calls_pass_and_times_ends_it(self) -> None:
        self.assertEqual(self.statuses(Fault("status", after=1, times=2), *[LIST] * 5), [200, 502, 502, 200, 200])

    def test_only_matching_calls_are_counted(self) -> None:
        fault = Fault("status", path="/2.0/repositories/team-3", after=1)

        self.assertEqual(
            self.statuses(fault, LIST, "/repositories/team-3", LIST, "/repositories/team-3"), [200, 200, 200, 502]
        )

    def test_the_first_fault_that_strikes_wins(self) -> None:
        self.emulator.faults.add(Fault("status", status=500, times=1))

        self.assertEqual(self.statuses(Fault("status", status=503), LIST, LIST), [500, 503])

    def test_clear_switches_all_off(self) -> None:
        self.emulator.faults.add(Fault("status"))

        self.emulator.faults.clear()

        self.assertEqual(self.client.get(LIST).status_code, 200)

    def test_for_seconds_ends_it(self) -> None:
        before = self.statuses(Fault("status", for_seconds=30), LIST)
        self.clock.now += 30

        self.assertEqual((before, self.client.get(LIST).status_code), ([502], 200))

    def test_a_chance_is_a_schedule_that_its_seed_repeats(self) -> None:
        schedules = []
        for seed in (1, 1, 2):
            self.emulator.faults.clear()
            schedules.append(self.statuses(Fault("status", chance=0.5, seed=seed), *[LIST] * 20))

        self.assertEqual(schedules[0], schedules[1])
        self.assertNotEqual(schedules[0], schedules[2])
        self.assertEqual(set(schedules[0]), {200, 502})

    def test_times_counts_those_that_chance_struck(self) -> None:
        statuses = self.statuses(Fault("status", chance=0.3, times=3), *[LIST] * 40)

        self.assertEqual(statuses.count(502), 3)

    def test_a_struck_call_is_counted_and_costs_no_points(self) -> None:
        self.emulator.faults.add(Fault("status", status=503))

        self.client.post({"query": OWNER})

        counts = self.emulator.meter.snapshot()["github"]
        self.assertEqual((counts.calls, counts.statuses, counts.points), (1, {503: 1}, 0))
