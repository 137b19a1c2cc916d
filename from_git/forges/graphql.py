"""GitHub's GraphQL endpoint: sending a query, and what its answer means before anyone looks at the data."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from python_graphql_client import GraphqlClient

from from_git.errors import CredentialsError, LimitError, MalformedAnswer, UpstreamError
from from_git.forges.base import described, get, maybe, quoted, retry_after
from from_git.forges.cost import Cost, Pace, Spending
from from_git.upstream import Answer, Caller, Upstream

# RATE_LIMIT since about January 2026, RATE_LIMITED before (octokit/plugin-throttling.js#848)
_LIMIT_TYPES = {"RATE_LIMIT", "RATE_LIMITED"}
_LIMIT_WORDS = ("rate limit", "abuse detection")
# "at least one minute" where retry-after is absent (docs, "Rate limits and query limits")
_SECONDARY_WAIT = 60.0  # seconds


@dataclass(frozen=True)
class Reply:
    """The data of a query that GitHub answered without reserve."""

    data: dict[str, Any]
    not_found: frozenset[tuple[str | int, ...]]
    """Paths whose null means that the thing does not exist (NOT_FOUND)."""
    seconds: float = 0.0
    """See `Answer.seconds`."""
    points: int = 0
    """What the query was charged (`rateLimit.cost`); 0 where the server counts none."""


class GraphqlOverUpstream(GraphqlClient):  # type: ignore[misc]
    """python-graphql-client, sending over a pooled session instead of a new connection for each query."""

    def __init__(self, upstream: Upstream) -> None:
        super().__init__(endpoint=upstream.base_url)
        self._upstream = upstream

    def execute(self, query: str, variables: Mapping[str, object], operation_name: str, *, caller: Caller) -> Reply:
        """Send one query.

        Raises:
            CredentialsError, LimitError, MalformedAnswer, UpstreamError: as the answer deserves; everything but
                full data, with nothing worse than NOT_FOUND beside it, is an error.
            DeadlineError, Cancelled: from the call.
        """
        payload = self._GraphqlClient__request_body(query=query, variables=variables, operation_name=operation_name)
        answer = self._upstream.call(caller, "POST", self.endpoint, payload=payload)
        if answer.status != HTTPStatus.OK:
            raise refusal(answer, now=time.time())
        return read_reply(answer, now=time.time())


class Conversation:
    """The queries of one fetch: sent on behalf of `caller`, counted, and learned from."""

    def __init__(self, client: GraphqlOverUpstream, pace: Pace, caller: Caller) -> None:
        self.pace = pace
        self.spending = Spending()
        self._client = client
        self._caller = caller

    def ask(self, query: str, variables: Mapping[str, object], operation_name: str) -> Reply:
        """See `GraphqlOverUpstream.execute`."""
        with self.spending.call():
            reply = self._client.execute(query, variables, operation_name, caller=self._caller)
        self.spending.add(Cost(points=reply.points))
        return reply

    def learn(self, reply: Reply, repositories: int) -> None:
        """Take in what a reply with details of so many repositories has cost."""
        self.pace.learn(repositories, reply.seconds, reply.points)


def read_reply(answer: Answer, now: float) -> Reply:
    """The reply in a 200 answer; raises as `GraphqlOverUpstream.execute`. `now`: seconds since the epoch."""
    body = get(answer.json(), kind=dict)
    errors = maybe(body, "errors", kind=list) or []
    not_found = set()
    for error in errors:
        path = maybe(get(error, kind=dict), "path", kind=list)
        if error.get("type") != "NOT_FOUND" or not path:
            raise _from_error(error, answer.headers, now)
        if not all(isinstance(step, str | int) for step in path):
            raise MalformedAnswer("errors.path is not a list of names and numbers")
        not_found.add(tuple(path))
    if not errors and "data" not in body and _is_limit(_message(answer)):
        raise _limit(answer.headers, now)  # a secondary limit may come with status 200 and the body of a 403
    data = {} if not_found and body.get("data") is None else get(body, "data", kind=dict)
    points = maybe(data, "rateLimit", "cost", kind=int) or 0
    return Reply(data, frozenset(not_found), answer.seconds, points)


def refusal(answer: Answer, now: float) -> UpstreamError:
    """The error that an answer of another status than 200 means."""
    status, message = answer.status, _message(answer)
    # the status decides before the headers: a 401 carries x-ratelimit-remaining: 0 too (recorded answer)
    if status == HTTPStatus.UNAUTHORIZED:
        return CredentialsError(
            "it refused our token (401). Set GITHUB_API_TOKEN to one that is valid and has not expired."
        )
    limited = _is_limit(message) or "retry-after" in answer.headers
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.FORBIDDEN and (limited or answer.headers.get("x-ratelimit-remaining") == "0")
    ):
        return _limit(answer.headers, now)
    if status == HTTPStatus.FORBIDDEN:
        return CredentialsError(f"it refused access (403{quoted(message)}). Look at the rights of GITHUB_API_TOKEN.")
    if status == HTTPStatus.NOT_FOUND:
        return UpstreamError("there is no GraphQL API at its address (404). Look at GITHUB_GRAPHQL_URL.")
    if 300 <= status < 400:
        return UpstreamError(f"it redirects ({status}), which is not followed. Look at GITHUB_GRAPHQL_URL.")
    return UpstreamError(f"it answered with status {described(status)}{quoted(message)}. Try again later.")


def _from_error(error: dict[str, Any], headers: Mapping[str, str], now: float) -> UpstreamError:
    """What one member of `errors` in a 200 answer means."""
    kind, message = maybe(error, "type", kind=str) or "", maybe(error, "message", kind=str) or ""
    path = maybe(error, "path", kind=list) or []
    extensions = maybe(error, "extensions", kind=dict) or {}
    codes = (error.get("code"), extensions.get("code"))
    if kind in _LIMIT_TYPES or "graphql_rate_limit" in codes or _is_limit(message):
        return _limit(headers, now)
    if kind == "FORBIDDEN" and "watchers" in path:
        return UpstreamError(
            "it no longer gives watcher counts to this token (FORBIDDEN at watchers), so no total can be right."
        )
    if extensions.get("saml_failure"):
        return CredentialsError(
            "the organization enforces SAML. Authorize GITHUB_API_TOKEN for it in GitHub's token settings."
        )
    if kind == "FORBIDDEN":
        return CredentialsError(
            f"it forbids access with this token{quoted(message)}. A classic GITHUB_API_TOKEN without scopes,"
            " from an allowed address, usually reads public data."
        )
    if kind == "INSUFFICIENT_SCOPES":
        return CredentialsError(f"GITHUB_API_TOKEN lacks a scope{quoted(message)}.")
    words = quoted(" ".join(part for part in (kind, message) if part))
    return UpstreamError(f"it answered the query with an error{words}. Try again later.")


def _is_limit(message: str) -> bool:
    return any(word in message.lower() for word in _LIMIT_WORDS)


def _limit(headers: Mapping[str, str], now: float) -> LimitError:
    return LimitError("its rate limit for our token is used up.", limit_wait(headers, now))


def limit_wait(headers: Mapping[str, str], now: float) -> float:
    """Seconds until a limit ends: `retry-after`, else `x-ratelimit-reset` when nothing remains, else a minute."""
    wait = retry_after(headers, now)
    if wait is not None:
        return wait
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal() and len(reset) < 16:
        return max(1.0, float(reset) - now)
    return _SECONDARY_WAIT


def _message(answer: Answer) -> str:
    """GitHub's own words in an error body, or nothing."""
    try:
        body = answer.json()
    except MalformedAnswer:
        return ""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else body
    return first["message"] if isinstance(first.get("message"), str) else ""
