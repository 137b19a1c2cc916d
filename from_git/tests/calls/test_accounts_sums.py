"""What several accounts of one host can pay together, on a clock that only the test moves."""

import math

from from_git.askers import Asker
from from_git.calls import sums
from from_git.calls.fetchgroup import FetchGroup
from from_git.errors import BudgetError, LimitError
from from_git.tests.calls.test_accounts import AccountsTestCase, refusal


class Sums(AccountsTestCase):
    """What several can pay together."""

    def test_an_answer_is_paid_by_all_and_one_that_is_too_large_is_refused_with_their_number(self) -> None:
        accounts, group = self.accounts(), self.group()
        accounts.foresee(Asker(), 1, 30.0, 50.0)
        accounts.plan(group, 30.0)
        with self.assertRaises(BudgetError) as caught:
            accounts.plan(self.group(), 1.0)
        self.assertEqual(
            caught.exception.reason,
            "Forge allows 10 calls a minute (SETTING) for each of 3 accounts; this answer needs about 1 more, and 0 are"
            " left.",
        )
        accounts = self.accounts()
        accounts.all[0].budget.told(5.0)
        with self.assertRaisesRegex(BudgetError, r"allows 25 calls a minute \(SETTING\) for 3 accounts together;"):
            accounts.foresee(Asker(), 1, 26.0, 50.0)

    def test_one_that_is_unbounded_can_pay_everything(self) -> None:
        accounts, group = self.accounts(), self.group()
        accounts.all[1].budget.limit = None

        accounts.foresee(Asker(), 1, 1_000.0, 50.0)
        accounts.plan(group, 1_000.0)

        with self.assertRaises(BudgetError):
            accounts.all[2].budget.plans.plan(self.group(), 10.0, 50.0)

    def test_bounds_of_single_calls_add_up_too(self) -> None:
        accounts = self.accounts(each=3)
        accounts.foresee(Asker(), 9, 1.0, 50.0)
        with self.assertRaisesRegex(
            BudgetError, r"allows 3 calls a minute \(OTHER\) for each of 3 accounts; .* 10 more"
        ):
            accounts.foresee(Asker(), 10, 1.0, 50.0)

    def test_what_a_request_will_likely_need_is_expected_of_all(self) -> None:
        accounts, asker = self.accounts(), Asker()
        accounts.foresee(asker, 1, 3.0, 50.0, likely=24.0)
        self.assertEqual([one.budget._needs.purse(asker).foreseen for one in accounts.all], [8.0] * 3)

    def test_parts_are_whole_where_calls_are_counted_and_nothing_is_divided_too(self) -> None:
        self.assertEqual(sums.parts(3.0, [2.0, 2.0], whole=True), [2.0, 1.0])
        self.assertEqual(sums.parts(3.0, [2.0, 2.0], whole=False), [1.5, 1.5])
        self.assertEqual(sums.parts(0.0, [2.0, math.inf], whole=True), [0.0, 0.0])

    def test_each_pays_in_proportion_to_what_it_can(self) -> None:
        accounts, group = self.accounts(), self.group()
        self.taken(accounts, self.group(), 6, refused=accounts.all[1:])

        accounts.plan(group, 12.0)

        self.assertEqual([one.budget.plans.planned(group) for one in accounts.all], [2.0, 5.0, 5.0])
        self.assertEqual(len(self.taken(accounts, group, 12)), 12)
        self.assertEqual(sum(one.budget.plans.planned(group) for one in accounts.all), 0.0)

    def test_those_that_are_set_aside_or_limited_pay_nothing(self) -> None:
        accounts, group = self.accounts(), self.group()
        accounts.moves(refusal(), accounts.all[0], group, {accounts.all[0]})
        accounts.moves(LimitError("used up.", 49.0), accounts.all[1], group, ())

        accounts.plan(group, 10.0)
        self.assertEqual([one.budget.plans.planned(group) for one in accounts.all], [0.0, 0.0, 10.0])
        with self.assertRaisesRegex(BudgetError, "allows 10 calls a minute .SETTING.; this answer needs about 11 more"):
            accounts.plan(group, 11.0)

    def test_those_that_the_fetch_avoids_pay_nothing_for_it(self) -> None:
        accounts, group = self.accounts(2), self.group()
        first = accounts.all[0]
        first.budget.limit = None
        for account in accounts.all:
            assert account.reported
            account.reported.tell(10, 1_000.0)

        accounts.plan(group, 10.0, avoided={first})
        accounts.plan_reported(group, 10.0, 50.0, avoided={first})

        self.assertEqual([one.budget.plans.planned(group) for one in accounts.all], [0.0, 10.0])
        self.assertRaises(BudgetError, accounts.plan, group, 11.0, avoided={first})
        self.assertRaises(BudgetError, accounts.plan_reported, group, 11.0, 50.0, avoided={first})

    def test_a_later_plan_takes_back_what_another_was_to_pay(self) -> None:
        accounts, group = self.accounts(2), self.group()
        points = [account.reported for account in accounts.all if account.reported]
        for one in points:
            one.tell(10, 1_000.0)
        accounts.plan(group, 10.0)
        accounts.plan_reported(group, 10.0, 50.0)
        accounts.moves(refusal(), accounts.all[0], group, {accounts.all[0]})

        accounts.plan(group, 6.0)
        accounts.plan_reported(group, 6.0, 50.0)

        self.assertEqual([one.budget.plans.planned(group) for one in accounts.all], [0.0, 6.0])
        self.assertEqual([one.rest(self.group())[0] for one in points], [10, 4])

    def test_one_that_is_set_aside_takes_nothing_back_from_another_of_its_user(self) -> None:
        accounts, group = self.accounts(2, "ann", "ann"), self.group()
        accounts.moves(refusal(), accounts.all[0], group, {accounts.all[0]})

        accounts.plan(group, 10.0)

        self.assertEqual(accounts.all[1].budget.plans.planned(group), 10.0)

    def test_more_is_added_to_what_all_were_to_pay_and_have_not_and_to_nothing_where_nothing_was_planned(self) -> None:
        accounts, group = self.accounts(2, limit=100.0), self.group()
        first, second = (account.budget.plans for account in accounts.all)
        accounts.plan(group, 5.0, more=True)
        self.assertEqual((first.planned(group), second.planned(group)), (0.0, 0.0))
        accounts.plan(group, 10.0)
        self.taken(accounts, group, 8, refused=accounts.all[1:])

        accounts.plan(group, 1.0, avoided=accounts.all[1:], more=True)

        self.assertEqual((first.planned(group), second.planned(group)), (3.0, 0.0))

    def test_points_that_the_forge_reports_add_up_and_what_is_unknown_suffices(self) -> None:
        accounts, group = self.accounts(), self.group()
        for account, left in zip(accounts.all, (4, 6, 2), strict=True):
            assert account.reported
            account.reported.tell(left, 1_000.0 - 10.0 * left)

        accounts.plan_reported(group, 12.0, 50.0)
        with self.assertRaises(BudgetError) as caught:
            accounts.plan_reported(group, 13.0, 50.0)
        self.assertEqual(
            caught.exception.reason, "this answer needs about 13 more points, and 12 are left of 3 accounts."
        )
        self.assertEqual(caught.exception.wait, 940.0)
        self.clock.move(930.0)
        accounts.plan_reported(group, 1_000.0, 50.0)

    def test_a_client_gets_half_of_what_others_leave_of_all_and_a_newcomer_is_served_at_once(self) -> None:
        accounts = self.accounts(limit=80.0, client_share=1.0)
        for client, calls in (("a", 120), ("b", 60), ("c", 30)):
            with self.subTest(client):
                group = self.group(client)
                for account in accounts.all:
                    account.budget.plans.expect(group.asker, 3_000.0)
                self.assertEqual(len(self.taken(accounts, group)), calls)

    def test_what_fits_whole_into_all_is_more_than_half_of_each(self) -> None:
        accounts, group = self.accounts(limit=80.0, client_share=1.0), self.group("a")
        accounts.plan(group, 200.0)

        self.assertEqual(len(self.taken(accounts, group, 200)), 200)

    def test_what_the_request_has_spent_through_all_is_no_earlier_request_of_its_client(self) -> None:
        accounts, group = self.accounts(2, limit=80.0, client_share=1.0), self.group("a")
        accounts.plan(group, 160.0)
        self.assertEqual(len(self.taken(accounts, group, 20)), 20)

        accounts.plan(group, 140.0)

        self.assertEqual(len(self.taken(accounts, group)), 140)

    def test_what_leaves_the_windows_of_all_can_be_paid_again(self) -> None:
        accounts = self.accounts(2)
        self.taken(accounts, self.group(), 20)
        self.clock.move(30.0)
        accounts.plan(self.group(seconds=40.0), 16.0)

    def test_what_is_late_counts_as_expected_and_keeps_half_for_others(self) -> None:
        accounts = self.accounts(limit=80.0, client_share=1.0)
        late = list[BudgetError]()
        group = FetchGroup(
            self.clock.now() + 50.0, clock=self.clock, horizon=self.clock.now() + 500.0, late=late.append
        )

        accounts.plan(group, 300.0)

        self.assertEqual((len(late), len(self.taken(accounts, group))), (1, 120))

    def test_some_of_the_time_is_left_for_the_last_calls(self) -> None:
        for number in (1, 2):
            accounts, late = self.accounts(number), list[BudgetError]()
            self.taken(accounts, self.group(), 10 * number)
            now = self.clock.now()
            self.assertRaises(BudgetError, accounts.plan, self.group(seconds=65.0), 5.0)
            accounts.plan(self.group(seconds=70.0), 5.0)
            short = FetchGroup(now + 10.0, clock=self.clock, horizon=now + 65.0, late=late.append)
            self.assertRaises(BudgetError, accounts.plan, short, 5.0)
            accounts.plan(FetchGroup(now + 10.0, clock=self.clock, horizon=now + 75.0, late=late.append), 5.0)
            self.assertEqual(len(late), 1)

    def test_a_fetch_that_cannot_go_on_is_refused_for_what_others_of_its_request_have_planned(self) -> None:
        accounts, asker = self.accounts(1), Asker()
        first = self.group(asker=asker)
        accounts.plan(first, 8.0)
        self.assertRaises(BudgetError, accounts.plan, self.group(asker=asker), 5.0)

    def test_what_other_fetches_of_the_request_have_planned_at_one_is_not_planned_twice(self) -> None:
        accounts, asker = self.accounts(2), Asker()
        first, second = self.group(asker=asker), self.group(asker=asker)
        accounts.all[0].budget.plans.set_aside(first, 8.0)

        accounts.plan(second, 10.0)

        self.assertEqual([one.budget.plans.planned(second) for one in accounts.all], [2.0, 8.0])
        accounts.all[1].budget.plans.set_aside(first, 8.0)
        self.assertRaises(BudgetError, accounts.plan, second, 5.0)
        accounts.plan(second, 4.0)

    def test_what_fits_whole_into_one_counts_and_not_the_half_alone(self) -> None:
        accounts, earlier, group = self.accounts(2, limit=80.0, client_share=1.0), self.group("a"), self.group("a")
        self.taken(accounts, earlier, 10, refused=accounts.all[:1])

        accounts.plan(group, 60.0)

        self.assertEqual([one.budget.plans.planned(group) for one in accounts.all], [30.0, 30.0])
