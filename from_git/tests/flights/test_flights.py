"""Flights: who fetches, who waits, who is told what; two `Flights` over one cache stand for two processes."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emulator.tests.helpers import settled
from from_git import flights
from from_git.errors import Cancelled, LimitError, UpstreamError
from from_git.flights.flights import Flights
from from_git.tests.kit.flying import (
    FOUND,
    MFEM,
    SPACK,
    Between,
    CacheTestCase,
    Client,
    InMemory,
    InRedis,
    broken,
)
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.leftovers import objects
from from_git.tests.kit.servers import needs_redis
from from_git.values.progress import Progress


class Contract(CacheTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What holds over every cache. No test case itself, so none is skipped."""

    def test_any_number_who_ask_meanwhile_cost_one_fetch(self) -> None:
        one, other = self.process(), self.process()
        clients = [Client(process) for process in (one, other, one, other, other)]

        self.forge.fetches[0].end(FOUND)
        self.look(one, other)

        self.assertEqual([client.outcome for client in clients], [FOUND] * 5)
        self.assertTrue(all(client.told for client in clients))
        self.assertEqual(len(self.forge.fetches), 1)
        self.assertEqual(other.store.kept([SPACK])[SPACK].found, FOUND)
        begun = [client.flight.cost_for(client.waiter) is not None for client in clients]
        self.assertEqual(begun, [True, False, False, False, False])

    def test_all_who_wait_take_the_error_and_nobody_later(self) -> None:
        one, other = self.process(), self.process()
        clients = [Client(process) for process in (one, one, other)]

        self.forge.fetches[0].end(LimitError("its rate limit is used up: a-secret-token", 40.0))
        self.look(one, other)
        later = [Client(other), Client(one)]

        for client in clients:
            self.assertTrue(client.told)
            self.assertIsInstance(client.outcome, LimitError)
            self.assertEqual(client.outcome.retry_after, 40)
            self.assertNotIn("secret", str(client.outcome))
        self.assertEqual([client.outcome for client in later], [..., ...])
        self.assertEqual(len(self.forge.fetches), 2)

    def test_nobody_there_is_an_outcome_like_any_other(self) -> None:
        one, other = self.process(), self.process()
        clients = [Client(one), Client(other)]

        self.forge.fetches[0].end(None)
        self.look(other)

        self.assertEqual([client.outcome for client in clients], [None, None])

    def test_profiles_and_hosts_have_flights_of_their_own(self) -> None:
        one, other = self.process(), self.process()
        elsewhere = replace(SPACK, host=host_of("github", "ghe.example"))
        for process, profile in ((one, SPACK), (one, MFEM), (other, elsewhere), (other, SPACK)):
            Client(process, profile)
        self.look(one, other)
        self.assertEqual([fetch.owner for fetch in self.forge.fetches], ["spack", "mfem", "spack"])

    def test_a_departure_ends_the_fetch_when_nobody_else_waits_here(self) -> None:
        process = self.process()
        one, other = Client(process), Client(process)

        one.leave()
        self.assertFalse(self.forge.fetches[0].group.ended)
        other.leave()

        self.assertTrue(self.forge.fetches[0].group.ended)
        self.assertEqual(self.process().claims.claim(SPACK, "0" * 32), "0" * 32)

    def test_a_departure_does_not_end_a_fetch_that_another_process_waits_for(self) -> None:
        one, other = self.process(), self.process()
        first, second = Client(one), Client(other, seconds=500.0)

        first.leave()
        self.look(one, other)
        self.forge.fetches[0].end(FOUND)
        self.look(other)

        self.assertEqual(second.outcome, FOUND)
        self.assertEqual(len(self.forge.fetches), 1)

    def test_it_ends_when_those_in_other_processes_have_left_too(self) -> None:
        one, other = self.process(), self.process()
        first, second = Client(one), Client(other)
        first.leave()
        second.leave()
        self.cache.delete(f"from-git:flight:{first.flight.id}:wanted")  # they say it for CLAIM_SECONDS

        self.look(one)

        self.assertTrue(self.forge.fetches[0].group.ended)

    def test_who_joins_in_the_moment_of_the_last_departure_is_served(self) -> None:
        claims, joined = self.claims(), list[Client]()

        def publish(*arguments: Any) -> None:  # cancelled, and not yet landed
            if not joined:
                joined.append(Client(process))
            claims.publish(*arguments)

        process = self.process(claims=Between(claims, publish=publish))
        first = Client(process)
        first.leave()

        [second] = joined
        self.look(process)
        self.forge.fetches[-1].end(FOUND)

        self.assertIsNot(first.flight, second.flight)
        self.assertEqual(second.outcome, FOUND)
        self.assertEqual(process._flights, {})

    def test_who_joins_while_a_fetch_is_being_set_aside_has_it_as_wanted_as_before(self) -> None:
        joined: list[Client] = []

        def look(flight: str) -> bool:  # a cache that takes its time to answer
            joined.append(Client(process))
            return False

        process = self.process(claims=Between(self.claims(), wanted=look))
        first = Client(process)
        fetch = self.forge.fetches[0]
        fetch.seen = Progress(pages=1, pages_known=3)

        self.assertTrue(first.leave(late=True))

        self.assertIs(joined[0].flight, first.flight)
        self.assertTrue(fetch.group.wanted)

    def test_a_fetch_that_goes_on_without_anybody_is_set_aside_whoever_left_last(self) -> None:
        process = self.process()
        late, gone = Client(process), Client(process)
        fetch = self.forge.fetches[0]
        fetch.seen = Progress(pages=1, pages_known=3)
        self.assertTrue(late.leave(late=True))
        self.assertIs(fetch.group.asker, gone.waiter)

        gone.leave()

        self.assertFalse(fetch.group.ended)
        self.assertFalse(fetch.group.wanted)

    def test_a_fetch_that_was_set_aside_is_the_work_of_whoever_joins_it(self) -> None:
        process = self.process()
        left = Client(process)
        fetch = self.forge.fetches[0]
        fetch.seen = Progress(pages=1, pages_known=3)
        self.assertTrue(left.leave(late=True))
        self.assertFalse(fetch.group.wanted)

        joined = Client(process)

        self.assertTrue(fetch.group.wanted)
        self.assertIs(fetch.group.asker, joined.waiter)

    def test_a_fetch_that_was_set_aside_is_wanted_while_another_process_wants_it(self) -> None:
        one, other = self.process(), self.process()
        left = Client(one)
        fetch = self.forge.fetches[0]
        fetch.seen = Progress(pages=1, pages_known=3)
        self.assertTrue(left.leave(late=True))

        joined = Client(other)
        self.look(one)
        self.assertTrue(fetch.group.wanted)

        self.cache.delete(f"from-git:flight:{left.flight.id}:wanted")
        self.look(one)
        self.assertEqual((fetch.group.wanted, fetch.group.ended, joined.outcome), (False, False, ...))

    def test_a_fault_of_our_own_reaches_all_here_and_lets_others_try(self) -> None:
        one, other = self.process(), self.process()
        here, there = Client(one), Client(other)

        self.forge.fetches[0].end(ValueError("ours"))
        self.look(other)

        self.assertIsInstance(here.outcome, ValueError)
        self.assertEqual(there.outcome, ...)
        self.assertEqual(len(self.forge.fetches), 2)

    def test_a_forge_that_cannot_begin_fails_who_waits_and_keeps_no_claim(self) -> None:
        process = self.process()
        for error in (UpstreamError("no"), ValueError("ours"), KeyboardInterrupt()):
            with self.subTest(error):
                self.forge.fails = error
                failed = Client(process)
                self.assertTrue(failed.told)
                self.assertIs(failed.flight._outcome, error)
                self.assertTrue(self.forge.groups[-1].ended)
                self.forge.fails = None
                client = Client(process)
                self.forge.fetches[-1].end(FOUND)
                self.assertEqual(client.outcome, FOUND)
                self.cache.clear()

    def test_a_cache_that_breaks_in_an_unknown_way_leaves_nobody_waiting(self) -> None:
        process = self.process(store=Between(self.store(), keep=broken))
        client = Client(process)
        with self.assertRaises(ValueError):
            self.forge.fetches[0].end(FOUND)
        self.assertTrue(client.told)
        self.assertEqual(client.outcome, FOUND)

    def test_nothing_is_left_of_flights_that_have_ended(self) -> None:
        before = objects()
        one, other = self.process(), self.process()
        clients = [Client(process, profile) for process in (one, other) for profile in (SPACK, MFEM)]
        self.forge.fetches[0].end(FOUND)
        self.forge.fetches[1].end(UpstreamError("no"))
        self.look(one, other)
        clients += [Client(one, MFEM), Client(other, MFEM)]
        for client in reversed(clients):
            client.leave()
        self.look(one)
        self.cache.clear()  # the wishes of who has left, by their own time
        self.look(one)
        self.assertEqual((one._flights, other._flights), ({}, {}))

        clients.clear()
        self.forge.fetches.clear()
        self.forge.groups.clear()
        del client

        self.assertEqual(settled(objects, before), before)


