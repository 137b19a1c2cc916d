"""Each member of a repository is what its forge tells of it, or the fetch is an error that names the repository."""

import time
from collections.abc import Callable
from datetime import datetime
from itertools import product
from typing import Any

from emulator import Choice, Fault, Owner, Repository
from from_git.calls.fetchgroup import FetchGroup
from from_git.forges.github.details import Details
from from_git.forges.github.opening import GitHub
from from_git.forges.github.queries import SIZES, Queries
from from_git.tests.kit import oracle
from from_git.tests.kit.github import GitHubTestCase
from from_git.tests.kit.hosts import adapter, fetched
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.filters import Filter, Wanted
from from_git.values.repository import Repository as Row
from from_git.values.stats import summed

Change = Callable[[Any], object]


class RowsTestCase(ServiceTestCase):
    """Owners of any forge, and what is found of their repositories."""

    def rows(self, forge: str, login: str = "tiny") -> list[Row]:
        """The repositories that the adapter finds."""
        found = fetched(forge, login)
        assert found is not None
        return list(found.rows)

    def assert_rows(self, forge: str, login: str = "tiny") -> None:
        """What the adapter finds is what the emulator has, in the order of names."""
        owner = self.world.owner(forge, login)
        assert owner is not None
        self.assertEqual(self.rows(forge, login), oracle.rows(owner))


class AtGitHub(GitHubTestCase, RowsTestCase):
    """By the first query, by those for details, and by those for more names."""

    def test_recorded_and_generated_ones_are_exact(self) -> None:
        for login in ("spack", "mfem", "sandialabs", "betagouv", "org-0", "org-1", "org-31", "org-333", "user-12"):
            with self.subTest(login):
                self.assert_rows("github", login)

    def test_all_names_count_in_the_forges_order_beside_all_other_members(self) -> None:
        for number in (40, 41, 101, 250):
            with self.subTest(number):
                langs = [(f"L{n % 200}", n) for n in range(number, 0, -1)]
                many = Repository("many", True, False, True, 3, 2, langs, [f"t{n}" for n in range(25)], license="MIT")
                self.add(many, Repository("none", pushed_at=None), Repository("Names"), Repository("other.js"))
                self.assert_rows("github")

    def test_an_id_is_one_text_for_the_list_and_the_details(self) -> None:
        forge = adapter("github")
        assert isinstance(forge, GitHub)
        self.add(*(Repository(f"r{n}") for n in range(3)))
        owner = self.world.owner("github", "tiny")
        assert owner is not None
        listed = {one.id: one.name for one in oracle.rows(owner)}
        group = FetchGroup(time.monotonic() + 30)
        details = Details(Queries(forge.access, group)).once

        details.note(listed)
        details.start()

        self.assertTrue(group.wait())
        self.assertEqual({id(one) for one in details.known}, {id(one) for one in listed})

    def test_a_licence_is_an_spdx_id_or_none(self) -> None:
        licenses = {"a": None, "b": "NOASSERTION", "c": "GPL-3.0", "d": "unknown-1.0"}
        self.add(*(Repository(name, license=one) for name, one in licenses.items()))
        self.assertEqual({one.name: one.license for one in self.rows("github")}, licenses)

        self.edit(lambda data: data["repositoryOwner"]["detailed"]["nodes"][0].update(licenseInfo={"spdxId": None}))
        self.assertIn(None, [one.license for one in self.rows("github") if one.name != "a"])

    def test_times_are_whole_seconds_and_one_without_a_push_has_none(self) -> None:
        first, last = "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.9Z"
        self.add(
            Repository("a", created_at=first, pushed_at=last),
            Repository("b", created_at="2020-02-29T12:00:00+02:00", pushed_at=None),
        )

        self.assertEqual(
            [(one.created, one.pushed) for one in self.rows("github")], [(0, 253_402_300_799), (1_582_970_400, None)]
        )

    def test_what_is_malformed_is_an_error_that_names_place_and_repository(self) -> None:
        shapes: list[tuple[Change, str]] = [
            (lambda node: node.pop("isArchived"), "isArchived is absent"),
            (lambda node: node.update(isArchived=None), "isArchived is not true or false"),
            (lambda node: node.update(createdAt=None), "createdAt is not a string"),
            (lambda node: node.update(createdAt="2020-13-01T00:00:00Z"), "createdAt is not a time"),
            (lambda node: node.update(createdAt="2020-01-01T00:00:00"), "createdAt is not a time"),
            (lambda node: node.update(createdAt="1969-12-31T23:59:59Z"), "createdAt is not a time"),
            (lambda node: node.pop("pushedAt"), "pushedAt is absent"),
            (lambda node: node.update(pushedAt=1_600_000_000), "pushedAt is not a string"),
            (lambda node: node.update(pushedAt=""), "pushedAt is not a time"),
            (lambda node: node.pop("licenseInfo"), "licenseInfo is absent"),
            (lambda node: node.update(licenseInfo="MIT"), "licenseInfo is not an object"),
            (lambda node: node.update(licenseInfo={}), "licenseInfo.spdxId is absent"),
            (lambda node: node.update(licenseInfo={"spdxId": 7}), "licenseInfo.spdxId is not a string"),
        ]
        self.add(*(Repository(f"r{n}", created_at=f"2020-01-01T00:00:{n:02}Z") for n in range(SIZES.first + 1)))
        places: dict[str, tuple[Change, str]] = {
            "Owner": (lambda data: data["repositoryOwner"]["detailed"]["nodes"][0], "tiny/r0 "),
            "Details": (lambda data: data["nodes"][0], f"tiny/r{SIZES.first} "),
        }
        for change, place in shapes:
            for query, (node, name) in places.items():
                with self.subTest(place, query=query):
                    self.emulator.faults.clear()
                    self.edit(lambda data, change=change, node=node: change(node(data)), query)  # type: ignore[misc]
                    message = self.failure(502, self.url)["message"]
                    self.assertIn(place, message)
                    self.assertIn(f"for its repository {name}", message)


