"""The ways in which faults of lists and of single projects strike GitLab, and the fault that it alone has."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from emulator.exchange import MISSED, Answer, Exchange
from emulator.faults.fault import Fault
from emulator.faults.table import FaultKind, Strike, unchanged
from emulator.gitlab import graphql, quirks
from emulator.gitlab.quirks import Fields
from emulator.gitlab.rest import API
from emulator.gitlab.server import ROOT
from emulator.gitlab.traits import GITLAB
from emulator.gitlab.views import project_number

_NEXT = re.compile(r'<([^>]*)>; rel="next"(, )?')
_TOTALS = ("X-Total", "X-Total-Pages")
# what a query may tell of a rotten project
_LISTED = {"id", "name", "fullPath", "path", "nameWithNamespace"}


def _asks_graphql(exchange: Exchange) -> bool:
    return exchange.call.path == f"{ROOT}{graphql.PATH}"


async def early_end(fault: Fault, exchange: Exchange) -> None:
    """No next page."""
    await _paged(exchange, quirks.EARLY_END, lambda answer: _with_next(answer, "", ""))


async def self_next(fault: Fault, exchange: Exchange) -> None:
    """The next page is this one."""
    link = f"{exchange.call.origin}{exchange.call.url}"
    await _paged(exchange, quirks.SELF_NEXT, lambda answer: _with_next(answer, answer.headers["X-Page"], link))


async def repeat_page(fault: Fault, exchange: Exchange) -> None:
    """The page before, under the headers of this one; the first page stays. In GraphQL the first page."""
    number = dict(exchange.call.query).get("page", "1")
    if _asks_graphql(exchange) or not number.isdecimal() or int(number) < 2:
        await _paged(exchange, quirks.REPEAT_PAGE, lambda answer: answer)
        return
    query = tuple((name, value if name != "page" else str(int(number) - 1)) for name, value in exchange.call.query)
    before = await exchange.true_answer(query=query)
    await _paged(exchange, "", lambda answer: replace(answer, body=before.body))


async def empty_page(fault: Fault, exchange: Exchange) -> None:
    """No rows, and the true page behind them."""
    url = f"{exchange.call.origin}{exchange.call.url}"
    link = f"{url}{'&' if '?' in url else '?'}again=1"

    def edited(answer: Answer) -> Answer:
        return replace(_with_next(answer, answer.headers["X-Page"], link), body=b"[]")

    await _paged(exchange, quirks.EMPTY_PAGE, edited)


async def foreign_next(fault: Fault, exchange: Exchange) -> None:
    """A link to a foreign address, on the last page too."""
    await _paged(exchange, "", lambda answer: _with_next(answer, answer.headers["X-Next-Page"], fault.url))


async def no_total(fault: Fault, exchange: Exchange) -> None:
    """No totals."""

    def edited(answer: Answer) -> Answer:
        return replace(answer, headers={name: value for name, value in answer.headers.items() if name not in _TOTALS})

    await _paged(exchange, "", edited)


async def lost(fault: Fault, exchange: Exchange) -> None:
    """Not found: 404 by its id and its path, null in GraphQL."""
    path, _ = _struck(fault, exchange)
    await exchange.send(await exchange.true_answer(quirk=f"{quirks.LOST}{path}"))


async def rotten(fault: Fault, exchange: Exchange) -> None:
    """500 at and below its address, and for a query that tells more of it."""
    answer = await exchange.true_answer()
    path, number = _struck(fault, exchange)
    if _asks_graphql(exchange):
        told = {path, f"gid://gitlab/project/{number}"}
        bad = any(one.keys() - _LISTED for one in _objects(json.loads(answer.body)) if told & set(_names(one)))
        body = b'{"errors":[{"message":"Internal server error"}]}'
    else:
        asked = unquote(exchange.call.path.removeprefix(f"{ROOT}{API}/projects/").partition("/")[0]).lower()
        bad, body = asked in (path, number), b'{"message":"500 Internal Server Error"}'
    await exchange.send(Answer(500, body, answer.headers, "application/json") if bad else answer)


def _struck(fault: Fault, exchange: Exchange) -> tuple[str, str]:
    """The full path in lower case and the id of the project that a fault names, by its name or its path."""
    owner = exchange.owners.owner(GITLAB, fault.owner)
    wanted = fault.repository.lower()
    for one in owner.repositories if owner else ():
        if owner and wanted in (one.name.lower(), one.path.lower()):
            return f"{owner.login}/{one.path}".lower(), str(project_number(owner, one))
    return f"{fault.owner}/{wanted}".lower(), ""


def _names(value: Fields) -> Iterator[str]:
    return (str(value[name]).lower() for name in ("id", "fullPath") if name in value)


def _objects(value: Any) -> Iterator[Fields]:
    """All objects in a JSON value."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(child)


async def _paged(exchange: Exchange, quirk: str, edit: Callable[[Answer], Answer]) -> None:
    """The true answer: of GraphQL made with the mistake, of REST edited where it is a page of a list."""
    answer = await exchange.true_answer(quirk=quirk)
    if _asks_graphql(exchange):
        await exchange.send(answer)
    elif "X-Page" in answer.headers:
        await exchange.send(edit(answer))
    else:
        await exchange.send(replace(answer, headers={**answer.headers, MISSED: "a page of a list"}))


def _with_next(answer: Answer, number: str, link: str) -> Answer:
    """The answer with another next page; without one where both are empty."""
    others = _NEXT.sub("", answer.headers["Link"]).removesuffix(", ")
    told = f'<{link}>; rel="next", {others}' if link else others
    return replace(answer, headers={**answer.headers, "Link": told, "X-Next-Page": number})


STRIKES: Mapping[str, Strike] = {
    "early_end": early_end,
    "repeat_page": repeat_page,
    "self_next": self_next,
    "empty_page": empty_page,
    "foreign_next": foreign_next,
    "no_total": no_total,
    "lost": lost,
    "rotten": rotten,
}

FAULTS: Mapping[str, FaultKind] = {
    "no_total": FaultKind(unchanged, "GitLab's lists tell no total, as those of more than 10,000 rows"),
}
