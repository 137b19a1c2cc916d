"""An answer as HTTP caches know it: its bytes, its validators, and what the conditions of a request make of it."""

import hashlib
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, ResponseHeaders
from django.urls import ResolverMatch
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from from_git.aggregator import Answer, asked_facts
from from_git.conf import settings
from from_git.errors import ConditionFailed
from from_git.kept.store import seconds_kept
from from_git.responses import Streamed, error_response
from from_git.values.host import counts_internal
from from_git.values.profile import Profile

_CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"}
_COUNTED_BACK = 60.0  # seconds for which an answer may be kept that counts back from now, or tells of the past
_OF_THE_BODY = ("Content-Type", "Content-Length", "Vary")
_T = TypeVar("_T", bound=HttpResponseBase)
_Store = dict[str, tuple[str, str]]  # headers as Django keeps them, by their names in lower case


@dataclass(frozen=True)
class Rendered:
    """The bytes of a 200 and its validators; times in seconds since the epoch."""

    body: bytes
    headers: Mapping[str, str]
    """The headers of the response, without those about its age."""
    etag: str
    cache_control: str
    oldest: float
    """When the oldest number in it was counted."""
    newest: float
    """When the last of its fetches ended."""
    expires: float
    """When the first of its profiles must be fetched again."""
    route: ResolverMatch | None
    """The route that the metrics count."""
    facts: Mapping[str, Any]
    """The facts for the request's line in the log."""

    @cached_property
    def whole(self) -> _Store:
        """The headers of each 200 with it."""
        return _stored({**self.headers, "ETag": self.etag, "Cache-Control": self.cache_control})

    @cached_property
    def unchanged(self) -> _Store:
        """The headers of each 304 about it, without Vary."""
        return _stored({"ETag": self.etag, "Cache-Control": self.cache_control})

    @cached_property
    def vary(self) -> _Store:
        """Its Vary, where it has one."""
        return _stored({name: value for name, value in self.headers.items() if name == "Vary"})

    @cached_property
    def last_modified(self) -> str:
        """The date of `newest`."""
        return http_date(math.floor(self.newest))


def _stored(headers: Mapping[str, str]) -> _Store:
    return {name.lower(): (name, value) for name, value in ResponseHeaders(headers).items()}


def rendered(answer: Answer, response: HttpResponse | Streamed, route: ResolverMatch | None = None) -> Rendered:
    """The bytes and validators of the response to `answer`; of one that is made while it is sent only the latter.

    An answer that counts back from now, or is of a moment in the past, is as old as itself, however old its numbers.
    """
    fetched, now = answer.fetched.values(), time.time()
    oldest, newest = min(one.oldest for one in fetched), max(one.at for one in fetched)
    expires = min(one.at + seconds_kept(one) for one in fetched)
    if answer.moment is not None:
        oldest, newest, expires = now, now, now + _COUNTED_BACK
    elif answer.filter.active is not None:
        oldest, newest, expires = now, now, min(expires, now + _COUNTED_BACK)
    facts = {**asked_facts(list(answer.fetched)), "missing": len(answer.missing), "cache_hits": len(fetched)}
    return _rendered(response, answer.fetched, (oldest, newest, expires), route, facts)


def of_the_past(profiles: Sequence[Profile], response: HttpResponse, route: ResolverMatch | None = None) -> Rendered:
    """The bytes and validators of a response with numbers over time, which counts as made now."""
    now = time.time()
    return _rendered(response, profiles, (now, now, now + _COUNTED_BACK), route, asked_facts(profiles))


def _rendered(
    response: HttpResponse | Streamed,
    profiles: Iterable[Profile],
    times: tuple[float, float, float],
    route: ResolverMatch | None,
    facts: Mapping[str, Any],
) -> Rendered:
    """The bytes and validators of a response; `times` are `oldest`, `newest` and `expires`."""
    if isinstance(response, Streamed):
        body, seed, headers = b"", response.seed, dict(response.headers)
    else:
        body = seed = response.content
        headers = {**response.headers, "Content-Length": str(len(body))}
    oldest, newest, expires = times
    fresh, stale = max(0, math.floor(expires - oldest)), math.floor(settings.STALE_IF_ERROR_SECONDS)
    return Rendered(
        body=body,
        headers=headers,
        cache_control=f"{_kept_by(profiles)}, max-age={fresh}, stale-if-error={stale}",
        etag=_tag(response, seed),
        oldest=oldest,
        newest=newest,
        expires=expires,
        route=route,
        facts=facts,
    )


