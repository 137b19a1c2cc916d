"""The profile URLs of Bitbucket."""

import re
from collections.abc import Sequence

from from_git.values.kind import BadUrl, ProfileUrls

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


URLS = ProfileUrls(
    name="[a-z0-9_-]{1,128}",
    rule="1 to 128 letters, digits, hyphens or underscores, or a UUID in braces",
    reserved=_RESERVED,
    other_owner=_by_uuid,
    owner_in=_owner_in,
)
