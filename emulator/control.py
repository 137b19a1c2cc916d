"""The emulator's own resources under `/_emulator/`, for tools in another process. Not counted, not struck by faults."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from aiohttp import web

from emulator.faults.active import Faults
from emulator.meter import Counts, Meter
from emulator.world import World

PREFIX = "/_emulator/"


class Control:
    """Meter, faults, oracle and list of owners over HTTP.

    GET meter → the counts; DELETE meter → count from zero.
    GET faults → those switched on, and the kinds and presets there are; POST faults → switch one on (`kind` or
    `preset`, and attributes of `Fault`); DELETE faults → all off.
    GET sum?FORGE=NAME&FORGE=NAME → the straight sum. GET owners → all owners held, and the keys that were filled in.
    """

    def __init__(self, world: World, meter: Meter, faults: Faults) -> None:
        self._world = world
        self._meter = meter
        self._faults = faults

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
        if name == "sum" and method == "GET":
            return self._world.sum(list(request.query.items()))
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
