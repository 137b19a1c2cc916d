"""For every request and response: an id, a line in the log, common headers, UTF-8."""

import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

from from_git import metrics
from from_git.errors import MediaTypeRefused, RangeRefused
from from_git.logfacts import bind_facts, bound_facts, known_facts, of_line
from from_git.responses import Streamed, error_response, unsafe_response
from from_git.serializers import plain_error_body

logger = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
HEADERS = {
    # Django's SecurityMiddleware sets these two as well, but not on the answers it gives itself
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""The headers of every response that does not set them itself."""
REFUSED_CHARSET = "from_git.refused_charset"
"""The key of the WSGI environment that marks a request whose text is not UTF-8."""

_OF_BATCHES = re.compile(r".*?/batches(?![^/])", re.DOTALL)
_BEFORE_KEYS = re.compile(r".*?/(?:batches|from_git/batch)(?![^/])", re.DOTALL)  # the second one is the admin's

QUIET = {"livez", "readyz", "metrics"}
"""Routes that are asked every few seconds; their log lines have the level DEBUG."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_MAX_METHOD, _MAX_PATH = 20, 300  # characters in the log; a client may send megabytes
_Handler = Callable[[HttpRequest], HttpResponse]


def request_id(given: str | None) -> str:
    """The id that the client gave, if a header and a log can hold it, else a new one."""
    return given if given and _ID.fullmatch(given) else uuid.uuid4().hex


def write_line(status: int, method: str, path: str, seconds: float, route: str = "other") -> None:
    """Count a request and write its log line, with all context variables bound meanwhile.

    The line has no query, which may hold secrets. `route` is the name in the table of routes.
    """
    metrics.request(route, method, status, seconds)
    usual = "OK" if status < 400 else "ERR3" if status < 500 else "ERRX"
    outcome = known_facts().get("outcome", usual)
    write = logger.debug if route in QUIET else logger.info if outcome in ("OK", "ERR3", "LEFT") else logger.warning
    facts = of_line(
        method=method[:_MAX_METHOD],
        path=_without_key(path)[:_MAX_PATH],
        status=status,
        outcome=outcome,
        seconds=round(seconds, 3),
    )
    write("request", extra=facts)


def _without_key(path: str) -> str:
    """The path without the id of a batch, which is its only key; other parts of it do not matter."""
    whole = unquote(path)  # as it came, where the server refuses it
    found = _BEFORE_KEYS.match(whole)
    return f"{found[0]}/***" if found and found.end() < len(whole) else path


def refused(
    status: int,
    code: str,
    words: tuple[str, str],
    given_id: str | None,
    method: str,
    path: str,
    retry_after: int | None = None,
) -> tuple[dict[str, str], bytes]:
    """Headers and body for a request that the server refuses before Django sees it; counts it and writes its line.

    Args:
        words: message and advice.
        retry_after: seconds, where time helps.
    """
    later = {} if retry_after is None else {"retryAfter": retry_after}
    body = json.dumps({**plain_error_body(code, *words), **later}).encode()
    own_id = request_id(given_id)
    with bound_facts(request_id=own_id, outcome=code):
        write_line(status, method, path, 0.0)
    own = {"Connection": "close", "Content-Type": "application/json", "Content-Length": str(len(body))}
    if retry_after is not None:
        own["Retry-After"] = str(retry_after)
    return {REQUEST_ID: own_id, **HEADERS, **own}, body


def logged(get_response: _Handler) -> _Handler:
    """Give each request its id and its log line. The outermost middleware, so that no request escapes it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # context variables must end with the request: a server thread serves many
        return copy_context().run(in_context, request)

    def in_context(request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        own_id = request_id(request.META.get("HTTP_X_REQUEST_ID"))  # `request.headers` would parse all of them
        bind_facts(request_id=own_id)
        response = get_response(request)
        response.headers[REQUEST_ID] = own_id
        if _OF_BATCHES.match(request.path):
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["Cache-Control"] = "no-store"
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if response.status_code >= 400:
            response.headers.setdefault("Cache-Control", "no-store")
        # Django forgets the length of some responses, and sets one for a 204 too
        if response.status_code == 204:
            del response.headers["Content-Length"]
        elif not response.streaming and response.status_code != 304 and "Content-Length" not in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
        # no route: an unknown address, or a static file
        route = request.resolver_match.view_name if request.resolver_match else "other"

        def end() -> None:
            write_line(response.status_code, request.method or "", request.path, time.monotonic() - begun, route)

        if isinstance(response, Streamed):  # its line is due at its end
            response._resource_closers.append(partial(response.context.run, end))
        else:
            end()
        return response

    return middleware


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # it has no types
    """WhiteNoise, with 405 and 416 in the form of all errors, and with OPTIONS."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponseBase:
        """The file, or an error in our form."""
        if request.method in ("GET", "HEAD"):
            served: HttpResponseBase = WhiteNoiseMiddleware.serve(static_file, request)
            if served.status_code == RangeRefused.status:
                size = served.headers["Content-Range"]  # "bytes */13236"
                words = f"The file has {int(size.rpartition('/')[2]):,} bytes and none of those that Range asks for."
                return error_response(RangeRefused(words), {"Content-Range": size})
            return served
        return unsafe_response(request.method or "")


def utf8_only(get_response: _Handler) -> _Handler:
    """Refuse a request that the WSGI application has marked as not UTF-8."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if REFUSED_CHARSET in request.META:
            return error_response(MediaTypeRefused("Text is supported in UTF-8 only.", "Send it in UTF-8."))
        return get_response(request)

    return middleware
