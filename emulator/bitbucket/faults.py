"""The ways in which faults of lists and of single repositories strike Bitbucket, and the faults that it alone has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from emulator.bitbucket.errors import no_repository
from emulator.bitbucket.server import ROOT
from emulator.exchange import MISSED, Answer, Exchange
from emulator.faults.fault import Fault
from emulator.faults.table import FaultKind, Strike, unchanged

Page = dict[str, Any]


async def early_end(fault: Fault, exchange: Exchange) -> None:
    """No next page."""
    await _page(exchange, lambda page: {key: page[key] for key in page if key != "next"})


async def self_next(fault: Fault, exchange: Exchange) -> None:
    """The next page is this one."""
    link = f"{exchange.call.origin}{exchange.call.url}"
    await _page(exchange, lambda page: {**page, "next": link})


async def repeat_page(fault: Fault, exchange: Exchange) -> None:
    """The page before; the first page stays. Two calls are computed, and both count in the hour."""
    call = exchange.call
    number = dict(call.query).get("page", "1")
    if not number.isdecimal() or int(number) < 2:
        await _page(exchange, lambda page: page)
        return
    query = tuple((name, value if name != "page" else str(int(number) - 1)) for name, value in call.query)
    before = _value(await exchange.true_answer(query=query)) or {}
    await _page(exchange, lambda page: {**page, "values": before.get("values", page["values"])})


async def empty_page(fault: Fault, exchange: Exchange) -> None:
    """No rows, and the true page behind them."""
    link = f"http://{exchange.call.host}{exchange.call.url}"
    moved = f"{link}{'&' if '?' in link else '?'}again=1"
    await _page(exchange, lambda page: {**page, "values": [], "next": moved})


async def broken_next(fault: Fault, exchange: Exchange) -> None:
    """An ampersand for the question mark."""
    await _page(exchange, lambda page: {**page, "next": page["next"].replace("?", "&", 1)} if "next" in page else page)


async def foreign_next(fault: Fault, exchange: Exchange) -> None:
    """A link to a foreign address."""
    await _page(exchange, lambda page: {**page, "next": fault.url})


async def foreign_href(fault: Fault, exchange: Exchange) -> None:
    """Links to a foreign address in every repository."""

    def edited(page: Page) -> Page:
        for one in page["values"]:
            if "watchers" in one.get("links", {}):
                one["links"]["watchers"]["href"] = fault.url
        return page

    await _page(exchange, edited)


async def lost(fault: Fault, exchange: Exchange) -> None:
    """Not found: 404 at and below its address."""
    answer = await exchange.true_answer()
    refusal = no_repository()
    gone = _is_below(fault, exchange.call.path)
    await exchange.send(Answer(refusal.status, refusal.body(), answer.headers) if gone else answer)


async def rotten(fault: Fault, exchange: Exchange) -> None:
    """500 at and below its address."""
    answer = await exchange.true_answer()
    failure = Answer(500, b"<html>Something went wrong</html>", answer.headers, "text/html")
    await exchange.send(failure if _is_below(fault, exchange.call.path) else answer)


def _is_below(fault: Fault, path: str) -> bool:
    """Whether the path is that of the repository or below it."""
    start = f"{ROOT}/repositories/{fault.owner}/{fault.repository}".lower()
    return f"{path.lower()}/".startswith(f"{start}/")


async def _page(exchange: Exchange, edit: Callable[[Page], Page]) -> None:
    """The true answer, edited where it is a page of a list."""
    answer = await exchange.true_answer()
    page = _value(answer)
    if page is None:
        await exchange.send(replace(answer, headers={**answer.headers, MISSED: "a page with values"}))
    else:
        await exchange.send(replace(answer, body=json.dumps(edit(page)).encode()))


def _value(answer: Answer) -> Page | None:
    """The page in an answer; None where it holds none."""
    value = json.loads(answer.body) if answer.status == 200 else None
    return value if isinstance(value, dict) and isinstance(value.get("values"), list) else None


STRIKES: Mapping[str, Strike] = {
    "early_end": early_end,
    "repeat_page": repeat_page,
    "self_next": self_next,
    "empty_page": empty_page,
    "broken_next": broken_next,
    "foreign_next": foreign_next,
    "foreign_href": foreign_href,
    "lost": lost,
    "rotten": rotten,
}

FAULTS: Mapping[str, FaultKind] = {
    "broken_next": FaultKind(unchanged, "Bitbucket's lists have an & in `next` where the ? belongs"),
    "foreign_next": FaultKind(unchanged, "Bitbucket's lists have `url` as `next`, on the last page too", ("url",)),
    "foreign_href": FaultKind(unchanged, "Bitbucket's lists have `url` as links.watchers.href", ("url",)),
}
