"""Until when a fetch goes on, and how far it is."""

import time
from typing import TYPE_CHECKING

from from_git.errors import BudgetError
from from_git.tests.kit.flying import FOUND, MFEM, SPACK, CacheTestCase, Client, InMemory, InRedis, monotonic
from from_git.tests.kit.servers import needs_redis
from from_git.values.progress import Progress


class Contract(CacheTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What holds over every cache. No test case itself, so none is skipped."""

    def test_a_deadline_is_the_latest_of_those_who_wait(self) -> None:
        one, other = self.process(), self.process()
        Client(one, seconds=5.0, longest=None)
        group = self.forge.fetches[0].group
        Client(one, seconds=50.0)
        Client(one, seconds=1.0)
        self.assertAlmostEqual(group.time_left(), 50.0, delta=5.0)

        Client(other, seconds=500.0)
        self.look(one)

        self.assertAlmostEqual(group.time_left(), 500.0, delta=5.0)
        self.assertGreaterEqual(group.horizon, group.deadline)

    def test_a_wish_for_ever_holds_no_fetch_longer_than_the_longest(self) -> None:
        process = self.process()
        client = Client(process)
        for wish in (1e9, -5, "soon", [1], {"a": 1}, True, 2**62):
            self.cache.set(f"from-git:flight:{client.flight.id}:wanted", wish, timeout=60)
            self.look(process)
        self.assertLess(self.forge.fetches[0].group.time_left(), 903.0)
        self.assertFalse(self.forge.fetches[0].group.ended)

    def test_a_fetch_that_gets_on_goes_on_after_the_deadline(self) -> None:
        one, other = self.process(), self.process()
        first, second = Client(one), Client(other)
        fetch = self.forge.fetches[0]
        fetch.seen = Progress(pages=1, pages_known=3)
        self.look(one, other)

        self.assertEqual([second.leave(late=True), first.leave(late=True)], [True, True])
        self.cache.delete(f"from-git:flight:{first.flight.id}:wanted")
        self.look(one)
        self.assertGreater(fetch.group.time_left(), 800.0)
        third = Client(one)
        third.leave()
        self.assertFalse(fetch.group.ended)
        fetch.end(FOUND)

        self.assertEqual(other.store.kept([SPACK])[SPACK].found, FOUND)

    def test_the_departure_of_a_late_one_elsewhere_lets_it_go_on(self) -> None:
        one, other = self.process(), self.process()
        first, second = Client(one), Client(other)
        self.forge.fetches[0].seen = Progress(pages=1, pages_known=3)
        self.look(one, other)

        first.leave()
        self.assertTrue(second.leave(late=True))
        self.look(one)

        self.assertFalse(self.forge.fetches[0].group.ended)
        self.assertGreater(self.forge.fetches[0].group.time_left(), 800.0)

    def test_one_that_stands_still_or_may_not_ends_with_the_deadline(self) -> None:
        for progress, longest, ahead in [
            (Progress(pages_known=3), 900.0, 0.0),
            (Progress(pages=1, pages_known=3), None, 0.0),
            (Progress(pages=1, pages_known=3), 900.0, 16.0),
        ]:
            with self.subTest(progress=progress, longest=longest, ahead=ahead):
                process = self.process()
                client = Client(process, longest=longest)
                fetch = self.forge.fetches[-1]
                fetch.seen = progress
                self.look(process)
                with monotonic(ahead):
                    self.assertFalse(client.leave(late=True))
                self.assertTrue(fetch.group.ended)

    def test_one_that_went_on_and_came_to_a_stop_is_ended_by_the_next_who_is_late(self) -> None:
        process = self.process()
        fetch_of = Client(process)
        self.forge.fetches[0].seen = Progress(pages=1, pages_known=3)
        self.assertTrue(fetch_of.leave(late=True))
        second, third = Client(process), Client(process)

        with monotonic(16.0):
            second.leave(late=True)
            self.assertFalse(self.forge.fetches[0].group.ended)
            third.leave(late=True)

        self.assertTrue(self.forge.fetches[0].group.ended)

    def test_who_was_told_that_it_goes_on_is_not_deceived_by_the_next(self) -> None:
        process = self.process()
        first, second, third = Client(process), Client(process), Client(process)
        self.forge.fetches[0].seen = Progress(pages=1, pages_known=3)
        self.assertTrue(first.leave(late=True))

        with monotonic(16.0):
            self.assertFalse(second.leave(late=True))
        self.assertFalse(third.leave())

        self.assertFalse(self.forge.fetches[0].group.ended)

    def test_a_departure_before_the_deadline_lets_nothing_go_on(self) -> None:
        one, other = self.process(), self.process()
        here, there = Client(one), Client(other)
        self.forge.fetches[0].seen = Progress(pages=1, pages_known=3)
        self.look(one, other)
        self.cache.delete(f"from-git:flight:{here.flight.id}:wanted")

        self.assertEqual([there.leave(), here.leave()], [False, False])

        self.assertTrue(self.forge.fetches[0].group.ended)

    def test_one_that_waits_for_a_limit_or_is_known_to_be_late_goes_on(self) -> None:
        one, other = self.process(), self.process()
        waiting, late = Client(one), Client(other, MFEM)
        self.forge.fetches[0].seen = Progress(pages=1, wait=30.0)
        self.forge.fetches[1].seen = Progress(pages=1)
        self.forge.fetches[1].group.late(BudgetError("It needs 9.", None))

        self.assertTrue(late.told)
        self.assertEqual(late.flight.late and late.flight.late.reason, "It needs 9.")
        self.assertEqual([waiting.leave(late=True), late.leave(late=True)], [True, True])
        self.assertEqual([one.ended for one in (waiting.flight, late.flight)], [False, False])

    def test_who_is_late_finds_a_fetch_whose_own_time_is_not_over(self) -> None:
        process = self.process()
        for longest, over in ((900.0, False), (None, True)):
            with self.subTest(longest):
                client = Client(process, seconds=0.0, longest=longest)
                self.assertEqual(self.forge.fetches[-1].group.time_left() <= 0, over)
                client.leave()

    def test_without_a_cache_of_profiles_nothing_goes_on(self) -> None:
        process = self.process()
        with self.settings(PROFILE_CACHE_SECONDS=0.0):
            client = Client(process)
            self.forge.fetches[0].seen = Progress(pages=1, pages_known=3)
            self.assertFalse(client.leave(late=True))
        self.assertTrue(self.forge.fetches[0].group.ended)

    def test_progress_is_the_fetchs_for_whoever_joins(self) -> None:
        one, other = self.process(), self.process()
        Client(one)
        self.forge.fetches[0].seen = seen = Progress(pages=3, pages_known=4, watchers=5, watchers_known=9, note="x")
        self.look(one)

        here, there = Client(one), Client(other)
        self.look(other)

        self.assertEqual([here.flight.progress(), there.flight.progress()], [seen, seen])

    def test_the_time_left_goes_by_the_pace_while_it_was_seen(self) -> None:
        one, other = self.process(), self.process()
        here = Client(one)
        self.forge.fetches[0].seen = Progress(pages=90, pages_known=100)
        with monotonic(90.0):
            self.look(one)
            there = Client(other)
            self.assertEqual(there.flight.seconds_left(), 1.0)  # nothing is known yet
            self.look(other)
            self.assertAlmostEqual(here.flight.seconds_left(), 10.0, delta=1.0)
        self.forge.fetches[0].seen = Progress(pages=92, pages_known=100)
        with monotonic(94.0):
            self.look(one, other)
            self.assertAlmostEqual(there.flight.seconds_left(), 16.0, delta=1.0)
        self.forge.fetches[0].seen = Progress(pages=92, pages_known=100, wait=77.0)
        self.assertAlmostEqual(here.flight.seconds_left(), 77.0, delta=1.0)
        self.forge.fetches[0].seen = Progress(pages=1, pages_known=10**6)
        self.assertLessEqual(here.flight.seconds_left(), 900.0)


class InOneProcess(Contract, InMemory, CacheTestCase):
    """Django's LocMem, as if two processes could see it."""


@needs_redis
class BetweenProcesses(Contract, InRedis, CacheTestCase):
    """Redis."""

    def test_clocks_of_machines_may_differ(self) -> None:
        one, other = self.process(), self.process()
        Client(one, seconds=5.0)
        self.set_clock(1_000.0)
        Client(other, seconds=500.0)
        self.set_clock(time.time())
        self.look(one)
        self.assertAlmostEqual(self.forge.fetches[0].group.time_left(), 500.0, delta=5.0)
