"""Accounts of one host that belong to one user, which the forge counts as one."""

from from_git.calls.account import Permit
from from_git.calls.budget import Full
from from_git.calls.spent import Reservation
from from_git.calls.status import statuses_of
from from_git.errors import BudgetError
from from_git.tests.calls.test_accounts import AccountsTestCase


class SameUser(AccountsTestCase):
    """Two credentials of one user, which the forge counts as one."""

    def test_the_setting_says_so_from_the_start(self) -> None:
        accounts = self.accounts(3, "Ann@example.org", "", "ann@example.org")

        self.assertEqual(accounts.distinct, [accounts.all[0], accounts.all[1]])
        self.assertEqual(len(self.taken(accounts, self.group())), 20)

    def test_what_was_spent_through_both_counts_as_soon_as_the_forge_has_told(self) -> None:
        for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
            with self.subTest(order):
                accounts = self.accounts(asks=True)
                self.taken(accounts, self.group(), 12)
                for place in order:
                    self.assertTrue(accounts.users.wanted(accounts.all[place]))
                    accounts.users.told(accounts.all[place], "another" if place == 1 else "one")

                self.assertEqual([accounts.place(account) for account in accounts.all], [1, 2, 1])
                self.assertEqual([account.budget.spent() for account in accounts.all], [8.0, 4.0, 8.0])
                self.assertEqual(len(self.taken(accounts, self.group())), 8)
                self.memory.clear()

    def test_a_call_that_is_under_way_counts_there_too_and_its_limit_holds(self) -> None:
        accounts = self.accounts(2, asks=True)
        first, second = accounts.all
        permit = accounts.permit(1.0, self.group(), refused={first})
        assert isinstance(permit, Permit)
        with permit.used():
            for account in accounts.all:
                accounts.users.told(account, "one")
            self.assertEqual(len(self.taken(accounts, self.group())), 9)
        self.assertEqual(first.budget.spent(), 10.0)
        self.assertIsInstance(second.budget.reserve(1.0, self.group()), Full)

        accounts = self.accounts(2, asks=True)
        accounts.all[1].limit.block(40.0, "used up.")
        self.memory.clear()
        for account in accounts.all:
            accounts.users.told(account, "one")
        self.assertEqual(accounts.all[0].limit.blocked(), 40.0)

    def test_a_call_that_has_chosen_before_is_counted_after_it(self) -> None:
        accounts = self.accounts(2, asks=True)
        before = accounts.all[1].budget
        for account in accounts.all:
            accounts.users.told(account, "one")

        found = [before.reserve(1.0, self.group()) for _ in range(11)]

        self.assertIsInstance(found.pop(), Full)
        self.assertEqual((before.spent(), accounts.all[0].budget.spent()), (0.0, 10.0))
        for number, one in enumerate(found):
            assert isinstance(one, Reservation)
            (before.withdraw if number else before.settle)(one)
        self.assertEqual((accounts.all[0].budget.spent(), len(accounts.all[0].budget._under_way)), (1.0, 0))

    def test_what_was_planned_through_both_stays_planned(self) -> None:
        accounts, group = self.accounts(2, asks=True), self.group()
        accounts.plan(group, 8.0)
        self.taken(accounts, group, 2)
        for account in accounts.all:
            accounts.users.told(account, "one")

        self.assertEqual(accounts.all[0].budget.plans.planned(group), 6.0)
        self.assertEqual(accounts.all[0].budget._needs.purse(group.asker).spent, 2.0)
        with self.assertRaises(BudgetError):
            accounts.plan(self.group(), 3.0)

    def test_one_that_is_being_asked_is_not_used_beside_it_while_others_have_room(self) -> None:
        accounts, group = self.accounts(2, asks=True), self.group()
        first = accounts.permit(1.0, group)
        second = accounts.permit(1.0, group)
        assert isinstance(first, Permit) and isinstance(second, Permit)
        accounts.users.told(accounts.all[0], "one")
        with first.used():
            self.assertEqual(self.taken(accounts, group, 5), [1] * 5)
        with second.used():
            accounts.users.told(accounts.all[1], "two")
        self.assertIn(2, self.taken(accounts, group, 5))

    def test_a_call_that_asks_and_fails_lets_others_go_as_any_other(self) -> None:
        accounts, group = self.accounts(2, asks=True), self.group()
        first = accounts.all[0]
        first.limit.block(1.0, "used up.")
        self.clock.move(1.0)
        self.assertEqual(len(self.taken(accounts, group, 3, refused=accounts.all[1:])), 3)
        self.assertFalse(accounts.users.tells(first))

    def test_what_each_client_has_spent_through_both_is_its_own(self) -> None:
        accounts = self.accounts(2, asks=True, client_share=1.0)
        for client, calls in (("a", 4), ("b", 2)):
            self.taken(accounts, self.group(client), calls)
        for account in accounts.all:
            accounts.users.told(account, "one")

        first = accounts.all[0]
        assert first.reported
        for ledgers in (first.budget._ledgers, first.reported._spent):
            self.assertEqual([ledgers.own(client, self.clock.now()) for client in "ab"], [4.0, 2.0])

    def test_its_status_is_told_once_and_says_when_the_next_call_fits(self) -> None:
        accounts = self.accounts(3, "ann", "", "ann")
        self.taken(accounts, self.group(), 10, refused=accounts.all[1:2])

        statuses = statuses_of(accounts)

        self.assertEqual([one.counted_at for one in statuses], [1, 2, 1])
        self.assertEqual([len(one.allowances) for one in statuses], [2, 2, 0])
        wait = accounts.all[0].budget.until_gone(1.0)
        self.assertEqual([one.allowances[0].wait for one in statuses[:2]], [wait, 0.0])
        self.assertTrue(wait)
        self.assertFalse(any(one.allowances for one in statuses_of(accounts, look=False)))

    def test_what_each_call_counts_against_is_shared_too(self) -> None:
        accounts = self.accounts(2, asks=True)
        first, second = accounts.all
        for account in accounts.all:
            accounts.users.told(account, "one")
        assert first.reported
        first.reported.tell(0, 1_000.0)

        self.assertEqual(self.taken(accounts, self.group(), refused={first}), [])
        self.assertEqual(second.budgets, first.budgets)

    def test_other_processes_learn_it_and_a_forge_that_does_not_tell_is_asked_once(self) -> None:
        here, there = self.accounts(4, asks=True), self.accounts(4, asks=True)
        for account, user in zip(here.all, ("one", "", "one", ""), strict=True):
            here.users.told(account, user)
        there.refresh()

        for accounts in (here, there):
            self.assertEqual([accounts.place(account) for account in accounts.all], [1, 2, 1, 4])
        self.assertEqual([there.users.wanted(account) for account in there.all], [False, True, False, True])
        self.assertFalse(any(here.users.wanted(account) for account in here.all))
        self.assertNotIn("one", str(self.memory))

    def test_one_alone_is_never_asked(self) -> None:
        accounts = self.accounts(1, asks=True)
        self.assertFalse(accounts.users.wanted(accounts.all[0]))

    def test_the_time_of_a_call_that_takes_longer_than_expected_counts_there_while_it_lasts(self) -> None:
        accounts = self.accounts(2, asks=True, timed=True)
        permit = accounts.permit(1.0, self.group(), refused=accounts.all[:1])
        assert isinstance(permit, Permit)
        for account in accounts.all:
            accounts.users.told(account, "one")

        self.clock.move(7.0)

        # and the quarter of a second in which another call would come to the forge
        self.assertEqual(accounts.all[0].budget.spent(), 7.25)

    def test_those_that_share_already_follow_the_one_that_comes_first(self) -> None:
        accounts = self.accounts(3, "", "ann", "ann", asks=True)
        self.taken(accounts, self.group(), 4)

        accounts.users.told(accounts.all[0], "one")
        accounts.users.told(accounts.all[1], "one")

        self.assertEqual(accounts.distinct, [accounts.all[0]])
        self.assertEqual([account.budget.spent() for account in accounts.all], [4.0] * 3)

    def test_points_that_were_planned_through_both_stay_planned(self) -> None:
        accounts, group = self.accounts(2, asks=True), self.group()
        for account in accounts.all:
            assert account.reported
            account.reported.tell(10, 1_000.0)
        accounts.plan_reported(group, 12.0, 50.0)
        for account in accounts.all:
            accounts.users.told(account, "one")

        with self.assertRaisesRegex(BudgetError, "needs about 1 more points, and 0 are left"):
            accounts.plan_reported(self.group(), 1.0, 50.0)
