"""Ways to walk one big GitHub organization, compared: `python -m benchmarks.plans`.

Every plan reads each public repository with the details that the service needs (of its languages the first 20), over
TLS, checked against the emulator's sum.
"""

import argparse
import itertools
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import requests

from benchmarks.processes import Way, upstreams
from benchmarks.walks import (
    DETAILED,
    ENDS,
    FIRST,
    FIRST_ENDS,
    FIRST_SIZE,
    LIGHT,
    LISTED,
    SIZE,
    Crew,
    Details,
    Listing,
    Nodes,
    Size,
    by_id,
    even,
    fixed,
    shared,
)
from emulator.latency import Latency


def pages(crew: Crew, size: int, ends: tuple[str, ...], filters: tuple[dict[str, bool], ...]) -> Nodes:
    """Pages with details: each filtered list from these ends, all side by side."""
    listings = [Listing(crew, DETAILED, size, **one) for one in filters]
    for listing, end in itertools.product(listings, ends):
        crew.start(listing.walk, end, lambda ids, total: None)
    crew.finish()
    return {key: node for listing in listings for key, node in listing.seen.items()}


def ids(crew: Crew, size: Size, page: int = 0) -> Nodes:
    """The ids from one end of the list and batches meanwhile; beside the first ids a first page in detail, if any."""
    details, listing = Details(crew, size), Listing(crew, LIGHT, LISTED)

    def arrived(new: list[str], total: int) -> None:
        # those of the first page are on their way
        details.add(new[page:] if len(listing.seen) == len(new) else new, total)

    def first_page() -> None:
        details.nodes.update(by_id(crew.ask(DETAILED, first=page)["repositoryOwner"]["repositories"]["nodes"]))

    if page:
        details.beside(first_page)
    return details.finish(details.beside(listing.walk, "ASC", arrived))


def ids_from_both_ends(crew: Crew, size: Size) -> Nodes:
    """How many there are, then the ids from both ends of the list, and batches meanwhile."""
    details, walk = Details(crew, size), Listing(crew, LIGHT, LISTED).walk
    total = crew.start(partial(crew.ask, SIZE, first=1)).result()["repositoryOwner"]["all"]["totalCount"]
    from_end = total // LISTED // 2 * LISTED
    ascending = details.beside(walk, "ASC", details.add, None, total - from_end)
    return details.finish(ascending, details.beside(walk, "DESC", details.add, None, from_end))


def first_page_with_ids(crew: Crew, size: Size) -> Nodes:
    """A first page in detail and the first ids in one query, then the other ids, and batches meanwhile."""
    details, walk = Details(crew, size), Listing(crew, LIGHT, LISTED).walk
    owner = crew.start(partial(crew.ask, FIRST, first=FIRST_SIZE)).result()["repositoryOwner"]
    first, info = owner["ids"], owner["ids"]["pageInfo"]
    details.nodes.update(by_id(owner["page"]["nodes"]))
    rest = [details.beside(walk, "ASC", details.add, info["endCursor"])] if info["hasNextPage"] else []
    details.add([node["id"] for node in first["nodes"][FIRST_SIZE:]], first["totalCount"])
    return details.finish(*rest)


def both_ends_at_once(crew: Crew, size: Size, page: int = 0) -> Nodes:
    """The ids from both ends in each query, until the walks overlap, and batches meanwhile.

    Args:
        page: so many of the oldest in detail in the first query.
    """
    details, seen = Details(crew, size), set[str]()

    def walk() -> None:
        after: str | None = None
        end: str | None = None
        query, first = (FIRST_ENDS, page) if page else (ENDS, 1)
        overlap = False
        while not overlap:
            owner = crew.ask(query, first=first, after=after, end=end)["repositoryOwner"]
            for node in owner.get("page", {"nodes": []})["nodes"]:
                details.nodes[node["id"]] = node
            for part in (owner["oldest"], owner["newest"]):
                new = [node["id"] for node in part["nodes"] if node["id"] not in seen]
                overlap = overlap or len(new) < len(part["nodes"]) or not part["pageInfo"]["hasNextPage"]
                seen.update(new)
                waits = [one for one in new if one not in details.nodes]
                details.add(waits, part["totalCount"], over=len(seen) == part["totalCount"])
            after, end = (owner[name]["pageInfo"]["endCursor"] for name in ("oldest", "newest"))
            query = ENDS

    return details.finish(details.beside(walk))


