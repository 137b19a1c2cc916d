"""What is asked of a server and of the emulator, and what of the two answers must agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from conformance.comparing import Check, differences
from conformance.gitea.plan import Plan, first_name
from conformance.gitea.site import Answer, Site

# what belongs to one site alone: numbers of its database, addresses, times, sizes on its disk, and what is switched on
_OWN = {
    *("id", "url", "html_url", "avatar_url", "languages_url", "clone_url", "ssh_url", "original_url"),
    *("created", "created_at", "updated_at", "archived_at", "mirror_updated", "mirror_last_sync_at", "last_login"),
    *("email", "size", "description", "forks_count", "branch_count", "permissions", "release_counter"),
    *("template", "has_issues", "has_projects", "has_releases", "has_wiki"),
    *("followers_count", "following_count", "starred_repos_count", "is_admin", "active"),
}
# the parent of a fork has another name in the emulator's world
_PARENTS_OWN = {"name", "full_name", "login", "username", "language", "stars_count", "watchers_count", "topics"}
# there where the tracker or the wiki is on
_WITH_UNITS = ("internal_tracker", "wiki_branch")
# callers that are refused everywhere alike, or nearly so, and the groups in which they ask
_REFUSED = {
    "wrong token": ("what a site says of itself", "owners"),
    "token for users": ("owners", "lists", "languages"),
}
# the settings of one site, and of one repository, alone
_SET = re.compile(
    r"(?:mirrors|http_git|migrations|lfs|time_tracking|forks)_disabled|default_(?:git|max)_.*"
    r"|allow_.*|autodetect_.*|default_(?:allow|delete|merge|update)_.*"
)


@dataclass(frozen=True)
class Question:
    """A call: `{uid}` in the path stands for the number of the owner `of`."""

    group: str
    path: str
    of: str = ""


def questions(plan: Plan) -> Iterator[Question]:
    """All questions about a plan that is done."""
    for path in ("/version", "/settings/api", "/settings/repository", "/nothing"):
        yield Question("what a site says of itself", path)
    for owner in plan.owners:
        for name in dict.fromkeys((owner.login, owner.login.upper(), first_name(owner))):
            yield Question("owners", f"/orgs/{name}")
            yield Question("owners", f"/users/{name}")
            yield Question("lists", f"/orgs/{name}/repos?limit=50")
            yield Question("lists", f"/users/{name}/repos?limit=50")
        yield Question("searches", "/repos/search?uid={uid}&exclusive=true&limit=50", owner.login)
    for name in ("no-such-owner", "no.such-Owner", "a%20b", "%C3%A4"):
        yield Question("owners that there are not", f"/orgs/{name}")
        yield Question("owners that there are not", f"/users/{name}/repos")
        yield Question("owners that there are not", f"/repos/{name}/x")
    yield from _pages(plan)
    for owner, one, way in plan.made():
        path = f"/repos/{owner.login}/{quote(one.name)}"
        yield Question("repositories", path)
        yield Question("languages", f"{path}/languages")
        yield Question("topics", f"{path}/topics")
        if way.how in ("forked", "transferred") and way.fate != "hidden":
            yield Question("repositories", f"/repos/{owner.login}/{one.name.upper()}")
    for path in ("no-such-repository", "no-such-repository/languages", "no-such-repository/topics"):
        yield Question("repositories that there are not", f"/repos/{plan.owners[0].login}/{path}")


def _pages(plan: Plan) -> Iterator[Question]:
    largest = max(plan.owners, key=lambda owner: len(owner.repositories))
    start = f"/orgs/{largest.login}/repos"
    for query in (
        *("", "?page=2", "?limit=0", "?limit=-1", "?limit=x", "?page=0", "?page=-1", "?page=x", "?limit=100&page=2"),
        *("?limit=10&page=3", "?limit=10&page=99", "?limit=7", "?limit=50&page=2&q=x", "?limit=1", "?per_page=5"),
    ):
        yield Question("pages", f"{start}{query}")
    [full] = [one for one in largest.repositories if "topic-000" in one.topics]
    for query in ("?limit=5", "?limit=5&page=2", "?page=1", "?limit=100"):
        yield Question("topics", f"/repos/{largest.login}/{full.name}/topics{query}")


def compare(plan: Plan, theirs: Site, ours: Site, tokens: dict[str, tuple[str, str]]) -> Iterator[Check]:
    """Ask both each question, as everybody.

    Args:
        tokens: caller → the tokens of the server and of the emulator, empty for none.
    """
    for question in questions(plan):
        for caller, (their, our) in tokens.items():
            if question.group not in _REFUSED.get(caller, (question.group,)):
                continue
            there = _asked(theirs, question, their)
            here = _asked(ours, question, our)
            found = tuple(differences(there, here, _free))
            yield Check(f"{question.group}, {caller}", question.path.replace("{uid}", question.of), found)


def _asked(site: Site, question: Question, token: str) -> Any:
    path = question.path
    if question.of:
        found = site.call("GET", f"/users/{question.of}", site.token)
        path = path.replace("{uid}", str(found.json()["id"]))
    return _told(site.call("GET", path, token))


def _told(answer: Answer) -> dict[str, Any]:
    """An answer without what belongs to one site alone."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    links = re.findall(r'[?&]page=(\d+)[^>]*>; rel="(\w+)"', answer.headers.get("Link", ""))
    told: dict[str, Any] = {
        "status": answer.status_code,
        "type": kind,
        "total": answer.headers.get("X-Total-Count"),
        "exposed": answer.headers.get("Access-Control-Expose-Headers"),
        "cached": answer.headers.get("Cache-Control"),
        "links": {relation: number for number, relation in links},
    }
    if "Location" in answer.headers:
        told["location"] = answer.headers["Location"].partition("/api/v1")[2]
    told["body"] = _without_units(answer.json()) if kind == "application/json" else _text(answer.text)
    return told


def _without_units(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_units(one) for one in value]
    if isinstance(value, dict):
        return {key: _without_units(one) for key, one in value.items() if key not in _WITH_UNITS}
    return value


def _text(text: str) -> str:
    """A text without addresses."""
    return re.sub(r'"[^"]*?/api/v1', '"/api/v1', text)


def _free(path: tuple[str, ...]) -> bool:
    inside = path[0] == "body"
    key = path[-1] if not path[-1].isdecimal() else path[-2]
    if inside and "permissions" in path:
        return True
    in_parent = "parent" in path[:-1]
    return inside and (key in _OWN or (in_parent and key in _PARENTS_OWN) or bool(_SET.fullmatch(key)))
