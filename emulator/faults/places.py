"""Faults at places of the true JSON answer: values that do not belong there, and nulls with errors beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from emulator.exchange import MISSED, Answer, Exchange
from emulator.faults.fault import Fault

Path = tuple[str | int, ...]

# values that JSON has no form for; a number after a colon is its size, as in "@nested:5000"
SPECIAL = {
    "@missing": "the key is left out (in a list: the entry)",
    "@nan": "NaN, which is no JSON",
    "@infinity": "Infinity, which is no JSON",
    "@1e999": "1e999, more than a float holds",
    "@huge": "an integer of 400 digits, or so many as are given",
    "@invalid_utf8": "a string of bytes that are no UTF-8",
    "@nested": "arrays in arrays, 100,000 deep or as deep as is given",
}

_MARK = "@@emulator-place@@"


async def wrong_type(fault: Fault, exchange: Exchange) -> None:
    """The value in place of the true ones."""
    answer = await exchange.true_answer()
    value, found = _found(fault, answer)
    raw = None
    name = fault.value if isinstance(fault.value, str) else ""
    for path in reversed(found):
        if name == "@missing":
            del _parent(value, path)[path[-1]]
        else:
            raw = _raw(name)
            _parent(value, path)[path[-1]] = fault.value if raw is None else _MARK
    body = json.dumps(value).encode()
    if raw is not None:
        body = body.replace(json.dumps(_MARK).encode(), raw)
    await exchange.send(_sent(fault, answer, found, body))


async def nulls(fault: Fault, exchange: Exchange) -> None:
    """Nulls, and an error for each where there is a message."""
    answer = await exchange.true_answer()
    value, found = _found(fault, answer)
    for path in found:
        _parent(value, path)[path[-1]] = None
        if fault.message:
            error: dict[str, Any] = {"type": fault.type} if fault.type else {}
            error["path"] = list(path[1:])
            if fault.extensions:
                error["extensions"] = dict(fault.extensions)
            value.setdefault("errors", []).append({**error, "message": fault.message})
    await exchange.send(_sent(fault, answer, found, json.dumps(value).encode()))


def _found(fault: Fault, answer: Answer) -> tuple[Any, list[Path]]:
    """The answer's JSON and the places in it; none in an answer that is no JSON."""
    try:
        value = json.loads(answer.body)
    except ValueError:
        return None, []
    return value, list(_places(value, fault.at.split(".")))[: fault.most]


def _sent(fault: Fault, answer: Answer, found: list[Path], body: bytes) -> Answer:
    if not found:
        return replace(answer, headers={**answer.headers, MISSED: fault.at})
    return replace(answer, body=body)


def _places(value: Any, pattern: list[str]) -> Iterator[Path]:
    """The paths that match, those above before those below; none within another one."""
    if not pattern:
        yield ()
        return
    step, rest = pattern[0], pattern[1:]
    if step == "**":
        here = list(_places(value, rest))
        yield from here
        taken = {path[0] for path in here if path}
        for key, child in _children(value):
            if key not in taken:
                yield from ((key, *path) for path in _places(child, pattern))
        return
    for key, child in _children(value):
        if step in ("*", str(key)) or (step == "{}" and isinstance(child, dict) and key != "rateLimit"):
            yield from ((key, *path) for path in _places(child, rest))


def _children(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _parent(value: Any, path: Path) -> Any:
    for key in path[:-1]:
        value = value[key]
    return value


def _raw(name: str) -> bytes | None:
    """The bytes of a special value; None for any other."""
    kind, _, size = name.partition(":")
    count = int(size) if size.isdecimal() else 0
    if kind == "@huge":
        return b"9" * (count or 400)
    if kind == "@nested":
        depth = count or 100_000
        return b"[" * depth + b"]" * depth
    return {
        "@nan": b"NaN",
        "@infinity": b"Infinity",
        "@1e999": b"1e999",
        "@invalid_utf8": b'"\xff\xfe\xc3\x28"',
    }.get(kind)
