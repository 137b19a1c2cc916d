"""How wide pools are: on an emulator, over sockets."""

from typing import Any

from django.core.cache import caches

from emulator import Emulator, Fault, Latency, World, preset
from from_git import forges
from from_git.calls.narrowed import Narrowed
from from_git.fanout import Pool, Width
from from_git.fanout.width import QUIET
from from_git.tests.calls.test_limits import LimitsTestCase
from from_git.tests.kit.budgets import Values
from from_git.tests.kit.hosts import adapter
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.kit.system import environment_with
from from_git.tests.kit.time import FakeClock

BEGINS = 16
SLOW = Latency(base=0.03)


def pool(kind: str) -> Pool:
    """The pool of this process that makes most calls to the first host of a kind."""
    access: Any = adapter(kind).access  # type: ignore[attr-defined]
    found = getattr(access, "watchers_pool", access.pool)
    assert isinstance(found, Pool)
    return found


class WidthsTestCase(ServiceTestCase):
    """Forges that take a moment for an answer."""

    def setUp(self) -> None:
        """Begin."""
        super().setUp()
        self.emulator.latency = SLOW
        self.addCleanup(setattr, self.emulator, "latency", Latency())

    def grown(self) -> int:
        """The width of the watchers' pool, after they were many."""
        self.answer("https://bitbucket.org/team-300")
        return pool("bitbucket").width


class Growth(WidthsTestCase):
    """Under load."""

    def test_a_pool_grows_from_a_modest_width_to_its_most_and_stays_so_for_others(self) -> None:
        self.settings_for_test(NUM_THREADS_BITBUCKET=40, NUM_THREADS_BITBUCKET_WATCHERS=40)
        self.assertEqual((pool("bitbucket").most, pool("bitbucket").width), (40, BEGINS))

        self.assertEqual(self.grown(), 40)

        watchers = self.emulator.meter.snapshot()["watchers"]
        self.assertGreater(watchers.peak, BEGINS)
        self.assertLessEqual(watchers.peak, 40)
        self.assertEqual(adapter("bitbucket").width, 80)

    def test_a_value_that_was_set_is_the_most(self) -> None:
        self.settings_for_test(NUM_THREADS_BITBUCKET=4, NUM_THREADS_BITBUCKET_WATCHERS=6, NUM_THREADS_GITHUB=3)

        self.answer("https://bitbucket.org/team-300", "https://github.com/org-300")

        snapshot = self.emulator.meter.snapshot()
        self.assertLessEqual(snapshot["watchers"].peak, 6)
        self.assertLessEqual(snapshot["bitbucket"].peak, 4 + 6)
        self.assertLessEqual(snapshot["github"].peak, 3)

    def test_one_owner_after_another_lets_it_grow(self) -> None:
        # as long as that, all that one list brings is under way together, however busy this machine is
        self.emulator.latency = Latency(base=0.1, per_repository=0.01)
        for _ in range(3):
            self.answer("https://github.com/org-500")
        self.assertGreater(pool("github").width, BEGINS)

    def test_few_calls_at_a_time_leave_it_as_it_is(self) -> None:
        for _ in range(12):
            self.answer("https://github.com/user-3", "https://bitbucket.org/team-3")
        self.assertEqual((pool("github").width, pool("bitbucket").width), (BEGINS, BEGINS))


class Fixed(WidthsTestCase):
    """POOL_WIDTH = fixed."""

    def test_the_width_is_the_setting_from_the_first_call_on_whatever_the_forge_says(self) -> None:
        self.settings_for_test(POOL_WIDTH="fixed", NUM_THREADS_BITBUCKET_WATCHERS=24, NUM_THREADS_GITHUB=150)
        self.emulator.faults.add(preset("bitbucket_429", path="*/watchers", times=1, headers={"Retry-After": "1"}))

        self.assertEqual((pool("bitbucket").width, pool("github").width), (24, 150))
        self.assertEqual(self.grown(), 24)
        self.assertEqual(self.emulator.meter.snapshot()["watchers"].peak, 24)


