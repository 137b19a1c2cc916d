"""Calls through several accounts whose threads take turns in many orders: no bound is passed, no call is lost."""

from collections import defaultdict

from from_git.calls import account, accounts, aside, plans, ranking
from from_git.calls.account import Account
from from_git.calls.accounts import Accounts
from from_git.calls.authorization import Authorization
from from_git.calls.spent import LocalLedger
from from_git.errors import LimitError
from from_git.tests.calls.test_accounts import refusal
from from_git.tests.calls.test_call_chains import ChainsTestCase, Run
from from_git.tests.kit.budgets import Values, budget_of
from from_git.tests.kit.simulation import MODULES

LIMIT, MINUTE = 4, 60.0
_ON_ITS_WAY = 5.0  # seconds from a permit to its call at most: threads stand still now and then


class Several(Run):
    """Three accounts, of which the first and the last may belong to one user, and one may be refused for a while."""

    modules = (*MODULES, account, accounts, aside, plans, ranking)  # what threads share there has no lock

    def __init__(self, seed: int, trouble: float = 0.0, named: str = "", told: bool = False, refused: int = 0) -> None:
        self.named, self.told = named, told
        self.calls_of = defaultdict[int, list[float]](list)
        self.known_at = 0.0
        self.refuses = refused
        super().__init__(seed, LIMIT, trouble)

    def made(self, limit: float | None) -> Accounts:
        """See `Run`."""
        memory, now = Values(), self.clock.now
        users = [self.named, "", self.named]
        made = [
            Account(
                f"key-{place}",
                budget_of(limit, MINUTE, LocalLedger(now), "calls", "THE_LIMIT"),
                memory,
                now,
                authorization=Authorization(user=user),
            )
            for place, user in enumerate(users)
        ]
        self.scheduler.random.shuffle(made)
        return Accounts(made, memory, now, asks=self.told)

    def ask(self) -> None:
        """See `Run`; the account that is refused is so for some calls."""
        through, begun = self.calls.account, self.clock.now()
        user = 0 if through.key in ("key-0", "key-2") else 1
        self.calls_of[user if self.named or self.told else int(through.key[-1])].append(begun)
        if through.key == "key-1" and self.refuses:
            self.refuses -= 1
            self.sent.append(begun)
            raise refusal()
        try:
            super().ask()
        except LimitError:
            # a forge does not count what it refuses
            self.calls_of[user if self.named or self.told else int(through.key[-1])].remove(begun)
            raise
        if self.accounts.users.wanted(through):
            self.accounts.users.told(through, f"user {user}")
            self.known_at = self.clock.now() + _ON_ITS_WAY


class SeveralChains(ChainsTestCase):
    """What holds for each seed."""

    def assert_bounded(self, run: Several) -> None:
        """No window of an account has more calls than its bound."""
        self.assert_whole(run)
        for calls in run.calls_of.values():
            for begun in calls:
                if begun >= run.known_at:
                    self.assertLessEqual(sum(begun <= one < begun + MINUTE for one in calls), LIMIT)

    def test_no_bound_of_an_account_is_passed_and_no_call_is_lost(self) -> None:
        self.for_seeds(lambda seed: self.assert_bounded(Several(seed, trouble=0.1)), 20)

    def test_nor_where_two_credentials_are_of_one_user_by_the_setting(self) -> None:
        self.for_seeds(lambda seed: self.assert_bounded(Several(seed, trouble=0.1, named="ann")), 20)

    def test_nor_where_the_forge_tells_so_while_calls_are_under_way(self) -> None:
        self.for_seeds(lambda seed: self.assert_bounded(Several(seed, trouble=0.1, told=True)), 20)

    def test_nor_where_one_is_refused_now_and_then(self) -> None:
        self.for_seeds(lambda seed: self.assert_bounded(Several(seed, trouble=0.05, refused=1 + seed % 5)), 20)
