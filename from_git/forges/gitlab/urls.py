"""The profile URLs of GitLab: users, groups and their subgroups."""

import re
from collections.abc import Sequence
from itertools import takewhile

from from_git.values.kind import BadUrl, ProfileUrls, called

# not with an ending that GitLab keeps for itself; newer names are narrower, and those from before are still there
_NAME = r"(?![^/]*\.(?:git|atom)?(?:/|$))[a-z0-9_.][a-z0-9_.-]{0,254}"
_RESERVED = frozenset(
    (
        "-;.well-known;404.html;422.html;500.html;502.html;503.html;admin;api;assets;dashboard;deploy.html;explore;"
        "favicon.ico;files;groups;health_check;help;import;jwt;login;oauth;profile;projects;public;robots.txt;s;"
        "search;sitemap;sitemap.xml;sitemap.xml.gz;slash-command-logo.png;snippets;unsubscribes;uploads;users;v2"
    ).split(";")
)
# what may follow a project's path, and so can be no group in a group
_PAGES = frozenset("- badges blame blob builds commits find_file raw refs tree wikis".split(" "))
_LISTS = _PAGES | {"projects", "subgroups"}  # of a group, in addresses of the API too


def _by_path(text: str) -> str | None:
    """The path of a subgroup."""
    found = re.fullmatch(rf"{_NAME}(?:/{_NAME}){{1,20}}", text, re.IGNORECASE | re.ASCII)
    return text if found and text.lower().partition("/")[0] not in _RESERVED else None


def _owner_in(path: Sequence[str]) -> str | None:
    first, rest = path[0].lower(), path[1:]
    if not rest:
        return None
    if first == "users":
        if rest[1:] not in ([], ["projects"]):
            raise BadUrl("it is a page of a user, not its profile")
        return rest[0]
    if first in _RESERVED and first != "groups":
        return None
    if not _PAGES.isdisjoint(rest):
        raise BadUrl("it is a page of a group or project, not a profile")
    if rest[-1].lower().endswith(".git"):
        raise BadUrl("it looks like a repository, not a profile")
    return "/".join(rest if first == "groups" else path)


def _meant(path: Sequence[str]) -> str:
    first = path[0].lower()
    if first == "groups":
        return "/".join(takewhile(lambda part: part not in _LISTS, path[1:]))
    if first in _RESERVED:
        return path[1] if first == "users" and len(path) > 1 else first
    names = [path[0], *takewhile(lambda part: part not in _PAGES, path[1:])]
    is_project = len(names) > 1 and (len(names) < len(path) or names[-1].lower().endswith(".git"))
    return "/".join(names[:-1] if is_project else names)


def _recognises(host: str, path: Sequence[str]) -> bool:
    return "-" in path[2:] or list(path[:3]) == ["api", "v4", "projects"] or called(host, "gitlab")


URLS = ProfileUrls(
    name=_NAME,
    rule="letters, digits, underscores, hyphens and dots, not ending in a dot, .git or .atom; subgroups with slashes"
    " between",
    reserved=_RESERVED,
    other_owner=_by_path,
    owner_in=_owner_in,
    meant=_meant,
    recognises=_recognises,
)
