"""GitLab's refusals and limits, and what stands in front of it, over real sockets."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from emulator.gitlab.presets import PRESETS
from from_git.forges.gitlab.opening import GitLab
from from_git.tests.forges.test_gitlab import GRAPHQL, GitLabTestCase, few
from from_git.tests.kit.hosts import adapter

LIST = "/gitlab/api/v4/groups/tiny/projects"


class FailingTestCase(GitLabTestCase):
    """Calls that fail."""

    def preset(self, name: str, times: int | None = None) -> None:
        """Let calls fail as GitLab was seen to."""
        self.emulator.faults.add(replace(PRESETS[name].fault, times=times))


class Refusals(FailingTestCase):
    """What GitLab answers in place of what was asked for."""

    def refused(self, name: str, status: int = 502) -> dict[str, Any]:
        """The error where all calls fail so."""
        self.add(*few(3))
        self.preset(name)
        return self.failure(status, self.url)

    def test_a_limit_of_an_address_says_how_long(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=10.0)
        self.assertIn(self.refused("gitlab_429", 503)["retryAfter"], range(25, 32))

    def test_a_limit_of_an_endpoint_is_taken_for_a_minute(self) -> None:
        for name in ("gitlab_429_endpoint", "gitlab_graphql_limit"):
            with self.subTest(name):
                self.emulator.faults.clear()
                self.settings_for_test(REQUEST_DEADLINE=10.0)
                self.assertIn(self.refused(name, 503)["retryAfter"], range(50, 70))

    def test_nothing_is_sent_after_the_last_call_of_a_minute(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=10.0)
        self.add(*few(450))
        headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": "@now+40"}
        self.fault("headers", GRAPHQL, headers=headers, times=1)
        self.assertIn(self.failure(503, self.url)["retryAfter"], range(30, 45))
        self.assertLessEqual(len(self.calls), 4)

    def test_a_blocked_address_is_told(self) -> None:
        self.assertIn("refuses all calls from our address", self.refused("gitlab_403_blocked")["message"])

    def test_a_wrong_token_is_told_and_where_it_is_set(self) -> None:
        self.add(*few(3))
        self.with_entry(accounts=[{"token": "wrong"}])
        body = self.failure(502, self.url)
        self.assertIn("refused our token (401)", body["message"])
        self.assertIn("FORGES entry 1", body["advice"])
        self.with_entry()
        self.assert_sum()

    def test_a_token_that_graphql_alone_or_rest_alone_refuses(self) -> None:
        self.with_entry()
        for name in ("gitlab_401", "gitlab_graphql_401"):
            with self.subTest(name):
                self.emulator.faults.clear()
                self.assertIn("refused our token (401)", self.refused(name)["message"])

    def test_walls_are_told(self) -> None:
        wall = self.refused("gitlab_wall")
        self.assertIn("a wall in front of the forge", wall["message"])
        self.assertIn("Sign in", wall["message"])
        self.emulator.faults.clear()
        self.assertIn("something between us", self.refused("gitlab_challenge")["message"])

    def test_what_passes_is_asked_again(self) -> None:
        self.add(*few(250))
        for name in (
            "gitlab_502",
            "gitlab_500",
            "gitlab_timeout",
            "gitlab_wall",
            "gitlab_malformed_time",
            "gitlab_null_row",
        ):
            with self.subTest(name):
                self.emulator.faults.clear()
                self.preset(name, times=2)
                self.assert_sum()

    def test_what_stays_is_an_error(self) -> None:
        for name in ("gitlab_502", "gitlab_500", "gitlab_timeout", "gitlab_malformed_time", "gitlab_null_row"):
            with self.subTest(name):
                self.emulator.faults.clear()
                self.refused(name)

    def test_an_error_names_the_project(self) -> None:
        self.assertIn("for its repository tiny/r0002", self.refused("gitlab_malformed_time")["message"])

    def test_partial_data_beside_an_error_is_no_answer(self) -> None:
        self.add(*few(3))
        self.fault("nulls", GRAPHQL, at="data.group.projects.nodes.0", message="Internal server error")
        self.assertIn("answered the query with an error", self.failure(502, self.url)["message"])

    def test_a_server_without_our_query_is_told(self) -> None:
        self.add(*few(3))
        for message in ("Field 'starCount' doesn't exist on type 'Project'", "Field 'ids' doesn't accept argument 'x'"):
            with self.subTest(message):
                self.emulator.faults.clear()
                self.fault("graphql_errors", GRAPHQL, errors=({"message": message},))
                self.assertIn("does not know", self.failure(502, self.url)["message"])


class Complexity(FailingTestCase):
    """Queries that the server takes for too complex."""

    def test_a_smaller_page_is_asked_for_and_remembered(self) -> None:
        self.add(*few(120))
        message = "Query has complexity of 400, which exceeds max complexity of 200"
        self.fault("graphql_errors", GRAPHQL, errors=({"message": message},), times=1)
        self.assert_sum()
        self.calls.clear()
        self.assert_sum()
        self.assertGreater(self.calls.count(GRAPHQL), 2)

    def test_one_that_is_never_small_enough_is_an_error(self) -> None:
        self.add(*few(3))
        message = "Query has complexity of 252, which exceeds max complexity of 250"
        self.fault("graphql_errors", GRAPHQL, errors=({"message": message},))
        self.assertIn("too complex", self.failure(502, self.url)["message"])

    def test_a_smaller_page_is_asked_for_where_one_took_too_long(self) -> None:
        self.add(*few(120))
        self.preset("gitlab_timeout", times=1)
        self.assert_sum()
        forge = adapter("gitlab")
        assert isinstance(forge, GitLab)
        self.assertEqual(forge.access.schema.page, 50)


class Budgets(GitLabTestCase):
    """What a group or a user costs, where few calls a minute are allowed."""

    def bounded(self, limit: int) -> None:
        """Allow so many calls in a minute."""
        self.with_entry(accounts=[], bounds={"GITLAB_CALLS_PER_MINUTE": limit})
        self.settings_for_test(CLIENT_SHARE=1.0, REQUEST_DEADLINE=10.0)

    def test_a_group_that_cannot_be_paid_is_not_begun(self) -> None:
        self.add(*few(1000))
        self.bounded(8)
        self.assertIn("8 calls a minute", self.failure(503, self.url)["message"])
        self.assertLessEqual(len(self.calls), 5)
        self.bounded(20)
        self.assert_sum()

    def test_lists_of_users_count_as_several_calls(self) -> None:
        self.add(*few(20), login="someone", kind="User")
        self.bounded(1200)
        self.calls.clear()
        self.assert_sum("someone")
        # that of a group as two, that of the user as four
        expected = self.calls.count(GRAPHQL) + 2 + 4
        self.assertEqual(adapter("gitlab").accounts.all[0].budget.spent(), expected)

    def test_a_user_is_begun_whose_calls_are_just_allowed(self) -> None:
        self.add(*few(5), login="someone", kind="User")
        self.bounded(5)
        self.assert_sum("someone")
        self.assertEqual(len(self.calls), 5)

    def test_lists_of_groups_count_as_two_calls(self) -> None:
        self.add(*(replace(one, is_private=n >= 150) for n, one in enumerate(few(700))))
        self.bounded(1200)
        self.calls.clear()
        self.assert_sum()
        asked = self.calls.count(GRAPHQL)
        self.assertGreater(len(self.calls) - asked, 2)
        expected = asked + 2 * (len(self.calls) - asked)
        self.assertEqual(adapter("gitlab").accounts.all[0].budget.spent(), expected)

    def test_the_last_call_of_a_minute_is_the_last_though_nothing_was_found(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=10.0)
        headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": "@now+40"}
        self.fault("headers", "/gitlab/api/v4/groups/nobody/projects", headers=headers, times=1)
        url = "https://gitlab.com/nobody"
        self.assertIn(self.failure(503, url)["retryAfter"], range(30, 45))
        self.assertNotIn("/gitlab/api/v4/users/nobody/projects", self.calls)


class SignedIn(GitLabTestCase):
    """A site that shows nothing to anybody without an account."""

    options: ClassVar[Mapping[str, Mapping[str, Any]]] = {"gitlab": {"signed_in_only": True}}

    def test_without_an_account_it_is_told_that_one_is_needed(self) -> None:
        self.add(*few(3))
        self.add(*few(3), login="someone", kind="User")
        for name in ("tiny", "someone", "nobody"):
            with self.subTest(name):
                body = self.failure(502, f"https://gitlab.com/{name}")
                self.assertIn("tells nobody without an account", body["message"])
                self.assertIn("`accounts` of FORGES entry 1", body["advice"])

    def test_with_one_it_is_read(self) -> None:
        self.add(*few(3))
        self.add(*few(3), login="someone", kind="User")
        self.with_entry()
        self.assert_sum()
        self.assert_sum("someone")
