"""What all adapters read alike: members of JSON, statuses, waits, and answers that are not the forge's own."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeVar

import orjson

from from_git import __version__
from from_git.errors import LimitError, MalformedAnswer, TransientError, UpstreamError, WallError
from from_git.upstream import Response
from from_git.values.repository import LATEST
from from_git.values.stats import LARGEST

T = TypeVar("T")
_KINDS: dict[Any, str] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    int: "a whole number",
    bool: "true or false",
}
_PROXYS_OWN = (HTTPStatus.PROXY_AUTHENTICATION_REQUIRED, HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED)
REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, *_PROXYS_OWN)
"""Statuses with which a gateway refuses us in the forge's place."""
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})</title>", re.IGNORECASE)
_EPOCH, _DAY = datetime(1970, 1, 1, tzinfo=UTC), 86_400
_SEARCHED = 8_192  # bytes in which a page's title is looked for


def get(value: object, *keys: str, kind: type[T]) -> T:
    """The value at `keys` in decoded JSON, which must be a `kind` (an int from 0 to 2^53).

    Raises:
        MalformedAnswer: names the place.
    """
    found: Any = value
    try:
        for key in keys:
            found = found[key]
    except (KeyError, TypeError):
        raise _absent(value, keys) from None
    if type(found) is not kind:  # `is`: a bool is no count
        raise MalformedAnswer(f"{'.'.join(keys) or 'the answer'} is not {_KINDS.get(kind, kind.__name__)}")
    wanted: T = found
    if isinstance(found, int) and not 0 <= found <= LARGEST:
        raise MalformedAnswer(f"{'.'.join(keys)} is out of range")
    return wanted


def _absent(value: Any, keys: tuple[str, ...]) -> MalformedAnswer:
    known: list[str] = []
    for key in keys:
        known.append(key)
        if not isinstance(value, dict) or key not in value:
            break
        value = value[key]
    return MalformedAnswer(f"{'.'.join(known)} is absent")


def maybe(value: object, *keys: str, kind: type[T]) -> T | None:
    """As `get`, but None when the value or one on the way to it is absent or null."""
    for key in keys[:-1]:
        value = value.get(key) if isinstance(value, dict) else value
    if value is None or (isinstance(value, dict) and value.get(keys[-1]) is None):
        return None
    return get(value, keys[-1], kind=kind)


def seconds(text: str) -> int:
    """A time of ISO 8601 with its offset, in whole seconds since the epoch.

    Raises:
        TypeError, ValueError: it is no such time, or before the epoch.
    """
    since = datetime.fromisoformat(text) - _EPOCH
    found = since.days * _DAY + since.seconds
    if not 0 <= found <= LATEST:
        raise ValueError("out of range")
    return found


def get_time(value: object, key: str) -> int:
    """The time at `key` in decoded JSON; see `seconds`.

    Raises:
        MalformedAnswer: names the place.
    """
    text = get(value, key, kind=str)
    try:
        return seconds(text)
    except (TypeError, ValueError):
        raise MalformedAnswer(f"{key} is not a time") from None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a Retry-After header asks for (as a number or a date; `now` since the epoch), None without one."""
    value = headers.get("retry-after", "")
    if value.isdecimal() and len(value) < 10:
        return float(value)
    try:
        return max(1.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def unanswered(answer: Response, said: str, setting: str, now: float) -> UpstreamError:
    """The error for a status that means the same at every forge; `setting`: where its address comes from."""
    status = answer.status
    if 300 <= status < 400:
        between = "what lies between sends us elsewhere, a log-in page of the network or a proxy (UPSTREAM_PROXY)."
        advice = f"Look at {setting}; if it is right, {between}"
        return UpstreamError(f"it redirects ({status}), which is not followed.", advice=advice)
    reason = f"it answered with status {described(status)}."
    if status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT:
        return TransientError(reason, said, wait=retry_after(answer.headers, now))
    return UpstreamError(reason, said, f"Asking again will hardly help: look at {setting}, or update from-git.")


def worst(errors: Iterable[UpstreamError]) -> UpstreamError:
    """Which of several errors of one answer decides: a limit, then what will not pass, then what may."""
    return min(errors, key=lambda one: 0 if isinstance(one, LimitError) else 1 + isinstance(one, TransientError))


def object_in(answer: Response) -> Mapping[str, Any]:
    """The JSON object that an answer holds, as most failures do; empty where it holds none."""
    try:
        body = answer.json()
    except TransientError:
        return {}
    return body if isinstance(body, dict) else {}


def texts_in(value: object, key: str) -> list[str]:
    """The texts of a list, of which none may be told as null.

    Raises:
        MalformedAnswer: names the place.
    """
    found = maybe(value, key, kind=list) or []
    if not all(isinstance(one, str) for one in found):
        raise MalformedAnswer(f"{key} is not a list of texts")
    return found


def described(status: int) -> str:
    """A status with its name, as far as it has one."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def is_foreign(answer: Response) -> bool:
    """Whether the answer cannot be the forge's: it has a body that is no JSON, or a status of proxies only."""
    if answer.status in _PROXYS_OWN:
        return True
    if not answer.body.strip():
        return False  # nobody's
    if "json" in answer.headers.get("content-type", "") and not answer.body.lstrip().startswith(b"<"):
        return False
    try:
        orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return True
    return False


def foreign(answer: Response, setting: str) -> UpstreamError:
    """The error for an answer that is not the forge's own; `setting`: where the forge's address comes from."""
    page = f"with status {described(answer.status)} and a page that is not JSON."
    title = _TITLE.search(answer.body[:_SEARCHED])
    said = " ".join(title[1].decode("utf-8", "replace").split()) if title else ""
    if answer.status == HTTPStatus.OK:
        # as walls against robots answer: with their challenge, and with their refusal
        advice = (
            f"Ask those who run it to let from-git/{__version__} reach its API; if there is no such wall, look at the"
            f" network (UPSTREAM_PROXY) and at {setting}."
        )
        return WallError(f"a wall in front of the forge answered in its place, {page}", said, advice)
    advice = (
        "Look at what lies between: a proxy (UPSTREAM_PROXY), a firewall, a log-in page of the network; and at"
        f" {setting}."
    )
    passes = answer.status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED
    between = f"something between us and the forge answered in its place, {page}"
    error = (TransientError if passes else UpstreamError)(between, said, advice)
    error.doubtful = True
    return error
