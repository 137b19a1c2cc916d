"""Repositories, organizations and users as Gitea and Forgejo show them."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from emulator.gitea.errors import WEB
from emulator.gitea.version import NEVER, Version
from emulator.model import Owner, Repository

Json = dict[str, Any]

_BEGIN = datetime.fromisoformat("2008-01-01T00:00:00Z").timestamp()
_NEVER = "0001-01-01T00:00:00Z"
_EPOCH = "1970-01-01T00:00:00Z"
_CREATED = "2011-01-01T00:00:00Z"


def repository_number(owner: Owner, one: Repository) -> int:
    """The site's id of a repository: it grows with the time of creation, and stays through renames and transfers."""
    login, number = one.identity(owner.login)
    seconds = int(datetime.fromisoformat(one.created_at).timestamp() - _BEGIN)
    return max(0, seconds) * 2**20 + zlib.crc32(f"{login}/{number}".encode()) % 2**20


def owner_number(login: str) -> int:
    """The site's id of an account."""
    return 1 + zlib.crc32(f"account {login.lower()}".encode()) % (2**31 - 1)


def is_empty(one: Repository) -> bool:
    """Whether nothing was pushed to it yet."""
    return "empty" in one.marks or (one.pushed_at is None and not one.languages)


def is_private(one: Repository) -> bool:
    """Whether it is for its owner's people alone: there is nothing between private and public."""
    return not one.counts


def languages(one: Repository) -> dict[str, int]:
    """Bytes by language, the most first; none of an empty one."""
    found: dict[str, int] = {}
    for name, size in () if is_empty(one) else one.languages:
        found[name] = found.get(name, 0) + size
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def user(owner: Owner, version: Version) -> Json:
    """An account, user or organization alike: nothing in it says which."""
    return dict(_user(owner.login, owner.visibility, version))


@lru_cache(maxsize=64)
def _user(login: str, visibility: str, version: Version) -> Json:
    newer = version.since((1, 23), (8, 0))
    value: Json = {"id": owner_number(login), "login": login, "login_name": ""}
    if newer:
        value["source_id"] = 0
    value |= {"full_name": "", "email": "", "avatar_url": _avatar(login)}
    if newer:
        value["html_url"] = f"{WEB}/{login}"
    value |= {
        "language": "",
        "is_admin": False,
        "last_login": _NEVER,
        "created": _CREATED,
        "restricted": False,
        "active": False,
        "prohibit_login": False,
        "location": "",
    }
    if version.since(NEVER, (7, 0)):
        value["pronouns"] = ""
    return value | {
        "website": "",
        "description": "",
        "visibility": visibility,
        "followers_count": 0,
        "following_count": 0,
        "starred_repos_count": 0,
        "username": login,
    }


def organization(owner: Owner) -> Json:
    """An organization by itself."""
    return {
        "id": owner_number(owner.login),
        "name": owner.login,
        "full_name": "",
        "email": "",
        "avatar_url": _avatar(owner.login),
        "description": "",
        "website": "",
        "location": "",
        "visibility": owner.visibility,
        "repo_admin_change_team_access": False,
        "username": owner.login,
    }


def _avatar(login: str) -> str:
    return f"{WEB}/avatars/{hashlib.sha256(login.lower().encode()).hexdigest()[:32]}"


def repository(owner: Owner, one: Repository, version: Version) -> Json:
    """A repository, in a list and by itself."""
    return _row(owner, one, version, _parent(owner, one, version) if one.is_fork else None)


def _parent(owner: Owner, one: Repository, version: Version) -> Json:
    """The whole parent, also where its owner is private: whoever sees the fork sees it."""
    above = Owner(owner.forge, "upstream", "Organization")
    if "hidden-parent" in one.marks:
        above = replace(above, visibility="private")
    # the forks of a private repository are private, and those of a public one are not
    whole = Repository(one.name, is_private=one.is_private, created_at=one.created_at, id=one.id)
    return _row(above, whole, version, None)


