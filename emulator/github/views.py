"""Owners and repositories as GraphQL shows them: dictionaries of fields, made once and kept.

A value here has the form in which it is sent, so that the executor can copy it (see `executor.py`).
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

from emulator.github.listing import Listing
from emulator.github.opaque import Mark, newer_id, node_id, node_parts, old_id
from emulator.github.traits import GITHUB
from emulator.model import Owner, Repository
from emulator.owners import Owners

WEB = "https://github.com"

# names as GitHub has them (recorded: Apache's name and address); other ids are their own names
_LICENSES = {
    "Apache-2.0": "Apache License 2.0",
    "BSD-2-Clause": 'BSD 2-Clause "Simplified" License',
    "BSD-3-Clause": 'BSD 3-Clause "New" or "Revised" License',
    "GPL-3.0": "GNU General Public License v3.0",
    "LGPL-2.1": "GNU Lesser General Public License v2.1",
    "MIT": "MIT License",
    "MPL-2.0": "Mozilla Public License 2.0",
}

Fields = dict[str, Any]


class RepositoryView:
    """One repository: `fields` for everything plain, and its connections."""

    def __init__(self, owner: Owner, repository: Repository) -> None:
        self.owner = owner
        self.repository = repository
        login, number = repository.identity(owner.login)
        self.number = (zlib.crc32(login.encode()) + number) % (2**31 - 1)
        self.fields = self._fields()
        self._listings: dict[Any, Listing] = {}

    def _fields(self) -> Fields:
        repository = self.repository
        path = f"{self.owner.login}/{repository.name}"
        pushed = repository.pushed_at
        return {
            "__typename": "Repository",
            "id": node_id("R", *repository.identity(self.owner.login)),
            "databaseId": self.number,
            "name": repository.name,
            "nameWithOwner": path,
            "resourcePath": f"/{path}",
            "url": f"{WEB}/{path}",
            "isFork": repository.is_fork,
            "isPrivate": repository.is_private or repository.is_internal,  # cli/cli#4151
            "isArchived": repository.is_archived,
            "visibility": _visibility(repository),
            "stargazerCount": repository.stars,
            "diskUsage": sum(size for _, size in repository.languages) // 1024,
            "createdAt": _seconds(repository.created_at),
            "pushedAt": pushed and _seconds(pushed),
            "updatedAt": _seconds(pushed or repository.created_at),
            "licenseInfo": license_info(repository.license) if repository.license else None,
            "primaryLanguage": language(repository.languages[0][0]) if repository.languages else None,
            "view": self,
        }

    def mark(self, field: str) -> Mark:
        """The place of this repository in a list ordered by that `RepositoryOrderField`."""
        keys: dict[str, str | int] = {
            "CREATED_AT": self.fields["createdAt"],
            "NAME": self.repository.name.lower(),
            "PUSHED_AT": self.fields["pushedAt"] or "",
            "STARGAZERS": self.repository.stars,
            "UPDATED_AT": self.fields["updatedAt"],
        }
        return keys[field], self.number

    def languages(self, direction: str | None) -> Listing:
        """The languages by size, or in the forge's order where no direction is given; sizes in bytes.

        The number in a mark is the language's place in the data, because one name may come twice.
        """
        if direction not in self._listings:
            pairs = self.repository.languages
            self._listings[direction] = Listing(
                (
                    ((size if direction else number, number), {"node": language(name), "size": size})
                    for number, (name, size) in enumerate(pairs)
                ),
                {"totalSize": sum(size for _, size in pairs)},
                direction == "DESC",
            )
        return self._listings[direction]

    def topics(self) -> Listing:
        """The topics in the forge's order."""
        if "topics" not in self._listings:
            self._listings["topics"] = Listing(
                ((number, number), {"node": self._topic(name)}) for number, name in enumerate(self.repository.topics)
            )
        return self._listings["topics"]

    def _topic(self, name: str) -> Fields:
        return {
            "__typename": "RepositoryTopic",
            "id": node_id("RT", self.fields["id"], name),
            "resourcePath": f"/topics/{name}",
            "url": f"{WEB}/topics/{name}",
            "topic": {"__typename": "Topic", "id": node_id("T", name), "name": name},
        }

    def parent(self) -> Fields | None:
        """For a fork, the repository that it was forked from: of the same name, at an account called upstream."""
        if not self.repository.is_fork:
            return None
        upstream = Owner(GITHUB, "upstream", "Organization")
        return RepositoryView(upstream, Repository(self.repository.name)).fields


