"""What from-git asks GitHub's GraphQL API, and what an answer says about one repository.

Sources: docs.github.com/graphql (objects RepositoryOwner, Repository, Query.nodes) and the schema that
@octokit/graphql-schema publishes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from from_git.errors import MalformedAnswer, UpstreamError, of_repository
from from_git.forges.reading import get
from from_git.values.stats import LARGEST

LIST_SIZE = 100
"""Ids of one list page; the most that GitHub gives."""
NAMES_SIZE = 100
"""Languages or topics of one page of NAMES; the most that GitHub gives."""

# `privacy: PUBLIC`, since older Enterprise Servers know no `visibility`: the set is the same, because `privacy`
# counts internal repositories as private. CREATED_AT never changes, so a cursor does not shift: whatever comes or goes
# meanwhile, no repository that stays is lost.
_LIST = """
      privacy: PUBLIC, ownerAffiliations: OWNER, orderBy: {field: CREATED_AT, direction: ASC}
    ) {"""
# `stargazerCount`, not `stargazers`: that connection is FORBIDDEN since July 2026. No `parent`: it brings FORBIDDEN
# for forks of SAML-protected repositories (cli/cli#7881). Of 4,919 recorded repositories 19 have more than 20
# languages, none more than 40; GitHub takes no more than 20 topics.
_DETAILS = """
fragment Details on Repository {
  id
  isFork
  isPrivate
  stargazerCount
  watchers { totalCount }
  languages(first: 40) { totalCount edges { size node { name } } }
  repositoryTopics(first: 20) { totalCount nodes { topic { name } } }
}
"""
OWNER = f"""
query Owner($login: String!, $first: Int!, $listed: Int!) {{
  rateLimit {{ cost }}
  repositoryOwner(login: $login) {{
    __typename
    detailed: repositories(
      first: $first{_LIST}
      nodes {{ ...Details }}
    }}
    repositories(
      first: $listed{_LIST}
      totalCount
      pageInfo {{ hasNextPage endCursor }}
      nodes {{ id nameWithOwner }}
    }}
  }}
}}
{_DETAILS}"""
REPOSITORIES = f"""
query Repositories($login: String!, $listed: Int!, $after: String) {{
  rateLimit {{ cost }}
  repositoryOwner(login: $login) {{
    __typename
    repositories(
      first: $listed, after: $after{_LIST}
      totalCount
      pageInfo {{ hasNextPage endCursor }}
      nodes {{ id nameWithOwner }}
    }}
  }}
}}
"""
DETAILS = f"""
query Details($ids: [ID!]!) {{
  rateLimit {{ cost }}
  nodes(ids: $ids) {{ ...Details }}
}}
{_DETAILS}"""
NAMES = """
query Names($ids: [ID!]!, $first: Int!, $languagesAfter: String, $topicsAfter: String) {
  rateLimit { cost }
  nodes(ids: $ids) {
    ... on Repository {
      id
      isPrivate
      languages(first: $first, after: $languagesAfter) {
        totalCount
        pageInfo { hasNextPage endCursor }
        edges { size node { name } }
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


class Repository(NamedTuple):
    """What counts of one public repository; kept small, since an owner may have thousands."""

    is_fork: bool
    watchers: int
    followers: int
    langs: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    """Bytes of each of `langs`; beside them, because pairs would take twice the memory."""
    topics: tuple[str, ...] = ()


class Detailed(NamedTuple):
    """What a node with Details says."""

    id: str
    repository: Repository | None
    """None: it is private, or not found."""
    named: bool
    """Whether all its languages and topics are there."""
    absent: bool = False
    """Whether GitHub says that there is none of that id."""


def detailed(node: Any) -> Detailed:
    """What a node with Details says."""
    identity = get(node, "id", kind=str)
    # our own look as well: one ignored argument would leak private counts
    if get(node, "isPrivate", kind=bool):
        return Detailed(identity, None, True)
    langs, sizes, langs_total = _langs(node)
    topics, topics_total = _topics(node)
    found = Repository(
        get(node, "isFork", kind=bool),
        get(node, "watchers", "totalCount", kind=int),
        get(node, "stargazerCount", kind=int),
        langs,
        sizes,
        topics,
    )
    return Detailed(identity, found, (len(langs), len(topics)) == (langs_total, topics_total))


def detailed_of(node: Any, names: Mapping[str, str]) -> Detailed:
    """As `detailed`; what is wrong is said of the repository, where its id is among `names` (`OWNER/NAME` by id)."""
    try:
        return detailed(node)
    except MalformedAnswer as error:
        identity = node.get("id") if isinstance(node, dict) else None
        raise of_repository(error, names.get(identity, "") if isinstance(identity, str) else "") from None


class Names(NamedTuple):
    """Languages and topics of one repository, as far as they were read."""

    langs: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    topics: tuple[str, ...] = ()
    totals: tuple[int, int] | None = None
    """How many of each there are, by the first page."""
    languages_after: str | None = None
    topics_after: str | None = None
    more: bool = False
    """Whether there are further pages, after these cursors."""
    earlier: tuple[list[str], list[str]] | None = None
    """The sorted names of the reading before this one, where one page did not hold all."""

    def following(self) -> "Names | None":
        """What to read on from, None when all is read.

        Names of several pages are read until two readings agree: one language swapped for another between two pages
        leaves the counts as they are. Sizes may change, and the order with them; the newer ones count.

        Raises:
            UpstreamError: they do not add up, or differ from the reading before.
        """
        if self.more:
            return self
        if (len(self.langs), len(self.topics)) != self.totals:
            raise _changed()
        read = (sorted(self.langs), sorted(self.topics))
        if max(map(len, read)) <= NAMES_SIZE or self.earlier == read:
            return None
        if self.earlier is not None:
            raise _changed()
        return Names(earlier=read)


def names(node: dict[str, Any], before: Names) -> Names:
    """Those `before` and those of a node of NAMES.

    Raises:
        UpstreamError: there are more or fewer than before, so pages may have shifted.
    """
    # a connection that has ended is asked again from its end, which gives an empty page
    langs, sizes, langs_total = _langs(node)
    topics, topics_total = _topics(node)
    if before.totals not in (None, (langs_total, topics_total)):
        raise _changed()
    more_langs, languages_after = _next(node, "languages", before.languages_after)
    more_topics, topics_after = _next(node, "repositoryTopics", before.topics_after)
    return Names(
        before.langs + langs,
        before.sizes + sizes,
        before.topics + topics,
        (langs_total, topics_total),
        languages_after,
        topics_after,
        more_langs or more_topics,
        before.earlier,
    )


def _changed() -> UpstreamError:
    return UpstreamError("the languages or topics of a repository changed while they were read.", advice="Ask again.")


def _langs(node: dict[str, Any]) -> tuple[tuple[str, ...], tuple[int, ...], int]:
    """Names and sizes of the languages in a connection's page, and how many the whole connection has."""
    edges, total = _items(get(node, "languages", kind=dict), "edges")
    names, sizes = [], []
    for edge in edges:
        try:
            name, size = edge["node"]["name"], edge["size"]
        except (KeyError, TypeError):
            name = size = None
        # `get` for each would be a fifth of the CPU of a page; it is asked where something is wrong, and says what
        if type(name) is not str or type(size) is not int or not 0 <= size <= LARGEST:
            name, size = get(edge, "node", "name", kind=str), get(edge, "size", kind=int)
        names.append(name)
        sizes.append(size)
    return tuple(names), tuple(sizes), total


def _topics(node: dict[str, Any]) -> tuple[tuple[str, ...], int]:
    """The names of the topics in a connection's page, and how many the whole connection has."""
    nodes, total = _items(get(node, "repositoryTopics", kind=dict), "nodes")
    names = []
    for one in nodes:
        try:
            name = one["topic"]["name"]
        except (KeyError, TypeError):
            name = None
        names.append(name if type(name) is str else get(one, "topic", "name", kind=str))
    return tuple(names), total


def _items(page: dict[str, Any], key: str) -> tuple[list[Any], int]:
    """What is in a connection's page, and how many the whole connection has."""
    total = get(page, "totalCount", kind=int)
    # `edges` and `nodes` are nullable: null stands for an empty list, if the total is 0
    return [] if total == 0 and page.get(key, ...) is None else get(page, key, kind=list), total


def _next(node: dict[str, Any], connection: str, before: str | None) -> tuple[bool, str | None]:
    """Whether the connection goes on, and the cursor after which to ask."""
    info = get(node, connection, "pageInfo", kind=dict)
    cursor = info.get("endCursor") or before
    if not get(info, "hasNextPage", kind=bool):
        return False, cursor
    if not isinstance(cursor, str) or cursor == before:
        raise MalformedAnswer(f"{connection}.pageInfo.endCursor does not move")
    return True, cursor
