"""The emulator's own resources under `/_emulator/`, for tools in another process. Not counted, not struck by faults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from aiohttp import web

from emulator.accounts import Accounts
from emulator.faults.active import Faults
from emulator.meter import Counts, Meter
from emulator.world import Choice, World

PREFIX = "/_emulator/"


class Control:
    """Meter, faults, accounts, oracle and list of owners over HTTP.

    GET meter → the counts; DELETE meter → count from zero.
    GET faults → those switched on, and the kinds and presets there are; POST faults → switch one on (`kind` or
    `preset`, and attributes of `Fault`); DELETE faults → all off.
    GET accounts → by forge and account its counts and its credentials, and whether each is revoked; POST accounts →
    revoke one, or give it back (`forge`, `token`, `revoked`).
    GET sum?FORGE=NAME&FORGE=NAME → the straight sum; GET rows with the same → the repositories themselves; `forks`,
    `archived` and `pushed_since` choose among them, see `Choice`. GET owners → all owners held, and the keys that were
    filled in.
    """

    def __init__(self, world: World, meter: Meter, faults: Faults, accounts: Mapping[str, Accounts]) -> None:
        self._world = world
        self._meter = meter
        self._faults = faults
        self._accounts = accounts

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """The answer, always JSON: 200, 400 with `error` for a bad fault, 404 for every other resource or method."""
        body = await request.text()
        try:
            value = self._value(request.method, request.path.removeprefix(PREFIX), request, body)
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        if value is None:
            return web.json_response({"error": f"no {request.method} {request.path}"}, status=404)
        return web.json_response(value)

    def _value(self, method: str, name: str, request: web.BaseRequest, body: str) -> Any:
        if name == "meter" and method == "DELETE":
            self._meter.reset()
        if name == "meter" and method in ("GET", "DELETE"):
            return {name: _counts(counts) for name, counts in self._meter.snapshot().items()}
        if name == "faults" and method in ("GET", "POST", "DELETE"):
            return self._change_faults(method, body)
        if name == "accounts" and method in ("GET", "POST"):
            return self._change_accounts(method, body)
        if name == "sum" and method == "GET":
            return self._world.sum(*_asked(request))
        if name == "rows" and method == "GET":
            return {"rows": self._world.rows(*_asked(request))}
        if name == "owners" and method == "GET":
            return {"owners": [_owner(owner) for owner in self._world.owners()]}
        return None

    def _change_faults(self, method: str, body: str) -> Any:
        if method == "POST":
            self._faults.add(self._faults.from_json(json.loads(body)))
        if method == "DELETE":
            self._faults.clear()
        kinds = {name: kind.help for name, kind in self._faults.kinds.items()}
        presets = {name: one.help for name, one in self._faults.presets.items()}
        return {"faults": [fault.as_json() for fault in self._faults.all()], "kinds": kinds, "presets": presets}

    def _change_accounts(self, method: str, body: str) -> Any:
        if method == "POST":
            forge, token, revoked = _revocation(json.loads(body))
            if forge not in self._accounts:
                raise ValueError(f"no forge {forge!r}; there are: {', '.join(self._accounts)}")
            change = self._accounts[forge].revoke if revoked else self._accounts[forge].give_back
            change(token)
        return {forge: self._told(forge, accounts) for forge, accounts in self._accounts.items()}

    def _told(self, forge: str, accounts: Accounts) -> dict[str, Any]:
        counts = self._meter.accounts(forge)
        names = dict.fromkeys([*(one.account for one in accounts.logins), *counts])
        return {
            name: {
                "credentials": [
                    {"username": one.username, "token": one.token, "revoked": accounts.is_revoked(one.token)}
                    for one in accounts.logins
                    if one.account == name
                ],
                "counts": _counts(counts.get(name, Counts())),
            }
            for name in names
        }


def _asked(request: web.BaseRequest) -> tuple[list[tuple[str, str]], Choice]:
    names = {one.name for one in fields(Choice)}
    profiles = [(forge, login) for forge, login in request.query.items() if forge not in names]
    chosen: dict[str, Any] = {name: value for name, value in request.query.items() if name in names}
    if "internal" in chosen:
        chosen["internal"] = chosen["internal"] == "yes"
    return profiles, Choice(**chosen)


def _revocation(value: Any) -> tuple[str, str, bool]:
    if not isinstance(value, dict) or set(value) != {"forge", "token", "revoked"}:
        raise ValueError("a change of accounts has the keys forge, token and revoked")
    forge, token, revoked = value["forge"], value["token"], value["revoked"]
    if not (isinstance(forge, str) and isinstance(token, str) and isinstance(revoked, bool)):
        raise ValueError("forge and token are texts, revoked is true or false")
    return forge, token, revoked


def _counts(counts: Counts) -> dict[str, Any]:
    """The counts as JSON values, where a status is text."""
    return {**asdict(counts), "statuses": {str(status): number for status, number in counts.statuses.items()}}


def _owner(owner: Any) -> dict[str, Any]:
    public = sum(not repository.is_private for repository in owner.repositories)
    return {
        "forge": owner.forge,
        "login": owner.login,
        "kind": owner.kind,
        "publicRepositories": public,
        "source": owner.source,
        "filled": list(owner.filled),
    }
