"""GitHub's GraphQL endpoint for one account: its limits, and from the request to the answer."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass
from itertools import cycle
from random import Random
from typing import Any

from graphql import execute_sync

from emulator.exchange import Answer, Call
from emulator.github import refusals
from emulator.github.cost import Cost, price
from emulator.github.documents import Operation, check
from emulator.github.errors import Typed, as_json
from emulator.github.executor import PricedExecutor
from emulator.github.opaque import newer_id
from emulator.github.points import Points
from emulator.github.resolvers import Visit
from emulator.github.secondary import Secondary
from emulator.github.views import Views
from emulator.kind import Place
from emulator.ruby import Refused

Work = tuple[int, int]
"""Repositories of which an answer gives details, and single objects of them."""
NONE: Work = (0, 0)

DOCS = "https://docs.github.com/graphql"

# names and values as GitHub sends them; those that depend on the call are added in `_headers`
_HEADERS = {
    "Server": "github.com",
    "X-GitHub-Media-Type": "github.v4; format=json",
    "Access-Control-Expose-Headers": (
        "ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Used, "
        "X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, X-Accepted-OAuth-Scopes, X-Poll-Interval, "
        "X-GitHub-Media-Type, X-GitHub-SSO, X-GitHub-Request-Id, Deprecation, Sunset"
    ),
    "Access-Control-Allow-Origin": "*",
    "Strict-Transport-Security": "max-age=31536000; includeSubdomains; preload",
    "X-Frame-Options": "deny",
    "X-Content-Type-Options": "nosniff",
    "X-XSS-Protection": "0",
    "Referrer-Policy": "origin-when-cross-origin, strict-origin-when-cross-origin",
    "Content-Security-Policy": "default-src 'none'",
    "Vary": "Accept-Encoding, Accept, X-Requested-With",
}


@dataclass(frozen=True)
class Ground:
    """What the accounts of a server share."""

    place: Place
    views: Views
    random: Random
    version: str = ""
    """Of Enterprise Server; empty = github.com."""


class Account:
    """The answers that one user gets, whatever token is sent. Lives in the emulator's loop.

    Args:
        login: the user's name, which is the account's too; empty for nobody.
        points: the primary limit.
        secondary: the secondary limits.

    Measured at GitHub: a query with details of 100 repositories took 8 to 10 s, one of 5 took 0.4 s; one that takes
    longer than 10 s is ended.
    """

    def __init__(self, ground: Ground, login: str, points: Points, secondary: Secondary) -> None:
        self._place = ground.place
        self._views = ground.views
        self._random = ground.random
        self._version = ground.version
        self._login = login
        self._points = points
        self._secondary = secondary
        # the forms of each refusal come in turn
        self._used_up = cycle(refusals.PRIMARY)
        self._limited = cycle(refusals.SECONDARY)
        self._heavy = cycle((self._nginx, self._went_wrong))
        self._late = cycle((self._nginx, self._in_time, self._went_wrong, self._in_time))

    async def answer(self, call: Call) -> Answer:
        """The answer to a query, after the latency that its weight brings."""
        number = self._secondary.begin()
        if number is None:
            return self._too_much()
        try:
            return await self._timed(call)
        finally:
            self._secondary.end(number)

    def message(self, status: int, message: str, url: str = DOCS) -> Answer:
        """An answer of a status and words alone."""
        body = json.dumps({"message": message, "documentation_url": url}).encode()
        return Answer(status, body, self._headers())

    async def _timed(self, call: Call) -> Answer:
        answer, work, points = self._graphql(call)
        if answer.refused:
            return answer
        latency = self._place.latency()
        seconds = latency.seconds(self._random, *work)
        late = latency.timeout is not None and seconds > latency.timeout
        await asyncio.sleep(latency.timeout if late and latency.timeout is not None else seconds)
        if not late and not latency.too_heavy(work[0]):
            return answer
        # a query that timed out costs "additional points" (GitHub's documents), of a number not told; so: as many again
        self._spend(points, queries=0)
        return next(self._late if late else self._heavy)()

    def _spend(self, points: int, queries: int = 1) -> None:
        self._points.spend(points)
        self._place.spend(self._login, points, queries)

    def _headers(self) -> dict[str, str]:
        request_id = ":".join(secrets.token_hex(size).upper() for size in (2, 2, 3, 4, 4))
        told = {"X-GitHub-Enterprise-Version": f"enterprise-server@{self._version}.0"} if self._version else {}
        return {
            **_HEADERS,
            "X-Accepted-OAuth-Scopes": "repo",
            **(told or self._points.headers()),
            "X-GitHub-Request-Id": request_id,
        }

    def _graphql(self, call: Call) -> tuple[Answer, Work, int]:
        """The answer, its work, and the points that it cost."""
        try:
            request = json.loads(call.body)
        except ValueError:
            return self.message(400, "Problems parsing JSON"), NONE, 0
        if not isinstance(request, dict):
            return self.message(400, "Body should be a JSON object"), NONE, 0
        query, variables = request.get("query"), request.get("variables") or {}
        if not isinstance(query, str) or not query:
            return self._errors([{"message": "A query attribute must be specified and must be a string."}]), NONE, 0
        if not isinstance(variables, dict):
            return self._errors([{"message": "Variables must be a JSON object."}]), NONE, 0
        if self._points.remaining == 0 and not self._version:
            return Answer(200, _dumps(next(self._used_up)), self._headers(), refused=True), NONE, 0
        try:
            operation = check(query, self._version).operation(request.get("operationName"))
            cost = price(operation.shape, operation.variables(variables))
        except Refused as refused:
            return self._errors(refused.errors), NONE, 0
        except Typed as error:
            return self._errors([as_json(error)]), NONE, 0
        return self._execute(operation, variables, cost, call.quirk)

    def _execute(
        self, operation: Operation, variables: dict[str, Any], cost: Cost, quirk: str
    ) -> tuple[Answer, Work, int]:
        points = 0 if cost.dry_run else cost.points
        if not cost.dry_run:
            self._spend(points)
        limit = None if self._version else self._points.fields(cost.points, cost.nodes)
        visit = Visit(self._views, cost, self._login, limit, quirk)
        result = execute_sync(
            operation.schema,
            operation.document,
            {},
            visit,
            variables,
            operation.name,
            executor_class=PricedExecutor,
        )
        value: dict[str, Any] = {"data": result.data}
        if result.errors:
            value["errors"] = [as_json(error) for error in result.errors]
        if self._version and (asked := variables.get("ids")):
            value["extensions"] = {"warnings": [_old(asked)]}
        return Answer(200, _dumps(value), self._headers()), (visit.detailed, visit.objects), points

    def _errors(self, errors: list[dict[str, Any]]) -> Answer:
        """A request that did not run: status 200, no `data`."""
        return Answer(200, _dumps({"errors": errors}), self._headers())

    def _too_much(self) -> Answer:
        """The secondary limit, at once and without a point; the headers are those of the primary one, as at GitHub."""
        status, body, told = next(self._limited)
        headers = self._headers()
        if told:
            headers["Retry-After"] = str(self._secondary.retry_after())
        return Answer(status, _dumps(body), headers, refused=True)

    def _nginx(self) -> Answer:
        return Answer(502, refusals.NGINX_502, {"Server": "nginx"}, "text/html")

    def _went_wrong(self) -> Answer:
        headers = self._headers()
        words = refusals.WRONG_WORDS.format(headers["X-GitHub-Request-Id"])
        return Answer(502, _dumps({"data": None, "errors": [{"message": words}]}), headers)

    def _in_time(self) -> Answer:
        return self.message(504, refusals.TIMEOUT_WORDS)


def _old(ids: list[str]) -> dict[str, Any]:
    """As GitHub warns of ids in their old form (github.blog, "Global node ID deprecation warnings")."""
    warned, page = newer_id(ids[0]), "https://docs.github.com/graphql/guides/migrating-graphql-global-node-ids"
    return {
        "type": "DEPRECATION",
        "message": f"The id {ids[0]} is deprecated. Update your cache to use the next_global_id from the data payload.",
        "data": {"legacy_global_id": ids[0], "next_global_id": warned},
        "link": page,
    }


def _dumps(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
