"""Fetches under the scheduler: real adapters and a real emulator, simulated threads and time."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from unittest.mock import patch

from emulator import Emulator
from from_git.calls.account import Account
from from_git.calls.accounts import Accounts
from from_git.calls.authorization import Authorization
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.pace import Pace
from from_git.calls.spent import LocalLedger
from from_git.errors import Cancelled, DeadlineError, UpstreamError
from from_git.fanout import Pool
from from_git.forges.bitbucket.access import NONE, BitbucketAccess, Counts
from from_git.forges.bitbucket.fetch import BitbucketFetch
from from_git.forges.bitbucket.opening import Bitbucket
from from_git.forges.github.fetch import GitHubFetch
from from_git.forges.github.graphql import GraphqlOverUpstream
from from_git.forges.github.opening import GitHub
from from_git.forges.github.queries import GitHubAccess, Sizes
from from_git.tests.kit.budgets import Values, budget_of, reported_limit
from from_git.tests.kit.locks import scheduled
from from_git.tests.kit.scheduler import Scheduler
from from_git.upstream import Response, Upstream
from from_git.values.found import Found

MODULES = scheduled("fanout", "calls", "forges")
"""Those that the scheduler drives."""
SMALL = Sizes(first=7, listed=20, batch=8, small_batch=4, names_batch=2)
_SMALL_PAGE = 10  # of Bitbucket; small pages, so that a small owner needs many calls
_CALL = Upstream.call
_SLOWEST = (0.001, 0.6)  # seconds of a call at most; each seed has one of them
_HOUR = 3600  # when the simulated hour of GitHub's points ends; runs begin at 1,000


@dataclass
class Question:
    """One owner that is asked for."""

    group: FetchGroup
    fetch: GitHubFetch | BitbucketFetch
    late: bool = False

    @property
    def ended(self) -> Found | UpstreamError | None:
        """What came out; None: it was cancelled, because another one failed."""
        try:
            self.group.wait(0)
        except UpstreamError as error:
            return error
        except Cancelled:
            return DeadlineError("late") if self.late else None
        found = self.fetch.outcome()
        assert found is not None
        return found


@dataclass
class Simulation:
    """One run: its world is the emulator's, its accidents are the seed's."""

    emulator: Emulator
    seed: int
    threads: int = 4
    limit: float | None = None
    """Of the budget: seconds in a minute at GitHub, calls in an hour at Bitbucket."""
    deadline: float = 120.0
    may_be_late: bool = False
    started: list[float] = field(default_factory=list)
    """When each call began."""
    questions: list[Question] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.seed)
        self.clock = self.scheduler.clock
        # where calls are quick, threads look for work all the time
        self.slowest = self.scheduler.random.choice(_SLOWEST)

    def run(self, forge: str, *owners: str) -> list[Found | UpstreamError | None]:
        """Ask for these owners at the same time, as one request does; what came out for each."""
        random.seed(self.seed)  # the jitter of retries
        with self.scheduler.installed(MODULES), patch.object(Upstream, "call", self._call()):
            adapter = self.github() if forge == "github" else self.bitbucket()
            self.scheduler.run(partial(self._ask, adapter, owners))
            outcomes = self._judge(adapter)
            adapter.close()
            return outcomes

    def github(self) -> GitHub:
        """An adapter on simulated threads and time."""
        bound = budget_of(self.limit, 60.0, LocalLedger(self.clock.now), "seconds", "THE_LIMIT", timed=True)
        pool, now = Pool("github", self.threads), self.clock.now
        carried = Authorization(f"bearer {self.emulator['github'].credentials['token']}")
        points = reported_limit("points", now)
        self.account = Account("github", bound, Values(), now, authorization=carried, reported=points)
        upstream = Upstream(self.emulator["github"].url, "GITHUB_GRAPHQL_URL", pool.size, 10.0)
        client = GraphqlOverUpstream(upstream, now)
        accounts = Accounts([self.account], Values(), now)
        return GitHub(GitHubAccess(client, pool, accounts, Pace(now), SMALL), has_credentials=True)

    def bitbucket(self) -> Bitbucket:
        """An adapter on simulated threads and time."""
        bound = budget_of(self.limit, 3600.0, LocalLedger(self.clock.now), "calls", "THE_LIMIT")
        self.account = Account("bitbucket", bound, Values(), self.clock.now, authorization=Authorization(sort=NONE))
        accounts = Accounts([self.account], Values(), self.clock.now)
        pools = Pool("bitbucket", self.threads), Pool("watchers", self.threads)
        upstream = Upstream(self.emulator["bitbucket"].url, "BITBUCKET_API_URL", 2 * self.threads, 10.0)
        counts = Counts(Values(), "", 0)
        access = BitbucketAccess(upstream, *pools, accounts, False, counts, page_size=_SMALL_PAGE)
        return Bitbucket(access, has_credentials=False)

    def _ask(self, adapter: GitHub | Bitbucket, owners: tuple[str, ...]) -> None:
        """What `aggregate` and `Flight` do."""
        for owner in owners:
            group = FetchGroup(self.clock.now() + self.deadline, self._landed, self.clock)
            question = Question(group, adapter.fetch(owner, group))
            self.questions.append(question)
            self.clock.call_later(self.deadline, partial(self._late, question))
            group.seal()
        self._landed()  # those that ended before the last was asked

    def _landed(self) -> None:
        if any(one.group.ended and one.group._error for one in self.questions):
            for one in self.questions:
                one.group.cancel()

    def _late(self, question: Question) -> None:
        question.late = not question.group.ended
        question.group.cancel()

    def _call(self) -> Callable[..., Response]:
        """`Upstream.call`, of which each takes some of the simulated time."""

        def call(upstream: Upstream, caller: Any, *args: Any, **kwargs: Any) -> Response:
            before, after = (self.scheduler.random.random() * self.slowest / 2 for _ in range(2))
            self.scheduler.point()
            caller.time_left()
            self.started.append(self.clock.now())
            self.scheduler.sleep(before)
            try:
                with self.scheduler.kept():  # it looks at the clock as often as bytes come
                    answer = _CALL(upstream, caller, *args, **kwargs)
            finally:
                self.scheduler.sleep(after)
            if caller.time_left() <= 0:
                raise DeadlineError("late")
            return replace(answer, seconds=before + after, headers=self._dated(answer.headers))

        return call

    def _dated(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """The headers, their end of GitHub's hour on the simulated clock."""
        if "x-ratelimit-reset" not in headers:
            return headers
        return {**{name.lower(): value for name, value in headers.items()}, "x-ratelimit-reset": str(_HOUR)}

    def _judge(self, adapter: GitHub | Bitbucket) -> list[Found | UpstreamError | None]:
        """What must hold whatever happened."""
        assert all(one.group.ended for one in self.questions), "a group never ended"
        assert not self.account.budget._under_way, "a reservation was never settled"
        for pool in (adapter.access.pool, getattr(adapter.access, "watchers_pool", adapter.access.pool)):
            assert pool.idle == pool.size, "a pool believes that its threads are busy"
        if not any(one.group._cancelled or one.group._error for one in self.questions):
            counted = sum(one.fetch.cost().calls for one in self.questions)
            assert counted >= len(self.started), "a call was not counted"
        if self.limit and not self.account.budget.timed:
            assert len(self.started) <= self.limit, "more calls than the budget has"
        assert not any(one.late and not self.may_be_late for one in self.questions), "a fetch came to no end"
        return [one.ended for one in self.questions]
