"""Versions of GitLab, and languages that nobody has asked for yet."""

from __future__ import annotations

import unittest

from emulator import Emulator, Repository
from emulator.tests.gitlab import GitLabCase, group, person

LANGUAGES = '{ project(fullPath: "acme/a") { languages { name share } } }'


class TestOld(GitLabCase):
    """GitLab 16.0."""

    options = {"gitlab": {"version": "16.0"}}  # noqa: RUF012 - see EmulatorCase

    def test_it_knows_neither_forks_nor_deletion_in_graphql(self) -> None:
        for field in ("isForked", "markedForDeletionOn", "markedForDeletion"):
            message = self.error(f'{{ group(fullPath: "group-3") {{ projects {{ nodes {{ {field} }} }} }} }}')
            self.assertEqual(message, f"Field '{field}' doesn't exist on type 'Project'")
        message = self.error('{ group(fullPath: "group-3") { projects(includeArchived: true) { count } } }')
        self.assertEqual(message, "Field 'projects' doesn't accept argument 'includeArchived'")
        self.assertEqual(len(self.graphql('{ group(fullPath: "group-3") { projects { nodes { topics } } } }')), 1)

    def test_rest_tells_both_in_a_groups_list(self) -> None:
        self.world.add(group(Repository("a", is_fork=True, marks={"deleting"})))

        one = self.list()[0]

        self.assertIsNotNone(one["marked_for_deletion_on"])
        self.assertIn("forked_from_project", one)

    def test_its_roots_list_has_archived_projects_too(self) -> None:
        self.world.add(group(Repository("a", is_archived=True)))
        number = self.list()[0]["id"]

        found = self.graphql(f'{{ projects(ids: ["gid://gitlab/Project/{number}"]) {{ count }} }}')

        self.assertEqual(found, {"projects": {"count": 1}})

    def test_the_smaller_entity_has_no_visibility(self) -> None:
        self.world.add(person(Repository("a")))

        self.assertNotIn("visibility", self.rest("users/jo/projects").json()[0])


class TestNewer(unittest.TestCase):
    """The versions between."""

    def test_each_knows_what_came_with_it(self) -> None:
        query = '{ project(fullPath: "group-3/atlas-api-0") { %s } }'
        fields = ("markedForDeletionOn", "isForked", "markedForDeletion")
        for version, known in (("16.9", 0), ("16.11", 1), ("17.2", 2), ("18.5.1-ee", 3)):
            with Emulator(gitlab={"version": version}) as emulator:
                case = GitLabCase()
                case.emulator = emulator  # type: ignore[misc]
                case.setUp()
                answers = [case.post(query % field).json() for field in fields]
                self.assertEqual(["data" in answer for answer in answers], [number < known for number in range(3)])
                case.doCleanups()

    def test_a_text_that_is_no_version_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "no version 'new' of GitLab"):
            Emulator(gitlab={"version": "new"})


class TestLanguages(GitLabCase):
    """A site that looks for languages when they are first asked for."""

    options = {"gitlab": {"languages_known": False}}  # noqa: RUF012 - see EmulatorCase

    def test_the_first_question_about_each_project_is_answered_with_none_in_both_interfaces(self) -> None:
        self.world.add(group(Repository("a", languages={"C": 3, "D": 1}), Repository("b", languages={"E": 1})))

        first, second = (self.graphql(LANGUAGES)["project"]["languages"] for _ in range(2))

        self.assertEqual(first, [])
        self.assertEqual(second, [{"name": "C", "share": 75.0}, {"name": "D", "share": 25.0}])
        self.assertEqual([self.rest("projects/acme%2Fb/languages").json() for _ in range(2)], [{}, {"E": 100.0}])
        self.assertEqual(self.rest("projects/acme%2Fa/languages").json(), {"C": 75.0, "D": 25.0})
