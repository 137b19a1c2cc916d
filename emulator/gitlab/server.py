"""GitLab, from the HTTP request to the answer: credentials, REST and GraphQL."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass
from random import Random
from typing import Any

from emulator.accounts import Login
from emulator.exchange import Answer, Call
from emulator.gitlab import graphql
from emulator.gitlab.errors import Refusal, no_route, unauthorized
from emulator.gitlab.languages import Languages
from emulator.gitlab.resolvers import Visit
from emulator.gitlab.rest import API, Rest
from emulator.gitlab.versions import Version
from emulator.gitlab.views import Views
from emulator.kind import Place

ROOT = "/gitlab"


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


class GitLabServer:
    """Everything under `/gitlab`. Lives in the emulator's loop."""

    def __init__(self, place: Place, options: Options) -> None:
        self._place = place
        self._options = options
        self._views = Views(place.owners)
        self._languages = Languages(options.languages_known)
        self._random = Random(4)  # noqa: S311 - jitter

    async def answer(self, call: Call) -> Answer:
        """The answer to a call, after the latency."""
        answer = self._answer(call)
        await asyncio.sleep(self._place.latency().seconds(self._random))
        return answer

    def _answer(self, call: Call) -> Answer:
        token = call.headers.get("PRIVATE-TOKEN")
        header = call.headers.get("Authorization") if token is None else f"Bearer {token}"
        login = self._place.accounts.taken(header)
        stranger = header is not None and login is None
        if call.path == f"{ROOT}{graphql.PATH}":
            return self._graphql(call, login, stranger)
        try:
            if stranger:
                raise unauthorized()
            if not call.path.startswith(f"{ROOT}{API}/"):
                raise no_route()
            reply = Rest(call, ROOT, self._views, self._languages, self._options.version, login is not None).reply()
            return self._json(200, reply.value, reply.headers)
        except Refusal as refusal:
            return self._json(refusal.status, refusal.value, refusal.headers)

    def _graphql(self, call: Call, login: Login | None, stranger: bool) -> Answer:
        if stranger:
            return self._json(401, {"errors": [{"message": "Invalid token"}]})
        if call.method != "POST":
            return self._json(404, {"error": "404 Not Found"})
        site = f"{call.origin}{ROOT}"
        visit = Visit(self._views, self._languages, self._options.version, site, login is not None)
        value = graphql.answer(call.body, visit)
        if "data" in value:
            self._place.spend(call.account, 0, 1)
        return self._json(200, value)

    def _json(self, status: int, value: Any, more: dict[str, str] | None = None) -> Answer:
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
