"""GitHub's GraphQL endpoint: the account of a request, and what is refused before any account is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random

from emulator.exchange import Answer, Call
from emulator.github.account import DOCS, Account, Ground
from emulator.github.points import Points
from emulator.github.secondary import Bounds, Secondary
from emulator.github.views import Views
from emulator.kind import Place

PATH = "/graphql"


class GitHubServer:
    """`POST /graphql`. Lives in the emulator's loop.

    Args:
        points: the points in an hour of each user, by login; their tokens may see private repositories of every owner.
        bounds: the secondary limits of each user.
        version: of Enterprise Server, which counts no points; empty = github.com.
    """

    def __init__(self, place: Place, points: Mapping[str, int], bounds: Bounds, version: str = "") -> None:
        self._place = place
        self._ground = Ground(place, Views(place.owners, bool(version)), Random(2), version)  # noqa: S311 - jitter
        self._accounts = {login: self._account(login, number, bounds) for login, number in points.items()}
        # recorded: without a known account there is no limit, and nothing remains of it
        self._nobody = self._account("", 0, bounds)

    def _account(self, login: str, points: int, bounds: Bounds) -> Account:
        return Account(self._ground, login, Points(points, self._place.hour), Secondary(bounds, self._place.now))

    async def answer(self, call: Call) -> Answer:
        """The answer to a call, by the account of its token."""
        login = self._place.accounts.taken(call.headers.get("Authorization"))
        account = self._accounts[login.account] if login else None
        refusal = self._refusal(call, account)
        if account is None or refusal:
            await asyncio.sleep(self._place.latency().seconds(self._ground.random))
            return refusal or self._stranger("Bad credentials")
        return await account.answer(call)

    def _refusal(self, call: Call, account: Account | None) -> Answer | None:
        """The answer to a request without the right credentials, method or path; None for all others."""
        if not call.headers.get("User-Agent"):
            words = "Missing or invalid User Agent string. See http://developer.github.com/v3/#user-agent-required"
            return Answer(403, json.dumps({"message": words}).encode(), content_type="application/octet-stream")
        if not call.headers.get("Authorization", "").partition(" ")[2]:
            guide = f"{DOCS}/guides/forming-calls#authenticating-with-graphql"
            return self._stranger("This endpoint requires you to be authenticated.", guide)
        if account and (call.method != "POST" or call.path != PATH):
            return account.message(404, "Not Found")
        return None

    def _stranger(self, words: str, url: str = DOCS) -> Answer:
        answer = self._nobody.message(401, words, url)
        headers = {name: value for name, value in answer.headers.items() if name != "X-Accepted-OAuth-Scopes"}
        return replace(answer, headers=headers)
