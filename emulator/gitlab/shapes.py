"""The objects of GitLab's REST API."""

from __future__ import annotations

from typing import Any

from emulator.gitlab.settings import SETTINGS
from emulator.gitlab.versions import Version
from emulator.gitlab.views import Namespace, Project, namespace_number

Json = dict[str, Any]

BRANCH = "main"
_LINKS = {
    **{name: name for name in ("issues", "merge_requests", "labels", "events", "members", "cluster_agents")},
    "repo_branches": "repository/branches",
}


def time(text: str) -> str:
    """A time of REST: milliseconds, UTC."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return f"{seconds}.{fraction[:3]:0<3}Z"


def is_empty(project: Project) -> bool:
    """Whether nothing was ever pushed to it."""
    return project.has("empty") or project.repository.pushed_at is None


def last_activity(project: Project) -> str:
    """The canonical time of its last activity."""
    return project.repository.pushed_at or project.repository.created_at


def shares(project: Project) -> dict[str, float]:
    """Its languages as shares in per cent with two decimals, the largest five."""
    sizes: dict[str, int] = {}
    for name, size in project.repository.languages[:5]:
        sizes[name] = sizes.get(name, 0) + size
    whole = sum(size for _, size in project.repository.languages) or 1
    return {name: round(100 * size / whole, 2) for name, size in sizes.items()}


def forks(project: Project) -> int:
    """How often it was forked: some number that depends on its stars."""
    return project.repository.stars // 4


def group(namespace: Namespace, url: str) -> Json:
    """A group alone.

    Args:
        url: the address of the site.
    """
    return {
        "id": namespace.number,
        "web_url": f"{url}/groups/{namespace.full_path}",
        "name": namespace.path,
        "path": namespace.path,
        "description": "",
        "visibility": namespace.visibility,
        "share_with_group_lock": False,
        "require_two_factor_authentication": False,
        "project_creation_level": "developer",
        "subgroup_creation_level": "owner",
        "request_access_enabled": False,
        "full_name": namespace.full_path.replace("/", " / "),
        "full_path": namespace.full_path,
        "created_at": "2011-01-01T00:00:00.000Z",
        "parent_id": namespace.parent,
        "shared_with_groups": [],
    }


def user(namespace: Namespace, url: str) -> Json:
    """A user in a list."""
    path = namespace.full_path
    return {
        "id": namespace.number,
        "username": path,
        "name": path,
        "state": "active",
        "locked": False,
        "avatar_url": None,
        "web_url": f"{url}/{path}",
    }


def _namespace(project: Project, url: str) -> Json:
    path, kind = project.namespace, project.owner.kind.lower()
    above = project.repository.folder.rpartition("/")[0]
    return {
        "id": namespace_number(project.owner, project.repository.folder),
        "name": path.rpartition("/")[2],
        "path": path.rpartition("/")[2],
        "kind": kind,
        "full_path": path,
        "parent_id": namespace_number(project.owner, above) if project.repository.folder else None,
        "avatar_url": None,
        "web_url": f"{url}/groups/{path}" if kind == "group" else f"{url}/{path}",
    }


def basic(project: Project, version: Version, url: str) -> Json:
    """BasicProjectDetails: what anonymous callers get in a user's list, and of one project.

    Keys about the code are left out where the caller may not read it, which nobody may where it is switched off.
    """
    one, path = project.repository, project.full_path
    value: Json = {
        "id": project.number,
        "description": None,
        "name": one.name,
        "name_with_namespace": path.replace("/", " / "),
        "path": one.name,
        "path_with_namespace": path,
        "created_at": time(one.created_at),
    }
    if not project.has("no-code"):
        value["default_branch"] = None if is_empty(project) else BRANCH
    value |= {
        "tag_list": list(one.topics),
        "topics": list(one.topics),
        "ssh_url_to_repo": f"git@gitlab:{path}.git",
        "http_url_to_repo": f"{url}/{path}.git",
        "web_url": f"{url}/{path}",
    }
    if not project.has("no-code"):
        value["readme_url"] = None if is_empty(project) else f"{url}/{path}/-/blob/{BRANCH}/README.md"
        value["forks_count"] = forks(project)
    value |= {"avatar_url": None, "star_count": one.stars, "last_activity_at": time(last_activity(project))}
    if version.basic_visibility:
        value["visibility"] = project.visibility
    return {**value, "namespace": _namespace(project, url)}


def full(project: Project, version: Version, url: str) -> Json:
    """The whole entity, which lists of groups have for every caller."""
    one, own = project.repository, f"{url}/api/v4/projects/{project.number}"
    day = last_activity(project)[:10] if project.has("deleting") else None
    value = {
        **basic(project, version, url),
        **SETTINGS,
        "container_registry_image_prefix": f"registry.gitlab/{project.full_path}",
        "_links": {"self": own, **{name: f"{own}/{path}" for name, path in _LINKS.items()}},
        "marked_for_deletion_at": day,
        "marked_for_deletion_on": day,
        "empty_repo": is_empty(project),
        "archived": one.is_archived,
        "visibility": project.visibility,
        "repository_access_level": "disabled" if project.has("no-code") else "enabled",
        "mirror": project.has("mirror"),
        "import_status": "finished" if project.has("mirror") else "none",
        "updated_at": time(last_activity(project)),
    }
    if project.owner.kind == "User":
        value["owner"] = {"username": project.owner.login, "name": project.owner.login, "state": "active"}
    if one.is_fork and not project.has("hidden-parent"):
        value["forked_from_project"] = _parent(project, url)
    return value


def _parent(project: Project, url: str) -> Json:
    path = f"upstream/{project.repository.name}"
    return {
        "id": project.number // 2,
        "description": None,
        "name": project.repository.name,
        "name_with_namespace": path.replace("/", " / "),
        "path": project.repository.name,
        "path_with_namespace": path,
        "web_url": f"{url}/{path}",
    }
