"""Ways to walk one big GitHub organization with eight threads, compared: `python -m benchmarks.plans`.

Every plan reads each public repository with the details that the service needs (of its languages the first 20), checked
against the emulator's sum. The service does what "first page of 30, even, 40" does, for the threads that are free.
"""

import argparse
import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import requests

from benchmarks.processes import TOKEN
from benchmarks.questions import POOLS
from from_git.forges.github.queries import SIZES

THREADS = POOLS["NUM_THREADS_GITHUB"]
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
FIRST = _QUERY % f"page: {_PAGE} ids: {_IDS.replace('$first', str(SIZES.listed))}"
BATCH = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Repository {{ {_DETAILS} }} }} }}"

Nodes = dict[str, Any]


class Crew:
    """Eight threads with connections that stay open; a task may start more tasks."""

    def __init__(self, url: str, login: str) -> None:
        self._url, self._login = url, login
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"bearer {TOKEN}"
        self._pool = ThreadPoolExecutor(THREADS)
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
            new = _by_id([node for node in page["nodes"] if node["id"] not in self.seen])
            self.seen.update(new)
            arrived(list(new), page["totalCount"])
            after, limit = page["pageInfo"]["endCursor"], limit - self._size
            more = page["pageInfo"]["hasNextPage"] and len(self.seen) < page["totalCount"]


class Details:
    """Details by id, in batches that a free thread takes; one waits until it is full, or no more ids will come."""

    def __init__(self, crew: Crew, size: "Size") -> None:
        self._crew = crew
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
        self._others.append(self._crew.start(task, *arguments))
        return self._others[-1]

    def add(self, ids: list[str], total: int, over: bool = False) -> None:
        """Take in ids of a list of that length; `over` when there will be no more."""
        with self._lock:
            self.waiting += ids
            self.total, self._over = total, over
            working, self._workers = self._workers, THREADS
        for _ in range(working, THREADS):
            self._crew.start(self._work)

    def finish(self, *walks: "Future[None]") -> Nodes:
        """All details, when they are there; there will be no more ids after these walks."""
        for walk in walks:
            walk.result()
        self.add([], self.total, over=True)
        self._crew.finish()
        return self.nodes

    def _work(self) -> None:
        while batch := self._take():
            self.nodes.update(_by_id(self._crew.ask(BATCH, ids=batch)["nodes"]))
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
    return lambda details: _share(len(details.waiting), THREADS - details.busy(), largest)


