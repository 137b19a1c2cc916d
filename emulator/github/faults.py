"""The ways in which faults of lists and of single repositories strike GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import cycle
from typing import Any

from emulator.exchange import Answer, Exchange
from emulator.faults.fault import Fault
from emulator.faults.table import Strike
from emulator.github import quirks
from emulator.github.opaque import node_id
from emulator.github.refusals import NGINX_502, WRONG_WORDS
from emulator.github.traits import GITHUB

# the fields that a list of ids tells without a look at the repository itself
_LISTED = {"id", "name", "nameWithOwner"}
_WRONG = json.dumps({"data": None, "errors": [{"message": WRONG_WORDS.format("0000:0000:000000:00000000:00000000")}]})
_FAILURES = cycle((Answer(200, _WRONG.encode()), Answer(502, NGINX_502, content_type="text/html")))

Path = tuple[str | int, ...]


async def lost(fault: Fault, exchange: Exchange) -> None:
    """Not found: null with NOT_FOUND."""
    answer = await exchange.true_answer()
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
    """Every query of the repository's details fails: "Something went wrong" and nginx's 502 in turn."""
    answer = await exchange.true_answer()
    _, found = _detailed(fault, exchange, answer)
    await exchange.send(next(_FAILURES) if found else answer)


def _detailed(fault: Fault, exchange: Exchange, answer: Answer) -> tuple[Any, list[Path]]:
    """The answer's JSON, and where it tells more of the repository than a list of ids does."""
    owner = exchange.owners.owner(GITHUB, fault.owner)
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


def _quirk(name: str) -> Strike:
    """Let the server make the mistake itself, where it makes connections (see `quirks`)."""

    async def strike(fault: Fault, exchange: Exchange) -> None:
        await exchange.send(await exchange.true_answer(quirk=name))

    return strike


STRIKES: Mapping[str, Strike] = {
    **{name: _quirk(name) for name in (quirks.EARLY_END, quirks.REPEAT_PAGE, quirks.SELF_NEXT, quirks.EMPTY_PAGE)},
    "lost": lost,
    "rotten": rotten,
}