class AtBitbucket(RowsTestCase):
    """By the list and the watchers."""

    def add(self, *repositories: Repository) -> None:
        """Give Bitbucket the workspace `tiny`."""
        self.world.add(Owner("bitbucket", "tiny", "Workspace", repositories))

    def edit(self, change: Change) -> None:
        """Change the first repository of each page."""

        def changed(body: Any) -> Any:
            change(body["values"][0])
            return body

        self.emulator.faults.add(Fault("edit", path="/2.0/repositories/tiny", edit=changed))

    def test_recorded_made_up_and_generated_ones_are_exact(self) -> None:
        for login in ("mailchimp", "sourcegraph-testing", "team-0", "team-1", "team-101", "team-250"):
            with self.subTest(login):
                self.assert_rows("bitbucket", login)

    def test_a_name_is_the_last_part_of_the_address_and_a_time_in_whole_seconds(self) -> None:
        self.add(Repository("My-Tool", languages={"Java": 9}, created_at="2020-02-29T12:00:00.999999+02:00", stars=3))

        (row,) = self.rows("bitbucket")

        self.assertEqual((row.name, row.created, row.langs), ("my-tool", 1_582_970_400, (("java", None),)))
        self.assertEqual({row.is_archived, row.stars, row.topics, row.license, row.pushed}, {None})

    def test_a_time_that_is_not_told_is_none_and_one_that_is_none_an_error_that_names_the_repository(self) -> None:
        self.add(Repository("a"))
        for told in (lambda value: value.pop("created_on"), lambda value: value.update(created_on=None)):
            self.emulator.faults.clear()
            self.edit(told)
            self.assertEqual([one.created for one in self.rows("bitbucket")], [None])
        for wrong in (7, True, "", "yesterday", "2020-01-01", "2020-01-01T00:00:00", "1969-12-31T23:59:59Z"):
            with self.subTest(wrong):
                self.emulator.faults.clear()
                self.edit(lambda value, wrong=wrong: value.update(created_on=wrong))  # type: ignore[misc]
                message = self.failure(502, "https://bitbucket.org/tiny")["message"]
                self.assertIn("for its repository tiny/a", message)
                self.assertIn("created_on is not a time", message)


class Chosen(RowsTestCase):
    """Filters over what the adapters find."""

    def test_filters_choose_what_the_straight_sum_chooses(self) -> None:
        wanted: tuple[Wanted, ...] = (None, "no", "only")
        times = (None, "2019-06-01T00:00:00Z", "2024-01-01T00:00:00Z")
        numbers = set[int]()
        for forge, login in (("github", "betagouv"), ("github", "org-130"), ("bitbucket", "mailchimp")):
            rows = self.rows(forge, login)
            for forks, archived, since in product(wanted, wanted, times):
                chosen = Filter(
                    forks, archived, None if since is None else int(datetime.fromisoformat(since).timestamp())
                )
                with self.subTest(forge, login=login, chosen=chosen):
                    stats = summed([one for one in rows if chosen.chooses(one)])
                    expected = self.world.sum([(forge, login)], Choice(forks or "", archived or "", since or ""))
                    data = {**stats.numbers(), "langs": list(stats.langs), "topics": list(stats.topics)}
                    self.assertEqual(data, expected)
                    numbers.add(stats.original_repos + stats.forked_repos)
        self.assertGreater(len(numbers), 20)
