"""Headers for HTTP caches, conditional requests, and the bytes of recent answers, which are sent again at once.

Freshness counts from the oldest number in an answer: `Age` is how old it is, and `max-age` how old it may become until
the first of its profiles is asked for again. RFC 9110 (validators, preconditions) and 9111 (caching).
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from from_git.aggregator import Answer
from from_git.httpcache.recent import Recent, wants_anew
from from_git.httpcache.rendered import Rendered, known, of_the_past, rendered, respond
from from_git.logfacts import bind_facts
from from_git.responses import Streamed
from from_git.values.again import AGAIN, KEPT

__all__ = ["Recent", "Rendered", "cached", "known", "mark", "of_the_past", "rendered", "respond", "wants_anew"]

_Handler = Callable[[HttpRequest], HttpResponse | Streamed]
_MARK = "from_git_answer"


def mark(response: HttpResponseBase, answer: Answer, version: object) -> None:
    """Mark a response as a rendering of `answer`, which was made when the cache had this `version`."""
    setattr(response, _MARK, (answer, version))


def cached(get_response: _Handler) -> _Handler:
    """Add cache headers to marked responses, answer conditional requests, and send recent answers again.

    It stands outside of all middleware that adds headers, so that an answer that is sent again has them too.
    """
    recent = Recent()

    def middleware(request: HttpRequest) -> HttpResponse | Streamed:
        given: Rendered | None = request.META.pop(KEPT, None)
        one, streamed, closers = given or recent.get(request), None, []
        if one is None:
            response = get_response(request)
            marked = getattr(response, _MARK, None)
            if marked is None:
                return response
            answer, version = marked
            one = rendered(answer, response, request.resolver_match)
            streamed = response if isinstance(response, Streamed) else None
            kept = streamed is None and recent.put(request, version, one)
            closers = response._resource_closers  # type: ignore[union-attr]  # which give back its place
        else:
            bind_facts(**one.facts)
            request.resolver_match = one.route
            kept = given is None
        if kept:
            request.META[AGAIN] = recent.again(request)
        sent = respond(request, one, time.time(), streamed)
        if sent is not streamed:
            sent._resource_closers.extend(closers)  # type: ignore[union-attr]
        return sent

    return middleware
