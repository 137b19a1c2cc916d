"""Groups of GitLab that change while they are read, over real sockets, and lists that do not add up."""

from dataclasses import replace
from functools import partial
from typing import Any

from emulator import Repository
from from_git.tests.forges.test_gitlab import GRAPHQL, GitLabTestCase, few

LIST = "/gitlab/api/v4/groups/tiny/projects"


def _changes(rows: list[Repository]) -> dict[str, list[Repository]]:
    """What may become of some repositories."""
    middle, number = len(rows) // 2, len(rows)
    new, old = Repository("new", stars=1, created_at="2025-01-01T00:00:00Z"), Repository("old", created_at="2015-01-01")
    within = Repository("within", created_at=rows[middle].created_at, stars=5)
    return {
        "created": [*rows, new],
        "deleted": rows[:-1],
        "deleted in the middle": [*rows[:middle], *rows[middle + 1 :]],
        "the oldest deleted": rows[1:],
        "renamed": [*rows[:-1], replace(rows[-1], name="renamed")],
        "made private": [*rows[:middle], replace(rows[middle], is_private=True), *rows[middle + 1 :]],
        "marked for deletion": [replace(rows[0], marks=frozenset(["deleting"])), *rows[1:]],
        "moved in": [*rows, within],
        "moved in, the oldest": [old, *rows],
        "moved to a subgroup": [replace(rows[0], folder="sub"), *rows[1:]],
        "one deleted and one created": [*rows[1:], new],
        "many deleted": rows[: number - 120],
    }


class Changes(GitLabTestCase):
    """Groups that change before one of the calls."""

    def test_the_answer_is_the_group_before_a_change_or_after_it(self) -> None:
        for number, calls in ((150, (2, 5)), (450, (3, 5, 7, 9))):
            rows = few(number)
            self.add(*rows)
            before = self.world.sum([("gitlab", "tiny")])
            for what, after in _changes(rows).items():
                for call in calls:
                    with self.subTest(what, number=number, call=call):
                        self.add(*rows)
                        self.before("", call, lambda after=after: self.add(*after))  # type: ignore[misc]
                        data = self.answer(self.url)["data"]
                        self.assertIn(data, (before, self.world.sum([("gitlab", "tiny")])))

    def test_a_change_that_the_first_page_cannot_show_is_read(self) -> None:
        rows = few(450)
        for what, after in _changes(rows).items():
            with self.subTest(what):
                self.add(*rows)
                # the fourth page; those that went before have not shown the middle
                self.before(GRAPHQL, 3, lambda after=after: self.add(*after))  # type: ignore[misc]
                data = self.answer(self.url)["data"]
                if what not in ("renamed", "marked for deletion", "moved to a subgroup"):
                    self.assertEqual(data, self.world.sum([("gitlab", "tiny")]))

    def test_a_list_that_never_was_is_not_believed(self) -> None:
        rows = few(450)
        new, within = Repository("new", created_at="2025-01-01T00:00:00Z"), Repository("within", stars=5)
        # one that was read goes and a new one comes, then an old one comes to a place that was passed
        once = [*rows[:2], *rows[3:], new]
        after = [once, [*once, replace(within, created_at="2020-01-01T00:00:01Z")]]
        for first in range(2, 6):
            for second in range(first, 8):
                with self.subTest(first=first, second=second):
                    self.add(*rows)
                    states, calls = [self.world.sum([("gitlab", "tiny")])], list[str]()
                    self.emulator.before_call(partial(self._changed, calls, (first, second), after, states))
                    self.assertIn(self.answer(self.url)["data"], states)

    def _changed(
        self, calls: list[str], at: tuple[int, int], after: list[list[Repository]], states: list[Any], *call: str
    ) -> None:
        calls.append(call[1])
        for number, state in zip(at, after, strict=True):
            if len(calls) == number:
                self.add(*state)
                states.append(self.world.sum([("gitlab", "tiny")]))

    def test_a_group_deleted_while_it_is_read_is_missing(self) -> None:
        for call in (2, 4, 6):
            with self.subTest(call):
                self.add(*few(450))
                self.before("", call, lambda: self.world.remove("gitlab", "tiny"))
                body = self.ask(self.url)
                self.assertIn(body.status_code, (200, 502))
                if body.status_code == 200:
                    self.assertEqual(body.json()["missing"], [self.url])

    def test_a_group_that_changes_with_every_call_is_an_error(self) -> None:
        rows = few(450)
        self.add(*rows)
        names = iter(range(10_000))

        def hook(upstream: str, path: str, body: str) -> None:
            number = next(names)
            self.add(
                *rows,
                *(Repository(f"new{n}", created_at=f"2025-01-01T00:{n // 60:02}:{n % 60:02}Z") for n in range(number)),
            )

        self.emulator.before_call(hook)
        self.assertIn("never added up", self.failure(502, self.url)["message"])


class OddLists(GitLabTestCase):
    """Lists that do not add up, or go on for ever."""

    def test_pages_that_mislead_are_read_otherwise_or_are_an_error(self) -> None:
        self.add(*few(450))
        for kind in ("early_end", "repeat_page", "self_next", "empty_page"):
            for path in (GRAPHQL, LIST):
                for times in (1, None):
                    with self.subTest(kind, path=path, times=times):
                        self.emulator.faults.clear()
                        self.fault(kind, path, times=times)
                        response = self.ask(self.url)
                        if response.status_code == 200:
                            self.assertEqual(response.json()["data"], self.world.sum([("gitlab", "tiny")]))
                        else:
                            self.assertEqual((response.status_code, times), (502, None))

    def test_totals_that_are_wrong_are_an_error(self) -> None:
        self.add(*few(150))
        self.fault("headers", LIST, headers={"X-Total": "149"})
        self.assertIn("150 repositories against a total of 149", self.failure(502, self.url)["message"])

    def test_without_a_total_two_readings_have_to_agree(self) -> None:
        for number in (3, 450):
            with self.subTest(number):
                self.add(*few(number))
                self.fault("no_total", LIST)
                self.assert_sum()
                self.assertGreater(len(self.calls), 2 * -(-number // 100))

    def test_a_project_of_somebody_else_is_an_error(self) -> None:
        self.add(*few(3))
        for path in ("other/project", "tiny-other/project"):
            with self.subTest(path):
                self.emulator.faults.clear()
                self.fault_at(GRAPHQL, "data.group.projects.nodes.0.fullPath", path)
                self.assertIn("not below the group", self.failure(502, self.url)["message"])

    def test_another_group_is_an_error(self) -> None:
        self.add(*few(3))
        self.fault_at(GRAPHQL, "data.group.fullPath", "other")
        self.assertIn("group.fullPath", self.failure(502, self.url)["message"])

    def test_a_group_that_graphql_alone_does_not_show_for_a_moment_is_read_again(self) -> None:
        self.add(*few(3))
        self.fault("body", GRAPHQL, body=b'{"data":{"group":null}}', content_type="application/json", times=1)
        self.assert_sum()
        self.fault("status", LIST, status=404, body=b'{"message":"404 Group Not Found"}', times=1)
        self.assert_sum()

    def test_a_group_that_graphql_alone_does_not_show_is_an_error(self) -> None:
        self.add(*few(3))
        self.fault("body", GRAPHQL, body=b'{"data":{"group":null}}', content_type="application/json")
        self.assertIn("that there is none", self.failure(502, self.url)["message"])
