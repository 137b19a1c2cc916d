"""What every adapter owes, asked of each through the whole service."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from emulator import Fault, Owner, Repository
from from_git.forges.registry import KINDS
from from_git.tests.kit.service import ServiceTestCase

SIZES = (0, 1, 2, 29, 30, 31, 60, 99, 100, 101, 250)
"""Around the sizes of pages."""


class ForgeContract(ServiceTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """One forge; subclasses name it and say how to change its list. No test case itself, so none is skipped."""

    forge: ClassVar[str]
    kind: ClassVar[str]
    generated: ClassVar[str]
    """Of the owners that the emulator makes up: what stands before their number of repositories."""
    sizes: ClassVar[tuple[int, ...]] = SIZES
    """Of the lists that are read, around the sizes of pages."""
    lists_read: ClassVar[int] = 1
    """How many answers tell the size of a list of one page, until it is believed."""
    pools: ClassVar[tuple[str, ...]]
    begins_anew: ClassVar[bool] = False
    """Whether an owner that vanishes is asked for once more from the beginning, and then is missing."""

    def add(self, *repositories: Repository, login: str = "tiny") -> Owner:
        """Give the forge an owner with these repositories."""
        owner = Owner(self.forge, login, self.kind, repositories)
        self.world.add(owner)
        return owner

    def url(self, login: str = "tiny") -> str:
        """The owner's profile URL."""
        return KINDS[self.forge].url(login)

    @abstractmethod
    def edit_lists(self, edit: Any) -> Fault:
        """A fault that changes the list part of each list page."""

    @abstractmethod
    def total(self, said: int) -> Fault:
        """A fault that has the forge say that the list has so many."""

    def is_list(self, path: str, body: str) -> bool:
        """Whether a call is one of those with which the list is read."""
        return True

    def at_list(self, number: int, act: Callable[[], object]) -> None:
        """Have something happen before that call of the list, counted from 1."""
        calls: list[str] = []

        def before(upstream: str, path: str, body: str) -> None:
            if self.is_list(path, body):
                calls.append(path)
                if len(calls) == number:
                    act()

        self.emulator.before_call(before)
        self.addCleanup(self.emulator.before_call, None)

    def test_any_number_of_repositories_adds_up_with_pools_of_one_thread_and_of_many(self) -> None:
        for threads in (1, 8):
            self.settings_for_test(**dict.fromkeys(self.pools, threads))
            for size in self.sizes:
                with self.subTest(threads=threads, size=size):
                    self.assert_exact((self.forge, f"{self.generated}-{size}"))

    def test_an_owner_without_repositories_is_found_and_adds_nothing(self) -> None:
        self.add()

        body = self.answer(self.url())

        self.assertEqual(body["missing"], [])
        self.assertEqual(set(map(str, body["data"].values())), {"0", "[]"})

    def test_an_owner_of_forks_alone_has_forks_alone(self) -> None:
        self.add(Repository("a", is_fork=True, watchers=2), Repository("b", is_fork=True, watchers=3))

        data = self.assert_exact((self.forge, "tiny"))["data"]

        self.assertEqual((data["originalRepos"], data["forkedRepos"]), (0, 2))

    def test_archived_repositories_count_and_private_ones_never_do(self) -> None:
        private = Repository("p", is_private=True, watchers=90, stars=90, languages={"Secret": 1}, topics=("secret",))
        self.add(Repository("a", is_archived=True, watchers=2, languages={"C": 1}), private)

        data = self.assert_exact((self.forge, "tiny"))["data"]

        self.assertEqual((data["originalRepos"], data["langs"], data["topics"]), (1, ["c"], []))
        self.assertLessEqual(data["watchers"] + data["followers"], 2)

    def test_an_owner_that_the_forge_does_not_know_is_missing_as_asked(self) -> None:
        body = self.answer(self.url("Nobody-Here") + "/")

        self.assertEqual(body["missing"], [self.url("Nobody-Here") + "/"])
        self.assertEqual(body["data"], self.world.sum([]))

    def test_any_letter_case_names_the_same_owner(self) -> None:
        self.add(Repository("a"), login="mixed-case")

        self.assertEqual(self.answer(self.url("MIXED-Case"))["data"]["originalRepos"], 1)

    def test_an_owner_that_vanishes_while_being_listed_is_an_error_and_not_missing(self) -> None:
        for size in (60, 101):
            with self.subTest(size):
                self.add(*(Repository(f"r{number}") for number in range(size)))
                self.at_list(2, lambda: self.world.remove(self.forge, "tiny"))

                if self.begins_anew:
                    self.assertEqual(self.answer(self.url())["missing"], [self.url()])
                else:
                    self.assertIn(f"for {self.url()}: ", self.failure(502, self.url())["message"])

    def test_a_list_that_never_adds_up_is_an_error(self) -> None:
        self.add(*(Repository(f"r{number}") for number in range(40)))
        for total in (41, 39, 29, 0):
            with self.subTest(total):
                self.emulator.faults.clear()
                self.emulator.faults.add(self.total(total))
                self.assertIn("never added up", self.failure(502, self.url())["message"])

    def test_a_list_that_shifts_once_is_read_again(self) -> None:
        self.add(*(Repository(f"r{number}", watchers=1) for number in range(40)))
        self.emulator.faults.add(replace(self.total(41), times=self.lists_read))

        self.assert_exact((self.forge, "tiny"))

    def test_repositories_created_and_deleted_between_pages_never_count_twice(self) -> None:
        before = [
            Repository(f"r{n:03}", watchers=1, created_at=f"2020-01-01T00:{n // 60:02}:{n % 60:02}Z")
            for n in range(250)
        ]
        late = [Repository(f"late{n}", watchers=1, created_at=f"2021-01-01T00:00:{n:02}Z") for n in range(5)]
        self.add(*before)
        self.at_list(2, lambda: self.add(*before[7:], *late))

        self.assertEqual(self.answer(self.url())["data"], self.world.sum([(self.forge, "tiny")]))

    def test_a_page_of_another_shape_is_an_error_that_names_the_place(self) -> None:
        self.add(Repository("a"))
        for change, place in self.shapes():
            with self.subTest(place):
                self.emulator.faults.clear()
                self.emulator.faults.add(self.edit_lists(change))
                self.assertIn(place, self.failure(502, self.url())["message"])

    @abstractmethod
    def shapes(self) -> list[tuple[Any, str]]:
        """Changes of a list page, and words of the message that each deserves."""


def of_first(key: str, change: Any) -> Any:
    """A change of the first element of the page's list `key`."""
    return lambda page: change(page[key][0])


def edited(path: str, edit: Any) -> Fault:
    """The answers of that path after an edit of their whole bodies."""
    return Fault("edit", path=path, edit=partial(_after, edit))


def _after(edit: Any, body: Any) -> Any:
    edit(body)
    return body
