"""A running emulator for tests of GitLab, with a client of its two interfaces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import requests

from emulator import Owner, Repository
from emulator.tests.helpers import PATIENCE, EmulatorCase, Json

PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
WHOLE: dict[str, Any] = {"include_subgroups": "true", "with_shared": "false", "order_by": "id", "sort": "asc"}


def group(*repositories: Repository, login: str = "acme", **more: Any) -> Owner:
    """A group of these projects."""
    return Owner("gitlab", login, "Group", repositories, **more)


def person(*repositories: Repository, login: str = "jo", **more: Any) -> Owner:
    """A user with these projects."""
    return Owner("gitlab", login, "User", repositories, **more)


def named(names: str) -> list[Repository]:
    """Public projects of these names, of one letter each, in the order of their creation."""
    return [Repository(name, created_at=f"2020-01-{day:02}") for day, name in enumerate(names, 1)]


def paths(rows: Sequence[Json]) -> list[str]:
    """The names of the projects in a list of REST or on a page of GraphQL."""
    return [one["path"] for one in rows]


class GitLabCase(EmulatorCase):
    """One emulator for all tests of a class."""

    @property
    def token(self) -> str:
        """The right token."""
        return self.emulator["gitlab"].credentials["token"]

    def rest(self, path: str, token: str = "", method: str = "GET", **query: Any) -> requests.Response:
        """The answer of a resource below `/api/v4/`; links are not followed."""
        url = f"{self.emulator['gitlab'].url}/api/v4/{path}"
        headers = {"PRIVATE-TOKEN": token} if token else {}
        send = self.client.session.request
        return send(method, url, params=query, headers=headers, timeout=PATIENCE, allow_redirects=False)

    def list(self, owner: str = "acme", token: str = "", **query: Any) -> list[Json]:
        """A page of the projects of a group."""
        found: list[Json] = self.rest(f"groups/{quote(owner, safe='')}/projects", token, **query).json()
        return found

    def post(self, query: str, token: str = "", **variables: Any) -> requests.Response:
        """The answer to a query."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables}
        url = f"{self.emulator['gitlab'].url}/api/graphql"
        return self.client.session.post(url, json=body, headers=headers, timeout=PATIENCE)

    def graphql(self, query: str, token: str = "", **variables: Any) -> Json:
        """The `data` of a query that must not have errors."""
        answer = self.post(query, token, **variables).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def error(self, query: str, token: str = "", **variables: Any) -> str:
        """The first message of a query that is refused with status 200 and not run."""
        answer = self.post(query, token, **variables)
        assert answer.status_code == 200 and "data" not in answer.json(), answer.text
        return str(answer.json()["errors"][0]["message"])

    def page(self, arguments: str, fields: str = "path", owner: str = "acme", token: str = "") -> Json:
        """A page of the projects of a group and its subgroups, its `count` and `pageInfo` beside the nodes."""
        selected = f"projects(includeSubgroups: true, {arguments}) {{ count nodes {{ {fields} }} {PAGE_INFO} }}"
        return self.graphql(f'{{ group(fullPath: "{owner}") {{ {selected} }} }}', token)["group"]["projects"]
