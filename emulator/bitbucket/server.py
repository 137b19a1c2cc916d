"""Bitbucket's REST API 2.0, from the HTTP request to the answer: credentials, resources and the hourly limit."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple
from urllib.parse import unquote

from emulator.accounts import ANONYMOUS
from emulator.bitbucket import partial, shapes
from emulator.bitbucket.credentials import ACCESS_TOKEN, API_TOKEN
from emulator.bitbucket.errors import Refusal, no_repository, no_resource, no_workspace, removed
from emulator.bitbucket.lists import Page
from emulator.bitbucket.views import Views, WorkspaceView
from emulator.exchange import Answer, Call
from emulator.kind import Place
from emulator.model import Repository

ROOT = "/2.0"

USED_UP = b"Rate limit for this resource has been exceeded"

# https://support.atlassian.com/bitbucket-cloud/docs/api-request-limits/: `/2.0/repositories/*`, in a rolling hour; the
# 10,000 that access tokens may have are for paid workspaces of more than 100 seats
FORGE = {ANONYMOUS: 60, API_TOKEN: 1000, ACCESS_TOKEN: 1000}

_HEADERS = {
    "Server": "envoy",
    "Vary": "Authorization, Origin, Accept-Encoding",
    "Cache-Control": "private",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Accepted-Oauth-Scopes": "repository",
    "X-Dc-Location": "Micros",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Usage-Input-Ops": "0",
    "X-Usage-Output-Ops": "0",
    "X-Version": "e379ea7f1d4a",
}

# removed by CHANGE-2770: they reached across workspaces
_REMOVED = {
    ("repositories",),
    ("workspaces",),
    ("user", "permissions", "repositories"),
    ("user", "permissions", "workspaces"),
}


@dataclass(frozen=True)
class Options:
    """Points in which Bitbucket differs, or may differ, from its documents; and its limit.

    Attributes:
        size: whether lists of repositories tell the optional `size`; watchers always do, it is their number.
        watchers_pagelen_zero: whether the watchers resource takes `pagelen=0`.
        calls_per_hour: calls in any hour, then 429, by sort of caller: of each address ("anonymous"), of each user name
            ("apitoken"), of each "accesstoken"; a sort that is not named has no limit. Calls that are refused do not
            count.
        hour: seconds of that hour.
    """

    size: bool = True
    watchers_pagelen_zero: bool = True
    calls_per_hour: Mapping[str, int] = field(default_factory=lambda: FORGE)
    hour: float = 3600.0


class Caller(NamedTuple):
    """Who calls: the sort of credential, the account with its own calls, and the one workspace that it may reach."""

    kind: str
    account: str
    reach: str = ""


class BitbucketServer:
    """Everything under `/2.0`. Lives in the emulator's loop.

    Args:
        reach: the one workspace that each access token reaches; empty = every one.
    """

    def __init__(self, place: Place, reach: Mapping[str, str], options: Options) -> None:
        self._place = place
        self._views = Views(place.owners)
        self._reach = reach
        self._options = options
        self._random = Random(3)  # noqa: S311 - jitter
        self._calls: dict[str, deque[float]] = {}
        self._count = 0

    async def answer(self, call: Call) -> Answer:
        """The answer to a call, after the latency."""
        answer = self._answer(call)
        await asyncio.sleep(self._place.latency().seconds(self._random))
        return answer

    def _answer(self, call: Call) -> Answer:
        started = time.perf_counter()
        caller = Caller(ANONYMOUS, "")
        try:
            caller = self._caller(call)
            if self._used_up(caller):
                return Answer(
                    429,
                    USED_UP,
                    {**self._headers(caller, started), "Cache-Control": "no-cache, no-store"},
                    "text/plain",
                    refused=True,
                )
            value = self._resource(call, caller)
            fields = dict(call.query).get("fields")
            value = value if fields is None else partial.select(value, fields)
            return Answer(200, json.dumps(value).encode(), self._headers(caller, started))
        except Refusal as refusal:
            return Answer(refusal.status, refusal.body(), self._headers(caller, started))

    def _caller(self, call: Call) -> Caller:
        """The caller of a call.

        Raises:
            Refusal: 401, credentials that are not taken. App passwords are among them, since 2026-07-28.
        """
        header = call.headers.get("Authorization")
        if header is None:
            return Caller(ANONYMOUS, f"{ANONYMOUS} {call.address}")
        login = self._place.accounts.taken(header)
        if login is None:
            raise Refusal(401, "Token is invalid, expired, or not supported for this endpoint.")
        if login.username:
            return Caller(API_TOKEN, login.account)
        return Caller(ACCESS_TOKEN, login.account, self._reach[login.token])

    def _used_up(self, caller: Caller) -> bool:
        """Whether the caller's calls of the last hour are used up; this call is one of them if not."""
        limit = self._options.calls_per_hour.get(caller.kind)
        if limit is None:
            return False
        now, calls = self._place.now(), self._calls.setdefault(caller.account, deque())
        while calls and calls[0] <= now - self._options.hour:
            calls.popleft()
        if len(calls) >= limit:
            return True
        calls.append(now)
        return False

    def _headers(self, caller: Caller, started: float) -> dict[str, str]:
        self._count += 1
        headers = {
            **_HEADERS,
            "X-Request-Count": str(self._count),
            "X-Render-Time": f"{time.perf_counter() - started:.12f}",
        }
        if caller.kind != ANONYMOUS:
            headers["X-Credential-Type"] = caller.kind
        limit = self._options.calls_per_hour.get(caller.kind)
        # seen with access tokens only, neither with API tokens nor with OAuth (2026-04); no "remaining", no "reset"
        if caller.kind == ACCESS_TOKEN and limit is not None:
            near = len(self._calls.get(caller.account, ())) >= limit * 0.8
            headers["X-RateLimit-Limit"] = str(limit)
            headers["X-RateLimit-Resource"] = "api"
            headers["X-RateLimit-NearLimit"] = str(near).lower()
        return headers

    def _resource(self, call: Call, caller: Caller) -> Any:
        if call.method not in ("GET", "HEAD"):
            raise Refusal(405, "Method not allowed")
        parts = tuple(unquote(part) for part in call.path.removeprefix(ROOT).strip("/").split("/"))
        if parts in _REMOVED:
            raise removed()
        if len(parts) < 2 or parts[0] not in ("repositories", "workspaces"):
            raise no_resource()
        if len(parts) > (2 if parts[0] == "workspaces" else 4) or (len(parts) == 4 and parts[3] != "watchers"):
            raise no_resource()
        view = self._workspace(parts[1], call, caller)
        if parts[0] == "workspaces":
            return shapes.workspace(view.owner, view.base)
        if len(parts) == 2:
            return self._list(view, call, caller)
        one = view.find(parts[2])
        if one is None or (one.is_private and caller.kind == ANONYMOUS):
            raise no_repository()
        if len(parts) == 4:
            return self._watchers(view, one, call)
        # asked for alone, a repository that is no fork says so; in lists the key is missing (both recorded)
        return {**view.shape(one), "parent": view.shape(one).get("parent")}

    def _workspace(self, name: str, call: Call, caller: Caller) -> WorkspaceView:
        view = self._views.workspace(name, f"{call.origin}{ROOT}")
        if view is None:
            raise no_workspace(name)
        if view.owner.spam:
            raise Refusal(410, f"Workspace '{name}' has been marked as spam.")
        if caller.reach and caller.reach.lower() != view.owner.login.lower():
            raise Refusal(403, "Your credentials lack one or more required privilege scopes.")
        return view

    def _list(self, view: WorkspaceView, call: Call, caller: Caller) -> Any:
        query = dict(call.query)
        page = Page.of(query)
        found = view.select(query, caller.kind != ANONYMOUS)
        url = f"{view.base}/repositories/{view.owner.login}"
        return page.show(found, view.shape, url, call.query, self._options.size)

    def _watchers(self, view: WorkspaceView, one: Repository, call: Call) -> Any:
        page = Page.of(dict(call.query), zero=self._options.watchers_pagelen_zero)
        url = f"{view.base}/repositories/{view.owner.login}/{one.name.lower()}/watchers"
        return page.show(
            range(one.watchers),
            lambda number: shapes.watcher(view.owner, one, number, view.base),
            url,
            call.query,
        )
