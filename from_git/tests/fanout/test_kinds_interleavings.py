"""Fetches of GitLab and of Gitea whose threads take turns in many orders; see `scheduler.py`."""

from typing import ClassVar

from emulator import preset
from from_git.errors import BudgetError
from from_git.tests.fanout.test_interleavings import Contract, InterleavingTestCase, repositories


class LimitedContract(Contract):
    """What kinds owe besides whose calls are counted. No test case itself, so none is skipped."""

    limited: ClassVar[str]
    """The preset of a refusal for 30 seconds."""
    whole: ClassVar[int]

    def test_an_owner_adds_up(self) -> None:
        def check(seed: int) -> None:
            self.assert_found(self.run_one(seed)[0], stats)

        stats = self.add(*repositories(self.whole))
        self.for_seeds(check)

    def test_a_limit_in_the_middle_is_waited_for_and_no_call_is_sent_meanwhile(self) -> None:
        def check(seed: int) -> None:
            self.emulator.faults.add(preset(self.limited, after=seed % 4, times=1))

            self.assert_found(self.run_one(seed)[0], stats)
            self.assert_pause(30.0)

        stats = self.add(*repositories(self.whole))
        self.for_seeds(check)

    def test_two_owners_together_stay_within_the_budget(self) -> None:
        def check(seed: int) -> None:
            outcomes = self.run_one(seed, ("acme", "other"), limit=20.0 + 7 * seed)

            if not any(isinstance(one, BudgetError) for one in outcomes):
                for outcome in outcomes:
                    self.assert_found(outcome, stats)

        stats = self.add(*repositories(self.late))
        self.add(*repositories(self.late), login="other")
        self.for_seeds(check)


class GroupInterleavings(LimitedContract, InterleavingTestCase):
    """Groups of GitLab."""

    forge = "gitlab"
    failing, changing, late, whole = 60, 50, 60, 80
    limited = "gitlab_429"


class UserInterleavings(LimitedContract, InterleavingTestCase):
    """Users of GitLab."""

    forge = "gitlab"
    owner = {"kind": "User"}  # noqa: RUF012 - see the attribute
    failing, changing, late, whole = 40, 30, 40, 60
    limited = "gitlab_429"


class GiteaInterleavings(LimitedContract, InterleavingTestCase):
    """Gitea and Forgejo."""

    forge = "gitea"
    failing, changing, late, whole = 40, 30, 30, 45
    limited = "gitea_429_json"
