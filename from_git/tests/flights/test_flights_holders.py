"""Flights of other processes: whose the fetch is, and what becomes of it when that process says nothing more."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from from_git.errors import DeadlineError, UpstreamError
from from_git.flights.claims import CLAIM_SECONDS, News
from from_git.flights.flight import Flight
from from_git.kept.store import key_of
from from_git.tests.kit.flying import (
    FOUND,
    MFEM,
    SPACK,
    Between,
    CacheTestCase,
    Client,
    InMemory,
    InRedis,
    fetched,
    monotonic,
)
from from_git.tests.kit.servers import needs_redis


class Contract(CacheTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What holds over every cache. No test case itself, so none is skipped."""

    def test_nobody_is_left_waiting_by_a_holder_that_was_killed(self) -> None:
        one, other, third = self.process(), self.process(), self.process()
        killed, waiting, too = Client(one), Client(other), Client(third)
        self.cache.delete(key_of("flight", SPACK))  # by its own time

        self.look(other, third)
        self.forge.fetches[-1].end(FOUND)
        self.look(third)

        self.assertEqual([killed.outcome, waiting.outcome, too.outcome], [..., FOUND, FOUND])
        self.assertEqual(len(self.forge.fetches), 2)

    def test_a_claim_of_which_nobody_says_how_far_it_is_does_not_last(self) -> None:
        self.cache.set(key_of("flight", SPACK), "f" * 32, timeout=None)
        process = self.process()
        client = Client(process)
        self.look(process)
        self.assertEqual(self.forge.fetches, [])

        with monotonic(CLAIM_SECONDS + 1.0):
            self.look(process)
        self.forge.fetches[0].end(FOUND)

        self.assertEqual(client.outcome, FOUND)
        self.assertEqual(self.process().claims.claim(SPACK, "0" * 32), "0" * 32)

    def test_a_new_holder_has_its_own_time_to_say_how_far_it_is(self) -> None:
        key = key_of("flight", SPACK)
        self.cache.set(key, "e" * 32, timeout=None)
        process = self.process()
        Client(process)
        with monotonic(4.0):
            self.cache.set(key, "f" * 32, timeout=None)
            self.look(process)
        with monotonic(8.0):
            self.look(process)
            self.assertEqual(self.forge.fetches, [])
        with monotonic(10.0):
            self.look(process)
            self.assertEqual(len(self.forge.fetches), 1)

    def test_who_waits_says_so_again_and_again_but_not_at_each_look(self) -> None:
        claims = Between(self.claims())
        one, other = self.process(), self.process(claims=claims)
        holder, client = Client(one), Client(other)
        claims.asked.clear()
        for ahead, times in ((0.0, 0), (1.9, 0), (2.1, 1), (4.0, 1), (4.3, 2)):
            with monotonic(ahead):
                self.look(other)
            self.assertEqual(claims.times("want"), times)
        self.assertEqual({arguments[0] for name, arguments in claims.asked if name == "want"}, {holder.flight.id})
        self.assertFalse(client.flight.ended)

    def test_a_holder_that_says_how_far_it_is_is_waited_for(self) -> None:
        one, other = self.process(), self.process()
        Client(one), Client(other)
        for ahead in (4.0, 8.0, 12.0):
            with monotonic(ahead):
                self.look(one, other)
        self.assertEqual(len(self.forge.fetches), 1)

    def test_a_holder_that_was_paused_leaves_the_claim_to_who_has_taken_it(self) -> None:
        one, other, third = self.process(), self.process(), self.process()
        paused, taken = Client(one), Client(other)
        self.cache.delete(key_of("flight", SPACK))
        self.look(other)

        self.look(one)
        joined = Client(third)
        self.forge.fetches[0].end(FOUND)
        self.look(third)
        self.assertEqual([paused.outcome, taken.outcome, joined.outcome], [FOUND, ..., ...])
        self.forge.fetches[1].end(None)
        self.look(third)

        self.assertEqual([taken.outcome, joined.outcome], [None, None])
        self.assertEqual(len(self.forge.fetches), 2)

    def test_what_ended_between_look_and_claim_is_not_fetched_again(self) -> None:
        process = self.process()
        process.store.keep(SPACK, fetched(self.now - 5.0))

        client = Client(process)
        self.assertEqual((client.outcome, self.forge.fetches), (FOUND, []))

        anew = Client(process, anew=True)
        self.assertEqual((anew.outcome, len(self.forge.fetches)), (..., 1))
        anew.leave()

    def test_what_was_fetched_since_it_was_wanted_anew_will_do(self) -> None:
        one, other = self.process(), self.process()
        Client(one)
        anew = Client(other, anew=True)
        one.store.keep(SPACK, fetched(self.now + 5.0))
        self.cache.delete(key_of("flight", SPACK))

        self.look(other)

        self.assertEqual((anew.outcome, len(self.forge.fetches)), (FOUND, 1))

    def test_that_the_holders_time_is_over_says_nothing_of_others_time(self) -> None:
        one, other = self.process(), self.process()
        here, there = Client(one), Client(other)

        self.forge.fetches[0].end(DeadlineError("The time is over."))
        self.look(other)
        self.forge.fetches[1].end(FOUND)

        self.assertIsInstance(here.outcome, DeadlineError)
        self.assertEqual(there.outcome, FOUND)

    def test_news_that_come_when_everybody_has_left_begin_no_fetch(self) -> None:
        for gone in (None, News(None, None, None)):
            with self.subTest(gone):
                self.cache.clear()
                one, other = self.process(), self.process()
                holder, follower = Client(one), Client(other)
                fetches = len(self.forge.fetches)
                follower.leave()
                self.forge.fetches[-1].end(UpstreamError("no"))

                follower.flight.hear(gone)

                self.assertTrue(holder.told)
                self.assertEqual(len(self.forge.fetches), fetches)
                self.assertEqual(one.claims.claim(SPACK, "0" * 32), "0" * 32)

    def test_a_claim_that_is_renewed_while_its_flight_ends_is_given_back(self) -> None:
        claims = self.claims()

        def late(flights: Any) -> Any:
            self.forge.fetches[0].end(UpstreamError("no"))
            return claims.renew(flights)

        process = self.process(claims=Between(claims, renew=late))
        client = Client(process)

        self.look(process)

        self.assertTrue(client.told)
        self.assertEqual(self.process().claims.claim(SPACK, "0" * 32), "0" * 32)

    def test_one_flight_that_cannot_be_watched_keeps_no_other_from_it(self) -> None:
        claims = self.claims()

        def news(followed: Any) -> Any:
            return {**(claims.news(followed) or {}), SPACK: "no news"}

        one, other = self.process(), self.process(claims=Between(claims, news=news))
        Client(one, SPACK), Client(one, MFEM)
        unwatched, good = Client(other, SPACK), Client(other, MFEM)
        for fetch in self.forge.fetches:
            fetch.end(FOUND)

        with self.assertLogs("from_git", "ERROR"):
            self.look(other)

        self.assertFalse(unwatched.flight.ended)

        self.assertEqual(good.outcome, FOUND)

    def test_two_hundred_flights_are_asked_about_together(self) -> None:
        cache = Between(self.cache)
        one, other = self.process(cache=cache), self.process(cache=cache)
        profiles = [replace(SPACK, key=f"o{number}") for number in range(200)]
        clients = [Client(process, profile) for process in (one, other) for profile in profiles]
        cache.asked.clear()

        self.look(one, other)

        self.assertEqual([cache.times(name) for name in ("get_many", "set_many", "get")], [2, 1, 0])
        self.assertTrue(all(isinstance(client.flight, Flight) and not client.flight.ended for client in clients))


class InOneProcess(Contract, InMemory, CacheTestCase):
    """Django's LocMem, as if two processes could see it."""


@needs_redis
class BetweenProcesses(Contract, InRedis, CacheTestCase):
    """Redis."""
