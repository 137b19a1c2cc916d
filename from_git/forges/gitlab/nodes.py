"""GitLab: what the projects in its answers tell, and in which form they are kept."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from from_git.errors import MalformedAnswer, of_repository
from from_git.forges.compact import dumped, loaded
from from_git.forges.gitlab.queries import CREATED, DELETION, DELETION_ON, FORK, Schema
from from_git.forges.reading import get, get_time, maybe, texts_in
from from_git.values.repository import Repository

PUBLIC = "public"
_GID = re.compile(r"gid://gitlab/[A-Za-z:]+/([1-9][0-9]{0,15})")


class Kept(NamedTuple):
    """What a fetch keeps of a public project."""

    path: str
    """Its full path."""
    is_archived: bool
    is_fork: bool | None
    """None where the server does not tell it."""
    stars: int
    topics: list[str]
    langs: list[str]
    created: int | None
    deleting: bool | None
    """Whether it waits for its deletion; None where the server does not tell it."""

    def dumped(self) -> bytes:
        """The same in few bytes, from which `kept_in` makes it again."""
        return dumped(*self)


def kept_in(row: bytes) -> Kept:
    """The `Kept` that was dumped as these bytes."""
    return Kept._make(loaded(row))


def number_in(value: Any, key: str = "id") -> str:
    """The number in a global id of GraphQL, as text.

    Raises:
        MalformedAnswer: it is none.
    """
    found = _GID.fullmatch(get(value, key, kind=str))
    if found is None:
        raise MalformedAnswer(f"{key} is no global id")
    return found[1]


def global_id(number: str) -> str:
    """The global id of a project."""
    return f"gid://gitlab/Project/{number}"


def kept_of(node: Any, schema: Schema) -> Kept | None:
    """What is kept of a project, of which a server does not tell what it lacks; None: it is not public.

    Raises:
        MalformedAnswer: something is not as the schema has it; it names the project.
    """
    # our own look: a token's user sees more, and there is no argument for it
    if get(node, "visibility", kind=str) != PUBLIC:
        return None
    path = get(node, "fullPath", kind=str)
    try:
        return Kept(
            path,
            bool(maybe(node, "archived", kind=bool)),
            None if schema.lacks(FORK) else get(node, FORK, kind=bool),
            get(node, "starCount", kind=int),
            texts_in(node, "topics"),
            langs_in(node),
            None if schema.lacks(CREATED) else get_time(node, CREATED),
            _deleting(node, schema),
        )
    except MalformedAnswer as error:
        raise of_repository(error, path) from None


def langs_in(node: Any) -> list[str]:
    """The names of a project's languages, in GitLab's order."""
    return [get(one, "name", kind=str) for one in maybe(node, "languages", kind=list) or []]


def _deleting(node: Any, schema: Schema) -> bool | None:
    key = DELETION_ON if schema.lacks(DELETION) else DELETION
    if schema.lacks(key):
        return None
    if key not in node:
        raise MalformedAnswer(f"{key} is absent")
    return bool(maybe(node, key, kind=bool) if key == DELETION else maybe(node, key, kind=str))


def repository_of(one: Kept, identity: str, above: str, langs: list[str], texts: dict[str, str]) -> Repository:
    """The repository of a project.

    Args:
        above: the path of the profile, below which its name begins.
        texts: names of other repositories, each by itself, so that a name is one text for all of them.
    """
    return Repository(
        identity,
        one.path[len(above) + 1 :],
        one.is_fork,
        one.is_archived,
        one.stars,
        langs=tuple((texts.setdefault(name, name), None) for name in langs),
        topics=tuple(map(texts.setdefault, one.topics, one.topics)),
        created=one.created,
    )


class GroupPage(NamedTuple):
    """A page of a group's list."""

    number: str
    """The group's id, or its full path where it is not told: either is its name in REST."""
    path: str
    """Its full path, as GitLab spells it."""
    counted: int
    """Projects of the group, those too that are not shown to us."""
    rows: Mapping[str, bytes | None]
    """`Kept` of each project that is shown, by id, from the newest to the oldest; None for one that is not public."""
    more: bool
    """Whether there are others further from the end that the page was read from."""
    cursor: str | None
    """That of the last row on the way from there."""
    is_public: bool = True
    """Whether it is a group that everybody may see; nothing but its name is told of others."""
    is_older: bool = False
    """Whether it does not tell which of its public projects are forks, or which wait for their deletion."""


def page_in(data: Mapping[str, Any], name: str, schema: Schema) -> GroupPage | None:
    """What a reply says of the group with that full path; None: there is none.

    Raises:
        MalformedAnswer: names the place.
    """
    if data.get("group", ...) is None:
        return None
    group = get(data, "group", kind=dict)
    path = name if schema.lacks("Group.fullPath") else get(group, "fullPath", kind=str)
    # a name of digits alone would be taken for an id
    number = path if schema.lacks("Group.id") and not name.isdecimal() else number_in(group)
    if path.lower() != name.lower():
        raise MalformedAnswer("group.fullPath is not that of the group that was asked for")
    if not schema.lacks("Group.visibility") and get(group, "visibility", kind=str) != PUBLIC:
        return GroupPage(number, path, 0, {}, False, None, is_public=False)
    projects = get(group, "projects", kind=dict)
    rows: dict[str, bytes | None] = {}
    is_older = False
    for node in get(projects, "nodes", kind=list):
        if node is not None:
            one = kept_of(node, schema)
            is_older |= one is not None and None in (one.is_fork, one.deleting)
            if one and not one.path.lower().startswith(f"{path.lower()}/"):
                raise MalformedAnswer(f"nodes.fullPath is not below the group: {one.path[:200]}")
            rows[number_in(node)] = one and one.dumped()
    counted, more = get(projects, "count", kind=int), get(projects, "pageInfo", "more", kind=bool)
    edge = maybe(projects, "pageInfo", "edge", kind=str)
    return GroupPage(number, path, counted, rows, more, edge, is_older=is_older)
