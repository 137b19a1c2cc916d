"""Bitbucket's objects as JSON, key for key as recorded (2022 and 2024) where they were recorded."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from emulator.model import Owner, Repository

WEB = "https://bitbucket.org"

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")

_LINKS = {
    "watchers": "watchers",
    "branches": "refs/branches",
    "tags": "refs/tags",
    "commits": "commits",
    "clone": "",
    "self": "",
    "source": "src",
    "html": "",
    "hooks": "hooks",
    "forks": "forks",
    "downloads": "downloads",
    "pullrequests": "pullrequests",
}

Json = dict[str, Any]


def braced_uuid(*parts: str) -> str:
    """A uuid in braces, as Bitbucket writes it, that depends on these parts alone."""
    return f"{{{uuid.uuid5(_NAMESPACE, '/'.join(parts))}}}"


def workspace_uuid(login: str) -> str:
    """The uuid of a workspace."""
    return braced_uuid("workspace", login.lower())


def repository_uuid(owner: Owner, repository: Repository) -> str:
    """The uuid of a repository; it stays through renames and transfers."""
    return braced_uuid("repository", *map(str, repository.identity(owner.login)))


def time(canonical: str) -> str:
    """Bitbucket's form of a time: `2022-03-17T11:17:48.581867+00:00`."""
    return canonical.removesuffix("Z") + "+00:00"


def workspace(owner: Owner, base: str) -> Json:
    """The object of `/workspaces/{workspace}`."""
    short = _workspace_reference(owner.login, base)
    links = {name: {"href": f"{base}/workspaces/{owner.login}/{name}"} for name in ("members", "projects", "hooks")}
    return {
        **short,
        "is_private": False,
        "created_on": time(min((one.created_at for one in owner.repositories), default="2012-01-01T00:00:00Z")),
        "links": {**short["links"], **links, "repositories": {"href": f"{base}/repositories/{owner.login}"}},
    }


# the three parts that every repository of a workspace repeats are made once; they are never changed


@lru_cache(maxsize=64)
def _workspace_reference(login: str, base: str) -> Json:
    return {
        "slug": login,
        "type": "workspace",
        "name": login,
        "uuid": workspace_uuid(login),
        "links": {
            "self": {"href": f"{base}/workspaces/{login}"},
            "html": {"href": f"{WEB}/{login}/"},
        },
    }


@lru_cache(maxsize=64)
def _team(login: str, base: str) -> Json:
    identity = workspace_uuid(login)
    return {
        "type": "team",
        "display_name": login,
        "username": login,
        "uuid": identity,
        "links": {
            "self": {"href": f"{base}/workspaces/{quote(identity)}"},
            "html": {"href": f"{WEB}/{quote(identity)}/"},
        },
    }


@lru_cache(maxsize=64)
def _project(login: str, base: str) -> Json:
    key = "".join(letter for letter in login.upper() if letter.isalpha())[:4] or "PROJ"
    return {
        "links": {
            "self": {"href": f"{base}/workspaces/{login}/projects/{key}"},
            "html": {"href": f"{WEB}/{login}/workspace/projects/{key}"},
        },
        "type": "project",
        "name": login,
        "key": key,
        "uuid": braced_uuid("project", login.lower()),
    }


def repository(owner: Owner, one: Repository, base: str) -> Json:
    """A repository as lists show it: `parent` is there for forks only."""
    path = f"{owner.login}/{one.name.lower()}"
    value: Json = {
        "scm": "git",
        "has_wiki": False,
        "uuid": repository_uuid(owner, one),
        "links": _links(path, f"{base}/repositories/{path}"),
        "created_on": time(one.created_at),
        "full_name": path,
        "owner": _team(owner.login, base),
        "size": sum(size for _, size in one.languages) + 65_536,
        "type": "repository",
        "website": None,
        "override_settings": {
            "branching_model": True,
            "default_merge_strategy": True,
            "branch_restrictions": True,
        },
        "description": "",
        "has_issues": False,
        "slug": one.name.lower(),
        "is_private": one.is_private,
        "name": one.name,
        "language": one.languages[0][0].lower() if one.languages else "",
        "fork_policy": "no_public_forks" if one.is_private else "allow_forks",
        "project": _project(owner.login, base),
        "mainbranch": {"type": "branch", "name": "main"},
        "workspace": _workspace_reference(owner.login, base),
        "updated_on": time(one.pushed_at or one.created_at),
    }
    if one.is_fork:
        value["parent"] = _parent(one, base)
    return value


def _links(path: str, api: str) -> Json:
    links: Json = {name: {"href": f"{api}/{tail}" if tail else api} for name, tail in _LINKS.items()}
    links["html"] = {"href": f"{WEB}/{path}"}
    links["clone"] = [
        {"href": f"{WEB}/{path}.git", "name": "https"},
        {"href": f"git@bitbucket.org:{path}.git", "name": "ssh"},
    ]
    return links


def _parent(one: Repository, base: str) -> Json:
    path = f"upstream/{one.name.lower()}"
    return {
        "type": "repository",
        "full_name": path,
        "name": one.name,
        "uuid": braced_uuid("repository", path),
        "links": {"self": {"href": f"{base}/repositories/{path}"}, "html": {"href": f"{WEB}/{path}"}},
    }


def watcher(owner: Owner, one: Repository, number: int, base: str) -> Json:
    """The account of one watcher."""
    identity = braced_uuid("watcher", owner.login.lower(), str(one.id), str(number))
    return {
        "type": "user",
        "display_name": f"Watcher {number + 1}",
        "nickname": f"watcher{number + 1}",
        "uuid": identity,
        "links": {
            "self": {"href": f"{base}/users/{quote(identity)}"},
            "html": {"href": f"{WEB}/{quote(identity)}/"},
        },
    }
