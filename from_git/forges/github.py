"""GitHub: organizations and users, through GraphQL v4.

Sources: docs.github.com/graphql (objects RepositoryOwner, Repository; "Rate limits and query limits") and the schema
that @octokit/graphql-schema publishes.
"""

import threading
from collections.abc import Mapping
from typing import Any

from from_git.errors import CredentialsError, MalformedAnswer, UpstreamError
from from_git.fanout import Pool, TaskGroup
from from_git.forges.base import Found, Progress, get, never_added_up
from from_git.forges.graphql import GraphqlOverUpstream, Reply
from from_git.stats import Tally
from from_git.upstream import Upstream

# GitHub's time grows with the repositories of a page (5: 0.4 s, 30: 3 s, 100: 8 to 10 s and one in four a 502;
# wiiiimm/gh-manager-cli#104) and a query that takes 10 s dies, so pages are small.
PAGE_SIZE = 30
_LISTINGS = 3  # how often a list is read before one that never adds up is an error
DETAIL_SIZE = 100
"""Languages or topics of one follow-up page; the most that GitHub gives."""

# `stargazerCount`, not `stargazers`: that connection is FORBIDDEN since July 2026. No `parent`: it brings FORBIDDEN
# for forks of SAML-protected repositories (cli/cli#7881). CREATED_AT never changes, so cursors do not shift.
REPOSITORIES = """
query Repositories($login: String!, $first: Int!, $after: String) {
  repositoryOwner(login: $login) {
    __typename
    repositories(
      first: $first, after: $after, visibility: PUBLIC, ownerAffiliations: OWNER
      orderBy: {field: CREATED_AT, direction: ASC}
    ) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        isFork
        isPrivate
        stargazerCount
        watchers { totalCount }
        languages(first: 20) { totalCount edges { node { name } } }
        repositoryTopics(first: 20) { totalCount nodes { topic { name } } }
      }
    }
  }
}
"""
DETAILS = """
query Details($id: ID!, $first: Int!, $languagesAfter: String, $topicsAfter: String) {
  node(id: $id) {
    ... on Repository {
      languages(first: $first, after: $languagesAfter) {
        totalCount
        pageInfo { hasNextPage endCursor }
        edges { node { name } }
      }
      repositoryTopics(first: $first, after: $topicsAfter) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { topic { name } }
      }
    }
  }
}
"""


class GitHub:
    """The GitHub adapter; without a token every fetch fails at once."""

    def __init__(self, url: str, token: str, pool: Pool, timeout: float) -> None:
        self._token = token
        self.secrets: tuple[str, ...] = (token,) if token else ()
        self._upstream = Upstream(url, "GITHUB_GRAPHQL_URL", {"Authorization": f"bearer {token}"}, pool.size, timeout)
        self._client = GraphqlOverUpstream(self._upstream)
        self._pool = pool

    def fetch(self, owner: str, group: TaskGroup) -> "GitHubFetch":
        """See `Forge.fetch`."""
        fetch = GitHubFetch(self._client, self._pool, owner, group)
        group.start(self._pool, fetch.list_page if self._token else _refuse)
        return fetch

    def close(self) -> None:
        """See `Forge.close`."""
        self._pool.close()
        self._upstream.close()


def _refuse() -> None:
    raise CredentialsError(
        "GITHUB_API_TOKEN is not set, and GitHub's GraphQL API answers nobody without a token. Set it in"
        " local_settings.py or in the environment; a token without any scope is enough."
    )


