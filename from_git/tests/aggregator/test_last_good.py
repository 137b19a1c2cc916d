"""The last good numbers, which `aggregate` may take where a forge gives no new ones in time."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from emulator import Fault
from emulator.tests.helpers import settled
from from_git import flights
from from_git.aggregator import Answer, Asking, aggregate
from from_git.errors import CredentialsError, DeadlineError, LimitError, TransientError, UpstreamError
from from_git.flights.awaited import Waiter
from from_git.tests.flights.test_flights_redis import redis_settings
from from_git.tests.flights.test_flights_service import KeptTestCase
from from_git.tests.kit.servers import needs_redis, start_redis

GITHUB, BITBUCKET, NOBODY = "https://github.com/user-3", "https://bitbucket.org/team-7", "https://github.com/nobody"
OTHER = "https://github.com/user-4"
DOWN = Fault("status", path="/graphql", status=401)
HANG = Fault("hang", path="/graphql")
DAY = 86_400.0


class LastGoodTestCase(KeptTestCase):
    """Profiles whose time is over, and whose last numbers are there."""

    def ask_for(
        self,
        *urls: str,
        patience: float | None = 5.0,
        seconds: float = 30.0,
        waiter: Waiter | None = None,
        **options: Any,
    ) -> Answer:
        """What `aggregate` makes of it."""
        profiles = [self.profile(url) for url in urls]
        return aggregate(profiles, Asking(seconds, "A_SETTING", patience=patience, **options), waiter=waiter)

    def old(self, answer: Answer) -> dict[str, type[UpstreamError]]:
        """Which profiles are old, and the kind of error that says why."""
        return {profile.url: type(error) for profile, error in answer.old.items()}

    def had(self, *urls: str, ago: float = 400.0) -> None:
        """Fetch them, and let it be so long ago."""
        self.ask_for(*urls, patience=None)
        for url in urls:
            self.age(url, ago)

    def age(self, url: str, seconds: float) -> None:
        """Let what is kept of it be older, be it shown or not."""
        profile, store = self.profile(url), flights.current().store
        kept = store._all([profile])[profile]
        store.keep(profile, replace(kept, at=kept.at - seconds))

    def assert_old(self, kind: type[UpstreamError], *urls: str, of: tuple[str, ...] = (), **options: Any) -> Answer:
        """All `urls` are old for this reason, each error names its own, and the numbers are the last ones."""
        answer = self.ask_for(*urls, *of, **options)
        self.assertEqual(self.old(answer), dict.fromkeys(urls, kind))
        for profile, error in answer.old.items():
            self.assertEqual(error.profile, profile)
            self.assertIn(profile.url, error.message)
            self.assertGreater(time.time() - answer.fetched[profile].at, 300)
        self.assertEqual([one.url for one in answer.fetched], [*urls, *of])
        return answer


class Contract(LastGoodTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What holds over every cache. No test case itself, so none is skipped."""

    def test_a_forge_that_is_up_gives_new_ones(self) -> None:
        self.had(GITHUB, BITBUCKET)

        answer = self.ask_for(GITHUB, BITBUCKET)

        self.assertEqual(self.old(answer), {})
        self.assertTrue(all(time.time() - one.at < 60 for one in answer.fetched.values()))

    def test_of_a_forge_that_is_down_they_are_old_and_of_the_other_new(self) -> None:
        self.had(GITHUB, OTHER, BITBUCKET)
        for kind, fault in [
            (CredentialsError, DOWN),
            (TransientError, Fault("status", path="/graphql", status=500)),
            (LimitError, Fault("status", path="/graphql", status=429, headers={"Retry-After": "1800"})),
        ]:
            with self.subTest(kind.__name__):
                self.emulator.faults.clear()
                self.emulator.faults.add(fault)
                for url in (GITHUB, OTHER):  # which may be written otherwise
                    self.assert_old(kind, f"{url}?q")
                both = self.assert_old(kind, GITHUB, OTHER, of=(BITBUCKET,))
                self.assertLess(time.time() - both.fetched[self.profile(BITBUCKET)].at, 60)
                self.assertEqual(both.stats.original_repos + both.stats.forked_repos, self.size(*OWNERS))
                self.age(BITBUCKET, 400.0)

    def size(self, *owners: tuple[str, str]) -> int:
        """Public repositories of all."""
        total = self.world.sum(owners)
        return int(total["originalRepos"] + total["forkedRepos"])

    def test_an_error_is_raised_where_one_has_none_and_without_patience(self) -> None:
        self.had(GITHUB, BITBUCKET)
        self.emulator.faults.add(DOWN)

        for urls, patience in (((GITHUB, OTHER), 5.0), ((GITHUB,), None), ((OTHER,), 5.0)):
            with self.subTest(urls=urls, patience=patience), self.assertRaises(CredentialsError) as raised:
                self.ask_for(*urls, BITBUCKET, patience=patience)
            assert raised.exception.profile
            self.assertIn(raised.exception.profile.url, urls[-1:])

    def test_an_error_is_not_kept(self) -> None:
        self.had(GITHUB)
        self.emulator.faults.add(DOWN)
        self.assert_old(CredentialsError, GITHUB)

        self.emulator.faults.clear()

        self.assertEqual(self.old(self.ask_for(GITHUB)), {})
        self.assertEqual(self.calls_of(lambda: self.ask_for(GITHUB)), 0)

    def test_one_that_is_missing_now_is_missing_and_then_never_old(self) -> None:
        owner = self.world.owner("github", "user-3")
        assert owner
        self.addCleanup(self.world.add, owner)
        self.had(GITHUB, OTHER)
        self.world.remove("github", "user-3")

        answer = self.ask_for(GITHUB)
        self.assertEqual((self.old(answer), [one.url for one in answer.missing]), ({}, [GITHUB]))
        self.age(GITHUB, 400.0)
        self.emulator.faults.add(DOWN)
        with self.assertRaises(CredentialsError):
            self.ask_for(GITHUB)
        self.assert_old(CredentialsError, OTHER)

    def test_they_count_as_long_as_the_setting_of_this_moment_says(self) -> None:
        self.had(GITHUB, ago=1_000.0)
        self.emulator.faults.add(DOWN)
        for seconds, there in ((DAY, True), (1_100.0, True), (900.0, False), (0.0, False), (DAY, True)):
            with self.subTest(seconds):
                self.settings_kept(LAST_GOOD_SECONDS=seconds)
                if there:
                    self.assert_old(CredentialsError, GITHUB)
                else:
                    self.assertRaises(CredentialsError, self.ask_for, GITHUB)

    def test_what_a_wrong_clock_has_dated_counts_for_nothing(self) -> None:
        self.had(GITHUB, ago=-3_600.0)
        self.emulator.faults.add(DOWN)

        self.assertRaises(CredentialsError, self.ask_for, GITHUB)

    def test_where_nothing_is_shown_again_they_are_kept_all_the_same(self) -> None:
        self.settings_kept(PROFILE_CACHE_SECONDS=0.0)
        self.ask_for(GITHUB)
        self.assertGreater(self.calls_of(lambda: self.assertEqual(self.old(self.ask_for(GITHUB)), {})), 0)
        self.age(GITHUB, 400.0)
        self.emulator.faults.add(DOWN)

        self.assert_old(CredentialsError, GITHUB)
        self.assertRaises(CredentialsError, self.ask_for, GITHUB, patience=None)

    def test_a_new_token_forgets_nothing(self) -> None:
        self.had(GITHUB)
        self.settings_for_test(GITHUB_API_TOKEN="ghp_another")
        self.emulator.faults.add(DOWN)

        self.assert_old(CredentialsError, GITHUB)

    def test_of_a_forge_that_hangs_they_are_there_after_patience_and_its_fetch_goes_on(self) -> None:
        self.had(GITHUB)
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=1.0))

        answer = self.assert_old(DeadlineError, GITHUB, patience=0.3, longest=60.0)

        self.assertIn("no new numbers in time", answer.old[self.profile(GITHUB)].message)
        self.assertNotIn("A_SETTING", answer.old[self.profile(GITHUB)].message)
        profile = self.profile(GITHUB)
        self.assertTrue(settled(lambda: bool(flights.kept([profile], anew=False)), True))
        self.assertEqual(self.old(self.ask_for(GITHUB)), {})

    def test_it_goes_on_to_its_deadline_even_where_nothing_is_shown_again(self) -> None:
        self.had(GITHUB)
        self.emulator.faults.add(HANG)
        for seconds in (300.0, 0.0):
            with self.subTest(seconds):
                self.settings_kept(PROFILE_CACHE_SECONDS=seconds)
                self.assert_old(DeadlineError, GITHUB, patience=0.2, longest=60.0, seconds=1.0)
                self.assertTrue(flights.current().under_way(self.profile(GITHUB)))
                self.assertFalse(settled(lambda: flights.current().under_way(self.profile(GITHUB)), False))

    def test_they_are_there_at_the_deadline_too(self) -> None:
        self.had(GITHUB, OTHER, BITBUCKET)
        self.emulator.faults.add(HANG)

        answer = self.assert_old(DeadlineError, GITHUB, OTHER, of=(BITBUCKET,), patience=60.0, seconds=2.0)
        # whoever sees the old numbers has no say in our deadlines
        self.assertNotIn("A_SETTING", answer.old[self.profile(GITHUB)].message)
        with self.assertRaisesRegex(DeadlineError, "A_SETTING"):
            self.ask_for(GITHUB, patience=None, seconds=0.2)


OWNERS = [("github", "user-3"), ("github", "user-4"), ("bitbucket", "team-7")]


class InMemory(Contract, LastGoodTestCase):
    """In this process."""


@needs_redis
class InRedis(Contract, LastGoodTestCase):
    """A real one."""

    address: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Start it."""
        super().setUpClass()
        cls.address = start_redis(cls)

    def cache_settings(self) -> dict[str, Any]:
        """See `KeptTestCase.cache_settings`."""
        return redis_settings(self.address)


@needs_redis
class RedisAway(LastGoodTestCase):
    """A Redis that nobody can reach: what this process has fetched itself."""

    def cache_settings(self) -> dict[str, Any]:
        """See `KeptTestCase.cache_settings`."""
        return redis_settings("redis://127.0.0.1:9/0")

    def test_its_own_count(self) -> None:
        self.had(GITHUB)
        self.emulator.faults.add(DOWN)

        self.assert_old(CredentialsError, GITHUB)
        self.assertRaises(CredentialsError, self.ask_for, OTHER)
