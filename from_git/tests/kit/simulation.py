"""Fetches under the scheduler: real adapters and a real emulator, simulated threads and time."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from unittest.mock import patch

from emulator import Emulator
from from_git.calls.account import Account
from from_git.calls.accounts import Accounts
from from_git.calls.authorization import ANONYMOUS, Authorization
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.pace import Pace
from from_git.calls.spent import LocalLedger
from from_git.errors import Cancelled, DeadlineError, UpstreamError
from from_git.fanout import Pool, Width
from from_git.forges.bitbucket.access import NONE, BitbucketAccess, Counts
from from_git.forges.bitbucket.opening import Bitbucket
from from_git.forges.contract import Fetch, Forge
from from_git.forges.gitea.access import GiteaAccess, KeptLanguages
from from_git.forges.gitea.opening import Gitea
from from_git.forges.github.graphql import GraphqlOverUpstream
from from_git.forges.github.opening import GitHub
from from_git.forges.github.queries import GitHubAccess, Sizes
from from_git.forges.gitlab.access import GitLabAccess, Wordless
from from_git.forges.gitlab.opening import GitLab
from from_git.tests.kit.budgets import Values, budget_of, reported_limit
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.locks import scheduled
from from_git.tests.kit.scheduler import Scheduler
from from_git.upstream import Response, Upstream
from from_git.values.credential import Credential
from from_git.values.found import Found
from from_git.values.tempo import USUAL

MODULES = scheduled("fanout", "calls", "forges")
"""Those that the scheduler drives."""
SMALL = Sizes(first=7, listed=20, batch=8, largest=12, small_batch=4, average=5, names_batch=2)
_SMALL_PAGE = 10  # of Bitbucket and GitLab; small pages, so that a small owner needs many calls
_CALL = Upstream.call
_SLOWEST = (0.001, 0.6)  # seconds of a call at most; each seed has one of them
_NARROWED = 0.03  # of all calls are sent when another process has met a limit
_HOUR = 3600  # when the simulated hour of GitHub's points ends; runs begin at 1,000


@dataclass
class Question:
    """One owner that is asked for."""

    group: FetchGroup
    fetch: Fetch
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
    """Of the budget: seconds in a minute at GitHub, calls in an hour elsewhere."""
    deadline: float = 120.0
    may_be_late: bool = False
    accounts: int = 1
    """Each with a budget of its own."""
    refuses: Callable[["Simulation", int], Response | None] = lambda simulation, account: None
    """The answer to a call through the account of that number, from 0, in place of the emulator's."""
    started: list[float] = field(default_factory=list)
    """When each call began."""
    through: Counter[int] = field(default_factory=Counter)
    """How many through each account."""
    questions: list[Question] = field(default_factory=list)
    width: Width | None = None
    """Of the pools."""
    pools: list[Pool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.seed)
        self.clock = self.scheduler.clock
        # where calls are quick, threads look for work all the time
        self.slowest = self.scheduler.random.choice(_SLOWEST)

    def run(self, forge: str, *owners: str) -> list[Found | UpstreamError | None]:
        """Ask for these owners at the same time, as one request does; what came out for each."""
        random.seed(self.seed)  # the jitter of retries
        with self.scheduler.installed(MODULES), patch.object(Upstream, "call", self._call()):
            adapter = self._adapter(forge)
            self.scheduler.run(partial(self._ask, adapter, owners))
            outcomes = self._judge()
            adapter.close()
            return outcomes

    def _adapter(self, forge: str) -> Forge:
        """An adapter on simulated threads and time."""
        made: dict[str, Callable[[], Forge]] = {
            "github": self._github,
            "bitbucket": self._bitbucket,
            "gitlab": self._gitlab,
            "gitea": self._gitea,
        }
        return made[forge]()

    def _github(self) -> GitHub:
        pool, now = self._pool("github"), self.clock.now
        carried = Authorization(f"bearer {self.emulator['github'].credentials['token']}")
        self.all = self._accounts("seconds", 60.0, carried)
        upstream = Upstream(self.emulator["github"].url, "GITHUB_GRAPHQL_URL", pool.most, 10.0)
        client = GraphqlOverUpstream(upstream, now)
        return GitHub(GitHubAccess(client, pool, self.all, Pace(now), sizes=SMALL), has_credentials=True)

    def _bitbucket(self) -> Bitbucket:
        self.all = self._accounts("calls", 3600.0, Authorization(sort=NONE))
        pools = self._pool("bitbucket"), self._pool("watchers")
        upstream = Upstream(self.emulator["bitbucket"].url, "BITBUCKET_API_URL", 2 * self.threads, 10.0)
        counts = Counts(Values(), "", 0)
        access = BitbucketAccess(upstream, *pools, self.all, False, counts, page_size=_SMALL_PAGE)
        return Bitbucket(access, has_credentials=False)

    def _gitlab(self) -> GitLab:
        self.all = self._accounts("calls", 3600.0, ANONYMOUS)
        given = (Credential("any"),) if self.accounts > 1 else ()
        host = replace(host_of("gitlab", api=self.emulator["gitlab"].url), credentials=given)
        pool = self._pool("gitlab")
        upstream = Upstream(host.api, "api", pool.most, 10.0)
        wordless = Wordless(Values(), "", 0)
        access = GitLabAccess(host, upstream, pool, self.all, wordless, self.limit, USUAL, self.clock.now)
        access.schema.usual |= {"page": _SMALL_PAGE, "aliases": 4}
        return GitLab(access, has_credentials=False)

    def _gitea(self) -> Gitea:
        self.all = self._accounts("calls", 3600.0, ANONYMOUS)
        pools, host = (self._pool("gitea"), self._pool("languages")), host_of("gitea", api=self.emulator["gitea"].url)
        upstream = Upstream(host.api, "api", 2 * self.threads, 10.0)
        return Gitea(GiteaAccess(host, upstream, *pools, self.all, None, KeptLanguages(Values(), "", 0)))

    def _pool(self, name: str) -> Pool:
        """One as wide as its threads or, with most seeds, as answers and other processes let it be."""
        if self.width is None:
            start = 1 + self.seed // 4 % 3 if self.seed % 4 else None
            self.width = Width(self.threads, start, self.clock.now)
        self.pools.append(Pool(name, self.threads, width=self.width))
        return self.pools[-1]

    def _accounts(self, unit: str, window: float, carried: Authorization) -> Accounts:
        """So many, all with the credential that the emulator takes."""
        made, memory, now = [], Values(), self.clock.now
        for number in range(self.accounts):
            bound = budget_of(self.limit, window, LocalLedger(now), unit, "THE_LIMIT", timed=unit == "seconds")
            points = reported_limit("points", now) if unit == "seconds" else None
            made.append(Account(str(number), bound, memory, now, authorization=carried, reported=points))
        return Accounts(made, memory, now)

    def _ask(self, adapter: Forge, owners: tuple[str, ...]) -> None:
        """What `aggregate` and `Flight` do."""
        for owner in owners:
            if isinstance(adapter, GitHub) and self.seed % 2:
                adapter.access.large.note(owner, 10**6)  # then the list is asked for first, without details
            if isinstance(adapter, GitLab) and self.seed % 2:
                adapter.access.small.note(owner, 1)  # then it is not asked for from both ends at once
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
            number = self.all.all.index(caller.account)
            self.through[number] += 1
            if self.width and self.scheduler.random.random() < _NARROWED:
                self.width.narrow(self.scheduler.random.randrange(1, 4))
            self.scheduler.sleep(before)
            try:
                if refusal := self.refuses(self, number):
                    return refusal
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

    def _judge(self) -> list[Found | UpstreamError | None]:
        """What must hold whatever happened."""
        assert all(one.group.ended for one in self.questions), "a group never ended"
        assert not any(one.budget._under_way for one in self.all.all), "a reservation was never settled"
        for pool in self.pools:
            assert pool.idle == pool.width, "a pool believes that its threads are busy"
        if not any(one.group._cancelled or one.group._error for one in self.questions):
            counted = sum(one.fetch.cost().calls for one in self.questions)
            assert counted >= len(self.started), "a call was not counted"
        if self.limit and not self.all.all[0].budget.timed:
            assert max(self.through.values()) <= self.limit, "more calls than a budget has"
        assert not any(one.late and not self.may_be_late for one in self.questions), "a fetch came to no end"
        return [one.ended for one in self.questions]
