"""The plain client to compare with: serial pages of 100, a new connection for each call, three watcher threads."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from benchmarks.processes import TOKEN, Stage

_QUERY = """
query ($login: String!, $after: String) {
  repositoryOwner(login: $login) {
    repositories(first: 100, after: $after, visibility: PUBLIC, ownerAffiliations: OWNER,
                 orderBy: {field: CREATED_AT, direction: ASC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        isFork stargazerCount watchers { totalCount }
        languages(first: 100) { nodes { name } } repositoryTopics(first: 20) { nodes { topic { name } } }
      }
    }
  }
}
"""


def watchers_of(stage: Stage, github: list[str], bitbucket: list[str]) -> int:
    """The sum of watchers, one owner after the other."""
    return sum(_github(stage, name) for name in github) + sum(_bitbucket(stage, name) for name in bitbucket)


def _github(stage: Stage, login: str) -> int:
    total, cursor = 0, None
    while True:
        page = _post(stage.github_url, {"query": _QUERY, "variables": {"login": login, "after": cursor}})
        repositories = page["data"]["repositoryOwner"]["repositories"]
        total += sum(int(node["watchers"]["totalCount"]) for node in repositories["nodes"])
        if not repositories["pageInfo"]["hasNextPage"]:
            return total
        cursor = repositories["pageInfo"]["endCursor"]


def _bitbucket(stage: Stage, workspace: str) -> int:
    links, url = [], f"{stage.bitbucket_url}/repositories/{workspace}?pagelen=100&sort=created_on"
    while url:
        page = requests.get(url, timeout=60).json()
        links += [value["links"]["watchers"]["href"] for value in page["values"]]
        url = page.get("next")
    with ThreadPoolExecutor(3) as pool:
        return sum(pool.map(lambda link: int(requests.get(link, timeout=60).json()["size"]), links))


def _post(url: str, payload: dict[str, Any]) -> Any:
    return requests.post(url, json=payload, headers={"Authorization": f"bearer {TOKEN}"}, timeout=60).json()
