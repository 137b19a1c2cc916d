"""GitLab's groups, over real sockets: what counts, under which names, and for how many calls."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from emulator import Fault, Owner, Repository
from from_git.calls.fetchgroup import FetchGroup
from from_git.tests.kit.forges import entry_for
from from_git.tests.kit.hosts import adapter, fetched
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.found import Found

GRAPHQL, LISTS = "/gitlab/api/graphql", "/projects"


def few(number: int, **more: Any) -> list[Repository]:
    """Some repositories, the oldest first."""
    return [
        Repository(
            f"r{n:04}",
            **{"stars": n % 7, "languages": {"C": 10 + n, f"L{n % 9}": 5}, "topics": (f"t{n % 5}",), **more},
            is_fork=n % 3 == 0,
            is_archived=n % 11 == 0,
            created_at=f"2020-01-{1 + n // 3600:02}T{n // 60 % 60 % 24:02}:{n // 24 % 60:02}:{n % 60:02}Z",
            id=n + 1,
        )
        for n in range(number)
    ]


class GitLabTestCase(ServiceTestCase):
    """A group `tiny` that tests fill."""

    url = "https://gitlab.com/tiny"

    def setUp(self) -> None:
        """Begin with an empty group, and note all calls."""
        super().setUp()
        self.calls: list[str] = []
        self.addCleanup(self.emulator.before_call, None)
        self.emulator.before_call(lambda upstream, path, body: self.calls.append(path))
        self.add()

    def add(self, *repositories: Repository, login: str = "tiny", kind: str = "Group", **more: Any) -> None:
        """Let these be all repositories of an owner."""
        self.emulator.world.add(Owner("gitlab", login, kind, repositories, **more))

    def before(self, ending: str, number: int, change: Callable[[], object]) -> None:
        """Call `change` before the call of that number among those whose path ends so."""
        seen: list[str] = []

        def hook(upstream: str, path: str, body: str) -> None:
            self.calls.append(path)
            if path.endswith(ending):
                seen.append(path)
                if len(seen) == number:
                    change()

        self.emulator.before_call(hook)

    def with_entry(self, **more: Any) -> None:
        """Let gitlab.com be asked through its account, or with other keys of its entry in FORGES."""
        self.settings_for_test(FORGES=[entry_for(self.emulator, "gitlab", "gitlab.com", **more)])

    def assert_sum(self, *names: str) -> dict[str, Any]:
        """The answer is the sum over these groups and users, or over `tiny`."""
        return self.assert_exact(*(("gitlab", name) for name in names or ("tiny",)))

    def fault(self, kind: str, path: str, **more: Any) -> None:
        """Let calls whose path is so fail."""
        self.emulator.faults.add(Fault(kind, path, **more))

    def fault_at(self, path: str, at: str, value: object) -> None:
        """Let answers at a path have another value somewhere."""
        self.fault("wrong_type", path, at=at, value=value)

    def found(self, name: str = "tiny") -> Found:
        """What the adapter finds."""
        found = fetched("gitlab", name)
        assert found is not None
        return found


class Groups(GitLabTestCase):
    """What a group is."""

    def test_a_group_is_the_sum_over_its_public_projects_for_few_calls(self) -> None:
        for number in (0, 1, 99, 100, 101, 199, 200, 201, 300, 399, 400, 450, 1000):
            with self.subTest(number):
                self.add(*few(number))
                self.calls.clear()
                self.assert_sum()
                self.assertLessEqual(len(self.calls), -(-number // 100) + 3)

    def test_a_group_that_is_known_to_fit_on_a_page_costs_two_calls(self) -> None:
        for number in (5, 100):
            with self.subTest(number):
                self.add(*few(number))
                self.assert_sum()
                self.calls.clear()
                self.assert_sum()
                self.assertEqual(sorted(self.calls), [GRAPHQL, "/gitlab/api/v4/groups/tiny/projects"])

    def test_projects_are_in_the_order_of_their_names(self) -> None:
        names = "b", "c", "a"
        self.add(*(Repository(name, id=number) for number, name in enumerate(names, 1)))
        self.add(*(Repository(name, id=number) for number, name in enumerate(names, 1)), login="someone", kind="User")
        for login in ("tiny", "someone"):
            with self.subTest(login):
                self.assertEqual([one.name for one in self.found(login).rows], sorted(names))

    def test_a_group_that_was_read_is_known_to_be(self) -> None:
        for number, kind in ((250, "Group"), (40, "User")):
            with self.subTest(kind):
                self.add(*few(number), Repository("none"), login="other", kind=kind)
                group = FetchGroup(time.monotonic() + 30)
                fetch = adapter("gitlab").fetch("other", group)
                self.assertTrue(group.wait())
                progress = fetch.progress()
                self.assertEqual(*progress.done)
                self.assertEqual(progress.watchers, number + 1)

    def test_projects_of_subgroups_count_and_a_subgroup_is_a_profile(self) -> None:
        rows = [replace(one, folder=("", "a", "a/b", "c")[n % 4]) for n, one in enumerate(few(40))]
        self.add(*rows)
        self.assert_sum()
        self.assert_sum("tiny/a")
        self.assert_sum("tiny/a/b")

    def test_a_subgroup_and_its_group_in_one_request_count_once(self) -> None:
        self.add(*(replace(one, folder="sub" if n % 2 else "") for n, one in enumerate(few(40))))
        both = self.answer(self.url, f"{self.url}/sub")["data"]
        self.assertEqual(both, self.world.sum([("gitlab", "tiny")]))

    def test_names_of_projects_begin_below_the_profile(self) -> None:
        self.add(replace(few(1)[0], folder="a/b"), Repository("other"))
        for name, expected in (("tiny", ["a/b/r0000", "other"]), ("tiny/a", ["b/r0000"]), ("tiny/a/b", ["r0000"])):
            with self.subTest(name):
                self.assertEqual([one.name for one in self.found(name).rows], expected)

    def test_what_is_not_public_or_waits_for_its_deletion_does_not_count(self) -> None:
        marks = [{"marks": ["internal"]}, {"marks": ["deleting"]}, {"is_private": True}, {}]
        self.add(*(Repository(f"r{n}", stars=1, topics=(f"t{n}",), **marks[n % 4]) for n in range(300)))  # type: ignore[arg-type]
        self.assertEqual(self.assert_sum()["data"]["originalRepos"], 75)

    def test_forks_of_hidden_parents_are_forks_and_empty_ones_count(self) -> None:
        self.add(
            Repository("fork", is_fork=True, marks=["hidden-parent"]),
            Repository("empty", marks=["empty"], pushed_at=None),
            Repository("mirror", marks=["mirror"]),
            Repository("no-code", marks=["no-code"]),
        )
        data = self.assert_sum()["data"]
        self.assertEqual((data["originalRepos"], data["forkedRepos"]), (3, 1))

    def test_shared_projects_of_others_do_not_count(self) -> None:
        self.add(*few(3), login="other")
        self.add(*few(2), collaborations=(("other", "r0000"),))
        self.assert_sum()

    def test_watchers_are_not_told_and_add_nothing(self) -> None:
        self.add(*few(3))
        self.assertEqual(self.assert_sum()["data"]["watchers"], 0)
        self.assertEqual({one.watchers for one in self.found().rows}, {None})

    def test_names_are_asked_for_in_any_letter_case(self) -> None:
        self.add(*few(3), login="Tiny")
        self.assert_sum("tInY")
        self.assertEqual(self.answer(self.url, "https://gitlab.com/TINY")["data"], self.world.sum([("gitlab", "tiny")]))

    def test_a_group_of_digits_is_not_taken_for_an_id(self) -> None:
        number = "1234"
        self.add(*few(3), login=number)
        self.add(*few(150), login="56")
        self.assert_sum(number, "56")
        self.assertFalse([one for one in self.calls if f"/groups/{number}/" in one])

    def test_a_group_that_is_not_there_or_not_public_is_missing(self) -> None:
        self.add(*few(3), login="now", former=("before",))
        self.add(*few(3), login="private", visibility="private")
        for name in ("nobody", "before", "private", "4711", "tiny/nothing"):
            with self.subTest(name):
                url = f"https://gitlab.com/{name}"
                self.assertEqual(self.answer(url)["missing"], [url])

    def test_with_a_token_the_answer_is_the_same(self) -> None:
        rows = [
            replace(one, is_private=n % 3 == 0, marks=frozenset(["internal"] if n % 5 == 0 else []))
            for n, one in enumerate(few(350))
        ]
        self.add(*rows)
        self.add(*few(3), login="private", visibility="private")
        without = self.assert_sum()["data"]
        self.with_entry()
        self.assertEqual(self.assert_sum()["data"], without)
        self.assertEqual(self.answer("https://gitlab.com/private")["missing"], ["https://gitlab.com/private"])

    def test_a_group_whose_projects_are_mostly_hidden_is_read_by_rest(self) -> None:
        for hidden_first in (True, False):
            with self.subTest(hidden_first):
                rows = [
                    replace(
                        one,
                        is_private=(n >= 150) == hidden_first,
                        marks=frozenset(["hidden-parent"] if one.is_fork else []),
                    )
                    for n, one in enumerate(few(700))
                ]
                self.add(*rows)
                self.calls.clear()
                self.assert_sum()
                self.assertLessEqual(len(self.calls), 14)
