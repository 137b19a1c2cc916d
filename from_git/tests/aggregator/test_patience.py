"""How long an answer waits before it takes last good numbers."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from emulator import Fault, Owner, Repository
from emulator.tests.helpers import settled
from from_git import flights
from from_git.aggregator import Answer, Asking, watched
from from_git.errors import BudgetError, DeadlineError
from from_git.flights.awaited import Waiter
from from_git.tests.aggregator.test_last_good import BITBUCKET, GITHUB, HANG, LastGoodTestCase
from from_git.tests.kit.budgets import spend
from from_git.tests.kit.hosts import adapter


class Odd(Waiter):
    """One that takes flights from its queue in a way of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.usual, self.get = self.get, self.odd

    def odd(self, block: bool = True, timeout: float | None = None) -> Any:
        """See `get`, and `usual`."""
        raise NotImplementedError


class Patience(LastGoodTestCase):
    """How long is waited."""

    def seconds(self, *urls: str, **options: Any) -> tuple[float, Answer]:
        """How long it took."""
        begun = time.monotonic()
        answer = self.ask_for(*urls, **options)
        return time.monotonic() - begun, answer

    def test_it_is_for_all_that_are_not_done_and_who_has_none_is_waited_for(self) -> None:
        self.had(GITHUB)
        self.emulator.faults.add(HANG)
        self.emulator.faults.add(Fault("slow", path="/2.0/repositories/team-7", seconds=0.8))

        waited, answer = self.seconds(GITHUB, BITBUCKET, patience=0.2, seconds=40.0)

        self.assertEqual(self.old(answer), {GITHUB: DeadlineError})
        self.assertGreaterEqual(waited, 0.8)
        self.assertLess(waited, 20.0)  # not up to the deadline
        self.assertLess(answer.fetched[self.profile(GITHUB)].at, answer.fetched[self.profile(BITBUCKET)].at)

    def test_one_that_turns_out_to_be_missing_meanwhile_is_not_old(self) -> None:
        self.world.add(Owner("github", "leaver", "User", [Repository("one")]))
        self.had("https://github.com/leaver")
        self.world.remove("github", "leaver")
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.9))
        self.emulator.faults.add(Fault("slow", path="/2.0/repositories/team-7", seconds=0.3))
        gone = self.profile("https://github.com/leaver")

        class Slow(Odd):
            """One that takes the first outcome only when the other one's word is in the queue."""

            def odd(self, block: bool = True, timeout: float | None = None) -> Any:
                flight = self.usual(block, timeout)
                if flight.ended:
                    settled(lambda: gone in flights.kept([gone], anew=False), True)
                return flight

        answer = self.ask_for(gone.url, BITBUCKET, patience=0.1, waiter=Slow())

        self.assertEqual((answer.missing, self.old(answer)), ((gone,), {}))

    def test_new_ones_within_it_are_taken(self) -> None:
        self.had(GITHUB)
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.3))

        self.assertEqual(self.old(self.ask_for(GITHUB, patience=20.0)), {})

    def test_a_word_of_a_flight_in_the_moment_of_its_end_does_not_make_it_longer(self) -> None:
        self.had(GITHUB)
        self.emulator.faults.add(HANG)
        profile, ahead, begun = self.profile(GITHUB), 0.0, time.monotonic()

        class Hasty(Odd):
            """One that a flight speaks to at once."""

            def odd(self, block: bool = True, timeout: float | None = None) -> Any:
                nonlocal ahead
                flight = flights.current()._flights.get(profile)
                if ahead or flight is None:
                    return self.usual(block, timeout)
                ahead = 7.0  # the thread gets its turn only now
                return flight

        answer = self.ask_for(GITHUB, patience=5.0, seconds=15.0, waiter=Hasty(), now=lambda: time.monotonic() + ahead)

        self.assertEqual(self.old(answer), {GITHUB: DeadlineError})
        self.assertLess(time.monotonic() - begun, 7.0)  # not up to the deadline, which is eight seconds away then

    def test_what_no_budget_can_pay_is_old_before_the_first_call(self) -> None:
        self.had(BITBUCKET, GITHUB)
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=1)
        spend(adapter("bitbucket").accounts.all[0].budget, 1.0)
        calls = self.emulator.meter.snapshot()["bitbucket"].calls
        answer = self.assert_old(BudgetError, BITBUCKET, of=(GITHUB,))
        self.assertEqual(self.emulator.meter.snapshot()["bitbucket"].calls, calls)
        self.assertIn("this answer needs about 1 more, and 0", answer.old[self.profile(BITBUCKET)].message)
        with self.assertRaises(BudgetError) as raised:
            self.ask_for(BITBUCKET, "https://bitbucket.org/team-9")
        self.assertEqual(raised.exception.profile, self.profile("https://bitbucket.org/team-9"))
        self.assertRaises(BudgetError, self.ask_for, BITBUCKET, patience=None)

    def test_one_that_will_be_late_is_old_at_once(self) -> None:
        url = "https://bitbucket.org/team-30"
        self.had(url)
        self.tempo_for_test(hour=40.0)
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=20)

        waited, answer = self.seconds(url, patience=19.0, seconds=20.0, longest=200.0)

        self.assertEqual(self.old(answer), {url: DeadlineError})
        self.assertLess(waited, 19.0)
        self.assertTrue(flights.current().under_way(self.profile(url)))

    def test_a_watcher_sees_that_it_is_done(self) -> None:
        self.had(GITHUB)
        self.emulator.faults.add(HANG)

        *_, look = watched([self.profile(GITHUB)], Asking(30.0, "A_SETTING", patience=0.3))
        seen = look()

        self.assertEqual((seen.done, seen.found, seen.kept, seen.waits), (1, 1, 0, ()))

    def test_two_at_once_have_each_their_own_way(self) -> None:
        self.had(GITHUB)
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.8))

        with ThreadPoolExecutor(2) as pool:
            patient = pool.submit(self.ask_for, GITHUB, patience=None)
            hasty = pool.submit(self.ask_for, GITHUB, patience=0.2)

        self.assertEqual(self.old(hasty.result()), {GITHUB: DeadlineError})
        self.assertEqual(self.old(patient.result()), {})
