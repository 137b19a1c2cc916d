"""Two JSON values, key by key: which keys there are, of which types, and which values must agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Free = Callable[[tuple[str, ...]], bool]
"""Whether the value at a path of keys may differ, its type not."""


@dataclass(frozen=True)
class Check:
    """One thing that was compared.

    Attributes:
        group: what it is a part of, a row of the table.
        name: what it is.
        differences: what is not as it should be; empty = it agrees.
    """

    group: str
    name: str
    differences: tuple[str, ...] = ()


def differences(theirs: Any, ours: Any, free: Free, path: tuple[str, ...] = ()) -> Iterator[str]:
    """What differs between the server's value and ours: where, and how."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        yield from _keys(theirs, ours, free, path)
    elif isinstance(theirs, list) and isinstance(ours, list):
        if len(theirs) != len(ours) and not free(path):
            yield f"{_shown(path)}: {len(theirs)} there, {len(ours)} here"
        for number, (one, other) in enumerate(zip(theirs, ours, strict=False)):
            yield from differences(one, other, free, (*path, str(number)))
    elif _type(theirs) != _type(ours):
        yield f"{_shown(path)}: {_type(theirs)} there, {_type(ours)} here"
    elif theirs != ours and not free(path):
        yield f"{_shown(path)}: {theirs!r} there, {ours!r} here"


def _keys(theirs: dict[str, Any], ours: dict[str, Any], free: Free, path: tuple[str, ...]) -> Iterator[str]:
    for key in sorted(theirs.keys() | ours.keys()):
        here = (*path, key)
        if key not in ours:
            yield f"{_shown(here)}: only there"
        elif key not in theirs:
            yield f"{_shown(here)}: only here"
        else:
            yield from differences(theirs[key], ours[key], free, here)


def _type(value: Any) -> str:
    names = {dict: "object", list: "array", str: "text", bool: "bool", int: "number", float: "number"}
    return "null" if value is None else names[type(value)]


def _shown(path: tuple[str, ...]) -> str:
    return ".".join(path) or "the answer"
