"""What HTTP caches are told of an answer, and the bytes of recent answers, so that asking again costs next to nothing.

Freshness counts from the oldest number in an answer: `Age` is how old it is, and `max-age` how old it may become until
the first of its profiles is asked for again. RFC 9110 (validators, preconditions) and 9111 (caching).
"""

import hashlib
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from structlog.contextvars import bind_contextvars

from from_git import cache
from from_git.aggregator import Answer, asked_facts
from from_git.conf import settings

_SECONDS = 1.0  # for which the bytes are used again; other processes may have asked anew meanwhile
_MOST, _MOST_KEY, _MOST_BODY = 128, 4_096, 131_072  # answers, and bytes of each: 16 MB in all at most


@dataclass(frozen=True)
class Rendered:
    """The bytes of a 200 and what is known of them; times in seconds since the epoch."""

    body: bytes
    content_type: str
    headers: Mapping[str, str]
    """What its renderer adds."""
    etag: str
    oldest: float
    """When the oldest number in it was counted."""
    newest: float
    """When the last of its fetches ended."""
    expires: float
    """When the first of its profiles is asked for again."""
    facts: Mapping[str, Any]
    """For the request's line in the log."""


def rendered(answer: Answer, response: HttpResponse) -> Rendered:
    """What the response to `answer` is made of."""
    fetched = answer.fetched.values()
    return Rendered(
        body=response.content,
        content_type=response.headers["Content-Type"],
        headers={name: value for name, value in response.headers.items() if name != "Content-Type"},
        etag=f'"{hashlib.blake2b(response.content, digest_size=16).hexdigest()}"',
        oldest=min(one.oldest for one in fetched),
        newest=max(one.at for one in fetched),
        expires=min(one.at + cache.seconds_kept(one) for one in fetched),
        facts={**asked_facts(list(answer.fetched)), "missing": len(answer.missing), "cache_hits": len(fetched)},
    )


def respond(request: HttpRequest, one: Rendered, now: float) -> HttpResponse:
    """The 200, or the 304 that the request's conditions allow."""
    response = HttpResponse(one.body, content_type=one.content_type, headers=dict(one.headers))
    age = max(0, math.floor(now - one.oldest))
    fresh = max(0, math.floor(one.expires - one.oldest))
    response.headers["ETag"] = one.etag
    response.headers["Cache-Control"] = (
        f"public, max-age={fresh}, stale-if-error={math.floor(settings.STALE_IF_ERROR_SECONDS)}"
    )
    response.headers["Age"] = str(age)
    patch_vary_headers(response, ["Accept"])
    # within its own second a later answer would have the same date (RFC 9110, 8.8.2)
    last_modified = math.floor(one.newest) if math.floor(one.newest) < math.floor(now) else None
    if last_modified is not None:
        response.headers["Last-Modified"] = http_date(last_modified)
    conditional = get_conditional_response(request, one.etag, last_modified, response)
    if conditional is None:
        return response
    conditional.headers.setdefault("Age", str(age))  # what a cache counts the freshness of a 304 from
    return conditional


def wants_anew(request: HttpRequest) -> bool:
    """Whether the client says that nothing kept will do."""
    directives = request.headers.get("Cache-Control", "").lower().split(",")
    return "no-cache" in (one.strip() for one in directives)


class Recent:
    """The bytes of recent answers by question, of this process. Safe from any thread.

    They are used for a second, and only as long as this process has fetched nothing since.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, str], tuple[object, float, Rendered]] = OrderedDict()

    def get(self, request: HttpRequest) -> Rendered | None:
        """The answer to the same question, if it is recent."""
        found = self._answers.get(_question(request))
        if found is None:
            return None
        version, until, one = found
        return one if version is cache.version() and time.monotonic() < until and time.time() < one.expires else None

    def put(self, request: HttpRequest, version: object, one: Rendered) -> None:
        """Remember an answer that was made from what `version` of the cache had."""
        key = _question(request)
        if len(key[0]) + len(key[1]) > _MOST_KEY or len(one.body) > _MOST_BODY:
            return
        with self._lock:
            self._answers[key] = version, time.monotonic() + _SECONDS, one
            self._answers.move_to_end(key)
            while len(self._answers) > _MOST:
                self._answers.popitem(last=False)


RECENT = Recent()


def recent_response(request: HttpRequest) -> HttpResponse | None:
    """The response to a question that was answered a moment ago; None where it must be asked properly."""
    if request.method not in ("GET", "HEAD") or settings.CLIENT_RATE or wants_anew(request):
        return None
    one = RECENT.get(request)
    if one is None:
        return None
    bind_contextvars(**one.facts)
    return respond(request, one, time.time())


def _question(request: HttpRequest) -> tuple[str, str]:
    return request.META.get("QUERY_STRING", ""), request.META.get("HTTP_ACCEPT", "")
