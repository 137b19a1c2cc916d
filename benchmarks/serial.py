"""A plain client that asks for one thing after the other, each over a connection of its own."""

from collections.abc import Iterator
from typing import Any

import requests

from benchmarks.processes import PATIENCE, Stage
from benchmarks.questions import Question

_PAGE = 50  # repositories of a page of a REST list, as the server has it by default
_PROJECTS = """query ($path: ID!, $after: String) { group(fullPath: $path) {
projects(includeSubgroups: true, first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
id visibility isForked starCount topics markedForDeletionOn languages { name } } } } }"""


def ask(found: Stage, question: Question) -> None:
    """Ask for the groups and organisations of a question, and compare the number of repositories with the straight sum.

    Raises:
        AssertionError: it is another one.
    """
    rows = [row for name in question.gitlab for row in _group(found, name)]
    rows += [row for name in question.gitea for row in _organisation(found, name)]
    expected = found.expected(question)
    number = expected["originalRepos"] + expected["forkedRepos"]
    if len(rows) != number:
        raise AssertionError(f"serial: {question}: {len(rows)}, not {number}")


def _group(found: Stage, path: str) -> Iterator[Any]:
    cursor = None
    while True:
        body = {"query": _PROJECTS, "variables": {"path": path, "after": cursor}}
        answer = requests.post(f"{found.emulator}/gitlab/api/graphql", json=body, timeout=PATIENCE, verify=found.verify)
        page = answer.json()["data"]["group"]["projects"]
        yield from (
            one for one in page["nodes"] if one and one["visibility"] == "public" and not one["markedForDeletionOn"]
        )
        if not page["pageInfo"]["hasNextPage"]:
            return
        cursor = page["pageInfo"]["endCursor"]


def _organisation(found: Stage, name: str) -> Iterator[Any]:
    page, total, seen = 1, 1, 0
    while seen < total:
        answer = _got(found, f"orgs/{name}/repos?limit={_PAGE}&page={page}")
        page, total = page + 1, int(answer.headers["X-Total-Count"])
        for row in answer.json():
            seen += 1
            _got(found, f"repos/{name}/{row['name']}/languages")
            yield row


def _got(found: Stage, path: str) -> requests.Response:
    return requests.get(f"{found.emulator}/gitea/api/v1/{path}", timeout=PATIENCE, verify=found.verify)
