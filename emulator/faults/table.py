"""The table of the kinds of faults that every forge knows, and those that need but a few lines."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from functools import partial
from typing import Any

from multidict import CIMultiDict

from emulator.exchange import MISSED, Answer, Exchange
from emulator.faults import places, wire
from emulator.faults.fault import Fault

Strike = Callable[[Fault, Exchange], Awaitable[None]]
"""Sends the answer of a call that is struck."""


async def unchanged(fault: Fault, exchange: Exchange) -> None:
    """The forge's own answer: for faults that the called forge cannot have."""
    await exchange.send(await exchange.true_answer())


def _dated(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with "@now+SECONDS" as seconds of the epoch, and "@date+SECONDS" as a date of HTTP."""
    now = int(time.time())
    forms: dict[str, Callable[[int], str]] = {"now": str, "date": partial(formatdate, usegmt=True)}
    found = {name: re.fullmatch(r"@(now|date)\+([0-9]+)", value) for name, value in headers.items()}
    later = {name: forms[match[1]](now + int(match[2])) for name, match in found.items() if match}
    return {**headers, **later}


async def _status(fault: Fault, exchange: Exchange) -> None:
    await exchange.send(Answer(fault.status, fault.body, _dated(fault.headers), fault.content_type))


async def _body(fault: Fault, exchange: Exchange) -> None:
    await exchange.send(Answer(200, fault.body, _dated(fault.headers), fault.content_type))


async def _slow(fault: Fault, exchange: Exchange) -> None:
    await asyncio.sleep(fault.seconds)
    await exchange.send(await exchange.true_answer())


async def _headers(fault: Fault, exchange: Exchange) -> None:
    answer = await exchange.true_answer()
    headers = CIMultiDict(answer.headers)
    headers.update(_dated(fault.headers))
    kind = headers.get("Content-Type", answer.content_type)
    await exchange.send(replace(answer, headers=headers, content_type=kind))


async def _graphql_errors(fault: Fault, exchange: Exchange) -> None:
    value: dict[str, Any] = {} if fault.data is ... else {"data": fault.data}
    value["errors"] = [dict(error) for error in fault.errors]
    await exchange.send(Answer(200, json.dumps(value).encode(), _dated(fault.headers)))


async def _edit(fault: Fault, exchange: Exchange) -> None:
    answer = await exchange.true_answer()
    edited = fault.edit(json.loads(answer.body)) if fault.edit else None
    await exchange.send(Answer(200, json.dumps(edited).encode(), answer.headers))


async def _world(fault: Fault, exchange: Exchange) -> None:
    owners, forge = exchange.owners, exchange.call.forge
    missed = owners.owner(forge, fault.owner) is None
    if not missed:
        owners.change(forge, fault.owner, **fault.change)
    answer = await exchange.true_answer()
    await exchange.send(replace(answer, headers={**answer.headers, MISSED: fault.owner}) if missed else answer)


@dataclass(frozen=True)
class FaultKind:
    """A row of the table: the function that strikes, its effect in words, and the attributes that it needs."""

    strike: Strike
    help: str
    needs: tuple[str, ...] = ()


# `unchanged` stands where each forge has its own way to be struck (see `Kind.strikes`)
FAULTS: dict[str, FaultKind] = {
    "status": FaultKind(_status, "the given status, headers and body instead of the answer"),
    "reset": FaultKind(wire.reset, "a TCP RST before any byte of an answer"),
    "hang": FaultKind(wire.hang, "no answer, ever"),
    "truncate": FaultKind(
        wire.truncate, "half of the true answer under its full Content-Length, then the connection closes"
    ),
    "body": FaultKind(_body, "status 200 with the given body and content type instead of the answer"),
    "drip": FaultKind(wire.drip, "the true answer, one byte each `seconds`"),
    "drip_head": FaultKind(wire.drip_head, "the true answer, its status line and headers one byte each `seconds`"),
    "slow": FaultKind(_slow, "the true answer after `seconds`"),
    "headers": FaultKind(_headers, "the true answer with `headers` added or replaced", ("headers",)),
    "interim": FaultKind(wire.interim, "answers 102 and 103 before the true one"),
    "chunked": FaultKind(
        wire.chunked, "the true answer in chunks; with `cut` the connection closes before the last two"
    ),
    "flood": FaultKind(wire.flood, "`size` bytes of spaces without Content-Length, up to the end of the connection"),
    "bomb": FaultKind(wire.bomb, "gzip that unpacks to `size` bytes of JSON: spaces, then {}"),
    "early_end": FaultKind(unchanged, "lists say that this page is the last one"),
    "repeat_page": FaultKind(unchanged, "the page before once more; where pages have cursors, the first one"),
    "self_next": FaultKind(unchanged, "the link or cursor to the next page leads to this page again, for ever"),
    "empty_page": FaultKind(unchanged, "a page without rows, whose next page is the true one (another link or cursor)"),
    "wrong_type": FaultKind(places.wrong_type, "the true answer with `value` at the places `at`", ("at",)),
    "nulls": FaultKind(
        places.nulls, "the true answer with null at the places `at`, and errors with a `message`", ("at",)
    ),
    "world": FaultKind(
        _world, "the `owner` gets the `change` (see World.change), then the true answer", ("owner", "change")
    ),
    "lost": FaultKind(
        unchanged, "the `owner`'s `repository` is listed, and not found by its id or address", ("owner", "repository")
    ),
    "rotten": FaultKind(
        unchanged,
        "calls that tell more of the `owner`'s `repository` than its name fail, a GraphQL query as a whole",
        ("owner", "repository"),
    ),
    "graphql_errors": FaultKind(_graphql_errors, "status 200 with the given errors, and the given data if any"),
    "edit": FaultKind(_edit, "the true answer, changed by a Python function (not over HTTP)"),
}
