"""Faults of lists: pages that end early, come again or lead elsewhere.

GitHub's connections are spoiled where they are made (`github/quirks.py`), Bitbucket's pages here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emulator.exchange import MISSED, Answer, Exchange
from emulator.github import quirks
from emulator.model import GITHUB

if TYPE_CHECKING:
    from emulator.faults.fault import Fault


async def early_end(fault: Fault, exchange: Exchange) -> None:
    """No next page."""
    await _page(exchange, quirks.EARLY_END, lambda page: {key: page[key] for key in page if key != "next"})


async def self_next(fault: Fault, exchange: Exchange) -> None:
    """The next page is this one."""
    link = f"{exchange.call.origin}{exchange.call.url}"
    await _page(exchange, quirks.SELF_NEXT, lambda page: {**page, "next": link})


async def repeat_page(fault: Fault, exchange: Exchange) -> None:
    """The page before. At Bitbucket two calls are computed, and both count in its hour."""
    call = exchange.call
    number = dict(call.query).get("page", "1")
    if call.upstream == GITHUB or not number.isdecimal() or int(number) < 2:
        await _page(exchange, quirks.REPEAT_PAGE, lambda page: page)
        return
    query = tuple((name, value if name != "page" else str(int(number) - 1)) for name, value in call.query)
    before = _value(await exchange.true_answer(query=query)) or {}
    await _page(exchange, "", lambda page: {**page, "values": before.get("values", page["values"])})


async def empty_page(fault: Fault, exchange: Exchange) -> None:
    """No rows, and the true page behind them. GitHub's first pages are left alone, which have no cursor before them."""
    link = f"http://{exchange.call.host}{exchange.call.url}"
    moved = f"{link}{'&' if '?' in link else '?'}again=1"
    await _page(exchange, quirks.EMPTY_PAGE, lambda page: {**page, "values": [], "next": moved})


async def broken_next(fault: Fault, exchange: Exchange) -> None:
    """An ampersand for the question mark."""
    await _page(
        exchange, "", lambda page: {**page, "next": page["next"].replace("?", "&", 1)} if "next" in page else page
    )


async def foreign_next(fault: Fault, exchange: Exchange) -> None:
    """A link to somebody else."""
    await _page(exchange, "", lambda page: {**page, "next": fault.url})


async def foreign_href(fault: Fault, exchange: Exchange) -> None:
    """Links to somebody else in every repository."""

    def edited(page: dict[str, Any]) -> dict[str, Any]:
        for one in page["values"]:
            if "watchers" in one.get("links", {}):
                one["links"]["watchers"]["href"] = fault.url
        return page

    await _page(exchange, "", edited)


async def _page(exchange: Exchange, quirk: str, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """The true answer, spoiled by GitHub's quirk, or edited where it is a page of Bitbucket's."""
    if exchange.call.upstream == GITHUB:
        await exchange.send(await exchange.true_answer(quirk=quirk))
        return
    answer = await exchange.true_answer()
    page = _value(answer)
    if page is None:
        await exchange.send(replace(answer, headers={**answer.headers, MISSED: "a page with values"}))
    else:
        await exchange.send(replace(answer, body=json.dumps(edit(page)).encode()))


def _value(answer: Answer) -> dict[str, Any] | None:
    """The page in an answer; None where it holds none."""
    value = json.loads(answer.body) if answer.status == 200 else None
    return value if isinstance(value, dict) and isinstance(value.get("values"), list) else None
