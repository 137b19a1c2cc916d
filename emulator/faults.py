"""Faults that can be switched on while the emulator runs: which calls they strike, and what they do then.

`FAULTS` is the whole list. A new kind is one function here and one row there.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

from emulator.exchange import Answer, Call, Exchange


@dataclass(frozen=True)
class Fault:
    """A fault to switch on.

    Attributes:
        kind: a name in `FAULTS`.
        path: glob on the request's path, for example "/2.0/repositories/*/watchers".
        contains: text that must be in the request's body or URL, to hit one owner or one query.
        method: the method that it strikes; None = any.
        times: how many calls it strikes; None = every one.
        after: how many matching calls pass before it strikes.
        status, headers, body, content_type: the answer, for the kinds `status` and `body`.
        seconds: the delay of `slow`, or `drip`'s time for one byte.
        errors, data: the answer of `graphql_errors`; without `data` the answer has no such key.
        edit: for `edit`: from the true JSON answer to the one that is sent. Not available over HTTP.

    Raises:
        ValueError: an unknown kind, or `edit` without a function.
    """

    kind: str
    path: str = "*"
    contains: str = ""
    method: str | None = None
    times: int | None = None
    after: int = 0
    status: int = 502
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    seconds: float = 0.0
    errors: tuple[Mapping[str, Any], ...] = ()
    data: Any = ...
    edit: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        if self.kind not in FAULTS:
            raise ValueError(f"no fault {self.kind!r}; there are: {', '.join(FAULTS)}")
        if self.kind == "edit" and self.edit is None:
            raise ValueError("the fault 'edit' needs a function")

    def matches(self, call: Call) -> bool:
        """Whether the call is of the sort that this fault strikes, whatever `after` and `times` say."""
        return (
            (self.method is None or self.method == call.method)
            and fnmatchcase(call.path, self.path)
            and (self.contains in call.body or self.contains in call.url)
        )

    def as_json(self) -> dict[str, Any]:
        """The fault as `from_json` takes it, without what has its default; a function is left out."""
        value: dict[str, Any] = {}
        for one in fields(self):
            given = getattr(self, one.name)
            default = one.default_factory() if one.default_factory is not MISSING else one.default
            if one.name != "edit" and given != default:
                value[one.name] = given.decode("utf-8", "replace") if isinstance(given, bytes) else given
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Fault:
        """A fault from its JSON form: the same names, `body` as text.

        Raises:
            ValueError: an unknown kind or key, or the kind `edit`, which is a Python function.
        """
        given = dict(value)
        unknown = sorted(set(given) - {one.name for one in fields(cls)})
        if unknown or "kind" not in given:
            raise ValueError(f"a fault has no {unknown[0]!r}" if unknown else "a fault needs a kind")
        if given["kind"] == "edit" or "edit" in given:
            raise ValueError("the fault 'edit' is for Python only")
        if isinstance(given.get("body"), str):
            given["body"] = given["body"].encode()
        return cls(**{**given, "errors": tuple(given.get("errors", ()))})


async def _status(fault: Fault, exchange: Exchange) -> None:
    await exchange.send(Answer(fault.status, fault.body, fault.headers, fault.content_type))


async def _body(fault: Fault, exchange: Exchange) -> None:
    await exchange.send(Answer(200, fault.body, fault.headers, fault.content_type))


async def _reset(fault: Fault, exchange: Exchange) -> None:
    exchange.reset()


async def _hang(fault: Fault, exchange: Exchange) -> None:
    # ends when the client goes away or the emulator stops: both cancel the call
    await asyncio.get_running_loop().create_future()


async def _truncate(fault: Fault, exchange: Exchange) -> None:
    answer = await exchange.true_answer()
    headers, body = exchange.encode(answer)
    half = body[: len(body) // 2]
    response = await exchange.begin(answer.status, headers, len(body), len(half))
    await response.write(half)
    exchange.close()


async def _drip(fault: Fault, exchange: Exchange) -> None:
    answer = await exchange.true_answer()
    headers, body = exchange.encode(answer)
    response = await exchange.begin(answer.status, headers, len(body), len(body))
    for byte in body:
        await response.write(bytes((byte,)))
        await asyncio.sleep(fault.seconds)
    await response.write_eof()


async def _slow(fault: Fault, exchange: Exchange) -> None:
    await asyncio.sleep(fault.seconds)
    await exchange.send(await exchange.true_answer())


async def _graphql_errors(fault: Fault, exchange: Exchange) -> None:
    value: dict[str, Any] = {} if fault.data is ... else {"data": fault.data}
    value["errors"] = [dict(error) for error in fault.errors]
    await exchange.send(Answer(200, json.dumps(value).encode(), fault.headers))


async def _edit(fault: Fault, exchange: Exchange) -> None:
    answer = await exchange.true_answer()
    edited = fault.edit(json.loads(answer.body)) if fault.edit else None
    await exchange.send(Answer(200, json.dumps(edited).encode(), answer.headers))


@dataclass(frozen=True)
class Kind:
    """A row of the table: what strikes, and what it does in words."""

    strike: Callable[[Fault, Exchange], Awaitable[None]]
    help: str


FAULTS: dict[str, Kind] = {
    "status": Kind(_status, "the given status, headers and body instead of the answer"),
    "reset": Kind(_reset, "a TCP RST before any byte of an answer"),
    "hang": Kind(_hang, "no answer, ever"),
    "truncate": Kind(_truncate, "half of the true answer under its full Content-Length, then the connection closes"),
    "body": Kind(_body, "status 200 with the given body and content type instead of the answer"),
    "drip": Kind(_drip, "the true answer, one byte each `seconds`"),
    "slow": Kind(_slow, "the true answer after `seconds`"),
    "graphql_errors": Kind(_graphql_errors, "status 200 with the given errors, and the given data if any"),
    "edit": Kind(_edit, "the true answer, changed by a Python function (not over HTTP)"),
}


class Faults:
    """The faults switched on, tried in the order in which they were added; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[tuple[Fault, list[int]]] = []

    def add(self, fault: Fault) -> None:
        """Switch a fault on from the next call on."""
        with self._lock:
            self._active.append((fault, [0]))

    def clear(self) -> None:
        """Switch all faults off; calls already struck stay struck."""
        with self._lock:
            self._active.clear()

    def all(self) -> list[Fault]:
        """The faults switched on, those that have struck their `times` too."""
        with self._lock:
            return [fault for fault, _ in self._active]

    def pick(self, call: Call) -> Fault | None:
        """The fault that strikes this call, if any; counts the call for every fault that it matches before that."""
        with self._lock:
            for fault, seen in self._active:
                if not fault.matches(call):
                    continue
                seen[0] += 1
                struck = seen[0] - fault.after
                if struck > 0 and (fault.times is None or struck <= fault.times):
                    return fault
        return None
