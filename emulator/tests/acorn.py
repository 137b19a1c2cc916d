"""A kind of forge that lives in the tests alone, to show that one can be added without a line changed elsewhere.

    world = World(kinds=(*KINDS, ACORN))
    world.add(Owner("acorn", "oak", "Grove", (Repository("leaf", stars=3),)))
    with Emulator(world, acorn={"page_size": 2}) as emulator:
        requests.get(f"{emulator['acorn'].url}/owners/oak/repositories?page=1")

Its one resource, `GET /api/owners/NAME/repositories?page=N`, answers with the public repositories by creation:
`{"owner": "oak", "total": 3, "repositories": [{"id", "name", "fork", "archived", "stars", "watchers", "languages"}],
"next": 2}`; `next` is the number of the next page, null on the last one; `languages` are names in the forge's order,
without bytes.
Acorn has no topics and tells neither licences nor pushes; a grove's list has the repositories of others too in which it
collaborates. Owners such as `grove-30` are generated. Errors are `{"error": TEXT}`: 401 for a wrong token (calls
without a token are taken), 404 for an unknown owner or path, 405, 422 for a page that is none, 429 with Retry-After.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Self

from emulator.accounts import Login
from emulator.exchange import Answer, Call, Exchange
from emulator.faults.fault import Fault
from emulator.faults.presets import Preset
from emulator.faults.table import FaultKind
from emulator.kind import Answering, Kind, Place
from emulator.model import Owner, Repository
from emulator.traits import Traits

NAME = "acorn"
ROOT = "/api"

_LIST = re.compile(rf"{ROOT}/owners/([\w.-]+)/repositories")


def _row(owner: Owner, one: Repository) -> dict[str, Any]:
    return {
        "id": ":".join(map(str, one.identity(owner.login))),
        "name": one.name,
        "fork": one.is_fork,
        "archived": one.is_archived,
        "stars": one.stars,
        "watchers": one.watchers,
        "languages": [name for name, _ in one.languages],
    }


class AcornServer:
    """The one resource."""

    def __init__(self, place: Place, kind: Acorn) -> None:
        self._place = place
        self._kind = kind
        self._random = Random(4)  # noqa: S311 - jitter
        self._calls = 0
        self._end = 0.0

    async def answer(self, call: Call) -> Answer:
        """The answer after the latency; a call over the limit is refused at once."""
        left = self._refused_for()
        if left is not None:
            return self._error(429, "too many calls", {"Retry-After": str(left)}, refused=True)
        await asyncio.sleep(self._place.latency().seconds(self._random))  # as the forge that it stands for takes
        return self._answer(call)

    def _refused_for(self) -> int | None:
        """Seconds until a call is taken, None where this one is: a window of an hour begins with its first call."""
        now = self._place.now()
        if now >= self._end:
            self._calls, self._end = 0, now + self._place.hour
        limit = self._kind.calls_per_hour
        if limit is not None and self._calls >= limit:
            return math.ceil(self._end - now)
        self._calls += 1
        return None

    def _answer(self, call: Call) -> Answer:
        given = call.headers.get("Authorization")
        if given is not None and not self._place.accounts.taken(given):
            return self._error(401, "wrong token")
        match = _LIST.fullmatch(call.path)
        owner = self._place.owners.owner(NAME, match[1]) if match else None
        if owner is None:
            return self._error(404, "no such owner" if match else "no such resource")
        if call.method not in ("GET", "HEAD"):
            return self._error(405, "use GET")
        page = dict(call.query).get("page", "1")
        if not re.fullmatch("[1-9][0-9]{0,5}", page):
            return self._error(422, "page is no number from 1")
        return Answer(200, json.dumps(self._page(owner, int(page))).encode())

    def _page(self, owner: Owner, number: int) -> dict[str, Any]:
        public = sorted(self._listed(owner), key=lambda each: (each[1].created_at, each[1].id))
        end = number * self._kind.page_size
        return {
            "owner": owner.login,
            "total": len(public),
            "repositories": [_row(*each) for each in public[end - self._kind.page_size : end]],
            "next": number + 1 if end < len(public) else None,
        }

    def _listed(self, owner: Owner) -> Iterator[tuple[Owner, Repository]]:
        """The public repositories of a grove, and those of others in which it collaborates."""
        for whose, name in ((owner.login, None), *owner.collaborations):
            other = self._place.owners.owner(NAME, whose)
            for one in other.repositories if other else ():
                if other and not one.is_private and name in (None, one.name):
                    yield other, one

    def _error(
        self, status: int, words: str, headers: Mapping[str, str] | None = None, refused: bool = False
    ) -> Answer:
        return Answer(status, json.dumps({"error": words}).encode(), headers or {}, refused=refused)


async def early_end(fault: Fault, exchange: Exchange) -> None:
    """No next page."""
    answer = await exchange.true_answer()
    value = {**json.loads(answer.body), "next": None}
    await exchange.send(replace(answer, body=json.dumps(value).encode()))


async def mast(fault: Fault, exchange: Exchange) -> None:
    """Every repository twice."""
    answer = await exchange.true_answer()
    value = json.loads(answer.body)
    twice = [one for one in value["repositories"] for _ in range(2)]
    await exchange.send(replace(answer, body=json.dumps({**value, "repositories": twice}).encode()))


@dataclass(frozen=True)
class Acorn(Kind):
    """The kind.

    Attributes:
        token: the token that is taken as Bearer.
        page_size: repositories on a page.
        calls_per_hour: calls in a window of an hour, of all callers; None = no limit.
    """

    traits = Traits(
        NAME, ("Grove",), {"grove": "Grove"}, bytes=False, topics=False, licenses=False, pushes=False, shared=True
    )
    root = f"{ROOT}/"
    address = ROOT
    shares = {"pages": re.compile(rf"{ROOT}/owners/[^/]+/repositories")}  # noqa: RUF012 - see Kind
    strikes = {"early_end": early_end, "mast": mast}  # noqa: RUF012 - see Kind
    faults = {"mast": FaultKind(mast, "Acorn's lists have every repository twice")}  # noqa: RUF012 - see Kind
    presets = {  # noqa: RUF012 - see Kind
        "acorn_429": Preset(
            Fault(
                "status", f"{ROOT}/*", status=429, headers={"Retry-After": "60"}, body=b'{"error": "too many calls"}'
            ),
            "Acorn's limit: 429 with retry-after 60",
        )
    }
    arguments = {"token": "the token that Acorn takes"}  # noqa: RUF012 - see Kind

    token: str = field(default="acorn-token", repr=False)
    page_size: int = 20
    calls_per_hour: int | None = 600

    def answering(self, place: Place) -> Answering:
        """A new server."""
        return AcornServer(place, self).answer

    def unlimited(self) -> Self:
        """Without the hourly limit."""
        return replace(self, calls_per_hour=None)

    def secrets(self) -> Mapping[str, str]:
        """The `token`."""
        return {"token": self.token}

    def logins(self) -> Sequence[Login]:
        """The one token."""
        return [Login("acorn", self.token)]

    def introduction(self, url: str) -> str:
        """Address and token."""
        return f"Acorn: {url}  (anonymous, or Bearer {self.token})"


ACORN = Acorn()
