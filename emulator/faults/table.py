"""The table of faults, and the kinds that need but a few lines."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict

from emulator.exchange import MISSED, Answer, Exchange
from emulator.faults import lists, places, repositories, wire

if TYPE_CHECKING:
    from emulator.faults.fault import Fault


def _dated(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with "@now+SECONDS" as seconds of the epoch: x-ratelimit-reset is such a time."""
    now = int(time.time())
    return {
        name: str(now + int(value[5:])) if re.fullmatch(r"@now\+[0-9]+", value) else value
        for name, value in headers.items()
    }


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
    missed = exchange.world.owner(exchange.call.upstream, fault.owner) is None
    if not missed:
        exchange.world.change(exchange.call.upstream, fault.owner, **fault.change)
    answer = await exchange.true_answer()
    await exchange.send(replace(answer, headers={**answer.headers, MISSED: fault.owner}) if missed else answer)


@dataclass(frozen=True)
class Kind:
    """A row of the table: what strikes, what it does in words, and the attributes that it cannot do without."""

    strike: Callable[[Fault, Exchange], Awaitable[None]]
    help: str
    needs: tuple[str, ...] = ()


FAULTS: dict[str, Kind] = {
    "status": Kind(_status, "the given status, headers and body instead of the answer"),
    "reset": Kind(wire.reset, "a TCP RST before any byte of an answer"),
    "hang": Kind(wire.hang, "no answer, ever"),
    "truncate": Kind(
        wire.truncate, "half of the true answer under its full Content-Length, then the connection closes"
    ),
    "body": Kind(_body, "status 200 with the given body and content type instead of the answer"),
    "drip": Kind(wire.drip, "the true answer, one byte each `seconds`"),
    "drip_head": Kind(wire.drip_head, "the true answer, its status line and headers one byte each `seconds`"),
    "slow": Kind(_slow, "the true answer after `seconds`"),
    "headers": Kind(_headers, "the true answer with `headers` added or replaced", ("headers",)),
    "interim": Kind(wire.interim, "answers 102 and 103 before the true one"),
    "chunked": Kind(wire.chunked, "the true answer in chunks; with `cut` the connection closes before the last two"),
    "flood": Kind(wire.flood, "`size` bytes of spaces without Content-Length, up to the end of the connection"),
    "bomb": Kind(wire.bomb, "gzip that unpacks to `size` bytes of JSON: spaces, then {}"),
    "early_end": Kind(lists.early_end, "lists say that this page is the last one: no `next`, hasNextPage false"),
    "repeat_page": Kind(lists.repeat_page, "the page before once more (GitHub: the first, `after` is ignored)"),
    "self_next": Kind(lists.self_next, "`next` or endCursor leads to this page again, for ever"),
    "empty_page": Kind(
        lists.empty_page, "a page without rows, whose next page is the true one (another link or cursor)"
    ),
    "broken_next": Kind(lists.broken_next, "Bitbucket's lists have an & in `next` where the ? belongs"),
    "foreign_next": Kind(lists.foreign_next, "Bitbucket's lists have `url` as `next`, on the last page too", ("url",)),
    "foreign_href": Kind(lists.foreign_href, "Bitbucket's lists have `url` as links.watchers.href", ("url",)),
    "wrong_type": Kind(places.wrong_type, "the true answer with `value` at the places `at`", ("at",)),
    "nulls": Kind(places.nulls, "the true answer with null at the places `at`, and errors with a `message`", ("at",)),
    "world": Kind(
        _world, "the `owner` gets the `change` (see World.change), then the true answer", ("owner", "change")
    ),
    "lost": Kind(
        repositories.lost,
        "the `owner`'s `repository` is listed and not found: NOT_FOUND by its id, 404 below its address",
        ("owner", "repository"),
    ),
    "rotten": Kind(
        repositories.rotten,
        "whatever tells more of the `owner`'s `repository` than its name fails, at GitHub the whole query",
        ("owner", "repository"),
    ),
    "graphql_errors": Kind(_graphql_errors, "status 200 with the given errors, and the given data if any"),
    "edit": Kind(_edit, "the true answer, changed by a Python function (not over HTTP)"),
}
