"""GitHub's secondary limits, the forms of both limits, and queries that take too long."""

from __future__ import annotations

import threading
from typing import Any

import requests

from emulator import Emulator, Latency
from emulator.tests.helpers import PATIENCE, Client, Clock, EmulatorCase

QUERY = {"query": '{ repositoryOwner(login: "spack") { login } }'}
HEAVY = {"query": '{ repositoryOwner(login: "org-20") { repositories(first: 20) { nodes { owner { id } } } } }'}
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


class SecondaryCase(EmulatorCase):
    """Emulators with short minutes."""

    def emulate(self, **options: Any) -> Client:
        """A client of an emulator of its own."""
        emulator = self.enterContext(Emulator(**options))
        client = Client(emulator)
        self.addCleanup(client.session.close)
        return client

    def refused(self, client: Client) -> int:
        """How many calls the limits have refused."""
        return client.emulator.meter.snapshot()["github"].refused


class TestSecondary(SecondaryCase):
    """Server time, calls at the same time, calls in a minute."""

    def test_more_calls_than_a_minute_has_are_refused(self) -> None:
        client = self.emulate(github={"calls": 2})

        answers = [client.post(QUERY) for _ in range(3)]

        self.assertEqual(["data" in answer.json() for answer in answers], [True, True, False])
        self.assertEqual(self.refused(client), 1)

    def test_every_form_occurs_and_each_says_the_words(self) -> None:
        client = self.emulate(github={"calls": 0})

        answers = [client.post(QUERY) for _ in range(5)]

        forms = [(answer.status_code, answer.headers.get("retry-after"), *answer.json()) for answer in answers]
        body = ("documentation_url", "message")
        self.assertEqual(
            forms,
            [(403, "60", *body), (403, None, *body), (200, None, *body), (200, None, "errors"), (403, "60", *body)],
        )
        self.assertTrue(all(SECONDARY in answer.text for answer in answers))
        self.assertEqual(client.emulator.meter.snapshot()["github"].points, 0)

    def test_server_time_is_bounded_by_the_sum_of_the_response_times(self) -> None:
        client = self.emulate(github={"seconds": 0.4}, latency=Latency(base=0.25))

        answers = [client.post(QUERY) for _ in range(3)]

        self.assertEqual(["data" in answer.json() for answer in answers], [True, True, False])

    def test_what_those_under_way_have_taken_so_far_counts(self) -> None:
        clock = Clock()
        client = self.emulate(github={"seconds": 10}, latency=Latency(base=1.0), clock=clock)
        other = Client(client.emulator)
        self.addCleanup(other.session.close)
        thread = threading.Thread(target=other.post, args=(QUERY,))
        thread.start()
        self.addCleanup(thread.join)
        self.assertTrue(clock.read.wait(PATIENCE))
        clock.now += 20

        answer = client.post(QUERY)

        self.assertIn(SECONDARY, answer.text)

    def test_a_call_beyond_those_allowed_together_is_refused(self) -> None:
        client = self.emulate(github={"together": 3}, latency=Latency(base=0.5))
        answers: list[requests.Response] = []

        def ask() -> None:
            own = Client(client.emulator)
            answers.append(own.post(QUERY))
            own.session.close()

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        self.assertEqual(sorted("data" in answer.json() for answer in answers), [False, True, True, True])

    def test_after_a_quiet_minute_calls_are_taken_again(self) -> None:
        for bound in ({"github": {"calls": 1}}, {"github": {"seconds": 0.01}}):
            with self.subTest(bound):
                clock = Clock(step=0.02)
                client = self.emulate(**bound, clock=clock)
                client.post(QUERY)
                self.assertIn(SECONDARY, client.post(QUERY).text)
                clock.now += 59
                self.assertIn(SECONDARY, client.post(QUERY).text)
                clock.now += 60

                self.assertIn("data", client.post(QUERY).json())

    def test_going_on_while_limited_extends_it(self) -> None:
        clock = Clock()
        client = self.emulate(github={"calls": 1}, clock=clock)
        client.post(QUERY)

        # well over a minute since the one call that was taken, and never a minute of quiet
        answers = []
        for _ in range(8):
            answers.append(client.post(QUERY))
            clock.now += 12

        self.assertTrue(all(SECONDARY in answer.text for answer in answers))

    def test_without_bounds_nothing_is_refused(self) -> None:
        client = self.emulate(github={"seconds": None, "together": None, "calls": None}, latency=Latency(base=0.01))

        for _ in range(5):
            client.post(QUERY)

        self.assertEqual(self.refused(client), 0)

    def test_callers_who_are_not_known_use_nothing_up(self) -> None:
        client = self.emulate(github={"calls": 1})

        strangers = [client.post(QUERY, headers={"Authorization": "bearer wrong"}) for _ in range(3)]

        self.assertEqual([answer.status_code for answer in strangers], [401] * 3)
        self.assertIn("data", client.post(QUERY).json())


class TestPrimaryForms(SecondaryCase):
    """The end of the points."""

    def test_the_three_forms_come_in_turn_all_with_status_200_and_without_data(self) -> None:
        client = self.emulate(github={"points": 0})

        answers = [client.post(QUERY) for _ in range(4)]

        words = "API rate limit already exceeded for user ID 1."
        first = {"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": words}
        bodies = [answer.json() for answer in answers]
        self.assertEqual(bodies[0], {"errors": [first]})
        self.assertEqual(bodies[1], {"errors": [{"type": "RATE_LIMITED", "message": words}]})
        self.assertEqual((sorted(bodies[2]), bodies[2]["message"]), (["documentation_url", "message"], words))
        self.assertEqual(bodies[3], bodies[0])
        self.assertEqual({(one.status_code, one.headers["x-ratelimit-remaining"]) for one in answers}, {(200, "0")})
        self.assertEqual(self.refused(client), 4)


class TestTooLong(SecondaryCase):
    """Queries that are ended."""

    def points(self, client: Client) -> tuple[int, int]:
        """Queries executed and points taken."""
        told = client.emulator.meter.snapshot()["github"]
        return told.queries, told.points

    def test_a_query_ended_for_its_weight_costs_its_points_twice(self) -> None:
        client = self.emulate(latency=Latency(max_weight=10))

        answer = client.post(HEAVY)

        self.assertEqual((answer.status_code, self.points(client)), (502, (1, 2)))
        self.assertEqual(client.post(QUERY).headers["x-ratelimit-used"], "3")

    def test_a_query_over_the_time_is_502_or_504_and_costs_its_points_twice(self) -> None:
        client = self.emulate(latency=Latency(per_repository=10.0, timeout=0.05))

        answers = [client.post(HEAVY) for _ in range(4)]

        self.assertEqual([answer.status_code for answer in answers], [502, 504, 502, 504])
        self.assertIn("We couldn't respond to your request in time", answers[1].json()["message"])
        self.assertEqual(self.points(client), (4, 8))

    def test_ten_seconds_are_the_default_and_none_is_never(self) -> None:
        self.assertEqual(Latency().timeout, 10.0)
        client = self.emulate(latency=Latency(base=0.1, timeout=None))

        self.assertEqual(client.post(HEAVY).status_code, 200)
