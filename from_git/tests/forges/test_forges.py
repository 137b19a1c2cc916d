"""What every adapter owes, asked of each through the whole service."""

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import requests

from emulator import Fault, Owner, Repository
from from_git import forges
from from_git.forges.registry import KINDS, registered
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.kind import NoCredentials

SIZES = (0, 1, 2, 29, 30, 31, 60, 99, 100, 101, 250)
"""Around the sizes of pages."""


class Settings(ServiceTestCase):
    """The adapters, when the settings change."""

    def test_a_request_from_before_a_change_does_not_bring_the_old_adapter_back(self) -> None:
        before = forges.hosts()["github.com"]
        self.settings_for_test(GITHUB_API_TOKEN="")

        self.assertFalse(forges.forge(before).has_credentials)


class ForgeContract(ServiceTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """One forge; subclasses name it and say how to change its list. No test case itself, so none is skipped."""

    forge: ClassVar[str]
    kind: ClassVar[str]
    generated: ClassVar[str]
    """Of the owners that the emulator makes up: what stands before their number of repositories."""
    lists_read: ClassVar[int] = 1
    """How many answers tell the size of a list of one page, until it is believed."""
    pools: ClassVar[tuple[str, ...]]

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

    def test_any_number_of_repositories_adds_up_with_pools_of_one_thread_and_of_many(self) -> None:
        for threads in (1, 8):
            self.settings_for_test(**dict.fromkeys(self.pools, threads))
            for size in SIZES:
                with self.subTest(threads=threads, size=size):
                    self.assert_exact((self.forge, f"{self.generated}-{size}"))

    def test_an_owner_without_repositories_is_found_and_adds_nothing(self) -> None:
        self.add()

        body = self.answer(self.url())

        self.assertEqual(body["missing"], [])
        self.assertEqual(set(map(str, body["data"].values())), {"0", "[]"})

    def test_an_owner_of_forks_alone_has_forks_alone(self) -> None:
        self.add(Repository("a", is_fork=True, watchers=2), Repository("b", is_fork=True, watchers=3))

        data = self.answer(self.url())["data"]

        self.assertEqual((data["originalRepos"], data["forkedRepos"], data["watchers"]), (0, 2, 5))

    def test_archived_repositories_count_and_private_ones_never_do(self) -> None:
        private = Repository("p", is_private=True, watchers=90, stars=90, languages={"Secret": 1}, topics=("secret",))
        self.add(Repository("a", is_archived=True, watchers=2, languages={"C": 1}), private)

        data = self.assert_exact((self.forge, "tiny"))["data"]

        self.assertEqual((data["originalRepos"], data["watchers"], data["langs"]), (1, 2, ["c"]))

    def test_an_owner_that_the_forge_does_not_know_is_missing_as_asked(self) -> None:
        body = self.answer(self.url("Nobody-Here") + "/")

        self.assertEqual(body["missing"], [self.url("Nobody-Here") + "/"])
        self.assertEqual(body["data"], self.world.sum([]))

    def test_any_letter_case_names_the_same_owner(self) -> None:
        self.add(Repository("a", watchers=1), login="mixed-case")

        self.assertEqual(self.answer(self.url("MIXED-Case"))["data"]["watchers"], 1)

    def test_an_owner_that_vanishes_while_being_listed_is_an_error_and_not_missing(self) -> None:
        for size in (60, 101):
            with self.subTest(size):
                self.add(*(Repository(f"r{number}") for number in range(size)))
                calls: list[str] = []

                def vanish(upstream: str, path: str, body: str, calls: list[str] = calls) -> None:
                    calls.append(path)
                    if len(calls) == 2:
                        self.world.remove(self.forge, "tiny")

                self.emulator.before_call(vanish)
                self.addCleanup(self.emulator.before_call, None)

                failure = self.failure(502, self.url())

                self.assertIn(f"for {self.url()}: ", failure["message"])

    def test_a_list_that_never_adds_up_is_an_error(self) -> None:
        self.add(*(Repository(f"r{number}") for number in range(40)))
        for total in (41, 39, 29, 0):
            with self.subTest(total):
                self.emulator.faults.clear()
                self.emulator.faults.add(
                    self.edit_lists(lambda page, said=total: page.update(totalCount=said, size=said))
                )
                self.assertIn("never added up", self.failure(502, self.url())["message"])

    def test_a_list_that_shifts_once_is_read_again(self) -> None:
        self.add(*(Repository(f"r{number}", watchers=1) for number in range(40)))
        shift = self.edit_lists(lambda page: page.update(totalCount=41, size=41))
        self.emulator.faults.add(replace(shift, times=self.lists_read))

        self.assert_exact((self.forge, "tiny"))

    def test_repositories_created_and_deleted_between_pages_never_count_twice(self) -> None:
        before = [
            Repository(f"r{n:03}", watchers=1, created_at=f"2020-01-01T00:{n // 60:02}:{n % 60:02}Z")
            for n in range(250)
        ]
        late = [Repository(f"late{n}", watchers=1, created_at=f"2021-01-01T00:00:{n:02}Z") for n in range(5)]
        self.add(*before)
        calls: list[str] = []

        def shift(upstream: str, path: str, body: str) -> None:
            calls.append(path)
            if len(calls) == 2:
                self.add(*before[7:], *late)

        self.emulator.before_call(shift)
        self.addCleanup(self.emulator.before_call, None)

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


class GitHubContract(ForgeContract, ServiceTestCase):
    """GitHub."""

    forge = "github"
    kind = "Organization"
    generated = "org"
    lists_read = 2
    pools = ("NUM_THREADS_GITHUB",)

    def edit_lists(self, edit: Any) -> Fault:
        """See the contract."""

        def change(body: Any) -> Any:
            edit(body["data"]["repositoryOwner"]["repositories"])
            return body

        return Fault("edit", contains="repositoryOwner(", edit=change)

    def shapes(self) -> list[tuple[Any, str]]:
        """See the contract."""
        return [
            (lambda page: page.pop("totalCount"), "totalCount is absent"),
            (lambda page: page.update(totalCount="1"), "totalCount is not a whole number"),
            (lambda page: page.update(totalCount=True), "totalCount is not a whole number"),
            (lambda page: page.update(totalCount=-1), "totalCount is out of range"),
            (lambda page: page.update(totalCount=2**64), "totalCount is not a whole number"),
            (lambda page: page.update(nodes=None), "nodes is not a list"),
            (lambda page: page.update(nodes=[None]), "id is absent"),
            (lambda page: page.pop("pageInfo"), "pageInfo is absent"),
            (lambda page: page["pageInfo"].update(hasNextPage=True, endCursor=None), "endCursor is not a string"),
            (of_first("nodes", lambda node: node.update(id=7)), "id is not a string"),
        ]


class BitbucketContract(ForgeContract, ServiceTestCase):
    """Bitbucket."""

    forge = "bitbucket"
    kind = "Workspace"
    generated = "team"
    pools = ("NUM_THREADS_BITBUCKET", "NUM_THREADS_BITBUCKET_WATCHERS")

    def edit_lists(self, edit: Any) -> Fault:
        """See the contract."""

        def change(body: Any) -> Any:
            edit(body)
            return body

        return Fault("edit", path="/2.0/repositories/tiny", edit=change)

    def shapes(self) -> list[tuple[Any, str]]:
        """See the contract."""
        return [
            (lambda page: page.pop("values"), "values is absent"),
            (lambda page: page.update(values={}), "values is not a list"),
            (lambda page: page.update(values=["x"]), "uuid is absent"),
            (lambda page: page.update(size="1"), "size is not a whole number"),
            (lambda page: page.update(next=7), "next is not a string"),
            (lambda page: page.update(size=2**60), "size is out of range"),
            (of_first("values", lambda value: value.pop("uuid")), "uuid is absent"),
            (of_first("values", lambda value: value.update(is_private="no")), "is_private is not true or false"),
            (of_first("values", lambda value: value.update(language=7)), "language is not a string"),
            (of_first("values", lambda value: value.update(parent="x")), "parent is not an object"),
            (of_first("values", lambda value: value["links"]["watchers"].update(href=7)), "href is not a string"),
        ]


class Added(ServiceTestCase):
    """A kind that was added as docs/development.md says."""

    def test_readyz_says_its_own_words(self) -> None:
        without = NoCredentials(True, "shows a few projects without: set GITSAFE_TOKEN.")
        added = replace(KINDS["bitbucket"], name="gitsafe", label="GitSafe", without=without)
        self.enterContext(registered(added))
        self.settings_for_test(BITBUCKET_API_TOKEN="")

        response = requests.get(f"{self.base}/readyz", timeout=10)

        self.assertEqual((response.status_code, response.json()["status"]), (200, "degraded"))
        reasons = response.json()["degraded"]
        self.assertIn("GitSafe has no credentials, and shows a few projects without: set GITSAFE_TOKEN.", reasons)
