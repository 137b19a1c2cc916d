"""The plain client to compare with: serial pages of 100, a new connection for each call, three watcher threads."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from benchmarks.processes import TOKEN, Stage
from benchmarks.questions import Question

_QUERY = """
query ($login: String!, $after: String) {
  repositoryOwner(login: $login) {
    repositories(first: 100, after: $after, privacy: PUBLIC, ownerAffiliations: OWNER,
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


def ask_plainly(found: Stage, question: Question) -> None:
    """Sum the watchers, one owner after the other.

    Raises:
        AssertionError: the sum is wrong.
    """
    total = sum(_github(found, name) for name in question.github)
    total += sum(_bitbucket(found, name) for name in question.bitbucket)
    expected = found.expected(question)["watchers"]
    if total != expected:
        raise AssertionError(f"{question}: the plain client counts {total} watchers, not {expected}")


def watcher_links(found: Stage, workspace: str) -> list[str]:
    """The addresses of the watchers of each repository."""
    links, url = [], f"{found.bitbucket_url}/repositories/{workspace}?pagelen=100&sort=created_on"
    while url:
        page = requests.get(url, timeout=60).json()
        links += [value["links"]["watchers"]["href"] for value in page["values"]]
        url = page.get("next")
    return links


def _bitbucket(found: Stage, workspace: str) -> int:
    with ThreadPoolExecutor(3) as pool:
        links = watcher_links(found, workspace)
        return sum(pool.map(lambda link: int(requests.get(link, timeout=60).json()["size"]), links))


def _github(found: Stage, login: str) -> int:
    total, cursor = 0, None
    while True:
        page = _post(found.github_url, {"query": _QUERY, "variables": {"login": login, "after": cursor}})
        repositories = page["data"]["repositoryOwner"]["repositories"]
        total += sum(int(node["watchers"]["totalCount"]) for node in repositories["nodes"])
        if not repositories["pageInfo"]["hasNextPage"]:
            return total
        cursor = repositories["pageInfo"]["endCursor"]


def _post(url: str, payload: dict[str, Any]) -> Any:
    return requests.post(url, json=payload, headers={"Authorization": f"bearer {TOKEN}"}, timeout=60).json()
