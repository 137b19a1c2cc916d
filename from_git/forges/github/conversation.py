"""GitHub: the queries of one fetch, and what their answers tell about the cost of those to come."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from from_git import metrics
from from_git.calls.account import Account
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.pace import Pace
from from_git.calls.reported import ReportedLimit
from from_git.calls.retries import usable
from from_git.calls.sending import Calls
from from_git.forges.github.graphql import GraphqlOverUpstream, Reply
from from_git.values.progress import Cost


@dataclass(frozen=True)
class Standing:
    """What all fetches share: the way to GitHub, and what is known of its limits."""

    client: GraphqlOverUpstream
    account: Account
    pace: Pace
    points: ReportedLimit


class Conversation:
    """The queries of one fetch. Safe from any thread."""

    def __init__(self, standing: Standing, group: FetchGroup) -> None:
        self.pace = standing.pace
        self.calls = Calls(group, standing.account, standing.pace)
        self._standing = standing
        self._group = group

    def ask(self, query: str, variables: Mapping[str, object], operation_name: str) -> Reply:
        """See `GraphqlOverUpstream.execute`; for the `ask` of a call."""
        reply = self._standing.client.execute(query, variables, operation_name, caller=self.calls)
        self.calls.spending.add(Cost(points=reply.points))
        metrics.points("github", reply.points)
        if reply.left:
            left, seconds = reply.left
            self._standing.points.tell(left, seconds)
            metrics.points_left("github", left, time.time() + seconds)
            if left == 0:  # this answer is good, the next query would be refused
                self._standing.account.limit.block(seconds, "its points of this hour are used up.")
        return reply

    def learn(self, reply: Reply, repositories: int) -> None:
        """Take in what a reply with details of so many repositories has cost."""
        self.pace.learn(repositories, reply.seconds, reply.points)

    def plan(self, queries: int, repositories: int) -> None:
        """Set aside what so many more queries for so many repositories in all are expected to take.

        Raises:
            BudgetError: what may be spent in time, or the points that are left, do not suffice.
        """
        seconds, points = self.pace.expected(queries, repositories)
        self._standing.points.plan(self._group, points, usable(self._group.time_left()))
        self.calls.plan(seconds)