_HEAD = "| plan | wall s | calls | points | server s | wall | points | server |\n|---" + "|--:" * 7 + "|\n"
_TWO = tuple({"isFork": fork} for fork in (False, True))
_FOUR = tuple({**one, "isArchived": archived} for one in _TWO for archived in (False, True))
PLANS: dict[str, Callable[[Crew], Nodes]] = {
    **{f"1 serial, {n}": partial(pages, size=n, ends=("ASC",), filters=({},)) for n in (100, 30)},
    "2 both ends, 100": partial(pages, size=100, ends=("ASC", "DESC"), filters=({},)),
    "3 both ends of forks and others, 50": partial(pages, size=50, ends=("ASC", "DESC"), filters=_TWO),
    "4 and by archived, 30": partial(pages, size=30, ends=("ASC", "DESC"), filters=_FOUR),
    **{f"5 ids, {n}": partial(ids, size=fixed(n)) for n in (25, 40, 100)},
    "6 sizes, ids from both ends, 40": partial(ids_from_both_ends, size=fixed(40)),
    "7 first page, shared, 40": partial(first_page_with_ids, size=shared(40)),
    "8 speculative, 40": partial(ids, size=shared(40), page=FIRST_SIZE),
    "9 first page, even, 40": partial(first_page_with_ids, size=even(40)),
    **{f"10 ids of both ends at once, {n}": partial(both_ends_at_once, size=fixed(n)) for n in (25, 40, 100)},
    **{
        f"11 first page, ids of both ends at once, {n}": partial(both_ends_at_once, size=fixed(n), page=FIRST_SIZE)
        for n in (25, 40, 100)
    },
}


def measure(emulator: str, verify: str | bool, owner: str, plan: str, threads: int) -> dict[str, Any]:
    """One run of a plan; AssertionError where it does not find what the emulator's straight sum says."""
    requests.delete(f"{emulator}/_emulator/meter", timeout=10, verify=verify)
    begun = time.perf_counter()
    nodes = PLANS[plan](Crew(f"{emulator}/graphql", verify, owner, threads))
    wall = time.perf_counter() - begun
    meter = requests.get(f"{emulator}/_emulator/meter", timeout=10, verify=verify).json()["github"]
    asked = {"github": owner}
    expected = requests.get(f"{emulator}/_emulator/sum", params=asked, timeout=60, verify=verify).json()
    found = len(nodes), sum(node["watchers"]["totalCount"] for node in nodes.values())
    if found != (expected["originalRepos"] + expected["forkedRepos"], expected["watchers"]):
        raise AssertionError(f"{plan}: not {found}, but {expected}")
    return {"owner": owner, "plan": plan, "wall": wall, **{key: meter[key] for key in ("calls", "points", "seconds")}}


def main() -> None:
    """Run every plan on every owner, print a table each, and with --json write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plans", description=__doc__)
    parser.add_argument("--owner", nargs="+", default=["org-1000"])
    parser.add_argument("--base-ms", type=float, default=100)
    parser.add_argument("--per-repository-ms", type=float, default=10)
    parser.add_argument("--threads", type=int, default=8, help="that ask at the same time")
    parser.add_argument("--rounds", type=int, default=1, help="the one with the median wall time counts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there")
    options = parser.parse_args()
    latency = Latency(options.base_ms / 1000, per_repository=options.per_repository_ms / 1000)
    results = []
    for owner in options.owner:
        with upstreams(latency, Way.TLS) as (emulator, authority):
            run = partial(measure, emulator, authority or True, owner, threads=options.threads)
            run("5 ids, 100")  # so that the owner is made before time counts
            runs = [[run(plan) for _ in range(options.rounds)] for plan in PLANS]
        medians = [sorted(found, key=lambda one: one["wall"])[len(found) // 2] for found in runs]
        told = f"{owner}, {options.base_ms:g} + {options.per_repository_ms:g} ms, {options.threads} threads"
        sys.stdout.write(f"\n{told}\n\n{_HEAD}")
        for one in medians:
            ratios = " | ".join(f"{one[key] / medians[0][key]:.2f}" for key in ("wall", "points", "seconds"))
            counts = f"{one['wall']:.2f} | {one['calls']} | {one['points']} | {one['seconds']:.1f}"
            sys.stdout.write(f"| {one['plan']} | {counts} | {ratios} |\n")
        results += medians
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
