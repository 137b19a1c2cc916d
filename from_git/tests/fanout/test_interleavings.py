"""Fetches whose threads take turns in many orders; see `scheduler.py`."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from emulator import Emulator, Fault, Latency, Repository, World, preset
from from_git.errors import BudgetError, DeadlineError, LimitError, UpstreamError
from from_git.tests.kit.oracle import expected, owner_of
from from_git.tests.kit.seeds import SeededTestCase
from from_git.tests.kit.simulation import Simulation
from from_git.values.found import Found
from from_git.values.stats import Stats

Outcome = Found | UpstreamError | None
HELD_UP = 2.75  # seconds: one stall of the scheduler (1.5), one early jump of its clock (1.0), and half a call


def repositories(count: int) -> list[Repository]:
    """So many public ones, some of them forks, some with more languages than one query shows."""
    return [
        Repository(
            f"r{n:03}",
            is_fork=n % 5 == 0,
            watchers=1000 + n,
            stars=n,
            languages={f"L{n % 7 * k}": 1 for k in range(45 if n % 30 == 7 else n % 4)},
            topics=[f"t{n % 11}"],
            created_at=f"2020-01-01T{n // 60:02}:{n % 60:02}:00Z",
        )
        for n in range(count)
    ]


class InterleavingTestCase(SeededTestCase):
    """An emulator."""

    forge: ClassVar[str]
    owner: ClassVar[Mapping[str, Any]] = {}
    """What is special about its owners."""
    emulator: ClassVar[Emulator]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the emulator."""
        super().setUpClass()
        few = {"max_response_items": 10}
        cls.emulator = cls.enterClassContext(Emulator(World(), github={"points": 10**9}, gitea=few, limits=False))

    def setUp(self) -> None:
        """Leave nothing behind."""
        self.addCleanup(self.emulator.before_call, None)
        self.addCleanup(self.emulator.faults.clear)

    def add(self, *these: Repository, login: str = "acme") -> Stats:
        """Give the forge an owner, and say what its sum is."""
        owner = replace(owner_of(self.forge, login, these), **self.owner)
        self.emulator.world.add(owner)
        return expected(owner)

    def change(self, when: int, *after: Repository) -> None:
        """Let the owner have other repositories from the call of that number on."""
        calls: list[str] = []

        def act(upstream: str, path: str, body: str) -> None:
            calls.append(path)
            if len(calls) == when:
                self.add(*after)

        self.emulator.before_call(act)

    def before_seed(self) -> None:
        """Begin without faults and changes."""
        self.emulator.faults.clear()
        self.emulator.before_call(None)

    def run_one(self, seed: int, owners: tuple[str, ...] = ("acme",), **options: Any) -> list[Outcome]:
        """The outcomes of one run."""
        self.simulation = Simulation(self.emulator, seed, threads=1 + seed % 5, **options)
        return self.simulation.run(self.forge, *owners)

    def assert_found(self, outcome: Outcome, *allowed: Stats) -> None:
        """It is one of these sums."""
        if isinstance(outcome, Exception):
            raise outcome
        assert outcome is not None
        self.assertIn(outcome.stats, allowed)

    def changed(self, before: list[Repository], seed: int) -> tuple[Stats, Stats]:
        """Have something happen to the list at some call; the sums before and after it."""
        at = seed * 7 % len(before)
        one, rest = before[at], [*before[:at], *before[at + 1 :]]
        new = Repository("new", watchers=7, created_at="2021-01-01T00:00:00Z")
        old = Repository("old", watchers=7, created_at="2019-01-01T00:00:00Z")
        between = replace(old, created_at=f"{before[seed * 11 % len(before)].created_at[:-1]}.5Z")
        after = (
            rest,
            [*before, new],
            [*before, old],
            [*rest, new],
            [*rest, replace(one, is_private=True)],
            [*before, between],
            [*rest, between],
        )[seed // 2 % 7]
        then = self.add(*after)
        now = self.add(*before)
        self.change(2 + seed % 20, *after)
        return now, then

    def assert_pause(self, seconds: float) -> None:
        """For so long no call was sent, but for those that had a permit and were held up by the scheduler."""
        started = sorted(self.simulation.started)
        self.assertGreaterEqual(max(b - a for a, b in pairwise(started)), seconds - HELD_UP)

    def break_calls(self, seed: int) -> None:
        """Have some calls fail, each in a way that passes."""
        for number, kind in enumerate(("status", "reset", "truncate", "chunked")):
            self.emulator.faults.add(Fault(kind, chance=0.1, times=6, seed=seed + number, cut=True))


class Contract(InterleavingTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What every forge owes. No test case itself, so none is skipped."""

    failing: ClassVar[int]
    """Repositories of the owner in each test, as many as its calls take."""
    changing: ClassVar[int]
    late: ClassVar[int]

    def test_failures_that_pass_change_nothing(self) -> None:
        def check(seed: int) -> None:
            self.break_calls(seed)
            self.assert_found(self.run_one(seed)[0], stats)

        stats = self.add(*repositories(self.failing))
        self.for_seeds(check)

    def test_a_list_that_changes_adds_up_to_what_it_was_or_is(self) -> None:
        def check(seed: int) -> None:
            before, after = self.changed(repositories(self.changing), seed)
            self.assert_found(self.run_one(seed)[0], before, after)

        self.for_seeds(check)

    def test_a_deadline_in_the_middle_ends_everything(self) -> None:
        def check(seed: int) -> None:
            outcome = self.run_one(seed, deadline=0.2 * (1 + seed % 9), may_be_late=True)[0]

            if not isinstance(outcome, DeadlineError):
                self.assert_found(outcome, stats)

        stats = self.add(*repositories(self.late))
        self.for_seeds(check)


class GitHubInterleavings(Contract, InterleavingTestCase):
    """GitHub."""

    forge = "github"
    failing, changing, late = 100, 80, 150

    def test_an_owner_of_150_repositories_adds_up(self) -> None:
        def check(seed: int) -> None:
            self.assert_found(self.run_one(seed)[0], stats)

        stats = self.add(*repositories(150))
        self.for_seeds(check)

    def test_a_seed_is_one_run(self) -> None:
        def check(seed: int) -> None:
            self.run_one(seed)
            first = self.simulation
            self.run_one(seed)

            self.assertEqual(first.started, self.simulation.started)
            self.assertEqual(first.scheduler.random.random(), self.simulation.scheduler.random.random())

        self.add(*repositories(150))
        self.for_seeds(check)

    def test_queries_that_are_too_heavy_are_asked_in_parts(self) -> None:
        def check(seed: int) -> None:
            self.emulator.latency = Latency(max_weight=1 + seed % 6)
            self.assert_found(self.run_one(seed, deadline=600.0)[0], stats)

        self.addCleanup(setattr, self.emulator, "latency", self.emulator.latency)
        stats = self.add(*repositories(100))
        self.for_seeds(check)

    def test_a_limit_in_the_middle_is_waited_for_and_no_call_is_sent_meanwhile(self) -> None:
        def check(seed: int) -> None:
            self.emulator.faults.add(preset("secondary_403_retry_after", after=3 + seed % 9, times=1))

            self.assert_found(self.run_one(seed)[0], stats)
            self.assert_pause(60.0)

        stats = self.add(*repositories(150))
        self.for_seeds(check)

    def test_a_limit_that_does_not_pass_in_time_is_an_error_that_ends_every_profile(self) -> None:
        def check(seed: int) -> None:
            self.emulator.faults.add(preset("secondary_403_retry_after", after=3 + seed % 9, times=1))

            outcomes = self.run_one(seed, ("acme", "other"), deadline=30.0)

            self.assertTrue(any(isinstance(one, LimitError) for one in outcomes), outcomes)

        self.add(*repositories(60))
        self.add(*repositories(60), login="other")
        self.for_seeds(check)

    def test_a_budget_that_is_used_up_in_the_middle_is_waited_for(self) -> None:
        def check(seed: int) -> None:
            self.assert_found(self.run_one(seed, limit=6.0, deadline=2000.0)[0], stats)

        stats = self.add(*repositories(150))
        self.for_seeds(check)

    def test_profiles_together_add_up_or_are_told_what_the_budget_lacks(self) -> None:
        def check(seed: int) -> None:
            outcomes = self.run_one(seed, ("acme", "other", "third"), limit=8.0, deadline=100.0, may_be_late=True)

            if not any(isinstance(one, BudgetError | DeadlineError) for one in outcomes):
                for outcome, stats in zip(outcomes, sums, strict=True):
                    self.assert_found(outcome, stats)

        sums = [self.add(*repositories(20 * n), login=name) for n, name in enumerate(("acme", "other", "third"), 3)]
        self.for_seeds(check)


class BitbucketInterleavings(Contract, InterleavingTestCase):
    """Bitbucket."""

    forge = "bitbucket"
    failing, changing, late = 60, 50, 30

    def test_a_workspace_of_60_repositories_adds_up(self) -> None:
        def check(seed: int) -> None:
            self.assert_found(self.run_one(seed)[0], stats)
            self.assertEqual(len(self.simulation.started), 60 + 2 * 6)

        stats = self.add(*repositories(60))
        self.for_seeds(check)

    def test_a_limit_in_the_middle_is_waited_for_and_no_call_is_sent_meanwhile(self) -> None:
        def check(seed: int) -> None:
            self.emulator.faults.add(
                preset("bitbucket_429", headers={"Retry-After": "60"}, after=seed * 5 % 45, times=1)
            )

            self.assert_found(self.run_one(seed)[0], stats)
            self.assert_pause(60.0)

        stats = self.add(*repositories(50))
        self.for_seeds(check)

    def test_two_workspaces_together_stay_within_the_budget(self) -> None:
        def check(seed: int) -> None:
            outcomes = self.run_one(seed, ("acme", "other"), limit=70.0 + seed % 60)

            if not any(isinstance(one, BudgetError) for one in outcomes):
                for outcome in outcomes:
                    self.assert_found(outcome, stats)

        stats = self.add(*repositories(45))
        self.add(*repositories(45), login="other")
        self.for_seeds(check)

    def test_a_budget_that_fits_exactly_is_no_error(self) -> None:
        def check(seed: int) -> None:
            self.assert_found(self.run_one(seed, limit=45.0 + 2 * 5)[0], stats)

        stats = self.add(*repositories(45))
        self.for_seeds(check)