def even(largest: int) -> Size:
    """The same for all of a list: as few rounds of eight batches as `largest` allows."""
    return lambda details: _share(details.total, THREADS * -(-details.total // (THREADS * largest)), largest)


def _share(ids: int, ways: int, largest: int) -> int:
    return min(max(-(-ids // max(ways, 1)), SMALLEST_BATCH), largest)


def _by_id(nodes: list[Any]) -> Nodes:
    return {node["id"]: node for node in nodes}


def pages(crew: Crew, size: int, ends: tuple[str, ...], filters: tuple[dict[str, bool], ...]) -> Nodes:
    """Pages with details: each filtered list from these ends, all side by side."""
    listings = [Listing(crew, DETAILED, size, **one) for one in filters]
    for listing, end in itertools.product(listings, ends):
        crew.start(listing.walk, end, lambda ids, total: None)
    crew.finish()
    return {key: node for listing in listings for key, node in listing.seen.items()}


def ids(crew: Crew, size: Size, page: int = 0) -> Nodes:
    """The ids from one end of the list and batches meanwhile; beside the first ids a first page in detail, if any."""
    details, listing = Details(crew, size), Listing(crew, LIGHT, SIZES.listed)

    def arrived(new: list[str], total: int) -> None:
        # those of the first page are on their way
        details.add(new[page:] if len(listing.seen) == len(new) else new, total)

    def first_page() -> None:
        details.nodes.update(_by_id(crew.ask(DETAILED, first=page)["repositoryOwner"]["repositories"]["nodes"]))

    if page:
        details.beside(first_page)
    return details.finish(details.beside(listing.walk, "ASC", arrived))


def ids_from_both_ends(crew: Crew, size: Size) -> Nodes:
    """How many there are, then the ids from both ends of the list, and batches meanwhile."""
    details, walk = Details(crew, size), Listing(crew, LIGHT, SIZES.listed).walk
    total = crew.start(partial(crew.ask, SIZE, first=1)).result()["repositoryOwner"]["all"]["totalCount"]
    from_end = total // SIZES.listed // 2 * SIZES.listed
    ascending = details.beside(walk, "ASC", details.add, None, total - from_end)
    return details.finish(ascending, details.beside(walk, "DESC", details.add, None, from_end))


def first_page_with_ids(crew: Crew, size: Size, page: int = SIZES.first) -> Nodes:
    """A first page in detail and the first ids in one query, then the other ids, and batches meanwhile."""
    details, walk = Details(crew, size), Listing(crew, LIGHT, SIZES.listed).walk
    owner = crew.start(partial(crew.ask, FIRST, first=page)).result()["repositoryOwner"]
    first, info = owner["ids"], owner["ids"]["pageInfo"]
    details.nodes.update(_by_id(owner["page"]["nodes"]))
    rest = [details.beside(walk, "ASC", details.add, info["endCursor"])] if info["hasNextPage"] else []
    details.add([node["id"] for node in first["nodes"][page:]], first["totalCount"])
    return details.finish(*rest)


_HEAD = "| plan | wall s | calls | points | server s | wall | points | server |\n|---" + "|--:" * 7 + "|\n"
_TWO = tuple({"isFork": fork} for fork in (False, True))
_FOUR = tuple({**one, "isArchived": archived} for one in _TWO for archived in (False, True))
PLANS: dict[str, Callable[[Crew], Nodes]] = {
    **{f"1 serial, {n}": partial(pages, size=n, ends=("ASC",), filters=({},)) for n in (100, 30)},
    "2 forks, others, 30": partial(pages, size=30, ends=("ASC",), filters=_TWO),
    **{f"3 both ends, {n}": partial(pages, size=n, ends=("ASC", "DESC"), filters=_TWO) for n in (30, 50)},
    "4 and archived, 30": partial(pages, size=30, ends=("ASC", "DESC"), filters=_FOUR),
    **{f"5 ids, {n}": partial(ids, size=fixed(n)) for n in (15, 25, 30, 40, 50, 100)},
    **{f"6 sizes, both ends, {n}": partial(ids_from_both_ends, size=fixed(n)) for n in (30, 40)},
    **{f"7 first page, {n}": partial(first_page_with_ids, size=shared(n)) for n in (30, 40, 50)},
    **{f"8 speculative, {n}": partial(ids, size=shared(n), page=SIZES.first) for n in (30, 40, 50)},
    "9 ids, even, 40": partial(ids, size=even(40)),
    **{
        f"9 first page of {n}, even, 40": partial(first_page_with_ids, size=even(40), page=n) for n in (10, SIZES.first)
    },
}


def measure(emulator: str, owner: str, plan: str) -> dict[str, Any]:
    """One run of a plan; AssertionError where it does not find what the emulator's straight sum says."""
    requests.delete(f"{emulator}/_emulator/meter", timeout=10)
    begun = time.perf_counter()
    nodes = PLANS[plan](Crew(f"{emulator}/graphql", owner))
    wall = time.perf_counter() - begun
    meter = requests.get(f"{emulator}/_emulator/meter", timeout=10).json()["github"]
    expected = requests.get(f"{emulator}/_emulator/sum", params={"github": owner}, timeout=60).json()
    found = len(nodes), sum(node["watchers"]["totalCount"] for node in nodes.values())
    if found != (expected["originalRepos"] + expected["forkedRepos"], expected["watchers"]):
        raise AssertionError(f"{plan}: not {found}, but {expected}")
    return {"owner": owner, "plan": plan, "wall": wall, **{key: meter[key] for key in ("calls", "points", "seconds")}}


@contextmanager
def running(*options: str) -> Iterator[str]:
    """The address of an emulator in a process of its own."""
    command = [sys.executable, "-m", "emulator", f"--github-token={TOKEN}", "--no-limits", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            # "GitHub GraphQL: http://127.0.0.1:PORT/graphql  (token: ...)"
            yield process.stdout.readline().split()[2].removesuffix("/graphql") if process.stdout else ""
        finally:
            process.terminate()


def main() -> None:
    """Run every plan on every owner, print a table each, and with --json write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plans", description=__doc__)
    parser.add_argument("--owner", nargs="+", default=["org-1000"])
    parser.add_argument("--base-ms", default="100")
    parser.add_argument("--per-repository-ms", default="10")
    parser.add_argument("--rounds", type=int, default=1, help="the one with the median wall time counts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there")
    options = parser.parse_args()
    latency = f"--base-ms={options.base_ms}", f"--per-repository-ms={options.per_repository_ms}"
    results = []
    for owner in options.owner:
        with running(*latency) as emulator:
            measure(emulator, owner, "5 ids, 50")  # so that the owner is made before time counts
            runs = [[measure(emulator, owner, plan) for _ in range(options.rounds)] for plan in PLANS]
        medians = [sorted(run, key=lambda one: one["wall"])[len(run) // 2] for run in runs]
        sys.stdout.write(f"\n{owner} {' '.join(latency)}\n\n{_HEAD}")
        for one in medians:
            ratios = " | ".join(f"{one[key] / medians[0][key]:.2f}" for key in ("wall", "points", "seconds"))
            counts = f"{one['wall']:.2f} | {one['calls']} | {one['points']} | {one['seconds']:.1f}"
            sys.stdout.write(f"| {one['plan']} | {counts} | {ratios} |\n")
        results += medians
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
