"""Flights that a batch waits for: they come after those of requests, until a request waits for them too."""

from typing import TYPE_CHECKING

from from_git.errors import DeadlineError
from from_git.fanout import TaskGroup
from from_git.tests.kit.flying import FOUND, MFEM, SPACK, CacheTestCase, Client, InMemory, InRedis
from from_git.tests.kit.servers import needs_redis
from from_git.values.progress import Progress


class Contract(CacheTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What holds over every cache. No test case itself, so none is skipped."""

    @property
    def group(self) -> TaskGroup:
        """That of the fetch that was begun last."""
        group: TaskGroup = self.forge.groups[-1]
        return group

    def test_its_fetch_is_set_aside_from_its_beginning_and_wanted_while_a_request_waits(self) -> None:
        one = self.process()
        batch = Client(one, client="batch", background=True)
        self.assertFalse(self.group.wanted)
        self.assertIs(self.group.asker, batch.waiter)

        request, other = Client(one), Client(one)
        self.assertTrue(self.group.wanted)
        self.assertIs(self.group.asker, request.waiter)

        request.leave()
        self.assertTrue(self.group.wanted)
        self.assertIs(self.group.asker, other.waiter)
        other.leave()
        self.assertFalse(self.group.wanted)
        self.assertIs(self.group.asker, batch.waiter)
        self.look(one)
        self.assertFalse(self.group.ended)
        batch.leave()
        self.assertTrue(self.group.ended)

    def test_a_batch_that_joins_a_request_delays_nothing_and_keeps_the_fetch_when_the_request_leaves(self) -> None:
        one = self.process()
        request = Client(one)
        batch = Client(one, background=True)
        self.look(one)
        self.assertTrue(self.group.wanted)

        request.leave(late=True)
        self.assertFalse(self.group.wanted)
        self.forge.fetches[0].end(FOUND)

        self.assertEqual((batch.told, batch.outcome), (True, FOUND))

    def test_a_batch_that_joins_a_fetch_that_goes_on_for_nobody_is_who_it_counts_for(self) -> None:
        one = self.process()
        request = Client(one)
        self.forge.fetches[0].seen = Progress(pages=1, pages_known=3)
        self.assertTrue(request.leave(late=True))

        batch = Client(one, background=True)

        self.assertEqual(len(self.forge.fetches), 1)
        self.assertFalse(self.group.wanted)
        self.assertIs(self.group.asker, batch.waiter)

    def test_two_batches_of_one_thread_share_a_queue(self) -> None:
        one = self.process()
        first = Client(one, background=True)
        second = Client(one, MFEM, background=True)
        second.waiter.news, second.waiter.put = first.waiter.news, first.waiter.put
        for fetch in self.forge.fetches:
            fetch.end(FOUND)

        self.assertEqual([first.waiter.get(), first.waiter.get()], [first.flight, second.flight])

    def test_a_batch_elsewhere_makes_no_fetch_wanted_and_a_request_elsewhere_does(self) -> None:
        one, other = self.process(), self.process()
        Client(one, background=True)
        batch = Client(other, background=True)
        self.look(other, one)
        self.assertFalse(self.group.wanted)

        request = Client(other)
        self.look(other, one)
        self.assertTrue(self.group.wanted)

        request.leave()
        self.forge.fetches[0].end(FOUND)
        self.look(other)
        self.assertEqual((batch.outcome, len(self.forge.fetches)), (FOUND, 1))

    def test_who_takes_a_fetch_over_fetches_for_the_request_among_its_waiters(self) -> None:
        one, other = self.process(), self.process()
        Client(one)
        Client(other, background=True)
        request = Client(other)

        self.forge.fetches[0].end(DeadlineError("it did not end in time."))
        self.look(other)

        self.assertEqual(len(self.forge.fetches), 2)
        self.assertIs(self.group.asker, request.waiter)
        self.assertTrue(self.group.wanted)

    def test_a_fetch_is_held_for_a_batch_elsewhere(self) -> None:
        one, other = self.process(), self.process()
        begun = Client(one, background=True)
        batch = Client(other, background=True)
        self.look(other, one)

        begun.leave()
        self.look(other, one)
        self.forge.fetches[0].end(FOUND)
        self.look(other)

        self.assertEqual((batch.outcome, len(self.forge.fetches)), (FOUND, 1))

    def test_what_a_batch_has_found_is_kept_where_all_processes_see_it(self) -> None:
        one = self.process()
        Client(one, background=True)
        self.forge.fetches[0].end(FOUND)

        self.assertEqual(list(self.process().store.kept([SPACK])), [SPACK])

    def test_its_sums_are_remembered_only_where_a_request_waits_too(self) -> None:
        one = self.process()
        Client(one, background=True)
        self.forge.fetches[0].end(FOUND)
        self.assertEqual(one.store._sums.weight, 0)

        Client(one, MFEM, background=True)
        Client(one, MFEM)
        self.forge.fetches[1].end(FOUND)
        self.assertGreater(one.store._sums.weight, 0)


class Alone(InMemory, CacheTestCase):
    """A process without a shared cache."""

    def test_what_a_batch_has_found_is_kept_only_if_a_request_waited_for_it_too(self) -> None:
        one = self.process(shared=False)
        Client(one, background=True)
        Client(one, MFEM, background=True)
        Client(one, MFEM).leave()
        for fetch in self.forge.fetches:
            fetch.end(FOUND)

        self.assertEqual(list(one.store.kept([SPACK, MFEM])), [MFEM])


class Here(InMemory, Contract, CacheTestCase):
    """Over a cache in this process."""


@needs_redis
class Redis(InRedis, Contract, CacheTestCase):
    """Over a real Redis."""
