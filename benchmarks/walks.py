"""The parts of the plans that `benchmarks.plans` compares: queries, threads, a list's walk and batches of details."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from benchmarks.processes import TOKEN

FIRST_SIZE, LISTED = 30, 100
"""Repositories of a first page in detail, and ids of a page of a list."""
SMALLEST_BATCH = 18

_DETAILS = """id isFork isArchived isPrivate stargazerCount createdAt pushedAt
licenseInfo { spdxId } watchers { totalCount }
languages(first: 20) { totalCount edges { node { name } } }
repositoryTopics(first: 20) { totalCount nodes { topic { name } } }"""
_ARGUMENTS = "first: $first, after: $after, privacy: PUBLIC, ownerAffiliations: OWNER, isFork: $isFork, "
_ARGUMENTS += "isArchived: $isArchived, orderBy: {field: CREATED_AT, direction: $direction}"
_PAGE = f"repositories({_ARGUMENTS}) {{ nodes {{ {_DETAILS} }} totalCount pageInfo {{ hasNextPage endCursor }} }}"
_IDS = _PAGE.replace(_DETAILS, "id")
_QUERY = """query ($login: String!, $first: Int!, $after: String, $direction: OrderDirection = ASC,
$isFork: Boolean, $isArchived: Boolean) { repositoryOwner(login: $login) { %s } }"""
LIGHT = _QUERY % _IDS
DETAILED = _QUERY % _PAGE
SIZE = _QUERY % f"all: repositories({_ARGUMENTS}) {{ totalCount }}"
_LISTED = _IDS.replace("$first", str(LISTED))
FIRST = _QUERY % f"page: {_PAGE} ids: {_LISTED}"
_NEWEST = _LISTED.replace("$direction", "DESC").replace("$after", "$end")
_BOTH = _QUERY.replace("$direction", "$end: String, $direction")
ENDS = _BOTH.replace("$first: Int!, ", "") % f"oldest: {_LISTED} newest: {_NEWEST}"
FIRST_ENDS = _BOTH % f"page: {_PAGE} oldest: {_LISTED} newest: {_NEWEST}"
BATCH = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Repository {{ {_DETAILS} }} }} }}"

Nodes = dict[str, Any]


class Crew:
    """Threads with connections that stay open; a task may start more tasks."""

    def __init__(self, url: str, verify: str | bool, login: str, threads: int) -> None:
        self.threads = threads
        self._url, self._login = url, login
        self._session = requests.Session()
        self._session.trust_env = False  # a bundle of authorities in the environment would be used instead
        self._session.verify = verify
        self._session.mount("https://", HTTPAdapter(pool_maxsize=threads))
        self._session.headers["Authorization"] = f"bearer {TOKEN}"
        self._pool = ThreadPoolExecutor(threads)
        self._futures: list[Future[Any]] = []

    def ask(self, query: str, **variables: Any) -> Any:
        """The data that a query brings."""
        body = {"query": query, "variables": {"login": self._login, **variables}}
        return self._session.post(self._url, json=body, timeout=60).json()["data"]

    def start(self, task: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Run a task as soon as a thread is free."""
        future = self._pool.submit(task, *arguments)
        self._futures.append(future)
        return future

    def finish(self) -> None:
        """Wait for all tasks, also for those that tasks start meanwhile, and end the threads and connections."""
        for future in self._futures:  # goes on as the list grows
            future.result()
        self._pool.shutdown()
        self._session.close()


class Listing:
    """One list, read page by page from one end or from both at once."""

    def __init__(self, crew: Crew, query: str, size: int, **filters: bool) -> None:
        self._crew = crew
        self._query = query
        self._size = size
        self._filters = filters
        self.seen: Nodes = {}

    def walk(self, end: str, arrived: Callable[..., None], after: str | None = None, limit: int = sys.maxsize) -> None:
        """Read until the list ends, all of it is seen, or `limit` are read; hand on new ids and the list's length."""
        more = True
        while more and limit > 0:
            which = {"first": min(self._size, limit), "after": after, "direction": end, **self._filters}
            page = self._crew.ask(self._query, **which)["repositoryOwner"]["repositories"]
            new = by_id([node for node in page["nodes"] if node["id"] not in self.seen])
            self.seen.update(new)
            arrived(list(new), page["totalCount"])
            after, limit = page["pageInfo"]["endCursor"], limit - self._size
            more = page["pageInfo"]["hasNextPage"] and len(self.seen) < page["totalCount"]


class Details:
    """Details by id, in batches that a free thread takes; one waits until it is full, or no more ids will come."""

    def __init__(self, crew: Crew, size: "Size") -> None:
        self.crew = crew
        self._size = size
        self._lock = threading.Lock()
        self._over = False
        self._workers = self._fetching = self.total = 0
        self._others: list[Future[Any]] = []
        self.waiting: list[str] = []
        self.nodes: Nodes = {}

    def busy(self) -> int:
        """Threads that do something."""
        return sum(not other.done() for other in self._others) + self._fetching

    def beside(self, task: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Have a thread do something else meanwhile."""
        self._others.append(self.crew.start(task, *arguments))
        return self._others[-1]

    def add(self, ids: list[str], total: int, over: bool = False) -> None:
        """Take in ids of a list of that length; `over` when there will be no more."""
        with self._lock:
            self.waiting += ids
            self.total, self._over = total, over
            working, self._workers = self._workers, self.crew.threads
        for _ in range(working, self.crew.threads):
            self.crew.start(self._work)

    def finish(self, *walks: "Future[None]") -> Nodes:
        """All details, when they are there; there will be no more ids after these walks."""
        for walk in walks:
            walk.result()
        self.add([], self.total, over=True)
        self.crew.finish()
        return self.nodes

    def _work(self) -> None:
        while batch := self._take():
            self.nodes.update(by_id(self.crew.ask(BATCH, ids=batch)["nodes"]))
            with self._lock:
                self._fetching -= 1

    def _take(self) -> list[str]:
        with self._lock:
            size = self._size(self)
            if not self.waiting or (len(self.waiting) < size and not self._over):
                self._workers -= 1
                return []
            self._fetching += 1
            batch, self.waiting = self.waiting[:size], self.waiting[size:]
            return batch


Size = Callable[[Details], int]


def fixed(size: int) -> Size:
    """Always the same."""
    return lambda details: size


def shared(largest: int) -> Size:
    """What waits, divided among the threads that have nothing to do."""
    return lambda details: _share(len(details.waiting), details.crew.threads - details.busy(), largest)


def even(largest: int) -> Size:
    """The same for all of a list: as few rounds of a batch for each thread as `largest` allows."""

    def size(details: Details) -> int:
        threads = details.crew.threads
        return _share(details.total, threads * -(-details.total // (threads * largest)), largest)

    return size


def _share(ids: int, ways: int, largest: int) -> int:
    return min(max(-(-ids // max(ways, 1)), SMALLEST_BATCH), largest)


def by_id(nodes: list[Any]) -> Nodes:
    """The repositories by their ids."""
    return {node["id"]: node for node in nodes}