class Limits(WidthsTestCase):
    """A forge that refuses a call."""

    def test_a_429_halves_it_at_once_and_it_grows_slowly_then(self) -> None:
        before = self.grown()
        self.emulator.faults.add(preset("bitbucket_429", path="*/watchers", times=1, headers={"Retry-After": "1"}))

        self.answer("https://bitbucket.org/team-40")

        self.assertIn(pool("bitbucket").width, (before // 2, before // 2 + 1))

    def test_so_does_each_form_of_a_limit_of_github(self) -> None:
        for name in ("secondary_200", "secondary_200_errors", "secondary_403", "primary_429"):
            with self.subTest(name):
                forges.close()
                caches["default"].clear()
                self.emulator.faults.add(preset(name, times=1, headers={"Retry-After": "1"}))
                self.answer("https://github.com/user-3")
                self.assertEqual(pool("github").width, BEGINS // 2)

    def test_a_process_that_begins_is_as_narrow_as_those_that_were_before(self) -> None:
        self.emulator.faults.add(preset("bitbucket_429", path="*/watchers", times=1, headers={"Retry-After": "1"}))
        self.answer("https://bitbucket.org/team-2")
        forges.close()

        self.answer("https://bitbucket.org/team-2")

        self.assertEqual(pool("bitbucket").width, BEGINS // 2)
        self.assertEqual(pool("github").width, BEGINS)

    def test_other_failures_change_nothing(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=502, times=3))
        self.answer("https://github.com/user-3")
        self.assertEqual(pool("github").width, BEGINS)


class GitHubsBounds(LimitsTestCase):
    """With the limits of github.com in force; the windows are short."""

    def test_large_owners_and_many_small_ones_meet_none(self) -> None:
        times = Latency(base=0.03, per_repository=0.004)
        emulator = self.bounded("minute", 6.0, github={"seconds": 4.0}, minute=6.0, latency=times)
        # on a busy machine all of it takes the forge twice as long
        self.settings_for_test(GITHUB_SECONDS_PER_MINUTE=3.0, REQUEST_DEADLINE=180.0, FLIGHT_SECONDS=180.0)
        pace = adapter("github").pace
        assert pace is not None
        for repositories in (0, 30) * 5:  # else the first queries are taken for slow, and are sent one by one
            pace.learn(repositories, 0.03 + 0.004 * repositories, 1)
        for kind, large in (("org", "org-400"), ("user", "user-300")):  # the first leave no room for all of the second
            small = [f"{kind}-{size}" for size in range(1, 16)]
            self.assert_all_exact(emulator, "github", [*small, large], self.together)

        counts = emulator.meter.snapshot()["github"]
        self.assertEqual((counts.refused, set(counts.statuses)), (0, {200}))

    def test_the_processes_of_a_server_share_what_github_allows_at_the_same_time(self) -> None:
        for workers, limit, most in (("1", 55.0, 90), ("4", 55.0, 22), ("200", 55.0, 1), ("4", 0.0, 300)):
            with self.subTest(workers=workers, limit=limit), environment_with(WEB_CONCURRENCY=workers):
                self.settings_for_test(NUM_THREADS_GITHUB=300, GITHUB_SECONDS_PER_MINUTE=limit)
                self.assertEqual(pool("github").most, most)
                self.settings_for_test(POOL_WIDTH="fixed")
                self.assertEqual((pool("github").most, pool("github").width), (300, 300))
                self.settings_for_test(POOL_WIDTH="auto")

    def test_at_its_widest_it_stays_below_that(self) -> None:
        emulator = self.enterContext(Emulator(World(), latency=Latency(base=0.2), github={"seconds": None}))
        self.settings_for_test(
            GITHUB_GRAPHQL_URL=emulator["github"].url, NUM_THREADS_GITHUB=300, GITHUB_SECONDS_PER_MINUTE=10_000.0
        )
        for begin in range(0, 900, 300):
            self.answer(*(f"https://github.com/absent-{number}" for number in range(begin, begin + 300)))

        counts = emulator.meter.snapshot()["github"]
        self.assertEqual(counts.refused, 0)
        self.assertLessEqual(counts.peak, 90)
        self.assertGreater(counts.peak, 48)


class Told(ServiceTestCase):
    """What processes tell each other."""

    def setUp(self) -> None:
        """Two processes of one server."""
        super().setUp()
        self.clock, self.memory = FakeClock(), Values()
        self.first, self.second = self.process(), self.process()

    def process(self) -> tuple[Width, Narrowed]:
        """The width of one."""
        width = Width(64, BEGINS, self.clock.now)
        return width, Narrowed(width, "host", self.memory, self.clock.now)

    def halve(self, width: Width) -> None:
        """Have a process meet a limit a second later."""
        self.clock.move(1.0)
        width.limited(self.clock.now())

    def test_each_halving_is_heard_of_once(self) -> None:
        self.halve(self.first[0])
        self.second[1].refresh()
        self.assertEqual(self.second[0].now, BEGINS // 2)
        for _ in range(BEGINS // 2):
            self.second[0].answered("a", self.clock.now(), 0.1, 64)
        self.clock.move(1.0)
        self.second[1].refresh()
        self.first[1].refresh()
        self.assertEqual((self.first[0].now, self.second[0].now), (BEGINS // 2, BEGINS // 2 + 1))

        self.halve(self.second[0])
        self.first[1].refresh()
        self.assertEqual(self.first[0].now, 4)

    def test_a_halving_is_forgotten_after_minutes(self) -> None:
        self.halve(self.first[0])
        self.clock.move(QUIET + 1.0)
        self.second[1].refresh()
        self.assertEqual(self.second[0].now, BEGINS)

    def test_nonsense_in_the_memory_changes_nothing(self) -> None:
        for value in (None, 3, "wide", [], [1], [0, 1.0], [-3, self.clock.now()], [1, "now"], ["2", 1.0], [1, 1e18]):
            with self.subTest(value=value):
                self.memory.set("from-git:width:host", value, 60)
                self.clock.move(1.0)
                self.second[1].refresh()
                self.assertEqual(self.second[0].now, BEGINS)
