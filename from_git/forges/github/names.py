"""The languages and topics of a repository at GitHub, beyond those that its details show."""

from typing import Any, NamedTuple

from from_git.errors import MalformedAnswer, UpstreamError
from from_git.forges.once import Gone
from from_git.forges.reading import get

_PRIVATE = {"PUBLIC": False, "INTERNAL": False, "PRIVATE": True}


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
    if is_private(node):  # its new names are nobody's business
        return Gone.PRIVATE
    # a connection that has ended is asked again from its end, which gives an empty page
    langs, sizes, langs_total = langs_in(node)
    topics, topics_total = topics_in(node)
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


def is_private(node: Any) -> bool:
    """Whether a repository's node says that it does not count: an internal one does where `visibility` is asked for.

    Raises:
        MalformedAnswer: names the place.
    """
    if "visibility" not in node:
        return get(node, "isPrivate", kind=bool)
    if (told := get(node, "visibility", kind=str)) not in _PRIVATE:
        raise MalformedAnswer("visibility is none that there is")
    return _PRIVATE[told]


def langs_in(node: dict[str, Any]) -> tuple[tuple[str, ...], tuple[int, ...], int]:
    """The languages that a repository's node shows, the bytes of each, and how many languages there are.

    Raises:
        MalformedAnswer: names the place.
    """
    edges, total = _items(get(node, "languages", kind=dict), "edges")
    names = [get(edge, "node", "name", kind=str) for edge in edges]
    return tuple(names), tuple([get(edge, "size", kind=int) for edge in edges]), total


def topics_in(node: dict[str, Any]) -> tuple[tuple[str, ...], int]:
    """The topics that a repository's node shows, and how many there are.

    Raises:
        MalformedAnswer: names the place.
    """
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