def _row(owner: Owner, one: Repository, version: Version, parent: Json | None) -> Json:
    spoken = languages(one)
    value: Json = {
        "id": repository_number(owner, one),
        "owner": user(owner, version),
        "name": one.name,
        "full_name": f"{owner.login}/{one.name}",
        "description": "",
        "empty": is_empty(one),
        "private": is_private(one),
        "fork": one.is_fork,
        "template": False,
        "mirror": "mirror" in one.marks,
        "size": sum(spoken.values()) // 1024 + 22,
        "language": next(iter(spoken), ""),
        **_links(owner, one),
        "website": "",
        "stars_count": one.stars,
        "forks_count": 0,
        "watchers_count": one.watchers,
        "open_issues_count": 0,
        "open_pr_counter": 0,
        "release_counter": 0,
        "default_branch": "main",
        "archived": one.is_archived,
        "created_at": _time(one.created_at),
        "updated_at": _time(one.pushed_at or one.created_at),
        "archived_at": _time(one.pushed_at or one.created_at) if one.is_archived else _EPOCH,
        "permissions": {"admin": False, "push": False, "pull": True},
    }
    if parent is not None or not version.parentless:
        value["parent"] = parent
    if version.since((1, 26), None):
        value |= {"has_code": "no-code" not in one.marks, "branch_count": 0 if is_empty(one) else 1}
    return value | _switches(version, one.is_fork) | _last(owner, one, version)


def _links(owner: Owner, one: Repository) -> Json:
    path = f"{owner.login}/{one.name}"
    return {
        "languages_url": f"{WEB}/api/v1/repos/{path}/languages",
        "html_url": f"{WEB}/{path}",
        "url": f"{WEB}/api/v1/repos/{path}",
        "link": "",
        "ssh_url": f"git@forge.example:{path}.git",
        "clone_url": f"{WEB}/{path}.git",
        "original_url": f"https://elsewhere.example/{path}.git" if "mirror" in one.marks else "",
    }


@lru_cache(maxsize=16)
def _switches(version: Version, fork: bool) -> Json:
    """What can be switched on and off: of a fork little is on, as DEFAULT_FORK_REPO_UNITS has it."""
    on = ["issues", "wiki", "projects", "releases"]
    value: Json = {f"has_{one}": not fork for one in on}
    value |= {"has_pull_requests": True, "has_packages": False, "has_actions": False}
    if not fork:
        value["internal_tracker"] = {
            "enable_time_tracker": True,
            "allow_only_contributors_to_track_time": True,
            "enable_issue_dependencies": True,
        }
    merges = ["merge_commits", "rebase", "rebase_explicit", "squash_merge", "rebase_update"]
    merges += ["fast_forward_only_merge"] if version.since((1, 22), (7, 0)) else []
    merges += ["merge_update"] if version.since((1, 27), None) else []
    value |= {f"allow_{one}": True for one in merges} | {
        "ignore_whitespace_conflicts": False,
        "default_delete_branch_after_merge": False,
        "default_merge_style": "merge",
        "default_allow_maintainer_edit": version.terse,
    }
    if version.since((1, 22), None):
        value["projects_mode"] = "all"
    if version.since((1, 26), None):
        value |= {"allow_manual_merge": False, "autodetect_manual_merge": False}
    if version.since(NEVER, (7, 0)) and not fork:
        value["wiki_branch"] = "main"
    if version.since(NEVER, (8, 0)):
        value["globally_editable_wiki"] = False
    if version.since((1, 27), (8, 0)):
        value["default_update_style"] = "merge"
    return value


def _last(owner: Owner, one: Repository, version: Version) -> Json:
    mirror = "mirror" in one.marks
    seen = _time(one.pushed_at or one.created_at) if mirror else _NEVER
    value: Json = {
        "avatar_url": "",
        "internal": not is_private(one) and owner.visibility == "private",
        "mirror_interval": "8h0m0s" if mirror else "",
        "mirror_updated": seen,
    }
    if mirror and version.terse:
        value["has_pull_requests"] = False
    if not version.parentless:
        value["repo_transfer"] = None
    if version.since((1, 22), (7, 0)):
        value["object_format_name"] = "sha1"
    if version.since((1, 27), None):
        value["mirror_last_sync_at"] = seen
    if version.topics:
        value["topics"] = list(one.topics) or (None if version.forgejo else [])
    if version.since((1, 23), None):
        told = [one.license] if one.license and one.license != "NOASSERTION" else []
        value["licenses"] = told or ([] if version.since((1, 26), None) else None)
    return value


def _time(text: str) -> str:
    return f"{text[:19]}Z"
