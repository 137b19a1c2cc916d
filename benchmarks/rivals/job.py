"""What a client is given, what it asks GitHub for, and what it adds up."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

PAGE = 100
"""Repositories of one page of a list, at most."""
BATCH = 25
"""Repositories of one query for details."""

# as much as the service asks for, so that GitHub takes as long for it
_DETAILS = """isFork isArchived stargazerCount createdAt pushedAt licenseInfo { spdxId } watchers { totalCount }
languages(first: 40) { nodes { name } } repositoryTopics(first: 20) { nodes { topic { name } } }"""
_LIST = "repositories(first: 100, after: $after, privacy: PUBLIC, ownerAffiliations: OWNER, "
_LIST += "orderBy: {field: CREATED_AT, direction: %s}) { totalCount pageInfo { hasNextPage endCursor } nodes { %s } }"
PAGES = f"""query ($login: String!, $after: String) {{
  repositoryOwner(login: $login) {{ repositories: {_LIST % ("ASC", _DETAILS)} }}
}}"""
"""A page of the repositories of an owner, with details."""
IDS = {
    end: f"query ($login: String!, $after: String) {{ repositoryOwner(login: $login) {{ {_LIST % (end, 'id')} }} }}"
    for end in ("ASC", "DESC")
}
"""A page of the ids of the repositories of an owner, from the oldest or from the newest on."""
BOTH_ENDS = f"""query ($login: String!, $after: String) {{
  repositoryOwner(login: $login) {{ ASC: {_LIST % ("ASC", "id")} DESC: {_LIST % ("DESC", "id")} }}
}}"""
"""The first pages of both."""
NODES = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Repository {{ {_DETAILS} }} }} }}"
"""Details by ids."""


@dataclass(frozen=True)
class Job:
    """Where to ask, and how.

    Attributes:
        github_url: GitHub's GraphQL endpoint.
        bitbucket_url: Bitbucket's base address.
        authority: path of a PEM file, whoever has signed their certificates; None: they answer http.
        github, bitbucket: connections to each at most.
    """

    github_url: str
    bitbucket_url: str
    token: str
    authority: str | None
    github: int
    bitbucket: int

    @property
    def headers(self) -> dict[str, str]:
        """What GitHub wants to see."""
        return {"Authorization": f"bearer {self.token}"}

    def workspace_url(self, workspace: str) -> str:
        """The first page of a workspace's list."""
        fields = "fields=next,values.parent.uuid,values.links.watchers.href"
        return f"{self.bitbucket_url}/repositories/{workspace}?pagelen={PAGE}&sort=created_on&{fields}"


@dataclass
class Sums:
    """What is counted."""

    originalRepos: int = 0  # noqa: N815 - as the service calls it
    forkedRepos: int = 0  # noqa: N815
    watchers: int = 0
    followers: int = 0

    def add_github(self, nodes: Sequence[Any]) -> None:
        """Repositories with details."""
        for node in nodes:
            self._repository(node["isFork"])
            self.watchers += node["watchers"]["totalCount"]
            self.followers += node["stargazerCount"]

    def add_bitbucket(self, values: Sequence[Any]) -> list[str]:
        """Repositories of a page of a list; returns the addresses of their watchers."""
        for value in values:
            self._repository(bool(value.get("parent")))
        return [f"{value['links']['watchers']['href']}?pagelen=0&fields=size" for value in values]

    def _repository(self, is_fork: bool) -> None:
        if is_fork:
            self.forkedRepos += 1
        else:
            self.originalRepos += 1

    def tell(self) -> None:
        """Write the line."""
        sys.stdout.write(json.dumps(asdict(self)) + "\n")
        sys.stdout.flush()


def query(text: str, **variables: Any) -> dict[str, Any]:
    """The payload of a GraphQL query."""
    return {"query": text, "variables": variables}


def read_job() -> Job:
    """The first line."""
    return Job(**json.loads(sys.stdin.readline()))


def questions() -> Iterator[tuple[list[str], list[str]]]:
    """The owners of GitHub and of Bitbucket of each further line."""
    for line in sys.stdin:
        question = json.loads(line)
        yield question["github"], question["bitbucket"]
