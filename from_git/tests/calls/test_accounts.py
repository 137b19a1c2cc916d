"""Several accounts of one host: which of them a call goes through, on a clock that only the test moves."""

from typing import Any
from unittest import TestCase

from from_git.askers import Asker
from from_git.calls.account import Account, Permit
from from_git.calls.accounts import Accounts
from from_git.calls.authorization import Authorization
from from_git.calls.budget import POLL
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.spent import LocalLedger, Reservation
from from_git.calls.status import statuses_of
from from_git.errors import CredentialsError, LimitError
from from_git.tests.kit.budgets import Values, budget_of, reported_limit, spend
from from_git.tests.kit.time import FakeClock

MINUTE = 60.0


def refusal(status: int = 401) -> CredentialsError:
    """What an adapter raises for an answer of that status."""
    error = CredentialsError(f"it refused our token ({status}).")
    error.refused = status == 401
    return error


class AccountsTestCase(TestCase):
    """Accounts of ten calls in a minute each."""

    def setUp(self) -> None:
        """A clock, and a memory that processes share."""
        self.clock = FakeClock(1_800_000_000.0)
        self.memory = Values()

    def accounts(
        self, number: int = 3, *users: str, limit: float = 10.0, each: int = 1_000, asks: bool = False, **options: Any
    ) -> Accounts:
        """So many, each with a budget, a bound of calls, and points that the forge reports, of its own."""
        made = []
        for place in range(1, number + 1):
            budget = budget_of(limit, MINUTE, LocalLedger(self.clock.now), "calls", "SETTING", **options)
            user = users[place - 1] if place <= len(users) else ""
            carried = Authorization(f"token {place}", user)
            points = reported_limit("points", self.clock.now)
            calls = [budget_of(each, MINUTE, LocalLedger(self.clock.now), "calls", "OTHER")]
            made.append(Account(f"key-{place}", budget, self.memory, self.clock.now, calls, 300.0, carried, points))
        return Accounts(made, self.memory, self.clock.now, asks=asks)

    def group(self, client: str = "", seconds: float = 50.0, asker: Asker | None = None) -> FetchGroup:
        """A fetch for a client."""
        return FetchGroup(self.clock.now() + seconds, clock=self.clock, asker=asker or Asker(client))

    def taken(self, accounts: Accounts, group: FetchGroup, most: int = 1_000, **options: Any) -> list[int]:
        """The places of the accounts that serve calls of the group, until none does."""
        places = list[int]()
        while len(places) < most:
            try:
                permit = accounts.permit(1.0, group, **options)
            except LimitError:
                break
            if not isinstance(permit, Permit):
                break
            with permit.used():
                places.append(accounts.all.index(permit.account) + 1)
        return places


