"""Watcher counts that are kept for longer than the lists of their workspaces."""

from typing import Any
from unittest import TestCase

from django.core.cache import caches

from emulator import Fault
from from_git.forges.bitbucket.access import Counts
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.kit.time import FakeClock

DAY = 86_400.0


class Store(dict[str, Any]):
    """A memory that keeps everything."""

    def set(self, key: str, value: Any, timeout: float) -> None:
        """See `Memory.set`."""
        self[key] = value


class Values(TestCase):
    """What comes back of what was kept."""

    def setUp(self) -> None:
        """Counts for a day."""
        self.clock, self.memory = FakeClock(), Store()
        self.clock.move(1_000_000.0)
        self.counts = Counts(self.memory, "key", DAY, self.clock.now)

    def test_each_is_good_for_its_own_time(self) -> None:
        now = self.clock.now()
        self.counts.keep("team", {"{a}": (3, now - DAY + 10.0), "{b}": (0, now)})

        self.assertEqual(self.counts.of("team"), {"{a}": (3, now - DAY + 10.0), "{b}": (0, now)})
        self.clock.move(10.0)
        self.assertEqual(self.counts.of("team"), {"{b}": (0, now)})
        self.assertEqual(self.counts.of("other"), {})

    def test_hosts_do_not_share_them(self) -> None:
        self.counts.keep("team", {"{a}": (3, self.clock.now())})

        self.assertEqual(Counts(self.memory, "other", DAY, self.clock.now).of("team"), {})

    def test_nonsense_is_as_if_nothing_had_been_kept(self) -> None:
        self.counts.keep("team", {"{a}": (3, self.clock.now())})
        (key,) = self.memory
        now = self.clock.now()
        all_nonsense: list[Any] = [
            None,
            7,
            "x",
            [],
            {"{a}": 3},
            {"{a}": [-1, now]},
            {"{a}": [1, now + 1]},
            {"{a}": ["1", now]},
        ]
        for nonsense in all_nonsense:
            with self.subTest(nonsense):
                self.memory[key] = nonsense
                self.assertEqual(self.counts.of("team"), {})

    def test_zero_seconds_keep_nothing(self) -> None:
        counts = Counts(self.memory, "key", 0.0, self.clock.now)
        counts.keep("team", {"{a}": (3, self.clock.now())})

        self.assertEqual((dict(self.memory), counts.of("team"), counts.kept), ({}, {}, False))


class SecondLook(ServiceTestCase):
    """A large workspace asked for again, when its list is not kept any more."""

    URL = "https://bitbucket.org/team-300"

    def setUp(self) -> None:
        """Nothing is kept but counts."""
        super().setUp()
        self.settings_for_test(WATCHERS_CACHE_SECONDS=DAY)

    def calls(self) -> tuple[int, int]:
        """Calls for lists and for watchers since the last time."""
        seen = self.emulator.meter.snapshot()
        self.emulator.meter.reset()
        return seen["bitbucket"].calls - seen["watchers"].calls, seen["watchers"].calls

    def test_it_costs_the_list_only(self) -> None:
        first = self.assert_exact(("bitbucket", "team-300"))
        public = sum(first["data"][key] for key in ("originalRepos", "forkedRepos"))
        lists, watchers = self.calls()
        self.assertEqual(watchers, public)

        second = self.assert_exact(("bitbucket", "team-300"))

        self.assertEqual(second, first)
        self.assertEqual(self.calls(), (lists, 0))

    def test_new_repositories_are_counted_and_gone_ones_are_not(self) -> None:
        self.assert_exact(("bitbucket", "team-300"))
        self.calls()
        before = self.world.owner("bitbucket", "team-300")
        assert before is not None
        self.addCleanup(self.world.add, before)
        self.world.change("bitbucket", "team-300", delete_oldest=3, create=2)

        self.assert_exact(("bitbucket", "team-300"))

        self.assertEqual(self.calls()[1], 2)

    def test_a_failed_fetch_keeps_what_was_kept(self) -> None:
        self.assert_exact(("bitbucket", "team-300"))
        self.calls()
        self.emulator.faults.add(Fault("status", path="/2.0/repositories/team-300", status=403))
        self.failure(502, self.URL)
        self.emulator.faults.clear()
        self.calls()

        self.assert_exact(("bitbucket", "team-300"))

        self.assertEqual(self.calls()[1], 0)

    def test_off_by_default(self) -> None:
        self.settings_for_test(WATCHERS_CACHE_SECONDS=0.0)
        self.assert_exact(("bitbucket", "team-300"))
        self.calls()

        self.assert_exact(("bitbucket", "team-300"))

        self.assertGreater(self.calls()[1], 200)

    def test_a_lost_cache_costs_calls_and_no_exactness(self) -> None:
        self.assert_exact(("bitbucket", "team-300"))
        caches["default"].clear()

        self.assert_exact(("bitbucket", "team-300"))
