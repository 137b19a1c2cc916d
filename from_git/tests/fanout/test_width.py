"""The rules of `Width`, without threads and time; and what a pool does with it."""

import threading
from itertools import pairwise
from unittest import TestCase

from emulator.tests.helpers import settled
from from_git.fanout import Pool, Width
from from_git.fanout.width import QUIET
from from_git.tests.fanout.test_fanout import LONG, FanoutTestCase
from from_git.tests.kit.exposition import sample
from from_git.tests.kit.time import FakeClock

ROUND = 16  # answers at least that are averaged


class WidthTestCase(TestCase):
    """A width from 8 to 64 on a clock that stands still."""

    def setUp(self) -> None:
        """Begin."""
        self.clock = FakeClock()
        self.told: list[int] = []
        self.width = self.made()

    def made(self, most: int = 64, start: int | None = 8) -> Width:
        """A width whose halvings are noted."""
        width = Width(most, start, self.clock.now)
        width.on_halved = self.told.append
        return width

    def answers(self, number: int, seconds: float = 0.1, sort: object = "a", under_way: int | None = None) -> None:
        """So many good answers to calls that were sent now, while the pool is full."""
        for _ in range(number):
            now = self.width.now
            self.width.answered(sort, self.clock.now(), seconds, now if under_way is None else under_way)

    def full(self) -> None:
        """Let it be as wide as it can be."""
        self.answers(56, sort="before")

    def round(self, seconds: float = 0.1, sort: object = "a") -> None:
        """As many answers as a round has."""
        self.answers(max(ROUND, self.width.now), seconds, sort, under_way=0)


class Growth(WidthTestCase):
    """Wider."""

    def test_it_doubles_with_each_round_trip_up_to_its_most(self) -> None:
        seen = [self.width.now]
        for _ in range(4):
            self.answers(self.width.now)
            seen.append(self.width.now)

        self.assertEqual(seen, [8, 16, 32, 64, 64])

    def test_it_grows_only_while_at_least_half_of_it_is_used(self) -> None:
        self.answers(100, under_way=3)
        self.assertEqual(self.width.now, 8)
        self.answers(100, under_way=5)
        self.assertEqual(self.width.now, 11)

    def test_it_begins_no_wider_than_its_most(self) -> None:
        self.width = self.made(most=3)
        self.assertEqual(self.width.now, 3)
        self.answers(100)
        self.assertEqual(self.width.now, 3)

    def test_after_a_halving_it_grows_by_one_a_round_trip_while_all_of_it_is_used(self) -> None:
        self.full()
        self.width.limited(self.clock.now())
        for wanted in (33, 34, 35):
            self.answers(wanted - 1)
            self.assertEqual(self.width.now, wanted)

        self.answers(1_000, under_way=34)
        self.assertEqual(self.width.now, 35)

    def test_after_minutes_without_a_halving_it_doubles_again(self) -> None:
        self.width.limited(self.clock.now())
        self.clock.move(QUIET)
        self.answers(4)
        self.assertEqual(self.width.now, 8)

    def test_a_fixed_one_is_always_its_most(self) -> None:
        self.width = self.made(start=None)
        self.width.limited(self.clock.now())
        self.width.narrow(1)
        self.round()
        for _ in range(3):
            self.round(seconds=10.0)

        self.assertEqual((self.width.now, self.told), (64, []))


class Limits(WidthTestCase):
    """The forge has refused a call."""

    def test_it_is_halved_at_once_and_others_are_told(self) -> None:
        self.full()
        self.width.limited(self.clock.now())

        self.assertEqual((self.width.now, self.told), (32, [32]))

    def test_calls_that_were_sent_before_the_last_halving_change_nothing(self) -> None:
        self.full()
        before = self.clock.now()
        self.clock.move(1.0)
        for _ in range(40):
            self.width.limited(before)
            self.width.answered("a", before, 0.1, 32)
        self.assertEqual((self.width.now, self.told), (32, [32]))

        self.width.limited(self.clock.now())
        self.assertEqual(self.width.now, 16)

    def test_it_is_never_narrower_than_one(self) -> None:
        for _ in range(9):
            self.width.limited(self.clock.now())
        self.assertEqual(self.width.now, 1)
        self.answers(1)
        self.assertEqual(self.width.now, 2)

    def test_a_halving_of_another_process_makes_it_no_wider_and_is_not_told_on(self) -> None:
        self.width.narrow(5)
        self.assertEqual(self.width.now, 5)
        self.width.narrow(50)
        self.answers(4)

        self.assertEqual((self.width.now, self.told), (5, []))