def _kept_by(profiles: Iterable[Profile]) -> str:
    """Whose caches may keep an answer: nobody's but the client's, where more than what is public was looked at."""
    return "private" if any(counts_internal(profile.host) for profile in profiles) else "public"


def known(request: HttpRequest, bare: Streamed) -> bool:
    """Whether a client says that it has the body that a response will get, so that it gets none again.

    By its tag alone: what a date says may be another thing a moment later.
    """
    return _names(request.META.get("HTTP_IF_NONE_MATCH"), _tag(bare, bare.seed))


def respond(
    request: HttpRequest, one: Rendered, now: float, streamed: Streamed | None = None
) -> HttpResponse | Streamed:
    """The 200, or 304 or 412 by the conditions of the request.

    Args:
        streamed: the response whose body is made while it is sent; it is closed with the one that is returned.
    """
    # within its own second a later answer would have the same date (RFC 9110, 8.8.2)
    last_modified = math.floor(one.newest) if math.floor(one.newest) < math.floor(now) else None
    age = {"age": ("Age", str(max(0, math.floor(now - one.oldest))))}
    if last_modified is not None:
        age["last-modified"] = "Last-Modified", one.last_modified
    status = HTTPStatus.OK if _CONDITIONS.isdisjoint(request.META) else _status(request.META, one.etag, last_modified)
    if status == HTTPStatus.NOT_MODIFIED:
        # without the length that a 304 may have: not every client knows that no body follows (wrk waits for it)
        return _with(HttpResponse(status=status), {**one.unchanged, **age, **one.vary})
    if status == HTTPStatus.PRECONDITION_FAILED:
        others = {name: value for name, value in one.headers.items() if name not in _OF_THE_BODY}
        words = "The answer is not the one that If-Match or If-Unmodified-Since names."
        return error_response(ConditionFailed(words), others)
    whole = {**one.whole, **age}
    return _with(HttpResponse(one.body), whole) if streamed is None else _with(streamed, whole)


def _with(response: _T, headers: _Store) -> _T:
    """The response with these headers alone, which were checked before; to check each anew takes the longest part."""
    response.headers._store = headers
    return response


def _status(meta: Mapping[str, Any], etag: str, last_modified: int | None) -> HTTPStatus:
    """The status by the conditions of a GET or HEAD, in the order of RFC 9110, 13.2.2.

    A condition with a date counts only beside no condition with tags, and only where there is a date to compare with.
    """
    if (tags := meta.get("HTTP_IF_MATCH")) is not None:
        if {"*", etag}.isdisjoint(parse_etags(tags)):
            return HTTPStatus.PRECONDITION_FAILED
    elif _modified_since(meta.get("HTTP_IF_UNMODIFIED_SINCE"), last_modified) is True:
        return HTTPStatus.PRECONDITION_FAILED
    if (tags := meta.get("HTTP_IF_NONE_MATCH")) is not None:
        unchanged = _names(tags, etag)
    else:
        unchanged = _modified_since(meta.get("HTTP_IF_MODIFIED_SINCE"), last_modified) is False
    return HTTPStatus.NOT_MODIFIED if unchanged else HTTPStatus.OK


def _tag(response: HttpResponseBase, seed: bytes) -> str:
    # the media type too: one tag names one representation (RFC 9110, 8.8.3)
    digest = hashlib.blake2b(f"{response.headers['Content-Type']}\n".encode() + seed, digest_size=16)
    return f'"{digest.hexdigest()}"'


def _names(tags: str | None, etag: str) -> bool:
    return tags is not None and not {"*", etag}.isdisjoint(one.removeprefix("W/") for one in parse_etags(tags))


def _modified_since(date: str | None, last_modified: int | None) -> bool | None:
    """Whether the answer was modified after a header's date; None where there is no such date."""
    since = None if date is None else parse_http_date_safe(date)
    return None if since is None or last_modified is None else last_modified > since
