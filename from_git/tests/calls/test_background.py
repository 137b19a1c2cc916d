"""What batches leave of budgets to requests that somebody waits for, on a clock that only the test moves."""

from from_git.askers import Asker
from from_git.calls.account import Account, Permit
from from_git.calls.budget import Budget, Full
from from_git.calls.fetchgroup import PATIENCE, FetchGroup
from from_git.calls.reported import ReportedLimit
from from_git.calls.spent import LocalLedger, Reservation
from from_git.errors import BudgetError, LimitError
from from_git.tests.calls.test_budget import MINUTE
from from_git.tests.calls.test_shares import SharesTestCase
from from_git.tests.kit.budgets import Values, budget_of, reported_limit


def item(client: str = "a") -> Asker:
    """The profile of a batch, for which nobody waits."""
    return Asker(client, background=True)


class Background(SharesTestCase):
    """Budgets of 160, of which batches may use 120."""

    def batch_takes(self, budget: Budget | ReportedLimit, *clients: str, most: int = 300) -> int:
        """How many calls batches of these clients get in turn, each for a profile of its own."""
        taken = 0
        for number in range(most):
            group = self.of(item(clients[number % len(clients)]))
            found = budget.reserve(1.0, group)
            if isinstance(found, Reservation):
                taken += 1
                if isinstance(budget, Budget):
                    budget.settle(found)  # what is left of the other is known from an answer
        return taken

    def test_batches_leave_a_quarter_however_many_there_are(self) -> None:
        for clients in ("a", "ab", "abcdefgh"):
            for name, budget in (
                ("calls", self.budget()),
                ("without parts of clients", budget_of(160.0, MINUTE, LocalLedger(self.clock.now), "calls", "SETTING")),
                ("reported", self.reported()),
            ):
                with self.subTest(name, clients=clients):
                    taken = self.batch_takes(budget, *clients)

                    self.assertGreaterEqual(taken, 90)
                    self.assertLessEqual(taken, 120)
                    request = self.of("new")
                    self.assertIsInstance(budget.reserve(40.0, request), Reservation)

    def test_a_look_at_what_is_left_leaves_the_quarter_too(self) -> None:
        left = self.reported()

        self.assertEqual([left.rest(self.of(one))[0] for one in (item(), "a")], [120, 160])

    def reported(self) -> ReportedLimit:
        """160 that the forge counts itself."""
        left = reported_limit("points", self.clock.now)
        left.tell(160, 1_000.0)
        return left

    def test_the_quarter_is_that_of_the_present_window(self) -> None:
        left = self.reported()
        self.clock.move(1_001.0)
        left.tell(40, 1_000.0)

        self.assertGreaterEqual(self.batch_takes(left, "a", "b"), 20)

    def test_a_request_of_the_same_client_finds_the_quarter_too(self) -> None:
        budget = self.budget()
        self.batch_takes(budget, "a")

        self.assertGreaterEqual(self.takes(budget, self.of("a")), 30)

    def test_what_a_request_has_planned_is_left_to_it_as_well(self) -> None:
        budget, request = self.budget(), self.of("new")
        budget.plans.plan(request, 100.0, MINUTE)

        self.assertLessEqual(self.batch_takes(budget, "a"), 20)
        self.assertEqual(self.takes(budget, request, 100), 100)

    def test_a_fetch_that_a_request_waits_for_as_well_has_all_there_is(self) -> None:
        for of_another_process in (False, True):
            budget = self.budget()
            self.batch_takes(budget, "a")
            group = self.of(item())
            self.assertIsInstance(budget.reserve(1.0, group), Full)

            group.wanted_by(group.asker if of_another_process else Asker("b"))

            self.assertIsInstance(budget.reserve(1.0, group), Reservation)

    def test_a_look_ahead_sees_what_batches_may_use_and_says_so(self) -> None:
        budget = self.budget()
        self.spend(budget, 119.0, self.of("b"))
        budget.plans.foresee(item(), 1.0, 1.0)
        with self.assertRaisesRegex(
            BudgetError, "allows 160 calls a minute .SETTING., of which batches may use 120 now"
        ):
            budget.plans.foresee(item(), 2.0, 1.0)

        full = budget.reserve(2.0, self.of(item()))

        assert isinstance(full, Full)
        self.assertIn("of which batches may use 120 now, and 119 are spent", str(budget.used_up(full)))
        budget.plans.foresee(Asker("a"), 40.0, 1.0)

    def test_the_smallest_limit_lets_a_batch_go_on(self) -> None:
        budget = self.budget(1.0)
        budget.plans.foresee(item(), 1.0, 1.0)  # is not refused
        self.assertEqual(self.batch_takes(budget, "a"), 1)


class Patience(SharesTestCase):
    """How long a fetch of a batch waits."""

    def permit(self, seconds: float, goes_on: bool = False, wanted: bool = False) -> Permit | float:
        """What an account says whose budget has no room for so long."""
        budget = self.budget()
        account = Account("key", budget, Values(), self.clock.now)
        self.spend(budget, 160.0, self.of("b"))
        self.clock.move(MINUTE + MINUTE / 60 - seconds)
        group = FetchGroup(self.clock.now() + 900.0, clock=self.clock, asker=item())
        if wanted:
            group.wanted_by(Asker("a"))
        return account.permit(1.0, group, goes_on)

    def test_it_ends_where_it_would_have_to_wait_for_long_unless_it_has_read_something_or_a_request_waits(self) -> None:
        self.assertIsInstance(self.permit(0.8 * PATIENCE), float)
        with self.assertRaises(BudgetError) as caught:
            self.permit(2 * PATIENCE)
        assert caught.exception.wait
        self.assertAlmostEqual(caught.exception.wait, 2 * PATIENCE, delta=1.5)
        self.assertIsInstance(self.permit(2 * PATIENCE, goes_on=True), float)
        self.assertIsInstance(self.permit(2 * PATIENCE, wanted=True), float)

    def test_it_ends_too_where_nobody_knows_how_long_it_has_to_wait(self) -> None:
        budget, group = self.budget(timed=True), self.of(item())
        account = Account("key", budget, Values(), self.clock.now)
        assert isinstance(budget.reserve(160.0, self.of("b")), Reservation)  # a call that may turn out to be short
        for _ in range(int(PATIENCE)):
            self.assertIsInstance(account.permit(1.0, group), float)
            self.clock.move(1.0)
        self.clock.move(1.0)

        self.assertRaises(BudgetError, account.permit, 1.0, group)
        self.assertIsInstance(account.permit(1.0, group, goes_on=True), float)

    def test_it_has_all_its_time_for_a_forge_that_fails_without_telling_it_to_wait(self) -> None:
        group = self.of(item())

        self.assertEqual([group.patient(60.0, wait) for wait in (None, 0.0, 9.0)], [60.0, PATIENCE, PATIENCE])
        group.wanted_by(Asker("a"))
        self.assertEqual(group.patient(60.0, 9.0), 60.0)

    def test_a_limit_of_the_forge_ends_it_even_if_it_has_read_something(self) -> None:
        account = Account("key", self.budget(), Values(), self.clock.now)
        account.limit.block(2 * PATIENCE, "its limit.")
        group = FetchGroup(self.clock.now() + 900.0, clock=self.clock, asker=item())

        self.assertRaises(LimitError, account.permit, 1.0, group, True)
        group.wanted_by(Asker("a"))
        self.assertEqual(account.permit(1.0, group, True), 2 * PATIENCE)
