"""GitLab's answers: what they mean before anyone looks at the data, in REST and in GraphQL."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from from_git.errors import CredentialsError, LimitError, MalformedAnswer, TooHeavyError, TransientError, UpstreamError
from from_git.forges.reading import (
    described,
    foreign,
    get,
    is_foreign,
    maybe,
    object_in,
    retry_after,
    unanswered,
    worst,
)
from from_git.upstream import Response
from from_git.values.host import Host

_LIMITED = "requested too many times"
_UNKNOWN = re.compile(r"Field '(\w+)' doesn't exist on type '(\w+)'")
_TYPES = ("Project", "Group")
_SCHEMA_WORDS = ("doesn't exist on type", "doesn't accept argument", "isn't a defined", "Parse error on")
_COMPLEX = re.compile(r"complexity of (\d{1,9}), which exceeds max complexity of (\d{1,9})")
_HEAVY_WORDS = ("timeout", "timed out", "request took too long")
_WINDOW = 3600.0  # seconds; a reset that lies further away is not believed


@dataclass(frozen=True)
class Unknown:
    """The server does not know some fields of a project or a group."""

    fields: frozenset[str]
    """Those of a group as `Group.FIELD`."""


@dataclass(frozen=True)
class Complex:
    """The query was refused as too complex."""

    part: float
    """How much of it would be allowed."""
    said: str


class Answers:
    """Reads the answers of one host, whose settings the messages name."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._api, self._accounts = host.setting("api"), host.setting("accounts")

    def rest(self, answer: Response, now: float) -> Any:
        """The JSON of a good answer of REST.

        Raises:
            UpstreamError: it is none.
        """
        if answer.status != HTTPStatus.OK:
            raise self.refusal(answer, now)
        if is_foreign(answer):
            raise foreign(answer, self._api)
        return answer.json()

    def graphql(self, answer: Response, now: float) -> dict[str, Any] | Unknown | Complex:
        """The data of a good answer of GraphQL, or why the query has to be another one.

        Raises:
            UpstreamError: it is none; partial data beside an error is no answer.
        """
        if answer.status != HTTPStatus.OK:
            raise self.refusal(answer, now)
        if is_foreign(answer):
            raise foreign(answer, self._api)
        body = get(answer.json(), kind=dict)
        errors = [maybe(one, "message", kind=str) or "" for one in maybe(body, "errors", kind=list) or []]
        if not errors:
            return get(body, "data", kind=dict)
        unknown = [_UNKNOWN.search(one) for one in errors]
        fields = frozenset(f"{one[2]}.{one[1]}".removeprefix("Project.") for one in unknown if one and one[2] in _TYPES)
        if fields and all(unknown):
            return Unknown(fields)
        if found := next(filter(None, map(_COMPLEX.search, errors)), None):
            return Complex(min(0.95, 0.95 * int(found[2]) / max(1, int(found[1]))), errors[0])
        raise worst(self._error(one) for one in errors)

    def _error(self, message: str) -> UpstreamError:
        words = message.lower()
        if _LIMITED in words:
            return LimitError("its limit of calls to this list is used up.", 0.0, guessed=True)
        if any(one in words for one in _HEAVY_WORDS):
            return TooHeavyError("it gave up on the query.", message)
        if any(one in message for one in _SCHEMA_WORDS):
            advice = f"Update that GitLab to 16 or newer; if it is, look at {self._api}, or update from-git."
            return UpstreamError("it does not know a part of our query.", message, advice)
        if "invalid token" in words:
            return self._wrong_token(message)
        return TransientError("it answered the query with an error.", message)

    def refusal(self, answer: Response, now: float) -> UpstreamError:
        """The error that an answer of another status than 200 means."""
        status, said = answer.status, message_of(answer)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = limit_wait(answer.headers, now)
            hint = "" if self._host.credentials else f"With an account it allows more: see {self._accounts}."
            return LimitError("its limit of calls is used up.", wait or 0.0, guessed=wait is None, advice=hint)
        if status == HTTPStatus.FORBIDDEN and _is_plain(answer):
            advice = "It does so for a while after many failed log-ins, or much traffic, from an address. Ask later."
            return UpstreamError("it refuses all calls from our address (403).", _text(answer), advice)
        if is_foreign(answer) and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return foreign(answer, self._api)
        if status == HTTPStatus.UNAUTHORIZED:
            return self._wrong_token(said)
        if status == HTTPStatus.FORBIDDEN:
            return self._no_access(f"it refused access ({described(status)}).", said)
        if status == HTTPStatus.NOT_FOUND:
            return UpstreamError("it does not know what was asked for (404).", said, f"Look at {self._api}.")
        return unanswered(answer, said, self._api, now)

    def _wrong_token(self, said: str) -> CredentialsError:
        error = self._no_access("it refused our token (401).", said)
        error.refused = True
        return error

    def _no_access(self, reason: str, said: str) -> CredentialsError:
        if self._host.credentials:
            advice = f"Look at {self._accounts}: a token with the scope read_api, which has not expired, is needed."
        else:
            reason = "it tells nobody without an account what is public there."
            advice = f"Set {self._accounts} to a token with the scope read_api."
        error = CredentialsError(reason, said, advice)
        error.doubtful = True
        return error


def says_missing(answer: Response, what: str) -> bool:
    """Whether GitLab itself says that there is no such "Group" or "User"."""
    return answer.status == HTTPStatus.NOT_FOUND and message_of(answer) == f"404 {what} Not Found"


def message_of(answer: Response) -> str:
    """GitLab's own words in an error body, or nothing."""
    body = object_in(answer)
    errors, said = body.get("errors"), body.get("message", body.get("error"))
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        said = errors[0].get("message")
    elif isinstance(said, dict):  # as that of a limit is
        said = said.get("error")
    return said if isinstance(said, str) else ""


def _is_plain(answer: Response) -> bool:
    """Whether it is a short text, as what stands in front of GitLab's own code says it."""
    return answer.headers.get("content-type", "").startswith("text/plain") and len(answer.body) < 200


def _text(answer: Response) -> str:
    return answer.body.decode("utf-8", "replace")


def limit_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until a limit ends: `Retry-After`, else `RateLimit-Reset` where nothing remains, else unknown."""
    wait = retry_after(headers, now)
    return used_up(headers, now) if wait is None else wait


def used_up(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until a limit begins anew of which nothing remains (RateLimit-Remaining: 0); None where some does."""
    if headers.get("ratelimit-remaining", "") != "0":
        return None
    reset = headers.get("ratelimit-reset", "")
    seconds = float(reset) - now if reset.isdecimal() and len(reset) < 16 else math.inf
    # a second more, since the moment is told in whole seconds
    return max(0.0, seconds) + 1.0 if -1.0 < seconds <= _WINDOW else None


def total_in(headers: Mapping[str, str]) -> int | None:
    """X-Total; None where it is absent, as above 10,000.

    Raises:
        MalformedAnswer: it is no number.
    """
    text = headers.get("x-total", "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise MalformedAnswer("X-Total is not a number")
    return int(text)
