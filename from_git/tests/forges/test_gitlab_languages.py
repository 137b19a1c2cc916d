"""GitLab's languages, over real sockets: what is told to be none at first is asked for again."""

from collections.abc import Mapping
from typing import Any, ClassVar

from emulator import Repository
from from_git.forges.gitlab.languages import Languages as Asked
from from_git.tests.forges.test_gitlab import GRAPHQL, GitLabTestCase, few


class Languages(GitLabTestCase):
    """A GitLab that has not looked at any project yet."""

    options: ClassVar[Mapping[str, Mapping[str, Any]]] = {"gitlab": {"languages_known": False}}

    def test_they_are_asked_for_again_by_one_query_for_a_hundred_projects(self) -> None:
        for number in (1, 100, 101, 350):
            with self.subTest(number):
                self.add(*few(number), login=f"group{number}")
                self.calls.clear()
                self.assert_sum(f"group{number}")
                again = -(-number // 100)
                self.assertLessEqual(len(self.calls), again + 3 + again + 1)
                self.calls.clear()
                self.assert_sum(f"group{number}")
                self.assertLessEqual(len(self.calls), again + 3)

    def test_those_that_two_pages_bring_at_the_same_moment_are_asked_for_once(self) -> None:
        pages: list[Mapping[str, str]] = [{"7": "group/project"}]
        nothing: Any = None  # fewer than a hundred wait for others

        def known() -> tuple[str, ...]:
            while pages:
                asked.note(pages.pop())
            return ()

        asked = Asked(nothing, nothing, nothing, known, nothing)
        asked.note({"7": "group/project"})
        self.assertEqual(asked.pending, 1)

    def test_those_of_a_user_are_asked_for_again(self) -> None:
        self.add(*few(40), login="someone", kind="User")
        self.assert_sum("someone")

    def test_a_project_without_any_is_asked_for_twice_and_then_believed(self) -> None:
        self.add(*few(3), Repository("none"), login="another")
        self.assert_sum("another")
        self.assertEqual(self.calls.count(GRAPHQL), 4)
        self.calls.clear()
        self.assert_sum("another")
        self.assertEqual(self.calls.count(GRAPHQL), 1)

    def test_without_a_cache_it_is_asked_for_each_time(self) -> None:
        self.settings_for_test(LANGUAGES_CACHE_SECONDS=0.0)
        self.add(Repository("none"), login="third")
        for _ in range(2):
            self.calls.clear()
            self.assert_sum("third")
            self.assertGreaterEqual(self.calls.count(GRAPHQL), 3)

    def test_those_that_wait_for_their_deletion_are_not_asked_for_again(self) -> None:
        self.add(Repository("waits", languages={"C": 1}, marks=["deleting"]), login="fourth")
        self.assert_sum("fourth")
        self.assertLessEqual(self.calls.count(GRAPHQL), 2)
