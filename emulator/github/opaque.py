"""The texts that clients must not look into: cursors and node ids."""

from __future__ import annotations

import base64
import binascii
import json

Mark = tuple[str | int, int]
"""The place of an entry in a sorted list: (sort key, id)."""

_PREFIX = b"cursor:v2:"
_OLD = "010:Repository"
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def cursor(mark: Mark) -> str:
    """A cursor for that place: a condition on the value, as GitHub's, so that changes of the list shift nothing."""
    return base64.b64encode(_PREFIX + _dump(list(mark))).decode()


def mark(text: str) -> Mark | None:
    """The place that a cursor stands for, or None for a text that is no cursor."""
    try:
        decoded = base64.b64decode(text, validate=True)
        if not decoded.startswith(_PREFIX):
            return None
        key, number = json.loads(decoded.removeprefix(_PREFIX))
    except (binascii.Error, ValueError, TypeError):
        return None
    return (key, number) if isinstance(key, str | int) and isinstance(number, int) else None


def moved(text: str) -> str:
    """Another text for the place of that cursor."""
    return base64.b64encode(base64.b64decode(text) + b" ").decode()


def node_id(kind: str, *parts: str | int) -> str:
    """A global node id in GitHub's newer form, for example R_WyJzcGFjayIsMV0."""
    return f"{kind}_{base64.urlsafe_b64encode(_dump(list(parts))).decode().rstrip('=')}"


def old_id(text: str) -> str:
    """A repository's id in the form that GitHub gave until 2021, for example MDEwOlJlcG9zaXRvcnkxMjk2MjY5."""
    return base64.b64encode(f"{_OLD}{text}".encode()).decode()


def newer_id(text: str) -> str:
    """The id that `old_id` was made of; any other text as it is."""
    try:
        decoded = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return text
    return decoded.removeprefix(_OLD)


def node_parts(text: str) -> tuple[str, list[str | int]] | None:
    """Kind and parts of a node id, or None for a text that is no node id."""
    kind, _, payload = text.partition("_")
    try:
        parts = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError):
        return None
    return (kind, parts) if isinstance(parts, list) else None


def _dump(value: list[str | int]) -> bytes:
    return _ENCODER.encode(value).encode()
