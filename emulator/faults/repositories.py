"""Faults of one repository, which its owner's list shows as if nothing were wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING, Any

from emulator.bitbucket.errors import no_repository
from emulator.exchange import Answer, Exchange
from emulator.github.opaque import node_id
from emulator.github.refusals import NGINX_502, WRONG_WORDS
from emulator.model import GITHUB

if TYPE_CHECKING:
    from emulator.faults.fault import Fault

# what a list of ids tells without a look at the repository itself
_LISTED = {"id", "name", "nameWithOwner"}
_WRONG = json.dumps({"data": None, "errors": [{"message": WRONG_WORDS.format("0000:0000:000000:00000000:00000000")}]})
_FAILURES = cycle((Answer(200, _WRONG.encode()), Answer(502, NGINX_502, content_type="text/html")))

Path = tuple[str | int, ...]


async def lost(fault: Fault, exchange: Exchange) -> None:
    """Not found: null with NOT_FOUND at GitHub, 404 below its address at Bitbucket."""
    answer = await exchange.true_answer()
    if exchange.call.upstream != GITHUB:
        refusal = no_repository()
        gone = _is_below(fault, exchange.call.path)
        await exchange.send(Answer(refusal.status, refusal.body(), answer.headers) if gone else answer)
        return
    value, found = _detailed(fault, exchange, answer)
    for path in found:
        parent = value
        for step in path[:-1]:
            parent = parent[step]
        words = f"Could not resolve to a node with the global id of '{parent[path[-1]]['id']}'"
        parent[path[-1]] = None
        value.setdefault("errors", []).append({"type": "NOT_FOUND", "path": list(path[1:]), "message": words})
    await exchange.send(replace(answer, body=json.dumps(value).encode()) if found else answer)


async def rotten(fault: Fault, exchange: Exchange) -> None:
    """Whatever looks at it fails: "Something went wrong" and nginx's 502 in turn at GitHub, 500 at Bitbucket."""
    answer = await exchange.true_answer()
    if exchange.call.upstream != GITHUB:
        failure = Answer(500, b"<html>Something went wrong</html>", answer.headers, "text/html")
        await exchange.send(failure if _is_below(fault, exchange.call.path) else answer)
        return
    _, found = _detailed(fault, exchange, answer)
    await exchange.send(next(_FAILURES) if found else answer)


def _is_below(fault: Fault, path: str) -> bool:
    """Whether the path is that of the repository or below it."""
    start = f"/2.0/repositories/{fault.owner}/{fault.repository}".lower()
    return f"{path.lower()}/".startswith(f"{start}/")


def _detailed(fault: Fault, exchange: Exchange, answer: Answer) -> tuple[Any, list[Path]]:
    """The answer's JSON, and where it tells more of the repository than a list of ids does."""
    owner = exchange.world.owner(GITHUB, fault.owner)
    ours = [one for one in owner.repositories if one.name.lower() == fault.repository.lower()] if owner else []
    ids = {node_id("R", *one.identity(fault.owner)) for one in ours}
    try:
        value = json.loads(answer.body)
    except ValueError:
        return None, []
    return value, list(_places(value, ids))


def _places(value: Any, ids: set[str]) -> Iterator[Path]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        if isinstance(child, dict) and child.get("id") in ids and child.keys() - _LISTED:
            yield (key,)
        else:
            yield from ((key, *path) for path in _places(child, ids))
