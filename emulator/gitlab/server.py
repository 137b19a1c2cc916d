"""GitLab, from the HTTP request to the answer: credentials, REST and GraphQL."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, TypeVar

from emulator.exchange import Answer, Call
from emulator.gitlab import graphql, quirks
from emulator.gitlab.errors import Refusal, no_route, unauthorized
from emulator.gitlab.languages import Languages
from emulator.gitlab.limits import Limits
from emulator.gitlab.resolvers import Visit
from emulator.gitlab.rest import API, Rest
from emulator.gitlab.scene import Scene
from emulator.gitlab.versions import Version
from emulator.gitlab.views import INTERNAL, PRIVATE, PUBLIC, Views
from emulator.kind import Place

ROOT = "/gitlab"

Met = TypeVar("Met", bound=Scene)


@dataclass(frozen=True)
class Options:
    """Points in which GitLabs differ.

    Attributes:
        version: the version of the server.
        languages_known: whether the languages of all projects were looked for already.
        signed_in_only: whether nothing is public without a token.
    """

    version: Version
    languages_known: bool = True
    signed_in_only: bool = False


def authorization(headers: Mapping[str, str]) -> str | None:
    """The token of a call, in whichever header it is, as `Authorization` has it."""
    token = headers.get("PRIVATE-TOKEN")
    return headers.get("Authorization") if token is None else f"Bearer {token}"


class GitLabServer:
    """Everything under `/gitlab`. Lives in the emulator's loop."""

    def __init__(self, place: Place, options: Options, limits: Limits) -> None:
        self._place = place
        self._options = options
        self._limits = limits
        self._views = Views(place.owners)
        self._languages = Languages(options.languages_known)
        self._random = Random(4)  # noqa: S311 - jitter

    async def answer(self, call: Call) -> Answer:
        """The answer to a call, after the latency."""
        header = authorization(call.headers)
        login = self._place.accounts.taken(header)
        below = call.path.removeprefix(f"{ROOT}{API}/")
        limits, refusal = self._limits.count(call.address, login.account if login else "", below)
        if refusal is None:
            member = None if header is not None and login is None else login is not None
            answer = self._graphql(call, member) if call.path == f"{ROOT}{graphql.PATH}" else self._rest(call, member)
            answer = replace(answer, headers={**answer.headers, **limits})
        await asyncio.sleep(self._place.latency().seconds(self._random))
        return refusal or answer

    def _scene(self, call: Call, member: bool, sort: type[Met]) -> Met:
        sees = frozenset((PUBLIC, INTERNAL, PRIVATE)) if member else frozenset((PUBLIC,))
        if self._options.signed_in_only and not member:
            sees = frozenset()
        lost = call.quirk.removeprefix(quirks.LOST) if call.quirk.startswith(quirks.LOST) else ""
        version, url = self._options.version, f"{call.origin}{ROOT}"
        return sort(self._views, self._languages, version, url, member, sees, call.quirk, lost)

    def _rest(self, call: Call, member: bool | None) -> Answer:
        """The answer of REST; `member` is None for a token that is not taken."""
        try:
            if member is None:
                raise unauthorized()
            if not call.path.startswith(f"{ROOT}{API}/"):
                raise no_route()
            reply = Rest(call, ROOT, self._scene(call, member, Scene)).reply()
            return _json(200, reply.value, reply.headers)
        except Refusal as refusal:
            return _json(refusal.status, refusal.value, refusal.headers)

    def _graphql(self, call: Call, member: bool | None) -> Answer:
        if member is None:
            return _json(401, {"errors": [{"message": "Invalid token"}]})
        if call.method != "POST":
            return _json(404, {"error": "404 Not Found"})
        value = graphql.answer(call.body, self._scene(call, member, Visit))
        if "data" in value:
            self._place.spend(call.account, 0, 1)
        return _json(200, value)


def _json(status: int, value: Any, more: Mapping[str, str] | None = None) -> Answer:
    headers = {
        "Cache-Control": "max-age=0, private, must-revalidate",
        "Vary": "Origin, Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "X-Request-Id": secrets.token_hex(16),
        **(more or {}),
    }
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status, body, headers, "application/json")
