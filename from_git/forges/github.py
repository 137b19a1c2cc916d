"""GitHub: organizations and users, through GraphQL v4."""

import threading
from typing import Any

from from_git.errors import CredentialsError, MalformedAnswer, UpstreamError
from from_git.fanout import Pool, TaskGroup
from from_git.forges.base import Found, Progress, get, keeps_changing, never_added_up
from from_git.forges.cost import Cost, Pace
from from_git.forges.details import Details
from from_git.forges.graphql import Conversation, GraphqlOverUpstream, Reply
from from_git.forges.nodes import LIST_SIZE, OWNER, REPOSITORIES
from from_git.stats import Tally
from from_git.upstream import Upstream

PAGE_SIZE = 30
"""Repositories that the first query gives in detail: an owner with no more costs one call."""
_READINGS = 3  # how often a list is read before one that never adds up is an error


class GitHub:
    """The GitHub adapter; without a token every fetch fails at once."""

    def __init__(self, url: str, token: str, pool: Pool, timeout: float) -> None:
        self._token = token
        self.secrets: tuple[str, ...] = (token,) if token else ()
        self._upstream = Upstream(url, "GITHUB_GRAPHQL_URL", {"Authorization": f"bearer {token}"}, pool.size, timeout)
        self.client = GraphqlOverUpstream(self._upstream)
        self.pool = pool
        self.pace = Pace()

    def fetch(self, owner: str, group: TaskGroup) -> "GitHubFetch":
        """See `Forge.fetch`."""
        fetch = GitHubFetch(self, owner, group)
        group.start(self.pool, fetch.first_page if self._token else _refuse)
        return fetch

    def close(self) -> None:
        """See `Forge.close`."""
        self.pool.close()
        self._upstream.close()


def _refuse() -> None:
    raise CredentialsError(
        "GITHUB_API_TOKEN is not set, and GitHub's GraphQL API answers nobody without a token. Set it in"
        " local_settings.py or in the environment; a token without any scope is enough."
    )


class GitHubFetch:
    """One owner's list, beside the details of its repositories; see `Fetch`.

    The first query gives the first repositories in detail and the ids of the first hundred. Further pages of the list
    give ids alone, which is quick; the details are asked for by id as soon as ids are there. The list decides what
    counts: it is whole when its distinct ids are as many as GitHub says at its end, else it is read again.
    """

    def __init__(self, forge: GitHub, owner: str, group: TaskGroup) -> None:
        self._owner = owner
        self._pool = forge.pool
        self._group = group
        self._conversation = Conversation(forge.client, forge.pace, group)
        self._details = Details(self._conversation, forge.pool, group, self._decide)
        self._lock = threading.Lock()  # around what follows; one page of the list is on its way at a time
        self._kind = ""  # empty until the owner is known to exist
        self._complete = False
        self._readings = 0
        self._read_again()

    def _read_again(self) -> None:
        self._readings += 1
        self._listed: set[str] = set()
        self._pages = 0
        self._pages_known = 1

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        if not self._kind:
            return None
        if not self._complete:
            raise RuntimeError("the list was not read to its end")
        tally = Tally()
        for one in self._details.of(self._listed):
            tally.add_repository(
                is_fork=one.is_fork,
                watchers=one.watchers,
                followers=one.followers,
                langs=[(name, None) for name in one.langs],
                topics=one.topics,
            )
        return Found(self._kind, tally.stats())

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        with self._lock:
            return Progress(self._pages, self._pages_known, *self._details.counts())

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return self._conversation.spending.cost()

    def first_page(self) -> None:
        """Fetch the first repositories in detail and the first page of the list; then all the rest at once."""
        variables = {"login": self._owner, "first": self._details.most(PAGE_SIZE), "listed": LIST_SIZE}
        reply = self._conversation.ask(OWNER, variables, "Owner")
        owner = self._owner_of(reply)
        nodes = [] if owner is None else get(owner, "detailed", "nodes", kind=list)
        self._conversation.learn(reply, len(nodes))
        if owner is not None:
            page = get(owner, "repositories", kind=dict)
            self._details.take_in((get(node, "id", kind=str), node) for node in nodes)
            self._details.plan(get(page, "totalCount", kind=int) - len(nodes))
            self._list(page)

    def _list_page(self, cursor: str | None) -> None:
        """Fetch the ids after `cursor`."""
        variables = {"login": self._owner, "listed": LIST_SIZE, "after": cursor}
        reply = self._conversation.ask(REPOSITORIES, variables, "Repositories")
        self._conversation.learn(reply, 0)
        owner = self._owner_of(reply)
        if owner is not None:
            self._list(get(owner, "repositories", kind=dict))

    def _list(self, page: dict[str, Any]) -> None:
        """Note the ids of a page, have their details asked for, and start the next page."""
        ids = [get(node, "id", kind=str) for node in get(page, "nodes", kind=list)]
        total, more = get(page, "totalCount", kind=int), get(page, "pageInfo", "hasNextPage", kind=bool)
        known = len(self._listed)
        with self._lock:
            self._listed.update(ids)
            self._pages += 1
            self._pages_known = max(self._pages, -(-total // LIST_SIZE))
        if not more:
            self._finish(total)
        elif len(self._listed) == known:
            raise UpstreamError("its list of repositories goes on without bringing new ones. Try again later.")
        else:
            self._group.start(self._pool, self._list_page, get(page, "pageInfo", "endCursor", kind=str))
        self._details.want(ids, more)

    def _finish(self, total: int) -> None:
        """Check the whole list against GitHub's own count; list again when they differ."""
        if len(self._listed) == total:
            with self._lock:
                self._complete = True
            return
        if self._readings >= _READINGS:
            raise never_added_up(len(self._listed), {total}, self._readings)
        with self._lock:
            self._read_again()
        self._group.start(self._pool, self._list_page, None)

    def _decide(self) -> None:
        """List once more when a listed repository was not found by its id; called when no details are being asked for.

        It may be deleted, or its owner be gone, or GitHub have lost it for a moment: the list knows.
        """
        with self._lock:
            again = self._complete and self._details.forget_gone(self._listed)
            if again:
                if self._readings >= _READINGS:
                    raise keeps_changing(self._readings)
                self._complete = False
                self._read_again()
        if again:
            self._group.start(self._pool, self._list_page, None)

    def _owner_of(self, reply: Reply) -> dict[str, Any] | None:
        """The owner in a page's reply; None when GitHub says on the first page that there is none."""
        if reply.not_found - {("repositoryOwner",)}:
            raise UpstreamError("it lost parts of the list while answering (NOT_FOUND). Try again later.")
        owner = reply.data.get("repositoryOwner", None if reply.not_found else ...)
        if owner is not None and reply.not_found:
            raise MalformedAnswer("repositoryOwner is there, and NOT_FOUND")
        if owner is not None:
            owner = get(reply.data, "repositoryOwner", kind=dict)
            self._kind = get(owner, "__typename", kind=str)
            return owner
        if self._kind:
            raise UpstreamError("the owner vanished while its repositories were being listed. Ask again.")
        return None
