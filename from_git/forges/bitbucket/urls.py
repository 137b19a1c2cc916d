"""The profile URLs of Bitbucket."""

import re
from collections.abc import Sequence

from from_git.values.kind import BadUrl, ProfileUrls, called

_RESERVED = frozenset("account blog dashboard product repo site snippets support workspaces".split(" "))
# Bitbucket's own answers link workspaces by it, with the braces escaped
_UUID = re.compile(r"(?:\{|%7b)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\}|%7d)", re.IGNORECASE | re.ASCII)


def _by_uuid(text: str) -> str | None:
    found = _UUID.fullmatch(text)
    return f"{{{found[1].lower()}}}" if found else None


def _owner_in(path: Sequence[str]) -> str | None:
    match [part.lower() for part in path]:
        case [first, "workspace", *rest] if first not in _RESERVED:
            if rest == ["repositories"]:
                return path[0]
            raise BadUrl("it is a page of a workspace, not its profile")
    return None


DATA_CENTER = (
    "Bitbucket Data Center (once Server, or Stash), which is not supported: it tells no watchers, languages or topics"
)
"""Why the program that its makers call by the same name is refused; of the numbers only two would be left."""


def _recognises(host: str, path: Sequence[str]) -> bool:
    match path:
        case ["projects" | "users", _, "repos", *_] | ["scm", _, _, *_] | ["rest", "api", _, "projects", *_]:
            sure = True
        case ["users", name]:
            sure = name.startswith("~")
        case _:
            sure = called(host, "bitbucket", "stash")
    if sure:
        raise BadUrl(f"{host} looks like {DATA_CENTER}")
    return False


URLS = ProfileUrls(
    name="[a-z0-9_-]{1,128}",
    rule="1 to 128 letters, digits, hyphens or underscores, or a UUID in braces",
    reserved=_RESERVED,
    other_owner=_by_uuid,
    owner_in=_owner_in,
    recognises=_recognises,
)
