"""Repositories that two profiles of one question share, because they have moved between two fetches."""

from dataclasses import replace
from itertools import count, permutations
from unittest import TestCase

import requests

from emulator import Repository
from from_git.aggregator.merging import merged
from from_git.errors import UpstreamError
from from_git.forges.registry import KINDS
from from_git.tests.kit import oracle
from from_git.tests.kit.examples import ROWS, given, st
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.found import Fetched, Found
from from_git.values.profile import Profile
from from_git.values.repository import Repository as Row
from from_git.values.rows import Rows
from from_git.values.stats import LARGEST, Language, Stats

TIMES = map(float, count(1))
"""Each is of one fetch only: sums are remembered by them."""


class Moving(ServiceTestCase):
    """A repository that goes from one owner to another one, while the first is kept."""

    def told(self, forge: str) -> str:
        """The number that tells here which repositories are in a sum."""
        return "watchers" if oracle.TRAITS[forge].watchers else "followers"

    def move(self, forge: str) -> list[str]:
        """Ask for both owners before and after; the URLs of both."""
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        topics = ("web",) if oracle.TRAITS[forge].topics else ()
        stays = Repository("stays", watchers=1, stars=1, languages={"C": 5}, topics=topics)
        moves = replace(stays, name="moves", watchers=100, stars=100, created_at="2020-01-01T00:00:00Z", id=2)
        other = Repository("other", watchers=10, stars=10, languages={"Go": 3})
        self.world.add(oracle.owner_of(forge, "from-one", (stays, moves)))
        self.world.add(oracle.owner_of(forge, "to-two", (other,)))
        urls = [KINDS[forge].url(name) for name in ("from-one", "to-two")]
        self.assertEqual(self.answer(urls[0])["data"][self.told(forge)], 101)
        self.world.change(forge, "from-one", transfer="to-two")
        return urls

    def test_it_counts_once_as_it_was_found_last_and_with_each_in_the_rows(self) -> None:
        for forge in KINDS:
            urls = self.move(forge)
            owners = [(forge, "from-one"), (forge, "to-two")]
            for order in permutations(urls):
                with self.subTest(forge, order=order):
                    parameters = {"url": order, "expand": "profiles,langs,topics"}
                    body = requests.get(f"{self.base}/health-check", params=parameters, timeout=30).json()

                    self.assertEqual(body["data"], self.world.sum(owners))
                    self.assertEqual(body["data"][self.told(forge)], 111)
                    details = self.world.details(owners)
                    self.assertEqual({name: body[name] for name in details}, details)
                    rows = {one["owner"]: one[self.told(forge)] for one in body["profiles"]}
                    self.assertEqual(rows, {"from-one": 101, "to-two": 110})

    def test_badges_and_pictures_show_the_same_sum(self) -> None:
        urls = self.move("github")
        badge = requests.get(f"{self.base}/from-git/badge/watchers", params={"url": urls}, timeout=30).json()
        card = requests.get(f"{self.base}/from-git/card.svg", params={"url": urls}, timeout=30).text
        repos = requests.get(f"{self.base}/from-git/chart/repos.svg", params={"url": urls}, timeout=30).text

        self.assertEqual(badge["message"], "111")
        self.assertIn(">111<", card)
        self.assertIn("3 original", repos)

    def test_what_is_found_later_counts(self) -> None:
        urls = self.move("github")
        owner = self.world.owner("github", "to-two")
        assert owner
        changed = tuple(replace(one, watchers=one.watchers * 2, is_fork=True) for one in owner.repositories)
        self.world.add(replace(owner, repositories=changed))

        self.assertEqual(self.answer(*urls)["data"], self.world.sum([("github", "from-one"), ("github", "to-two")]))


class Merged(TestCase):
    """The sum over profiles that are there already."""

    def fetched(self, *parts: list[Row], kind: str = "github", at: float | None = None) -> dict[Profile, Fetched]:
        """A profile of each of these parts, fetched at that time, or each a second after the one before."""
        found: dict[Profile, Fetched] = {}
        for number, part in enumerate(parts):
            profile = Profile(host_of(KINDS[kind]), f"o{number}", f"o{number}", f"https://host.test/o{number}")
            time = next(TIMES) if at is None else at
            found[profile] = Fetched(Found("User", Rows.of(part)), time, time)
        return found

    def sum(self, fetched: dict[Profile, Fetched]) -> Stats:
        """Of all."""
        return merged({profile: one.found for profile, one in fetched.items() if one.found}, fetched).stats

    @given(st.lists(ROWS, max_size=4).flatmap(lambda parts: st.tuples(st.just(parts), st.permutations(parts))))
    def test_it_is_that_of_all_different_ones_as_found_last(self, orders: tuple[list[list[Row]], ...]) -> None:
        for parts in orders:
            latest = {row.id: row for part in parts for row in part}
            fetched = self.fetched(*parts)
            for some in (fetched, dict(reversed(fetched.items()))):
                self.assertEqual(self.sum(some), oracle.of_rows(list(latest.values())))

    def test_of_fetches_at_the_same_moment_the_last_owner_counts_in_any_order(self) -> None:
        fetched = self.fetched([Row("R", "r", watchers=1)], [Row("R", "r", watchers=2)], at=next(TIMES))

        self.assertEqual(self.sum(fetched).watchers, 2)
        again = self.fetched([Row("R", "r", watchers=1)], [Row("R", "r", watchers=2)], at=next(TIMES))
        self.assertEqual(self.sum(dict(reversed(again.items()))).watchers, 2)

    def test_what_a_group_and_its_part_share_counts_with_the_part_whichever_was_fetched_last(self) -> None:
        host, row = host_of("gitlab"), Row("1", "r", watchers=1)
        for names in permutations(("a", "a/b", "a/b/c")):
            with self.subTest(names):
                profiles = [Profile(host, name, name, f"https://gitlab.com/{name}") for name in names]
                found, times = Found("Group", Rows.of([row])), {one: next(TIMES) for one in profiles}
                fetched = {one: Fetched(found, time, time) for one, time in times.items()}

                elsewhere = merged(dict.fromkeys(profiles, found), fetched).elsewhere

                self.assertEqual([one.key for one in profiles if not elsewhere.get(one)], ["a/b/c"])

    def test_the_same_id_at_another_host_is_another_repository(self) -> None:
        row = Row("R", "r", watchers=1)
        fetched = {**self.fetched([row]), **self.fetched([row], kind="bitbucket")}
        other = replace(next(iter(fetched)), host=host_of("github", "ghe.example.org"))
        fetched[other] = next(iter(fetched.values()))

        self.assertEqual(self.sum(fetched).watchers, 3)

    def test_one_of_three_counts_for_all(self) -> None:
        row = Row("R", "r", langs=(("C", 5),))
        fetched = self.fetched([row, Row("S", "s")], [row], [row, Row("T", "t", True)])

        self.assertEqual(self.sum(fetched), Stats(2, 1, langs={"c": Language(1, 5)}))

    def test_what_the_first_and_the_last_share_is_not_forgotten_between_them(self) -> None:
        one, other = Row("R", "r"), Row("S", "s")

        self.assertEqual(self.sum(self.fetched([one], [other], [one, other])).original_repos, 2)

    def test_what_is_too_large_twice_is_not_too_large_once(self) -> None:
        row = Row("R", "r", watchers=LARGEST)

        self.assertEqual(self.sum(self.fetched([row], [row])).watchers, LARGEST)
        self.assertRaises(UpstreamError, self.sum, self.fetched([row], [row._replace(id="S")]))
