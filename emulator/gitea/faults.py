"""The ways in which faults of lists and of single repositories strike Gitea and Forgejo."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from emulator.exchange import MISSED, Answer, Exchange
from emulator.faults.fault import Fault
from emulator.faults.table import Strike
from emulator.gitea.errors import Refusals
from emulator.gitea.server import API, ROOT
from emulator.gitea.version import Version

_TOTAL = "X-Total-Count"
_GONE = Refusals(Version.of("11.0.1+gitea-1.22.0")).no_repository()


async def early_end(fault: Fault, exchange: Exchange) -> None:
    """A total as if this page were the last one, and no link to a next."""
    answer = await exchange.true_answer()
    rows = _rows(answer)
    if rows is None:
        await exchange.send(_missed(answer))
        return
    query = dict(exchange.call.query)
    before = (_number(query.get("page"), 1) - 1) * _number(query.get("limit"), len(rows))
    headers = {name: value for name, value in answer.headers.items() if name != "Link"}
    await exchange.send(replace(answer, headers={**headers, _TOTAL: str(before + len(rows))}))


async def self_next(fault: Fault, exchange: Exchange) -> None:
    """The link to the next page leads to this one."""
    answer = await exchange.true_answer()
    link = f'<{exchange.call.origin}{exchange.call.url}>; rel="next"'
    spoiled = replace(answer, headers={**answer.headers, "Link": link})
    await exchange.send(_missed(answer) if _rows(answer) is None else spoiled)


async def repeat_page(fault: Fault, exchange: Exchange) -> None:
    """The page before; the first page stays."""
    call = exchange.call
    number = _number(dict(call.query).get("page"), 1)
    if number > 1:
        query = tuple((name, value if name != "page" else str(number - 1)) for name, value in call.query)
        answer = await exchange.true_answer(query=query)
    else:
        answer = await exchange.true_answer()
    await exchange.send(_missed(answer) if _rows(answer) is None else answer)


async def empty_page(fault: Fault, exchange: Exchange) -> None:
    """No rows under the true total."""
    await _page(exchange, lambda rows: [])


async def lost(fault: Fault, exchange: Exchange) -> None:
    """Not found: 404 at and below its address."""
    answer = await exchange.true_answer()
    await exchange.send(_GONE.answer(answer.headers) if _is_below(fault, exchange.call.path) else answer)


async def rotten(fault: Fault, exchange: Exchange) -> None:
    """500 at and below its address."""
    answer = await exchange.true_answer()
    failure = Answer(500, b'{"message":"","url":""}', answer.headers)
    await exchange.send(failure if _is_below(fault, exchange.call.path) else answer)


def _is_below(fault: Fault, path: str) -> bool:
    """Whether the path is that of the repository or below it."""
    start = f"{ROOT}{API}/repos/{fault.owner}/{fault.repository}".lower()
    return f"{path.lower()}/".startswith(f"{start}/")


async def _page(exchange: Exchange, edit: Callable[[list[Any]], list[Any]]) -> None:
    """The true answer, edited where it is a page of a list."""
    answer = await exchange.true_answer()
    rows = _rows(answer)
    await exchange.send(_missed(answer) if rows is None else replace(answer, body=json.dumps(edit(rows)).encode()))


def _missed(answer: Answer) -> Answer:
    return replace(answer, headers={**answer.headers, MISSED: "a page of a list"})


def _rows(answer: Answer) -> list[Any] | None:
    """The rows in an answer; None where it is no page of a list."""
    value = json.loads(answer.body) if answer.status == 200 else None
    return value if isinstance(value, list) else None


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else default


STRIKES: Mapping[str, Strike] = {
    "early_end": early_end,
    "repeat_page": repeat_page,
    "self_next": self_next,
    "empty_page": empty_page,
    "lost": lost,
    "rotten": rotten,
}
