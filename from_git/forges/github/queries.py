"""GitHub: the queries of one fetch, and what their answers tell about the cost of those to come."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from from_git import metrics
from from_git.calls.accounts import Accounts
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.pace import Pace
from from_git.calls.retries import usable
from from_git.calls.sending import Calls
from from_git.errors import MalformedAnswer
from from_git.fanout import Pool
from from_git.forges.github.graphql import GraphqlOverUpstream, NoViewer, Reply
from from_git.forges.github.large import Large
from from_git.forges.github.texts import PUBLIC, Texts
from from_git.values.progress import Cost

_COST = "rateLimit { cost }"
_VIEWER = f"{_COST}\n  viewer {{ id }}"


@dataclass(frozen=True)
class Sizes:
    """Repositories of one query at most; `names` are languages or topics of one page."""

    first: int = 30  # in detail in the first query: an owner with no more costs one call
    listed: int = 100  # of the list, ids alone; the most that GitHub gives
    # GitHub's time grows with the repositories of which a query asks details (5: 0.4 s, 30: 3 s, 100: 8 to 10 s and one
    # in four a 502; wiiiimm/gh-manager-cli#104), and a query that takes 10 s dies. What else was tried:
    # docs/performance.md
    batch: int = 40
    small_batch: int = 18  # even where GitHub is slow
    names_batch: int = 20  # with many names, that are worth a query while all threads are busy
    names: int = 100  # the most that GitHub gives
    largest: int = 74  # as `batch`, where GitHub is quick; one more would cost a second point
    # of all batches of an owner at least: each costs a point, and a round trip (100 ms against 10 ms a repository)
    average: int = 26


SIZES = Sizes()


@dataclass(frozen=True)
class GitHubAccess:
    """What all fetches from one GitHub share: the way there, and what is known of its limits."""

    client: GraphqlOverUpstream
    pool: Pool
    accounts: Accounts
    """Each with the points that GitHub reports."""
    pace: Pace
    texts: Texts = PUBLIC
    """Of its queries, by what counts there."""
    sizes: Sizes = SIZES
    large: Large = field(default_factory=lambda: Large(2 * SIZES.first))
    """Owners whose fetch need not begin with details of a few."""


class Queries:
    """The queries of one fetch. Safe from any thread."""

    def __init__(self, access: GitHubAccess, group: FetchGroup) -> None:
        self.access = access
        self.calls = Calls(group, access.accounts, access.pace)
        self._group = group

    def ask(self, query: str, variables: Mapping[str, object], operation_name: str) -> Reply:
        """Send one query; for the `ask` of a call.

        Raises:
            UpstreamError, DeadlineError, Cancelled: see `GraphqlOverUpstream.execute`.
        """
        accounts, account = self.access.accounts, self.calls.account
        reply = self._reply(query, variables, operation_name)
        self.calls.spending.add(Cost(points=reply.points))
        metrics.points(accounts.labels, reply.points)
        if reply.left:
            left, seconds = reply.left
            if account.reported:
                account.reported.tell(left, seconds)
            metrics.points_left(accounts.labels, accounts.place(account), left, time.time() + seconds)
            if left == 0:  # this answer is good, the next query would be refused
                account.limit.block(seconds, "its points of this hour are used up.")
        return reply

    def _reply(self, query: str, variables: Mapping[str, object], operation_name: str) -> Reply:
        """The reply; where it is not known whose the account is, the query asks for that too."""
        users, account, execute = self.access.accounts.users, self.calls.account, self.access.client.execute
        if users.wanted(account):
            try:
                reply = execute(query.replace(_COST, _VIEWER, 1), variables, operation_name, caller=self.calls)
            except NoViewer:
                users.told(account, "")
                self.calls.resent()
            else:
                users.told(account, reply.viewer)
                return reply
        try:
            return execute(query, variables, operation_name, caller=self.calls)
        except NoViewer:
            raise MalformedAnswer("errors.path names viewer, which was not asked for") from None

    def learn(self, reply: Reply, repositories: int) -> None:
        """Take in what a reply with details of so many repositories has cost."""
        self.access.pace.learn(repositories, reply.seconds, reply.points)

    def plan(self, queries: int, repositories: int) -> None:
        """Set aside what so many more queries for so many repositories in all are expected to take.

        Raises:
            BudgetError: what may be spent in time, or the points that are left, do not suffice.
        """
        seconds, points = self.access.pace.expected(queries, repositories)
        in_time, avoided = usable(self._group.time_left()), self.calls.avoided
        self.access.accounts.plan_reported(self._group, points, in_time, avoided)
        self.calls.plan(seconds)