class GitHubFetch:
    """The walk through one owner's list, page after page; see `Fetch`."""

    def __init__(self, client: GraphqlOverUpstream, pool: Pool, owner: str, group: TaskGroup) -> None:
        self._client = client
        self._pool = pool
        self._owner = owner
        self._group = group
        self._lock = threading.Lock()  # around what the details tasks share
        self._kind = ""  # empty until the owner is known to exist
        self._complete = False
        self._listing = 0
        self._restart()

    def _restart(self) -> None:
        self._listing += 1
        self._seen: set[str] = set()
        self._tally = Tally()
        self._pages = 0
        self._pages_known = 1

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        if not self._kind:
            return None
        if not self._complete:
            raise RuntimeError("the list was not read to its end")
        return Found(self._kind, self._tally.stats())

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        return Progress(pages=self._pages, pages_known=self._pages_known)

    def list_page(self, cursor: str | None = None) -> None:
        """Fetch and count the page after `cursor`, then start the next one."""
        variables = {"login": self._owner, "first": PAGE_SIZE, "after": cursor}
        reply = self._client.execute(REPOSITORIES, variables, "Repositories", caller=self._group)
        owner = self._owner_of(reply)
        if owner is None:
            return
        page = get(owner, "repositories", kind=dict)
        known, total = len(self._seen), get(page, "totalCount", kind=int)
        for node in get(page, "nodes", kind=list):
            self._count(get(node, kind=dict))
        self._pages += 1
        self._pages_known = max(self._pages, -(-total // PAGE_SIZE))
        if not get(page, "pageInfo", "hasNextPage", kind=bool):
            self._finish(total)
        elif len(self._seen) == known:
            raise UpstreamError("its list of repositories goes on without bringing new ones. Try again later.")
        else:
            self._group.start(self._pool, self.list_page, get(page, "pageInfo", "endCursor", kind=str))

    def _owner_of(self, reply: Reply) -> dict[str, Any] | None:
        """The owner in a page's reply; None when GitHub says on the first page that there is none."""
        if reply.not_found - {("repositoryOwner",)}:
            raise UpstreamError("it lost parts of the list while answering (NOT_FOUND). Try again later.")
        owner = None if reply.not_found else reply.data.get("repositoryOwner", ...)
        if owner is not None:
            owner = get(reply.data, "repositoryOwner", kind=dict)
            self._kind = get(owner, "__typename", kind=str)
            return owner
        if self._kind:
            raise UpstreamError("the owner vanished while its repositories were being listed. Ask again.")
        return None

    def _count(self, node: dict[str, Any]) -> None:
        """Count one repository of the list, or have the rest of its languages and topics fetched first."""
        identity = get(node, "id", kind=str)
        if identity in self._seen:
            return
        self._seen.add(identity)
        # our own look as well: one ignored argument would leak private counts
        if get(node, "isPrivate", kind=bool):
            return
        numbers: dict[str, Any] = {
            "is_fork": get(node, "isFork", kind=bool),
            "watchers": get(node, "watchers", "totalCount", kind=int),
            "followers": get(node, "stargazerCount", kind=int),
        }
        langs, topics = _langs(node), _topics(node)
        if _complete(node, langs, topics):
            self._add(self._tally, numbers, langs, topics)
        else:
            self._group.start(self._pool, self._details, self._tally, identity, numbers)

    def _details(
        self,
        tally: Tally,
        identity: str,
        numbers: Mapping[str, Any],
        langs: tuple[str, ...] = (),
        topics: tuple[str, ...] = (),
        languages_after: str | None = None,
        topics_after: str | None = None,
    ) -> None:
        """Fetch languages and topics of one repository from their start, a page of each at a time, then count it."""
        variables = {
            "id": identity,
            "first": DETAIL_SIZE,
            "languagesAfter": languages_after,
            "topicsAfter": topics_after,
        }
        reply = self._client.execute(DETAILS, variables, "Details", caller=self._group)
        if reply.data.get("node", ...) is None and reply.not_found == {("node",)}:
            return  # deleted since it was listed, so it does not count
        node = get(reply.data, "node", kind=dict)
        # a connection that has ended is asked again from its end, which gives an empty page
        langs, topics = langs + _langs(node), topics + _topics(node)
        ends = [_next(node, "languages", languages_after), _next(node, "repositoryTopics", topics_after)]
        if any(more for more, _ in ends):
            self._group.start(
                self._pool, self._details, tally, identity, numbers, langs, topics, ends[0][1], ends[1][1]
            )
        elif not _complete(node, langs, topics):
            raise UpstreamError("the languages or topics of a repository changed while they were read. Ask again.")
        else:
            self._add(tally, numbers, langs, topics)

    def _add(self, tally: Tally, numbers: Mapping[str, Any], langs: tuple[str, ...], topics: tuple[str, ...]) -> None:
        with self._lock:
            tally.add_repository(langs=[(name, None) for name in langs], topics=topics, **numbers)

    def _finish(self, total: int) -> None:
        """Check the whole list against GitHub's own count; list again when they differ."""
        if len(self._seen) == total:
            self._complete = True
            return
        if self._listing == _LISTINGS:
            raise never_added_up(len(self._seen), {total}, self._listing)
        self._restart()
        self._group.start(self._pool, self.list_page)


def _langs(node: dict[str, Any]) -> tuple[str, ...]:
    return tuple(get(edge, "node", "name", kind=str) for edge in _items(node, "languages", "edges"))


def _topics(node: dict[str, Any]) -> tuple[str, ...]:
    return tuple(get(item, "topic", "name", kind=str) for item in _items(node, "repositoryTopics", "nodes"))


def _items(node: dict[str, Any], connection: str, key: str) -> list[Any]:
    """The connection's list; null stands for an empty one (`edges` and `nodes` are nullable) if its total is 0."""
    page = get(node, connection, kind=dict)
    if page.get(key, ...) is None and get(page, "totalCount", kind=int) == 0:
        return []
    return get(page, key, kind=list)


def _complete(node: dict[str, Any], langs: tuple[Any, ...], topics: tuple[Any, ...]) -> bool:
    """Whether as many languages and topics were read as there are."""
    return (
        get(node, "languages", "totalCount", kind=int),
        get(node, "repositoryTopics", "totalCount", kind=int),
    ) == (
        len(langs),
        len(topics),
    )


def _next(node: dict[str, Any], connection: str, before: str | None) -> tuple[bool, str | None]:
    """Whether the connection goes on, and the cursor after which to ask."""
    info = get(node, connection, "pageInfo", kind=dict)
    cursor = info.get("endCursor") or before
    if not get(info, "hasNextPage", kind=bool):
        return False, cursor
    if not isinstance(cursor, str) or cursor == before:
        raise MalformedAnswer(f"{connection}.pageInfo.endCursor does not move")
    return True, cursor
