"""Presets of GitLab: the effect of each."""

from __future__ import annotations

import time

import requests

from emulator import preset
from emulator.tests.gitlab import GitLabCase

QUERY = '{ group(fullPath: "group-3") { projects(first: 9) { nodes { id createdAt } } } }'


class TestPresets(GitLabCase):
    """The table of GitLab."""

    def struck(self, name: str) -> tuple[requests.Response, requests.Response]:
        """The answers of REST and of GraphQL with that preset."""
        self.emulator.faults.clear()
        self.emulator.faults.add(preset(name))
        return self.rest("groups/group-3/projects"), self.post(QUERY)

    def test_the_limit_of_an_address_is_a_text_that_says_how_long(self) -> None:
        for answer in self.struck("gitlab_429"):
            self.assertEqual((answer.status_code, answer.text), (429, "Retry later\n"))
            self.assertEqual((answer.headers["Retry-After"], answer.headers["Content-Type"]), ("30", "text/plain"))
            self.assertAlmostEqual(int(answer.headers["RateLimit-Reset"]), time.time() + 30, delta=20)

    def test_the_limit_of_an_endpoint_is_an_object_and_says_not_how_long(self) -> None:
        for answer in self.struck("gitlab_429_endpoint"):
            self.assertEqual(answer.status_code, 429)
            self.assertIn("Try again later", answer.json()["message"]["error"])
            self.assertNotIn("Retry-After", answer.headers)

    def test_graphql_says_so_with_200(self) -> None:
        rest, graphql = self.struck("gitlab_graphql_limit")

        self.assertEqual((rest.status_code, graphql.status_code), (200, 200))
        self.assertEqual([list(one) for one in graphql.json()["errors"]], [["message"]])
        self.assertNotIn("data", graphql.json())

    def test_refusals_walls_and_failures_have_their_status_and_form(self) -> None:
        for name, statuses, kind, words in (
            ("gitlab_403_blocked", (403, 403), "text/plain", "Forbidden"),
            ("gitlab_wall", (200, 200), "text/html; charset=utf-8", "Sign in"),
            ("gitlab_challenge", (403, 403), "text/html; charset=utf-8", "Just a moment"),
            ("gitlab_502", (502, 502), "text/html; charset=utf-8", "not responding"),
        ):
            answers = self.struck(name)
            self.assertEqual(tuple(answer.status_code for answer in answers), statuses, name)
            self.assertEqual({answer.headers["Content-Type"] for answer in answers}, {kind}, name)
            self.assertTrue(all(words in answer.text for answer in answers), name)

    def test_a_wrong_token_has_two_forms(self) -> None:
        rest, _ = self.struck("gitlab_401")
        _, graphql = self.struck("gitlab_graphql_401")

        self.assertEqual((rest.status_code, rest.json()), (401, {"message": "401 Unauthorized"}))
        self.assertEqual((graphql.status_code, graphql.json()), (401, {"errors": [{"message": "Invalid token"}]}))

    def test_graphql_fails_or_takes_too_long(self) -> None:
        self.assertEqual([answer.status_code for answer in self.struck("gitlab_500")], [200, 500])
        _, late = self.struck("gitlab_timeout")

        self.assertEqual((late.status_code, late.json()["data"]), (200, {"group": None}))
        self.assertEqual(late.json()["errors"], [{"path": ["group"], "message": "Timeout on Group.projects"}])

    def test_rows_that_are_null_and_times_that_are_none(self) -> None:
        _, nulls = self.struck("gitlab_null_row")
        _, times = self.struck("gitlab_malformed_time")

        nodes = nulls.json()["data"]["group"]["projects"]["nodes"]
        self.assertEqual([one is None for one in nodes], [True, *[False] * (len(nodes) - 1)])
        self.assertEqual(
            {one["createdAt"] for one in times.json()["data"]["group"]["projects"]["nodes"]}, {"yesterday"}
        )

    def test_lists_tell_no_total(self) -> None:
        self.assertNotIn("X-Total", self.struck("gitlab_no_total")[0].headers)
