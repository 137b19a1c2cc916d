"""GitHub's GraphQL endpoint: sending a query, and what its answer means before anyone looks at the data."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from from_git.errors import CredentialsError, LimitError, MalformedAnswer, TooHeavyError, TransientError, UpstreamError
from from_git.forges.reading import (
    REFUSALS,
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
from from_git.upstream import Caller, Response, Upstream

# RATE_LIMIT since about January 2026, RATE_LIMITED before (octokit/plugin-throttling.js#848)
_LIMIT_TYPES = {"RATE_LIMIT", "RATE_LIMITED"}
_LIMIT_WORDS = ("rate limit", "abuse detection")
# the query was ended for its size, or would be (docs, "Rate limits and query limits"; untyped: backstage#15982)
_HEAVY_TYPES = {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED", "TIMEOUT"}
_HEAVY_WORDS = ("something went wrong while executing your query", "respond to your request in time")
# what a server's schema does not have; in the words and codes of graphql-ruby, which GitHub runs
_SCHEMA_CODES = {"undefinedField", "argumentNotAccepted", "undefinedType", "undefinedDirective", "selectionMismatch"}
_SCHEMA_WORDS = (
    "doesn't exist on type",
    "doesn't accept argument",
    "isn't a defined",
    "No such type",
    "Parse error on",
)
_ADVICE_SCHEMA = (
    "Asking again will not help. Update the Enterprise Server to a version that GitHub supports; if it is none, look at"
    " GITHUB_GRAPHQL_URL."
)
_WINDOW = 3600.0  # seconds of the primary limit; a reset that lies further away is not believed


@dataclass(frozen=True)
class Reply:
    """The data of a query that GitHub answered without reserve."""

    data: dict[str, Any]
    not_found: frozenset[tuple[str | int, ...]]
    """Paths whose null means that the thing does not exist (NOT_FOUND)."""
    seconds: float = 0.0
    """See `Response.seconds`."""
    viewer: str = ""
    """The id of the user whose token it was, where that was asked for."""
    points: int = 0
    """What the query was charged (`rateLimit.cost`); 0 where the server counts none."""
    left: tuple[int, float] | None = None
    """Points left, and the seconds after which they begin anew (x-ratelimit headers); None where it counts none."""


class NoViewer(Exception):
    """GitHub does not tell whose the token is, and with that nothing else: `viewer` may not be null."""


class GraphqlOverUpstream:
    """Queries to one endpoint, which python-graphql-client sends. Safe from any thread."""

    def __init__(self, upstream: Upstream, now: Callable[[], float] = time.time) -> None:
        self.upstream = upstream
        self.client: Any = None  # until `load` or the first query
        self._now = now

    def load(self) -> Any:
        """The client; it loads aiohttp and websockets, 120 ms and 10 MB, which nobody needs who asks no GitHub."""
        from from_git.forges.github.client import PooledClient

        self.client = PooledClient(self.upstream)
        return self.client

    def execute(self, query: str, variables: Mapping[str, object], operation_name: str, *, caller: Caller) -> Reply:
        """Send one query.

        Raises:
            UpstreamError: of the class that the answer deserves; everything but full data, with nothing worse than
                NOT_FOUND beside it, is an error.
            NoViewer: the query asked for it.
            DeadlineError, Cancelled: from the call.
        """
        answer = (self.client or self.load()).execute(query, variables, operation_name, caller=caller)
        if answer.status != HTTPStatus.OK:
            raise refusal(answer, now=self._now())
        return read_reply(answer, now=self._now())


def read_reply(answer: Response, now: float) -> Reply:
    """The reply in a 200 answer. `now`: seconds since the epoch.

    Raises:
        UpstreamError, NoViewer: see `GraphqlOverUpstream.execute`.
    """
    if is_foreign(answer):
        raise foreign(answer, "GITHUB_GRAPHQL_URL")
    body = get(answer.json(), kind=dict)
    not_found, worse = set(), []
    for error in maybe(body, "errors", kind=list) or []:
        path = maybe(get(error, kind=dict), "path", kind=list)
        if path and path[0] == "viewer":
            raise NoViewer
        if error.get("type") != "NOT_FOUND" or not path:
            worse.append(_from_error(error, answer.headers, now))
        elif {type(step) for step in path} <= {str, int}:
            not_found.add(tuple(path))
        else:
            raise MalformedAnswer("errors.path is not a list of names and numbers")
    if worse:
        raise worst(worse)
    if not not_found and "data" not in body and _is_limit(message := _message(answer)):
        # a secondary limit may come with status 200 and the body of a 403
        raise _limit(answer.headers, now, message)
    data = {} if not_found and body.get("data") is None else get(body, "data", kind=dict)
    points, viewer = maybe(data, "rateLimit", "cost", kind=int) or 0, data.get("viewer")
    user = viewer.get("id") if isinstance(viewer, dict) else None
    user = user if isinstance(user, str) else ""  # no answer is worse for it
    return Reply(data, frozenset(not_found), answer.seconds, user, points, _points_left(answer.headers, now))


def refusal(answer: Response, now: float) -> UpstreamError:
    """The error that an answer of another status than 200 means."""
    status, message = answer.status, _message(answer)
    # the status decides before the headers: a 401 carries x-ratelimit-remaining: 0 too (recorded answer)
    if status == HTTPStatus.UNAUTHORIZED and not is_foreign(answer):
        error = _refused(
            "it refused our token (401).", "", "Set GITHUB_API_TOKEN to one that is valid and has not expired."
        )
        error.refused = True
        return error
    limited = _is_limit(message) or "retry-after" in answer.headers
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.FORBIDDEN and (limited or answer.headers.get("x-ratelimit-remaining") == "0")
    ):
        return _limit(answer.headers, now, message)
    if status in REFUSALS and is_foreign(answer):
        return foreign(answer, "GITHUB_GRAPHQL_URL")
    if status == HTTPStatus.FORBIDDEN:
        return _refused("it refused access (403).", message, "Look at the rights of GITHUB_API_TOKEN.")
    if status == HTTPStatus.NOT_FOUND:
        return UpstreamError("there is no GraphQL API at its address (404).", advice="Look at GITHUB_GRAPHQL_URL.")
    if status in (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT):
        return TooHeavyError(f"it answered with status {described(status)}.", message)
    return unanswered(answer, message, "GITHUB_GRAPHQL_URL", now)


def _refused(reason: str, said: str, advice: str) -> CredentialsError:
    """A refusal of the token, which may be a hiccup where it was good a moment ago."""
    error = CredentialsError(reason, said, advice)
    error.doubtful = True
    return error


def _from_error(error: dict[str, Any], headers: Mapping[str, str], now: float) -> UpstreamError:
    kind, message = maybe(error, "type", kind=str) or "", maybe(error, "message", kind=str) or ""
    path = maybe(error, "path", kind=list) or []
    extensions = maybe(error, "extensions", kind=dict) or {}
    codes = (error.get("code"), extensions.get("code"))
    words = " ".join(part for part in (kind, message) if part)
    if kind in _LIMIT_TYPES or "graphql_rate_limit" in codes or _is_limit(message):
        return _limit(headers, now, message or "rate limit")
    if kind in _HEAVY_TYPES or any(phrase in message.lower() for phrase in _HEAVY_WORDS):
        return TooHeavyError("it gave up on the query.", words)
    if extensions.get("saml_failure"):
        return CredentialsError(
            "the organization takes only tokens that are authorized for its SAML single sign-on.",
            advice="Authorize GITHUB_API_TOKEN for the organization in GitHub's token settings.",
        )
    if kind == "FORBIDDEN" and "watchers" in path:
        return UpstreamError(
            "it no longer gives watcher counts to this token (FORBIDDEN at watchers), so no total can be right.",
            advice="Set GITHUB_API_TOKEN to one of an administrator of the organization, who may still get them.",
        )
    if kind == "FORBIDDEN":
        return CredentialsError(
            "it forbids access with this token.",
            message,
            "A classic GITHUB_API_TOKEN without scopes, from an allowed address, usually reads public data.",
        )
    if kind == "INSUFFICIENT_SCOPES":
        advice = "Set GITHUB_API_TOKEN to one that has the scope."
        return CredentialsError("GITHUB_API_TOKEN lacks a scope.", message, advice)
    if not kind and (extensions.get("code") in _SCHEMA_CODES or any(words in message for words in _SCHEMA_WORDS)):
        return UpstreamError(f"it does not know a part of our query{_version(headers)}", message, _ADVICE_SCHEMA)
    # an error with a type or a code is about the query or the token, and stays; one without may be a hiccup
    may_pass = codes == (None, None) and kind in ("", "SERVICE_UNAVAILABLE", "INTERNAL")
    reason = "it answered the query with an error."
    if may_pass:
        return TransientError(reason, words)
    return UpstreamError(reason, words, "Asking again will hardly help: see what GitHub says, or update from-git.")


def _version(headers: Mapping[str, str]) -> str:
    """Which server that looks like, as the end of a sentence."""
    told = "".join(filter(str.isprintable, headers.get("x-github-enterprise-version", "")))[:40]
    version = f"GitHub Enterprise Server {told.removeprefix('enterprise-server@')}"
    return f"; it looks like {version if told else 'an older GitHub Enterprise Server, or no server of GitHub at all'}."


def _is_limit(message: str) -> bool:
    return any(word in message.lower() for word in _LIMIT_WORDS)


def _limit(headers: Mapping[str, str], now: float, message: str = "") -> LimitError:
    primary = "rate limit" in message.lower() and "secondary" not in message.lower()
    wait = limit_wait(headers, now, primary)
    return LimitError("its rate limit for our token is used up.", wait or 0.0, guessed=wait is None)


def _points_left(headers: Mapping[str, str], now: float) -> tuple[int, float] | None:
    left, reset = headers.get("x-ratelimit-remaining", ""), _reset(headers, now)
    known = left.isdecimal() and len(left) < 10 and headers.get("x-ratelimit-limit") != "0"
    return (int(left), reset) if known and reset is not None else None


def _reset(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until the points begin anew, None where the headers do not say it believably."""
    reset = headers.get("x-ratelimit-reset", "")
    seconds = float(reset) - now if reset.isdecimal() and len(reset) < 16 else math.inf
    # a second more, since the moment is told in whole seconds
    return seconds + 1.0 if -1.0 < seconds <= _WINDOW + 60.0 else None


def limit_wait(headers: Mapping[str, str], now: float, primary: bool) -> float | None:
    """Seconds until a limit ends: `retry-after`, else `x-ratelimit-reset` for the primary limit, else unknown.

    The primary limit is known by its error or by `x-ratelimit-remaining: 0`; its error has come with points remaining.
    """
    wait = retry_after(headers, now)
    if wait is None and (primary or headers.get("x-ratelimit-remaining") == "0"):
        return _reset(headers, now)
    return wait


def _message(answer: Response) -> str:
    """GitHub's own words in an error body, or nothing."""
    body = object_in(answer)
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else body
    return first["message"] if isinstance(first.get("message"), str) else ""