class Latency(WidthTestCase):
    """Calls take longer."""

    def test_it_is_halved_when_two_rounds_in_a_row_take_more_than_twice_as_long(self) -> None:
        self.full()
        self.round()
        self.round()
        self.round(0.35)
        self.assertEqual(self.width.now, 64)
        self.round(0.35)

        self.assertEqual((self.width.now, self.told), (32, []))

    def test_a_tenth_of_a_second_more_may_be_our_own(self) -> None:
        self.full()
        self.round(0.01)
        for _ in range(5):
            self.round(0.1)
        self.assertEqual(self.width.now, 64)

    def test_one_slow_round_and_slow_single_calls_do_nothing(self) -> None:
        self.full()
        for _ in range(5):
            self.round()
            self.round(1.0)
        for _ in range(100):
            self.answers(63, sort="b")
            self.answers(1, 5.0, sort="b")

        self.assertEqual(self.width.now, 64)

    def test_it_is_never_narrower_than_it_began_for_that(self) -> None:
        self.answers(4, sort="before")
        for factor in range(1, 8):
            for _ in range(3):
                self.round(0.1 * 3**factor)
        self.assertEqual(self.width.now, 8)

    def test_a_forge_that_stays_slow_becomes_the_measure(self) -> None:
        self.full()
        self.round()
        for _ in range(200):
            self.round(1.0)
        self.assertEqual(self.width.now, 8)

        self.answers(1_000, 1.0)

        self.assertGreater(self.width.now, 16)

    def test_calls_are_compared_with_those_of_their_sort(self) -> None:
        self.full()
        for _ in range(5):
            self.round(0.1, "ids")
            self.round(0.9, "details")

        self.assertEqual(self.width.now, 64)

    def test_where_all_stand_in_one_queue_it_comes_back(self) -> None:
        widths = [self.width.now]
        for _ in range(2_000):
            self.answers(1, 0.01 * self.width.now)
            widths.append(self.width.now)

        self.assertTrue(any(after < before for before, after in pairwise(widths)))
        self.assertLess(sum(widths) / len(widths), 48)


class Pools(FanoutTestCase):
    """What a pool does."""

    def test_the_width_bounds_its_tasks_and_one_that_becomes_wider_has_more_at_once(self) -> None:
        width = Width(8, 2)
        pool, group, go = Pool("wide", 8, "", width), self.group(), threading.Semaphore(0)
        self.addCleanup(pool.close)

        def task() -> None:
            go.acquire(timeout=LONG)

        self.addCleanup(go.release, 60)
        for _ in range(60):
            group.start(pool, task)
        self.assertEqual((pool.most, pool.width, settled(lambda: pool._serving, 2), pool.idle), (8, 2, 2, 0))

        for wide in range(3, 9):
            pool.answered(0, 0.0, 0.1)
            go.release()
            self.assertEqual(settled(lambda: (pool.width, pool._serving), (wide, wide)), (wide, wide))
        self.assertEqual(sample("pool_width", "", "wide"), 8)

        pool.limited(0.0)
        go.release(8)

        self.assertEqual(settled(lambda: (pool.width, pool._serving, pool.idle), (4, 4, 0)), (4, 4, 0))
        self.assertEqual(sample("pool_width", "", "wide"), 4)
        go.release(60)
        self.assertTrue(group.wait())
        self.assertEqual(settled(lambda: pool.idle, 4), 4)
        pool.close()
        self.assertEqual((sample("pool_width", "", "wide"), sample("pool_threads", "", "wide")), (0, 0))

    def test_one_that_becomes_wider_has_more_at_once_where_each_group_has_one_task(self) -> None:
        pool, go = Pool("wide", 8, "", Width(8, 2)), threading.Semaphore(0)
        self.addCleanup(pool.close)
        self.addCleanup(go.release, 60)
        for _ in range(60):
            self.group().start(pool, lambda: go.acquire(timeout=LONG))
        self.assertEqual(settled(lambda: pool._serving, 2), 2)

        for wide in range(3, 9):
            pool.answered(0, 0.0, 0.1)
            go.release()
            self.assertEqual(settled(lambda: pool._serving, wide), wide)

    def test_pools_of_a_host_have_one_width_and_each_its_own_threads_at_most(self) -> None:
        width = Width(64, 16)
        lists, watchers = Pool("lists", 4, "", width), Pool("watchers", 64, "", width)
        self.addCleanup(lists.close)
        self.addCleanup(watchers.close)
        self.assertEqual((lists.width, watchers.width), (4, 16))

        lists.limited(0.0)
        self.assertEqual((lists.width, watchers.width), (4, 8))
        lists.limited(float("inf"))
        lists.limited(float("inf"))
        self.assertEqual((lists.width, watchers.width), (2, 2))