class Choice(AccountsTestCase):
    """Which one is next."""

    def test_calls_go_where_most_is_left_and_ties_go_by_the_place(self) -> None:
        accounts = self.accounts()
        accounts.all[0].budget.told(5.0)

        self.assertEqual(self.taken(accounts, self.group(), 12), [2, 3] * 5 + [1, 2])
        self.assertEqual(sorted(self.taken(accounts, self.group())), [1] * 4 + [2] * 4 + [3] * 5)

    def test_a_full_one_is_passed_over_and_the_wait_is_the_shortest(self) -> None:
        accounts = self.accounts()
        for place, account in enumerate(accounts.all):
            self.clock.move(5.0 * place)
            for _ in range(10):
                account.budget.settle(self.reserved(account))

        wait = accounts.permit(1.0, self.group("another", 100.0))

        self.assertEqual(wait, accounts.all[0].budget.until_gone(1.0))

    def reserved(self, account: Account) -> Reservation:
        """A call that the account has sent."""
        found = account.budget.reserve(1.0, self.group())
        assert isinstance(found, Reservation)
        return found

    def test_one_that_is_unbounded_comes_first(self) -> None:
        accounts = self.accounts()
        accounts.all[1].budget.limit = None

        self.assertEqual(self.taken(accounts, self.group(), 20), [2] * 20)

    def test_a_limit_of_one_is_no_limit_of_the_others(self) -> None:
        accounts, group = self.accounts(), self.group()
        error = LimitError("it is used up.", 40.0)

        self.assertTrue(accounts.moves(error, accounts.all[0], group, ()))
        self.assertEqual(self.taken(accounts, group, 4), [2, 3, 2, 3])

    def test_when_all_are_limited_the_shortest_wait_is_told(self) -> None:
        accounts, group = self.accounts(), self.group(seconds=10.0)
        for place, seconds in ((2, 30.0), (1, 20.0), (0, 40.0)):
            error = LimitError(f"limit {place} is used up.", seconds)
            moves = accounts.moves(error, accounts.all[place], group, ())
            self.assertEqual(moves, place != 0)

        self.assertEqual(
            (error.wait, error.reason), (20.0, "limit 0 is used up, and none of 3 accounts is free sooner.")
        )
        for call in (lambda: accounts.permit(1.0, group), lambda: accounts.check_limits(10.0)):
            with self.assertRaises(LimitError) as caught:
                call()
            self.assertEqual(caught.exception.wait, 20.0)
            self.assertEqual(caught.exception.reason, "limit 1 is used up, and none of 3 accounts is free sooner.")
        self.assertEqual(accounts.permit(1.0, self.group()), 20.0)
        self.assertEqual(accounts.waits_for, "limit 1 is used up.")

    def test_a_guess_lasts_until_there_is_room_for_what_is_planned_unless_another_is_free_sooner(self) -> None:
        group = self.group()
        for seconds in (300.0, 30.0):
            accounts = self.accounts(2)
            self.taken(accounts, group, 10, refused=accounts.all[1:])
            for account, blocked in zip(accounts.all, (5.0, seconds), strict=True):
                account.limit.block(blocked, "used up.")
            error = LimitError("used up.", None, guessed=True)

            self.assertFalse(accounts.moves(error, accounts.all[0], group, ()))
            self.assertEqual(error.wait, min(seconds, accounts.all[0].budget.until_gone(10.0)))

    def test_what_others_have_spent_through_each_is_looked_up_now_and_then(self) -> None:
        accounts, group = self.accounts(2), self.group()
        spend(accounts.all[0].budget, 2.0)
        self.assertEqual(self.taken(accounts, group, 1), [2])
        permit = accounts.permit(3.0, group)
        assert isinstance(permit, Permit)
        with permit.used():
            self.assertIs(permit.account, accounts.all[1])
        self.assertEqual(self.taken(accounts, group, 2), [1, 1])
        spend(accounts.all[0].budget, 4.0)

        self.clock.move(POLL)

        self.assertEqual(self.taken(accounts, group, 2), [2, 2])

    def test_one_that_is_set_aside_and_has_no_limit_lifts_none_of_the_others(self) -> None:
        accounts, group = self.accounts(2), self.group()
        accounts.moves(refusal(), accounts.all[0], group, {accounts.all[0]})
        accounts.all[1].limit.block(40.0, "used up.")

        self.assertRaises(LimitError, accounts.check_limits, 10.0)
        accounts.check_limits(50.0)

    def test_who_was_served_by_one_keeps_no_place_in_the_lines_of_the_others(self) -> None:
        several: list[dict[str, Any]] = [{}, {"limit": 1_000.0, "each": 10}]
        for number, bounds in enumerate(several):
            with self.subTest(bounds):
                accounts, first, waiting = self.accounts(2, **bounds), self.group("a"), self.group("b", 100.0)
                self.taken(accounts, first, 5)
                self.taken(accounts, self.group("c"), 15)
                self.assertIsInstance(accounts.permit(1.0, waiting), float)
                budgets = [account.budgets[number] for account in accounts.all]
                self.assertEqual([len(one._line) for one in budgets], [1, 1])

                budgets[1].told(100.0)
                self.clock.move(1.0)
                self.assertEqual(self.taken(accounts, waiting, 1), [2])

                self.assertEqual([len(one._line) for one in budgets], [0, 1])


