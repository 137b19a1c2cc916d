"""Headers for HTTP caches, conditional requests, and the bytes of recent answers, which are sent again at once.

Freshness counts from the oldest number in an answer: `Age` is how old it is, and `max-age` how old it may become until
the first of its profiles is asked for again. RFC 9110 (validators, preconditions) and 9111 (caching).
"""

import hashlib
import math
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from from_git import flights
from from_git.aggregator import Answer, asked_facts
from from_git.conf import settings
from from_git.errors import ConditionFailed
from from_git.kept.store import seconds_kept
from from_git.logfacts import bind_facts
from from_git.responses import error_response

_NO_AGE = re.compile(r"0+")
# further in, a body may be refused, and so is what `middleware.REFUSED_CHARSET` marks
_NOT_PLAIN = ("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "from_git.refused_charset")
_MOST, _MOST_KEY, _MOST_BODY = 128, 4_096, 131_072  # answers, and bytes of each: 17 MB in all at most

_Handler = Callable[[HttpRequest], HttpResponse]
_MARK = "from_git_answer"
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
_OF_THE_BODY = ("Content-Type", "Content-Length", "Vary")


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


def mark(response: HttpResponseBase, answer: Answer, version: object) -> None:
    """Mark a response as a rendering of `answer`, which was made when the cache had this `version`."""
    setattr(response, _MARK, (answer, version))


def wants_anew(request: HttpRequest) -> bool:
    """Whether the client wants all profiles fetched anew: `no-cache` or `max-age=0` (RFC 9111, 5.2.1).

    `no-store` does not mean that. A proxy that revalidates says what its configuration says: Squid sends `max-age` with
    the largest age in its `refresh_pattern`.
    """
    parts = (one.partition("=") for one in request.META.get("HTTP_CACHE_CONTROL", "").lower().split(","))
    said = {name.strip(): value.strip().strip('"') for name, _, value in parts}
    return "no-cache" in said or bool(_NO_AGE.fullmatch(said.get("max-age", "")))


def cached(get_response: _Handler) -> _Handler:
    """Add cache headers to marked responses, answer conditional requests, and send recent answers again.

    It stands outside of all middleware that adds headers, so that an answer that is sent again has them too.
    """
    recent = Recent()

    def middleware(request: HttpRequest) -> HttpResponse:
        one, closers = recent.get(request), []
        if one is None:
            response = get_response(request)
            marked = getattr(response, _MARK, None)
            if marked is None:
                return response
            answer, version = marked
            one = rendered(answer, response, request.resolver_match)
            recent.put(request, version, one)
            closers = response._resource_closers  # type: ignore[attr-defined]  # which give back its place
        else:
            bind_facts(**one.facts)
            request.resolver_match = one.route
        sent = respond(request, one, time.time())
        sent._resource_closers.extend(closers)  # type: ignore[attr-defined]
        return sent

    return middleware


def rendered(answer: Answer, response: HttpResponse, route: ResolverMatch | None = None) -> Rendered:
    """The bytes and validators of the response to `answer`."""
    fetched = answer.fetched.values()
    # the media type too: one tag names one representation (RFC 9110, 8.8.3)
    digest = hashlib.blake2b(f"{response.headers['Content-Type']}\n".encode() + response.content, digest_size=16)
    oldest, expires = min(one.oldest for one in fetched), min(one.at + seconds_kept(one) for one in fetched)
    fresh, stale = max(0, math.floor(expires - oldest)), math.floor(settings.STALE_IF_ERROR_SECONDS)
    return Rendered(
        body=response.content,
        headers={**response.headers, "Content-Length": str(len(response.content))},
        cache_control=f"public, max-age={fresh}, stale-if-error={stale}",
        etag=f'"{digest.hexdigest()}"',
        oldest=oldest,
        newest=max(one.at for one in fetched),
        expires=expires,
        route=route,
        facts={**asked_facts(list(answer.fetched)), "missing": len(answer.missing), "cache_hits": len(fetched)},
    )


def respond(request: HttpRequest, one: Rendered, now: float) -> HttpResponse:
    """The 200, or 304 or 412 by the conditions of the request."""
    # within its own second a later answer would have the same date (RFC 9110, 8.8.2)
    last_modified = math.floor(one.newest) if math.floor(one.newest) < math.floor(now) else None
    headers = {
        "ETag": one.etag,
        "Cache-Control": one.cache_control,
        "Age": str(max(0, math.floor(now - one.oldest))),
    }
    if last_modified is not None:
        headers["Last-Modified"] = http_date(last_modified)
    status = _status(request.META, one.etag, last_modified)
    if status == HTTPStatus.NOT_MODIFIED:
        # without the length that a 304 may have: not every client knows that no body follows (wrk waits for it)
        vary = {"Vary": one.headers["Vary"]} if "Vary" in one.headers else {}
        return HttpResponseNotModified(headers={**headers, **vary})
    if status == HTTPStatus.PRECONDITION_FAILED:
        others = {name: value for name, value in one.headers.items() if name not in _OF_THE_BODY}
        words = "The answer is not the one that If-Match or If-Unmodified-Since names."
        return error_response(ConditionFailed(words), others)
    return HttpResponse(one.body, headers={**one.headers, **headers})


def _status(meta: Mapping[str, Any], etag: str, last_modified: int | None) -> HTTPStatus:
    """The status by the conditions of a GET or HEAD, in the order of RFC 9110, 13.2.2.

    A condition with a date counts only beside no condition with tags, and only where there is a date to compare with.
    """
    if not any(name in meta for name in _CONDITIONS):
        return HTTPStatus.OK
    if (tags := meta.get("HTTP_IF_MATCH")) is not None:
        if {"*", etag}.isdisjoint(parse_etags(tags)):
            return HTTPStatus.PRECONDITION_FAILED
    elif _modified_since(meta.get("HTTP_IF_UNMODIFIED_SINCE"), last_modified) is True:
        return HTTPStatus.PRECONDITION_FAILED
    if (tags := meta.get("HTTP_IF_NONE_MATCH")) is not None:
        known = not {"*", etag}.isdisjoint(one.removeprefix("W/") for one in parse_etags(tags))
    else:
        known = _modified_since(meta.get("HTTP_IF_MODIFIED_SINCE"), last_modified) is False
    return HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK


def _modified_since(date: str | None, last_modified: int | None) -> bool | None:
    """Whether the answer was modified after a header's date; None where there is no such date."""
    since = None if date is None else parse_http_date_safe(date)
    return None if since is None or last_modified is None else last_modified > since


class Recent:
    """The bytes of recent answers by question, of this process. Safe from any thread.

    They are used for `TEMPO.recent` seconds, in which other processes may have asked anew, and only as long as this
    process has fetched nothing since.

    Args:
        monotonic: the clock of those seconds.
        now: seconds since the epoch, by which an answer expires.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, now: Callable[[], float] = time.time) -> None:
        self._monotonic, self._now = monotonic, now
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, ...], tuple[object, float, Rendered]] = OrderedDict()

    def get(self, request: HttpRequest) -> Rendered | None:
        """The answer to the same question, if it is recent and the request needs no other look."""
        key = _question(request)
        found = self._answers.get(key) if key else None
        if found is None or settings.CLIENT_RATE:
            return None
        version, until, one = found
        in_time = self._monotonic() < until and self._now() < one.expires
        return one if in_time and version is flights.version() else None

    def put(self, request: HttpRequest, version: object, one: Rendered) -> None:
        """Remember an answer that was made when the cache had this `version`."""
        key = _question(request)
        if key is None or sum(map(len, key)) > _MOST_KEY or len(one.body) > _MOST_BODY:
            return
        with self._lock:
            self._answers[key] = version, self._monotonic() + settings.TEMPO.recent, one
            self._answers.move_to_end(key)
            while len(self._answers) > _MOST:
                self._answers.popitem(last=False)


def _question(request: HttpRequest) -> tuple[str, ...] | None:
    """The parts of a request that its answer depends on; None for a request that is no plain question."""
    meta = request.META
    if request.method not in ("GET", "HEAD") or any(meta.get(name) for name in _NOT_PLAIN):
        return None
    if wants_anew(request):
        return None
    # scheme and host, because the middleware further in may redirect or refuse them
    host = meta.get("HTTP_HOST", ""), meta.get("HTTP_X_FORWARDED_HOST", "")
    # an empty Accept takes nothing, none takes anything
    return request.scheme or "", *host, request.path_info, meta.get("QUERY_STRING", ""), meta.get("HTTP_ACCEPT", "*/*")
