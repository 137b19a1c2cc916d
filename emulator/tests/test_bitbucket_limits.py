"""Bitbucket: the calls of an hour."""

from __future__ import annotations

import requests

from emulator import Emulator, Repository
from emulator.tests.helpers import PATIENCE, Client, Clock, EmulatorCase, workspace


class TestLimit(EmulatorCase):
    """The hourly limit."""

    def setUp(self) -> None:
        """A workspace."""
        super().setUp()
        self.world.add(workspace(Repository("a")))

    def test_the_hourly_limit_is_a_plain_text_429_for_each_caller(self) -> None:
        with Emulator(self.world, bitbucket={"calls_per_hour": 2}) as emulator:
            client = Client(emulator)
            answers = [client.get("/repositories/acme") for _ in range(3)]
            other = client.member("/repositories/acme")
            client.session.close()

        self.assertEqual([answer.status_code for answer in answers], [200, 200, 429])
        last = answers[-1]
        self.assertEqual(last.content, b"Rate limit for this resource has been exceeded")
        self.assertEqual((len(last.content), last.headers["Content-Type"]), (46, "text/plain"))
        self.assertNotIn("Retry-After", last.headers)
        self.assertEqual(other.status_code, 200)
        self.assertNotIn("X-RateLimit-Limit", other.headers)

    def test_only_access_tokens_are_told_the_limit(self) -> None:
        with Emulator(self.world, bitbucket={"calls_per_hour": 2}) as emulator:
            headers = {"Authorization": f"Bearer {emulator['bitbucket'].credentials['access_token']}"}
            url = f"{emulator['bitbucket'].url}/repositories/acme"
            told = requests.get(url, headers=headers, timeout=PATIENCE).headers

        self.assertEqual((told["X-RateLimit-Limit"], told["X-RateLimit-NearLimit"]), ("2", "false"))

    def test_calls_leave_the_hour(self) -> None:
        with Emulator(self.world, bitbucket={"calls_per_hour": 1}, hour=0.000001) as emulator:
            client = Client(emulator)
            statuses = [client.get("/repositories/acme").status_code for _ in range(3)]
            client.session.close()

        self.assertEqual(statuses, [200, 200, 200])

    def test_the_forge_has_60_calls_for_strangers_and_1000_for_a_token(self) -> None:
        with Emulator(self.world) as emulator:
            client = Client(emulator)
            strangers = [client.get("/repositories/acme").status_code for _ in range(62)]
            members = [client.member("/repositories/acme").status_code for _ in range(62)]
            client.session.close()
            headers = {"Authorization": f"Bearer {emulator['bitbucket'].credentials['access_token']}"}
            told = requests.get(
                f"{emulator['bitbucket'].url}/repositories/acme", headers=headers, timeout=PATIENCE
            ).headers
            counts = emulator.meter.snapshot()["bitbucket"]

        self.assertEqual(strangers, [200] * 60 + [429] * 2)
        self.assertEqual(members, [200] * 62)
        self.assertEqual(told["X-RateLimit-Limit"], "1000")
        self.assertEqual((counts.refused, counts.statuses[429]), (2, 2))

    def test_bounds_can_be_given_by_caller(self) -> None:
        with Emulator(self.world, bitbucket={"calls_per_hour": {"apitoken": 1}}) as emulator:
            client = Client(emulator)
            statuses = [client.member("/repositories/acme/a/watchers").status_code for _ in range(2)]
            strangers = [client.get("/repositories/acme").status_code for _ in range(62)]
            client.session.close()

        self.assertEqual(statuses[-1], 429)
        self.assertEqual(set(strangers), {200})
        self.assertEqual(emulator.meter.snapshot()["watchers"].refused, 1)

    def test_refused_calls_do_not_count(self) -> None:
        clock = Clock()
        with Emulator(self.world, bitbucket={"calls_per_hour": 1}, clock=clock) as emulator:
            client = Client(emulator)
            statuses = []
            for minutes in (0, 1, 30, 59, 60):
                clock.now = 60.0 * minutes
                statuses.append(client.get("/repositories/acme").status_code)
            client.session.close()

        self.assertEqual(statuses, [200, 429, 429, 429, 200])
