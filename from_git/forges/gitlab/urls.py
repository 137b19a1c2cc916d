"""The profile URLs of GitLab: users, groups and their subgroups."""

import re
from collections.abc import Sequence

from from_git.values.kind import BadUrl, ProfileUrls

# with none of `-.` at the start or the end, and not with an ending that GitLab keeps for itself
_NAME = r"(?![^/]*\.(?:git|atom)(?:/|$))[a-z0-9_](?:[a-z0-9_.-]{0,253}[a-z0-9_])?"
_RESERVED = frozenset(
    (
        "-;.well-known;404.html;422.html;500.html;502.html;503.html;admin;api;assets;dashboard;deploy.html;explore;"
        "favicon.ico;files;groups;health_check;help;import;jwt;login;oauth;profile;projects;public;robots.txt;s;"
        "search;sitemap;sitemap.xml;sitemap.xml.gz;slash-command-logo.png;snippets;unsubscribes;uploads;users;v2"
    ).split(";")
)


def _by_path(text: str) -> str | None:
    """The path of a subgroup."""
    found = re.fullmatch(rf"{_NAME}(?:/{_NAME}){{1,20}}", text, re.IGNORECASE | re.ASCII)
    return text if found and text.lower().partition("/")[0] not in _RESERVED else None


def _owner_in(path: Sequence[str]) -> str | None:
    first = path[0].lower()
    if "-" in path:
        raise BadUrl("it is a page of a group or project, not a profile")
    if first == "groups" and len(path) > 1:
        return "/".join(path[1:])
    if first == "users" and len(path) > 1:
        if len(path) > 2:
            raise BadUrl("it is a page of a user, not its profile")
        return path[1]
    return "/".join(path) if len(path) > 1 and first not in _RESERVED else None


URLS = ProfileUrls(
    name=_NAME,
    rule="letters, digits, underscores, hyphens and dots; subgroups with slashes between",
    reserved=_RESERVED,
    other_owner=_by_path,
    owner_in=_owner_in,
)
