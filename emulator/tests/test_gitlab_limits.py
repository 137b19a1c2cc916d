"""The limits of GitLab, as gitlab.com has them."""

from __future__ import annotations

import unittest
from contextlib import ExitStack
from typing import Any

from emulator import Emulator
from emulator.tests.gitlab import GitLabCase
from emulator.tests.helpers import Clock


class TestLimits(unittest.TestCase):
    """Minutes by the clock of the test."""

    def start(self, **options: Any) -> GitLabCase:
        """A client of an emulator with these options of GitLab; its clock stands."""
        self.clock = Clock()
        stack = ExitStack()
        self.addCleanup(stack.close)
        case = GitLabCase()
        case.emulator = stack.enter_context(Emulator(clock=self.clock, gitlab=options))  # type: ignore[misc]
        case.setUp()
        self.addCleanup(case.doCleanups)
        return case

    def test_the_numbers_are_those_of_gitlab_com(self) -> None:
        case = self.start(users=2)
        told = [case.rest("groups/group-0", token).headers for token in ("", case.token)]

        self.assertEqual([one["RateLimit-Limit"] for one in told], ["500", "2000"])
        self.assertEqual(told[1]["RateLimit-Name"], "throttle_authenticated_api")
        self.assertEqual((told[0]["RateLimit-Observed"], told[0]["RateLimit-Remaining"]), ("1", "499"))

    def test_one_too_many_by_address_is_refused_until_the_minute_is_over(self) -> None:
        case = self.start(calls={"anonymous": 2})
        answers = [case.rest("groups/group-0"), case.post("{ metadata { version } }"), case.rest("groups/group-0")]

        self.assertEqual([answer.status_code for answer in answers], [200, 200, 429])
        self.assertEqual((answers[2].text, answers[2].headers["Retry-After"]), ("Retry later\n", "60"))
        self.assertEqual(answers[2].headers["RateLimit-Remaining"], "0")
        self.assertIn("GMT", answers[2].headers["RateLimit-ResetTime"])
        self.assertEqual(case.rest("groups/group-0", case.token).status_code, 200)
        self.assertEqual(case.emulator.meter.snapshot()["gitlab"].refused, 1)
        self.clock.now = 60.0
        self.assertEqual(case.rest("groups/group-0").status_code, 200)

    def test_each_user_has_its_own_and_an_address_one_for_all(self) -> None:
        case = self.start(calls={"user": 1, "address": 3}, users=3)
        tokens = [case.token, f"{case.token}-2", f"{case.token}-3"]

        first = [case.rest("groups/group-0", token).status_code for token in tokens[:2]]

        self.assertEqual(first, [200, 200])
        self.assertEqual(case.rest("groups/group-0", tokens[0]).headers["RateLimit-Limit"], "1")
        self.assertEqual(case.rest("groups/group-0", tokens[2]).headers["RateLimit-Limit"], "3")

    def test_the_meter_knows_whose_token_is_in_gitlabs_own_header(self) -> None:
        case = self.start(users=2)
        for token in ("", f"{case.token}-2", "wrong"):
            case.rest("groups/group-0", token)

        counts = case.emulator.meter.accounts("gitlab")

        self.assertEqual(
            {name: one.calls for name, one in counts.items()}, {"anonymous": 1, "emulator-2": 1, "unknown": 1}
        )

    def test_an_endpoint_refuses_with_an_object_and_the_others_go_on(self) -> None:
        case = self.start(endpoint_calls={"groups/[^/]+/projects": 1}, calls=None, users=2)

        answers = [case.rest("groups/group-0/projects") for _ in range(2)]

        self.assertEqual([answer.status_code for answer in answers], [200, 429])
        self.assertIn("too many times", answers[1].json()["message"]["error"])
        self.assertNotIn("Retry-After", answers[1].headers)
        self.assertNotIn("RateLimit-Limit", answers[1].headers)
        self.assertEqual(case.rest("groups/group-0").status_code, 200)
        ours = [case.rest("groups/group-0/projects", token).status_code for token in (case.token, f"{case.token}-2")]
        self.assertEqual(ours, [200, 200])

    def test_the_endpoints_have_their_numbers(self) -> None:
        case = self.start(calls=None)
        for path, most in (("groups/group-0/projects", 600), ("users/person-0/projects", 300), ("projects/1", 400)):
            statuses = [case.rest(path).status_code for _ in range(most + 1)]
            self.assertEqual((statuses[most - 1] == 429, statuses[most]), (False, 429), path)

    def test_without_limits_there_are_none(self) -> None:
        with Emulator(limits=False, gitlab={}) as emulator:
            case = GitLabCase()
            case.emulator = emulator  # type: ignore[misc]
            case.setUp()
            self.addCleanup(case.doCleanups)

            answers = [case.rest("users/person-0/projects") for _ in range(501)]

        self.assertEqual({answer.status_code for answer in answers}, {200})
        self.assertNotIn("RateLimit-Limit", answers[0].headers)