class OwnerView:
    """One organization or user, with its lists of repositories."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.repositories = [RepositoryView(owner, repository) for repository in owner.repositories]
        self.by_id = {view.repository.identity(owner.login): view for view in self.repositories}
        self.by_name = {view.repository.name.lower(): view for view in self.repositories}
        self.lists: dict[Any, Listing] = {}
        number = zlib.crc32(owner.login.lower().encode()) % (2**31 - 1)
        self.fields: Fields = {
            "__typename": owner.kind,
            "id": node_id(owner.kind[0], owner.login.lower()),
            "databaseId": number,
            "login": owner.login,
            "name": owner.login,
            "resourcePath": f"/{owner.login}",
            "url": f"{WEB}/{owner.login}",
            "createdAt": min((view.fields["createdAt"] for view in self.repositories), default="2011-01-01T00:00:00Z"),
            "view": self,
        }


class Views:
    """The views of owners, each kept until its owner is replaced. For the server's thread only.

    Args:
        old_ids: whether ids of repositories have the form that GitHub gave them until 2021.
    """

    def __init__(self, owners: Owners, old_ids: bool = False) -> None:
        self._owners = owners
        self._old_ids = old_ids
        self._views: dict[str, OwnerView] = {}

    def owner(self, login: str) -> OwnerView | None:
        """The owner of that name as it is now, or None."""
        owner = self._owners.owner(GITHUB, login)
        if owner is None:
            return None
        view = self._views.get(login.lower())
        if view is None or view.owner is not owner:
            view = self._views[login.lower()] = OwnerView(owner)
            for one in view.repositories if self._old_ids else ():
                one.fields["id"] = old_id(one.fields["id"])
        return view

    def viewer(self, login: str) -> OwnerView:
        """The user of that name, who owns nothing where GitHub holds no such owner."""
        view = self.owner(login)
        return view if view and view.owner.kind == "User" else OwnerView(Owner(GITHUB, login, "User"))

    def repository(self, login: str, name: str) -> RepositoryView | None:
        """The repository of that name, or None."""
        view = self.owner(login)
        return view.by_name.get(name.lower()) if view else None

    def node(self, text: str) -> Fields | None:
        """The object with that node id, or None where there is none (any more)."""
        kind, parts = node_parts(newer_id(text) if self._old_ids else text) or ("", [])
        if not parts or kind not in ("O", "U", "R"):
            return None
        if kind != "R":
            view = self.owner(str(parts[0]))
            return view.fields if view and view.owner.kind[0] == kind else None
        if len(parts) != 2:
            return None
        identity = str(parts[0]), int(parts[1])
        view = self.owner(self._owners.home(GITHUB, identity))
        repository = view.by_id.get(identity) if view else None
        return repository.fields if repository else None


@lru_cache(maxsize=1024)
def language(name: str) -> Fields:
    """A Language node; the same name gives the same id everywhere."""
    return {"__typename": "Language", "id": node_id("LA", name), "name": name, "color": None}


@lru_cache(maxsize=1024)
def license_info(spdx: str) -> Fields:
    """A License node; a text that GitHub did not recognise is its "other", NOASSERTION."""
    other = spdx == "NOASSERTION"
    key = "other" if other else spdx.lower()
    return {
        "__typename": "License",
        "id": node_id("LI", key),
        "key": key,
        "name": "Other" if other else _LICENSES.get(spdx, spdx),
        "spdxId": spdx,
        "pseudoLicense": other,
        "url": None if other else f"http://choosealicense.com/licenses/{key}/",
    }


def _visibility(repository: Repository) -> str:
    if repository.is_private:
        return "PRIVATE"
    return "INTERNAL" if repository.is_internal else "PUBLIC"


def _seconds(time: str) -> str:
    """GitHub's DateTime: whole seconds, UTC."""
    return time[:19] + "Z"
