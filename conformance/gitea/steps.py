"""The calls that put a plan on a server, as values in their order."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.gitea.plan import CODE_OFF, ORGANIZATION_RENAMED, Plan, Way, first_name
from emulator import Owner, Repository

PASSWORD = "conformance-1"  # noqa: S105 - of accounts that are made here
ADMIN = ""
"""The account of the token itself."""

_FILES = {
    "Python": ("main.py", "#"),
    "Go": ("main.go", "//"),
    "Dart": ("main.dart", "//"),
    "Java": ("Main.java", "//"),
    "Ruby": ("main.rb", "#"),
    "Shell": ("run.sh", "#"),
    "Kotlin": ("main.kt", "//"),
    "Lua": ("main.lua", "--"),
    "CSS": ("page.css", "/*"),
}


@dataclass(frozen=True)
class Step:
    """A call.

    Attributes:
        path: below /api/v1.
        account: who does it; the token's own account where it is empty.
        body: the JSON that is sent.
        optional: what the server cannot do where it refuses; a step that must not fail has none.
        shows: (key, value) that the answer must have for the optional thing to be done.
        twice: it may be refused where there is nothing to do.
    """

    method: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    account: str = ADMIN
    optional: str = ""
    shows: tuple[str, Any] | None = None
    twice: bool = False


def steps(plan: Plan) -> Iterator[Step]:
    """The calls that make everything; then languages are waited for, and then come the `ends`."""
    for login in (*plan.people, plan.stranger):
        yield _account(login, "public")
    for owner in plan.owners:
        yield _owner(plan, owner)
    made = list(plan.made())
    # first of all, since a fork has the languages that were counted of its parent when it was made
    for _, one, way in made:
        if way.fate == "deleted":
            login, _, name = way.source.partition("/")
            yield from _new(login, True, name, Repository(name, languages=one.languages))
    for owner, one, way in made:
        yield from _made(owner, one, way)
    for owner, one, way in made:
        yield from _dressed(plan, owner, one, way)


def _account(login: str, visibility: str) -> Step:
    email = f"{login.lower()}@example.invalid"
    body = {"username": login, "email": email, "password": PASSWORD, "must_change_password": False}
    return Step("POST", "/admin/users", {**body, "visibility": visibility})


def _owner(plan: Plan, owner: Owner) -> Step:
    later = any(way.fate == "hidden" and way.source.startswith(f"{owner.login}/") for way in plan.ways.values())
    visibility = "public" if later else owner.visibility
    if owner.kind == "User":
        return _account(first_name(owner), visibility)
    return Step("POST", "/orgs", {"username": first_name(owner), "visibility": visibility})


def first_path(owner: Owner, one: Repository, way: Way) -> str:
    """The address of a repository before the ends."""
    return f"/repos/{way.source if way.how == 'renamed' else f'{first_name(owner)}/{one.name}'}"


def _made(owner: Owner, one: Repository, way: Way) -> Iterator[Step]:
    """Let a repository be there, with its files."""
    login = first_name(owner)
    in_organization = owner.kind == "Organization"
    source_owner, _, source_name = way.source.partition("/")
    match way.how:
        case "forked":
            target: dict[str, Any] = {"organization": login} if in_organization else {}
            account = ADMIN if in_organization else login
            yield Step("POST", f"/repos/{way.source}/forks", {**target, "name": one.name}, account)
        case "mirrored":
            body: dict[str, Any] = {"clone_addr": f"{{site}}/{way.source}.git", "service": "git", "mirror": True}
            body |= {"repo_name": one.name, "repo_owner": login, "mirror_interval": "8h"}
            yield Step("POST", "/repos/migrate", body)
        case "generated":
            body = {"owner": login, "name": one.name, "git_content": True}
            yield Step("POST", f"/repos/{way.source}/generate", body)
        case "transferred":
            yield from _new(source_owner, False, source_name, one)
            yield Step("POST", f"/repos/{way.source}/transfer", {"new_owner": login})
        case _:
            name = source_name if way.how == "renamed" else one.name
            yield from _new(login, in_organization, name, one)


def _new(login: str, in_organization: bool, name: str, one: Repository) -> Iterator[Step]:
    place = f"/orgs/{login}/repos" if in_organization else f"/admin/users/{login}/repos"
    empty = "empty" in one.marks
    body = {"name": name, "private": one.is_private, "auto_init": not empty, "default_branch": "main"}
    yield Step("POST", place, {**body, "readme": "Default", "template": name == "template"})
    if one.languages:
        files = [_file(language, size) for language, size in one.languages]
        body = {"files": files, "message": "Speak", "branch": "main"}
        yield Step("POST", f"/repos/{login}/{name}/contents", body)


def _file(language: str, size: int) -> dict[str, str]:
    path, comment = _FILES[language]
    return {"operation": "create", "path": path, "content": b64encode(text(comment, size).encode()).decode()}


def text(comment: str, size: int) -> str:
    """A comment of that many bytes, in lines of 40."""
    last = " */\n" if comment == "/*" else "\n"
    line = f"{comment if comment != '/*' else ''} one, two, three, four, five, six"[:39] + "\n"
    body = comment + "\n" + line * (size // len(line) + 1)
    return body[: size - len(last)] + last


def _dressed(plan: Plan, owner: Owner, one: Repository, way: Way) -> Iterator[Step]:
    """Give a repository its topics, stars and watchers, and then what makes it hard to change."""
    path = first_path(owner, one, way)
    if one.topics:
        yield Step("PUT", f"{path}/topics", {"topics": list(one.topics)})
    for account in _watching(plan, owner, way):
        yield Step("DELETE", f"{path}/subscription", {}, account, twice=True)
    for person in plan.people[: one.stars]:
        yield Step("PUT", path.replace("/repos/", "/user/starred/"), {}, person)
    for person in plan.people[: one.watchers]:
        yield Step("PUT", f"{path}/subscription", {}, person)
    if "no-code" in one.marks:
        yield Step("PATCH", path, {"has_code": False}, optional=CODE_OFF, shows=("has_code", False))
    if one.is_archived:
        yield Step("PATCH", path, {"archived": True})


def _watching(plan: Plan, owner: Owner, way: Way) -> list[str]:
    """Those who watch a repository by themselves: who makes it, and who owns it or owned it."""
    users = {first_name(each) for each in plan.owners if each.kind == "User"}
    return [ADMIN, *sorted(users & {first_name(owner), way.source.partition("/")[0]})]


def ends(plan: Plan) -> Iterator[Step]:
    """Rename what is renamed, and delete and hide parents."""
    for owner, one, way in plan.made():
        if way.how == "renamed":
            yield Step("PATCH", first_path(owner, one, way), {"name": one.name})
    for way in plan.ways.values():
        if way.fate == "deleted":
            yield Step("DELETE", f"/repos/{way.source}")
        if way.fate == "hidden":
            yield Step("PATCH", f"/orgs/{way.source.partition('/')[0]}", {"visibility": "private"})
    for owner in plan.owners:
        if owner.former and owner.kind == "User":
            yield Step("POST", f"/admin/users/{first_name(owner)}/rename", {"new_username": owner.login})
        elif owner.former:
            path = f"/orgs/{first_name(owner)}/rename"
            yield Step("POST", path, {"new_name": owner.login}, optional=ORGANIZATION_RENAMED)
