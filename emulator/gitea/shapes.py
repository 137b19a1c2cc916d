"""Repositories, organizations and users as Gitea and Forgejo show them."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime
from functools import lru_cache
from typing import Any

from emulator.gitea.errors import WEB
from emulator.gitea.version import Version
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
    if version.since((99, 0), (8, 0)):
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
    value = _row(owner, one, version)
    parent = _parent(owner, one, version) if one.is_fork else None
    if parent or not version.since((1, 26), None):
        value["parent"] = parent
    return value


def _parent(owner: Owner, one: Repository, version: Version) -> Json:
    """The whole parent, also where it is private: whoever sees the fork sees it."""
    hidden = "hidden-parent" in one.marks
    above = Owner(owner.forge, "upstream", "Organization")
    row = _row(above, Repository(one.name, is_private=hidden, created_at=one.created_at, id=one.id), version)
    return row if version.since((1, 26), None) else {**row, "parent": None}


def _row(owner: Owner, one: Repository, version: Version) -> Json:
    path = f"{owner.login}/{one.name}"
    mirror = "mirror" in one.marks
    spoken = languages(one)
    value: Json = {
        "id": repository_number(owner, one),
        "owner": user(owner, version),
        "name": one.name,
        "full_name": path,
        "description": "",
        "empty": is_empty(one),
        "private": is_private(one),
        "fork": one.is_fork,
        "template": False,
        "mirror": mirror,
        "size": sum(spoken.values()) // 1024 + 22,
        "language": next(iter(spoken), ""),
        "languages_url": f"{WEB}/api/v1/repos/{path}/languages",
        "html_url": f"{WEB}/{path}",
        "url": f"{WEB}/api/v1/repos/{path}",
        "link": "",
        "ssh_url": f"git@forge.example:{path}.git",
        "clone_url": f"{WEB}/{path}.git",
        "original_url": f"https://elsewhere.example/{path}.git" if mirror else "",
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
    return value | _units(version) | _last(owner, one, version)


@lru_cache(maxsize=16)
def _units(version: Version) -> Json:
    """What is the same for all."""
    value: Json = {
        "has_issues": True,
        "internal_tracker": {
            "enable_time_tracker": True,
            "allow_only_contributors_to_track_time": True,
            "enable_issue_dependencies": True,
        },
        "has_wiki": True,
        "has_pull_requests": True,
        "has_projects": True,
        "has_releases": True,
        "has_packages": False,
        "has_actions": False,
        "ignore_whitespace_conflicts": False,
        "allow_merge_commits": True,
        "allow_rebase": True,
        "allow_rebase_explicit": True,
        "allow_squash_merge": True,
        "allow_rebase_update": True,
        "default_delete_branch_after_merge": False,
        "default_merge_style": "merge",
        "default_allow_maintainer_edit": False,
    }
    return value


def _last(owner: Owner, one: Repository, version: Version) -> Json:
    mirror = "mirror" in one.marks
    value: Json = {
        "avatar_url": "",
        "internal": not is_private(one) and owner.visibility == "private",
        "mirror_interval": "8h0m0s" if mirror else "",
        "mirror_updated": _time(one.pushed_at or one.created_at) if mirror else _NEVER,
        "repo_transfer": None,
    }
    if version.since((1, 22), (7, 0)):
        value["object_format_name"] = "sha1"
    if version.topics:
        value["topics"] = list(one.topics) or ([] if version.since((1, 24), None) else None)
    if version.since((1, 23), None):
        value["licenses"] = [one.license] if one.license and one.license != "NOASSERTION" else []
    return value


def _time(text: str) -> str:
    return f"{text[:19]}Z"
