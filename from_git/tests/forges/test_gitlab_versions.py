"""GitLab of several versions, over real sockets: what older ones do not tell, and where it comes from then."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from unittest import TestCase

from emulator import Repository
from from_git import forges
from from_git.forges.gitlab.nodes import page_in
from from_git.forges.gitlab.opening import GitLab
from from_git.forges.gitlab.queries import DELETION, DELETION_ON, FORK, Schema
from from_git.tests.forges.test_gitlab import GRAPHQL, GitLabTestCase, few

_MARKED = [
    Repository("fork", is_fork=True),
    Repository("hidden", is_fork=True, marks=["hidden-parent"]),
    Repository("waits", marks=["deleting"]),
    Repository("plain", stars=3, topics=("t",), languages={"C": 5}),
]


class VersionTestCase(GitLabTestCase):
    """One version; its subclasses say which."""

    def numbers(self, *rows: Repository, name: str = "tiny", kind: str = "Group") -> tuple[int, int, tuple[str, ...]]:
        """How many originals and forks are found of these, and what is not told."""
        self.add(*rows, login=name, kind=kind)
        found = self.found(name)
        return found.stats.original_repos, found.stats.forked_repos, found.not_told


class At185(VersionTestCase):
    """The newest one."""

    options: ClassVar[Mapping[str, Mapping[str, Any]]] = {"gitlab": {"version": "18.5"}}

    def test_everything_is_told(self) -> None:
        self.assertEqual(self.numbers(*_MARKED), (1, 2, ()))
        self.assertEqual(self.numbers(*_MARKED, name="someone", kind="User"), (1, 2, ()))

    def test_what_is_not_known_of_groups_and_projects_is_not_asked_for(self) -> None:
        for kind, field in (("Project", "createdAt"), ("Group", "id"), ("Group", "fullPath"), ("Group", "visibility")):
            with self.subTest(field):
                self.settings_for_test()  # as a server that nobody has asked
                errors = [{"message": f"Field '{field}' doesn't exist on type '{kind}'"}]
                body = json.dumps({"errors": errors}).encode()
                self.fault("body", GRAPHQL, body=body, content_type="application/json", times=1)
                self.add(*few(150))
                self.assert_sum()
                self.calls.clear()
                self.assert_sum()
                self.assertEqual(self.calls.count(GRAPHQL), 2)

    def test_what_was_asked_for_and_is_left_out_is_an_error(self) -> None:
        for field in ("isForked", "markedForDeletion", "createdAt"):
            for place, login in (("group.projects.nodes.1", "tiny"), ("p1", "someone")):
                with self.subTest(field, login=login):
                    self.emulator.faults.clear()
                    self.add(*_MARKED, login=login, kind="Group" if login == "tiny" else "User")
                    self.fault_at(GRAPHQL, f"data.{place}.{field}", "@missing")
                    self.assertIn(f"{field} is absent", self.failure(502, f"https://gitlab.com/{login}")["message"])

    def test_a_group_of_digits_whose_id_is_not_told_is_an_error(self) -> None:
        body = b"""{"errors": [{"message": "Field 'id' doesn't exist on type 'Group'"}]}"""
        self.fault("body", GRAPHQL, body=body, content_type="application/json", times=1)
        self.add(*few(3), login="42")
        self.assertIn("id is absent", self.failure(502, "https://gitlab.com/42")["message"])


class At172(VersionTestCase):
    """One that tells the day of a deletion."""

    options: ClassVar[Mapping[str, Mapping[str, Any]]] = {"gitlab": {"version": "17.2"}}

    def test_everything_is_told_and_what_it_refuses_is_asked_for_once(self) -> None:
        self.assertEqual(self.numbers(*_MARKED), (1, 2, ()))
        self.calls.clear()
        self.assertEqual(self.numbers(*_MARKED), (1, 2, ()))
        self.assertEqual(self.calls.count(GRAPHQL), 1)
        self.assertEqual(self.numbers(*_MARKED, name="someone", kind="User"), (1, 2, ()))

    def test_large_groups_are_exact(self) -> None:
        self.add(*few(450))
        self.assert_sum()


class At1611(VersionTestCase):
    """One that does not tell forks."""

    options: ClassVar[Mapping[str, Mapping[str, Any]]] = {"gitlab": {"version": "16.11"}}

    def test_forks_of_hidden_parents_are_in_doubt(self) -> None:
        not_told = "originalRepos", "forkedRepos"
        self.assertEqual(self.numbers(*_MARKED), (2, 1, not_told))
        self.assertEqual(self.numbers(*_MARKED, name="someone", kind="User")[2], not_told)
        self.assertEqual(self.numbers(), (0, 0, ()))

    def test_they_are_in_doubt_also_where_the_server_is_taken_to_be_newer_before_all_is_read(self) -> None:
        forge = forges.forge(forges.hosts()["gitlab.com"])
        assert isinstance(forge, GitLab)

        def forget(upstream: str, path: str, body: str) -> None:
            if "id languages" in body:  # the last question, about those without languages
                forge.access.schema = Schema()

        self.emulator.before_call(forget)
        self.assertEqual(self.numbers(*_MARKED, Repository("none"))[2], ("originalRepos", "forkedRepos"))

    def test_all_else_is_exact(self) -> None:
        rows = [replace(one, is_fork=False) for one in few(350)]
        self.add(*rows)
        self.assert_sum()
        self.add(*rows, login="someone", kind="User")
        self.assert_sum("someone")


class At160(VersionTestCase):
    """One that deletes at once, or tells it by REST alone."""

    options: ClassVar[Mapping[str, Mapping[str, Any]]] = {"gitlab": {"version": "16.0"}}

    def test_a_group_is_read_by_rest(self) -> None:
        rows = [replace(one, is_fork=n % 4 == 0) for n, one in enumerate(few(250))]
        self.add(*rows)
        self.assert_sum()

    def test_a_user_is_an_error_that_says_why(self) -> None:
        self.add(*few(3), login="someone", kind="User")
        detail = self.failure(502, "https://gitlab.com/someone")["message"]
        self.assertIn("wait for their deletion", detail)
        self.assertIn("16.10", detail)


class Learned(TestCase):
    """What is known of a server."""

    def setUp(self) -> None:
        """Begin with nothing."""
        super().setUp()
        self.now = 0.0
        self.schema = Schema(lambda: self.now)

    def test_what_it_has_refused_is_asked_for_again_an_hour_later(self) -> None:
        self.assertTrue(self.schema.refuse({FORK}))
        self.assertTrue(self.schema.shrink("page", 100, 0.5))
        for now, known in ((3599.0, True), (3601.0, False)):
            with self.subTest(now):
                self.now = now
                self.assertEqual((self.schema.lacks(FORK), self.schema.page), (known, 50 if known else 100))

    def test_a_page_is_of_an_older_one_where_it_tells_no_forks_or_no_deletion_in_either_form(self) -> None:
        row = {"id": "gid://gitlab/Project/7", "fullPath": "a/b", "starCount": 1, "createdAt": "2020-01-01T00:00:00Z"}
        told = {**row, "isForked": False, "markedForDeletion": False, "markedForDeletionOn": None}
        for fields, visibility, older in (
            ((), "public", False),
            ((FORK,), "public", True),
            ((FORK,), "private", False),
            ((DELETION,), "public", False),
            ((DELETION, DELETION_ON), "public", True),
        ):
            with self.subTest(fields, visibility=visibility):
                schema = Schema(lambda: self.now)
                schema.refuse(fields)
                projects = {"count": 1, "pageInfo": {"more": False}, "nodes": [{**told, "visibility": visibility}]}
                group = {"id": "gid://gitlab/Group/1", "fullPath": "a", "visibility": "public", "projects": projects}
                page = page_in({"group": group}, "a", schema)
                self.assertEqual(page and page.is_older, older)

    def test_less_is_asked_for_each_time_down_to_a_few(self) -> None:
        for asked, part, size in ((100, 0.99, 99), (99, 0.1, 9), (100, 0.5, 9), (9, 0.1, 5)):
            with self.subTest(asked, part=part):
                self.assertTrue(self.schema.shrink("page", asked, part))
                self.assertEqual(self.schema.page, size)
        self.assertFalse(self.schema.shrink("page", 5, 0.5))