class InOneProcess(Contract, InMemory, CacheTestCase):
    """Django's LocMem, as if two processes could see it."""


@needs_redis
class BetweenProcesses(Contract, InRedis, CacheTestCase):
    """Redis."""


class Alone(InMemory, CacheTestCase):
    """Where nobody else sees the cache."""

    def test_a_departure_ends_it_at_once_and_the_next_begins_anew(self) -> None:
        process = self.process(shared=False)
        first = Client(process)
        first.leave()
        second = Client(process)
        self.assertEqual([fetch.group.ended for fetch in self.forge.fetches], [True, False])
        self.assertIsInstance(first.outcome, Cancelled)
        self.assertEqual(second.outcome, ...)

    def test_the_cache_is_told_nothing_but_what_was_found(self) -> None:
        process = self.process(shared=False)
        Client(process)
        self.look(process)
        self.assertEqual(dict(self.cache._cache), {})

    def test_what_is_older_than_its_fetch_says_so(self) -> None:
        process = self.process(shared=False)
        Client(process)
        self.forge.fetches[0].end(replace(FOUND, oldest=5.0))
        self.assertEqual(process.store.kept([SPACK])[SPACK].oldest, 5.0)

    def test_other_settings_close_the_flights_of_the_process(self) -> None:
        ours = flights.current()
        self.assertFalse(ours._closed)
        with self.settings(FLIGHT_SECONDS=5.0):
            self.assertTrue(ours._closed)
            self.assertIsNot(flights.current(), ours)

    def test_the_watch_ends_with_the_last_flight_once_it_is_closed(self) -> None:
        flights = Flights(self.store(), self.claims(shared=False), self.forge_of)
        begun = time.monotonic()
        client = Client(flights)
        watch = flights._watch
        assert watch is not None
        flights.close()
        self.assertTrue(watch.is_alive())

        client.leave()

        watch.join(10.0)
        self.assertFalse(watch.is_alive())
        self.assertLess(time.monotonic(), begun + 10.0)
