"""What the answers of GitHub's GraphQL API say about an owner and its repositories."""

from collections.abc import Callable
from typing import Any, NamedTuple

from from_git.errors import MalformedAnswer, TransientError, UpstreamError, of_repository
from from_git.forges.compact import Compact
from from_git.forges.github.graphql import Reply
from from_git.forges.listing import Page
from from_git.forges.once import Gone
from from_git.forges.reading import get, get_time, maybe, seconds
from from_git.values.stats import LARGEST

_OWNER = ("repositoryOwner",)  # its path in errors


class Detailed(NamedTuple):
    """What a node with Details says."""

    id: str
    repository: bytes | Gone
    """See `Compact.packed`."""
    named: bool = True
    """Whether all its languages and topics are there."""


class OwnerPage(NamedTuple):
    """What a reply says about the owner and one page of the list."""

    kind: str
    listed: Page[str]
    """`OWNER/NAME` of each repository by its id, in the order of the list."""
    details: list[Detailed]


def owner_page(reply: Reply, compact: Compact) -> OwnerPage | None:
    """What a reply with a page of the list says; None when GitHub says that there is no such owner.

    Raises:
        MalformedAnswer: names the place.
        TransientError: the reply contradicts itself.
    """
    found = reply.data.get("repositoryOwner", None if reply.not_found else ...)
    if found is None and reply.not_found <= {_OWNER}:
        return None
    if _OWNER in reply.not_found:
        raise MalformedAnswer("repositoryOwner is there, and NOT_FOUND")
    owner = get(reply.data, "repositoryOwner", kind=dict)
    details = get(owner, "detailed", "nodes", kind=list) if "detailed" in owner else []
    # they are asked for by their ids, which the list beside tells
    absent = {(*_OWNER, "detailed", "nodes", place) for place, node in enumerate(details) if node is None}
    if reply.not_found - absent:
        raise TransientError("it lost parts of the list while answering (NOT_FOUND).")
    if absent - reply.not_found:
        raise MalformedAnswer("a repository is null without an error")
    page = get(owner, "repositories", kind=dict)
    nodes = get(page, "nodes", kind=list)
    names = {get(one, "id", kind=str): get(one, "nameWithOwner", kind=str) for one in nodes}
    given = [detailed_of(node, compact, names.get) for node in details if node is not None]
    more = get(page, "pageInfo", "hasNextPage", kind=bool)
    # they are the first of the same list: one that ends without them, an empty one above all, is not believed
    if not more and not names.keys() >= {one.id for one in given}:
        raise TransientError("its list leaves out repositories of which the same answer gives details.")
    kind, total = get(owner, "__typename", kind=str), get(page, "totalCount", kind=int)
    return OwnerPage(kind, Page(names, total, more, maybe(page, "pageInfo", "endCursor", kind=str)), given)


def detailed_of(node: Any, compact: Compact, path_of: Callable[[str], str | None]) -> Detailed:
    """What a node with Details says.

    Raises:
        MalformedAnswer: names the place, and the repository where `path_of` knows `OWNER/NAME` by its id.
    """
    try:
        return _detailed(node, compact)
    except (KeyError, TypeError, ValueError):
        identity = node.get("id") if isinstance(node, dict) else None
        path = path_of(identity) if isinstance(identity, str) else None
        raise of_repository(_wrong(node), path or "") from None


def _detailed(node: Any, compact: Compact) -> Detailed:
    """What a node with Details says; `get` for each member would be a tenth of the CPU of a page.

    Raises:
        KeyError, TypeError, ValueError: something is not as the schema has it; `_wrong` says what.
    """
    identity, is_private = node["id"], node["isPrivate"]
    # our own look as well: one ignored argument would leak private counts
    if type(identity) is not str:
        raise TypeError("no id")
    if is_private is True:
        return Detailed(identity, Gone.PRIVATE)
    numbers, langs, topics, license = compact.names, node["languages"], node["repositoryTopics"], node["licenseInfo"]
    edges, tags, langs_total, topics_total = langs["edges"], topics["nodes"], langs["totalCount"], topics["totalCount"]
    # both are nullable: null stands for an empty list, if the total is 0
    edges = [] if edges is None and langs_total == 0 else edges
    tags = [] if tags is None and topics_total == 0 else tags
    sizes = [edge["size"] for edge in edges]
    is_fork, is_archived, stars = node["isFork"], node["isArchived"], node["stargazerCount"]
    watchers = node["watchers"]["totalCount"]
    if not (type(is_fork) is type(is_archived) is type(is_private) is bool and type(edges) is type(tags) is list):
        raise TypeError("another type")
    for count in (stars, watchers, langs_total, topics_total, *sizes):
        if type(count) is not int or not 0 <= count <= LARGEST:
            raise ValueError("no count")
    spdx, pushed = None if license is None else license["spdxId"], node["pushedAt"]
    found = compact.packed(
        is_fork,
        is_archived,
        stars,
        watchers,
        [numbers[edge["node"]["name"]] for edge in edges],
        sizes,
        [numbers[one["topic"]["name"]] for one in tags],
        None if spdx is None else numbers[spdx],
        seconds(node["createdAt"]),
        None if pushed is None else seconds(pushed),
    )
    return Detailed(identity, found, (len(edges), len(tags)) == (langs_total, topics_total))


def _wrong(node: Any) -> MalformedAnswer:
    """What is not as the schema has it in a node with Details."""
    try:
        get(node, "id", kind=str)
        for flag in ("isPrivate", "isFork", "isArchived"):
            get(node, flag, kind=bool)
        get(node, "watchers", "totalCount", kind=int)
        get(node, "stargazerCount", kind=int)
        _langs(node)
        _topics(node)
        get_time(node, "createdAt")
        if node.get("pushedAt", ...) is not None:
            get_time(node, "pushedAt")
        license = node.get("licenseInfo", ...)
        if license is not None and get(node, "licenseInfo", kind=dict).get("spdxId", ...) is not None:
            get(node, "licenseInfo", "spdxId", kind=str)
    except MalformedAnswer as error:
        return error
    return MalformedAnswer("a repository is not as the schema has it")


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

    def following(self, page_size: int) -> "Names | None":
        """What to read on from, None when all is read; `page_size`: names of one page at most.

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
        if max(map(len, read)) <= page_size or self.earlier == read:
            return None
        if self.earlier is not None:
            raise _changed()
        return Names(earlier=read)


def names(node: dict[str, Any], before: Names) -> Names | Gone:
    """Those `before` and those of a node of NAMES; Gone for a repository that is private by now.

    Raises:
        MalformedAnswer: names the place.
        UpstreamError: there are more or fewer than before, so pages may have shifted.
    """
    if get(node, "isPrivate", kind=bool):  # its new names are nobody's business
        return Gone.PRIVATE
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
    edges, total = _items(get(node, "languages", kind=dict), "edges")
    names = [get(edge, "node", "name", kind=str) for edge in edges]
    return tuple(names), tuple([get(edge, "size", kind=int) for edge in edges]), total


def _topics(node: dict[str, Any]) -> tuple[tuple[str, ...], int]:
    nodes, total = _items(get(node, "repositoryTopics", kind=dict), "nodes")
    return tuple([get(one, "topic", "name", kind=str) for one in nodes]), total


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