class Refused(AccountsTestCase):
    """Credentials that the forge does not take."""

    def test_one_is_set_aside_for_five_minutes_and_then_tried_by_one_call(self) -> None:
        accounts, group = self.accounts(limit=100.0), self.group(seconds=1_000.0)
        first = accounts.all[0]

        self.assertTrue(accounts.moves(refusal(), first, group, {first}))
        self.assertEqual(set(self.taken(accounts, group, 9)), {2, 3})
        self.clock.move(299.0)
        self.assertEqual(first.aside.left(), 1.0)
        self.assertEqual(set(self.taken(accounts, group, 9)), {2, 3})
        self.clock.move(1.0)
        self.assertEqual(self.taken(accounts, group, 4).count(1), 1)
        first.succeeded()
        self.assertIn(1, self.taken(accounts, group, 9))

    def test_another_refusal_counts_for_its_call_alone(self) -> None:
        accounts, group = self.accounts(), self.group()
        first = accounts.all[0]

        self.assertTrue(accounts.moves(refusal(403), first, group, {first}))
        self.assertNotIn(1, self.taken(accounts, group, 4, refused={first}))
        self.assertNotIn(1, self.taken(accounts, group, 4, avoided={first}))
        self.assertIn(1, self.taken(accounts, group, 4))

    def test_one_that_others_of_the_fetch_avoid_is_used_where_no_other_is_left(self) -> None:
        accounts, group = self.accounts(2), self.group()
        first, second = accounts.all

        self.assertEqual(self.taken(accounts, group, 2, refused={second}, avoided={first, second}), [1, 1])

    def test_one_that_is_set_aside_is_tried_at_once_where_no_other_is_left(self) -> None:
        accounts, group = self.accounts(2), self.group()
        first, second = accounts.all
        accounts.moves(refusal(), second, group, {second})

        self.assertEqual(self.taken(accounts, group, 2, refused={first}), [2, 2])

    def test_when_all_have_refused_the_last_is_named_by_its_place_and_all_are_tried_again(self) -> None:
        accounts, group = self.accounts(2), self.group()
        first, second = accounts.all
        accounts.moves(refusal(), first, group, {first})
        error = refusal()

        self.assertFalse(accounts.moves(error, second, group, {first, second}))

        self.assertEqual(error.reason, "with account 2, as with every other, it refused our token (401).")
        self.assertEqual(set(self.taken(accounts, group, 4)), {1, 2})
        self.assertEqual([account.aside.left() for account in accounts.all], [300.0, 300.0])

    def test_a_call_from_before_the_refusal_brings_nothing_back(self) -> None:
        accounts, group = self.accounts(2), self.group()
        first = accounts.all[0]
        accounts.moves(refusal(), first, group, {first})

        first.succeeded()
        self.assertEqual(first.aside.left(), 300.0)

        self.clock.move(300.0)
        self.taken(accounts, group, 1)
        first.succeeded()
        self.assertEqual(first.aside.left(), 0.0)

    def test_one_alone_is_never_set_aside(self) -> None:
        accounts, group = self.accounts(1), self.group()
        error = refusal()

        self.assertFalse(accounts.moves(error, accounts.all[0], group, {accounts.all[0]}))
        self.assertEqual((accounts.all[0].aside.left(), error.reason), (0.0, "it refused our token (401)."))

    def test_other_processes_learn_of_it_and_of_its_end(self) -> None:
        here, there = self.accounts(), self.accounts()
        here.moves(refusal(), here.all[1], self.group(), {here.all[1]})

        there.refresh()
        self.assertEqual([account.aside.left() for account in there.all], [0.0, 300.0, 0.0])
        self.assertEqual([one.set_aside for one in statuses_of(self.accounts(), look=False)], [0.0, 0.0, 0.0])
        self.assertEqual([one.set_aside for one in statuses_of(self.accounts())], [0.0, 300.0, 0.0])
        self.taken(here, self.group(), 1, refused={here.all[0], here.all[2]})
        here.all[1].succeeded()
        self.clock.move(1.0)
        there.refresh()
        self.assertEqual(there.all[1].aside.left(), 0.0)
        here.all[2].limit.block(40.0, "used up.")
        self.clock.move(1.0)
        there.refresh()
        self.assertEqual([account.limit.blocked() for account in there.all], [0.0, 0.0, 39.0])
        self.memory["from-git:aside:key-1"] = "nonsense"
        self.memory["from-git:aside:key-3"] = self.clock.now() + 1e9
        self.clock.move(1.0)
        there.refresh()
        self.assertEqual([account.aside.left() for account in there.all], [0.0] * 3)


class Secrets(AccountsTestCase):
    """What is never shown."""

    def test_the_text_of_an_account_shows_nothing_of_its_credential(self) -> None:
        self.assertNotIn("token", f"{self.accounts().all[0].authorization!r}{self.accounts().all[0]!r}")
