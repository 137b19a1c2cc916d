"""What the answers of GitHub's GraphQL API say about an owner and its repositories."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from from_git.errors import MalformedAnswer, TransientError, of_repository
from from_git.forges.compact import dumped, loaded
from from_git.forges.github.graphql import Reply
from from_git.forges.github.names import Names, is_private, langs_in, topics_in
from from_git.forges.listing import Page
from from_git.forges.once import Gone
from from_git.forges.reading import get, get_time, maybe, seconds
from from_git.values.repository import Repository
from from_git.values.stats import LARGEST

_OWNER = ("repositoryOwner",)  # its path in errors
_COUNTS, _TEXTS = {int}, frozenset({str})  # `bool` is neither


class Detailed(NamedTuple):
    """What a node with Details says."""

    id: str
    repository: bytes | Gone
    """See `repository_in`."""
    named: bool = True
    """Whether all its languages and topics are there."""


class OwnerPage(NamedTuple):
    """What a reply says about the owner and one page of the list."""

    kind: str
    listed: Page[str]
    """`OWNER/NAME` of each repository by its id, in the order of the list."""
    details: list[Detailed]
    newest: Page[str] | None = None
    """A page from the other end of the list, where one was asked for and this one is not the last."""
    latest: str | None = None
    """The id of the newest of the list, with `newest` or where it was asked for."""
    private: frozenset[str] = frozenset()
    """The ids of those rows that say that they do not count."""


def owner_page(reply: Reply) -> OwnerPage | None:
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
    page = _page(owner, "repositories")
    other = _other_end(owner) if page.more else {}
    private = _private(owner, ("repositories", "newest") if page.more else ("repositories",))
    given = [detailed_of(node, page.rows.get) for node in details if node is not None]
    given = [one for one in given if one.id not in private] if private else given
    # they are the first of the same list: one that ends without them, an empty one above all, is not believed
    if not page.more and not page.rows.keys() >= {one.id for one in given}:
        raise TransientError("its list leaves out repositories of which the same answer gives details.")
    total = get(owner, "repositories", "totalCount", kind=int)
    found = OwnerPage(get(owner, "__typename", kind=str), page._replace(total=total), given, private=private)
    return found._replace(**other)


def _page(owner: Mapping[str, Any], key: str) -> Page[str]:
    """A page of the list, without its total."""
    page = get(owner, key, kind=dict)
    nodes = get(page, "nodes", kind=list)
    names = {get(one, "id", kind=str): get(one, "nameWithOwner", kind=str) for one in nodes}
    more = get(page, "pageInfo", "hasNextPage", kind=bool)
    return Page(names, None, more, maybe(page, "pageInfo", "endCursor", kind=str))


def _private(owner: Mapping[str, Any], lists: Iterable[str]) -> frozenset[str]:
    """The ids of rows that say that they do not count; rows say it only where internal ones count."""
    rows = (one for key in lists if key in owner for one in get(owner, key, "nodes", kind=list))
    return frozenset(one["id"] for one in rows if "visibility" in one and is_private(one))


def _other_end(owner: Mapping[str, Any]) -> dict[str, Any]:
    """What a reply says about the newest end of the list, as members of `OwnerPage`."""
    newest = _page(owner, "newest") if "newest" in owner else None
    if "latest" in owner:
        latest = [get(one, "id", kind=str) for one in get(owner, "latest", "nodes", kind=list)]
    else:
        latest = list(newest.rows) if newest else []
    return {"newest": newest, "latest": latest[0] if latest else None}


def detailed_of(node: Any, path_of: Callable[[str], str | None]) -> Detailed:
    """What a node with Details says.

    Raises:
        MalformedAnswer: names the place, and the repository where `path_of` knows `OWNER/NAME` by its id.
    """
    try:
        return _detailed(node)
    except (KeyError, TypeError, ValueError, MalformedAnswer):
        identity = node.get("id") if isinstance(node, dict) else None
        path = path_of(identity) if isinstance(identity, str) else None
        raise of_repository(_wrong(node), path or "") from None


def _detailed(node: Any) -> Detailed:
    """What a node with Details says; `get` for each member would be a tenth of the CPU of a page.

    Raises:
        KeyError, TypeError, ValueError, MalformedAnswer: something is not as the schema has it; `_wrong` says what.
    """
    identity = node["id"]
    if type(identity) is not str:
        raise TypeError("no id")
    # our own look as well: one ignored argument would leak private counts
    if node.get("isPrivate") is not False and is_private(node):
        return Detailed(identity, Gone.PRIVATE)
    is_fork, is_archived, stars = node["isFork"], node["isArchived"], node["stargazerCount"]
    langs, topics, license = node["languages"], node["repositoryTopics"], node["licenseInfo"]
    edges, tags, langs_total, topics_total = langs["edges"], topics["nodes"], langs["totalCount"], topics["totalCount"]
    # both are nullable: null stands for an empty list, if the total is 0
    edges = [] if edges is None and langs_total == 0 else edges
    tags = [] if tags is None and topics_total == 0 else tags
    if not (type(is_fork) is type(is_archived) is bool and type(edges) is type(tags) is list):
        raise TypeError("another type")
    watchers, pushed = node["watchers"]["totalCount"], node["pushedAt"]
    spdx = None if license is None else license["spdxId"]
    sizes = [edge["size"] for edge in edges]
    counts = [stars, watchers, langs_total, topics_total, *sizes]
    if set(map(type, counts)) != _COUNTS or min(counts) < 0 or max(counts) > LARGEST:
        raise ValueError("no count")
    spelled, tagged = [edge["node"]["name"] for edge in edges], [tag["topic"]["name"] for tag in tags]
    if not _TEXTS.issuperset(map(type, spelled)) or not _TEXTS.issuperset(map(type, tagged)):
        raise TypeError("no text")
    if spdx is not None and type(spdx) is not str:
        raise TypeError("no text")
    times = seconds(node["createdAt"]), None if pushed is None else seconds(pushed)
    found = dumped(is_fork, is_archived, stars, watchers, spelled, sizes, tagged, spdx, *times)
    return Detailed(identity, found, (len(edges), len(tags)) == (langs_total, topics_total))


def repository_in(found: bytes, identity: str, name: str, texts: dict[str, str]) -> Repository:
    """The repository of which a node with Details told.

    Args:
        texts: names of other repositories, each by itself, so that a name is one text for all of them.
    """
    is_fork, is_archived, stars, watchers, langs, sizes, topics, license, created, pushed = loaded(found)
    return Repository(
        identity,
        name,
        is_fork,
        is_archived,
        stars,
        watchers,
        tuple(zip(map(texts.setdefault, langs, langs), sizes, strict=True)),
        tuple(map(texts.setdefault, topics, topics)),
        license,
        created,
        pushed,
    )


def with_names(found: bytes, names: Names) -> bytes:
    """The same repository with these languages and topics."""
    is_fork, is_archived, stars, watchers, _, _, _, *rest = loaded(found)
    return dumped(is_fork, is_archived, stars, watchers, names.langs, names.sizes, names.topics, *rest)


def _wrong(node: Any) -> MalformedAnswer:
    """What is not as the schema has it in a node with Details."""
    try:
        get(node, "id", kind=str)
        is_private(node)
        for flag in ("isFork", "isArchived"):
            get(node, flag, kind=bool)
        get(node, "watchers", "totalCount", kind=int)
        get(node, "stargazerCount", kind=int)
        langs_in(node)
        topics_in(node)
        get_time(node, "createdAt")
        if node.get("pushedAt", ...) is not None:
            get_time(node, "pushedAt")
        license = node.get("licenseInfo", ...)
        if license is not None and get(node, "licenseInfo", kind=dict).get("spdxId", ...) is not None:
            get(node, "licenseInfo", "spdxId", kind=str)
    except MalformedAnswer as error:
        return error
    return MalformedAnswer("a repository is not as the schema has it")
