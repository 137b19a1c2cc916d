"""Responses that every route has: errors in one form, OPTIONS, and methods that are not allowed."""

import errno
import math
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from contextvars import Context, copy_context
from io import SEEK_END
from typing import IO

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse

from from_git.errors import FromGitError, MethodRefused
from from_git.logfacts import bind_facts
from from_git.serializers import error_body

SAFE = ("GET", "HEAD", "OPTIONS")
"""The methods of a read-only route."""
_PART = 65_536  # bytes


class Streamed(StreamingHttpResponse):
    """A response whose parts are made while it is sent, in the context variables of its request.

    Attributes:
        context: those variables, which the log line at the end needs.
        seed: see below.

    Args:
        seed: what its bytes follow from, where they are an answer that caches may keep.
        seconds: the time after which no more is made for a client that takes it too slowly, whose connection then ends
            before the response does.
    """

    def __init__(
        self,
        parts: Generator[bytes, None, None],
        seed: bytes = b"",
        content_type: str | None = None,
        headers: dict[str, str] | None = None,
        seconds: float = math.inf,
    ) -> None:
        self.context = copy_context()
        self.seed = seed
        timed = _timed(parts, time.monotonic() + seconds)
        super().__init__(_in_context(self.context, timed), content_type=content_type, headers=headers)


class Spooled(Streamed):
    """A response with the bytes of a file, which is closed with it even if nobody has read it.

    Args:
        file: sent from its beginning to its end.
    """

    def __init__(
        self, file: IO[bytes], seed: bytes, content_type: str, headers: dict[str, str], seconds: float = math.inf
    ) -> None:
        length = file.seek(0, SEEK_END)
        file.seek(0)
        super().__init__(_read(file), seed, content_type, {**headers, "Content-Length": str(length)}, seconds)
        # a generator that was never asked for a part would close nothing at its end
        self._resource_closers.append(file.close)  # type: ignore[attr-defined]


def _read(file: IO[bytes]) -> Generator[bytes, None, None]:
    while part := file.read(_PART):
        yield part


def nothing() -> Generator[bytes, None, None]:
    """The parts of a response to HEAD."""
    yield from ()


def _timed(parts: Generator[bytes, None, None], until: float) -> Generator[bytes, None, None]:
    with closing(parts):
        for part in parts:
            if time.monotonic() > until:
                bind_facts(outcome="LEFT")
                # as if the client were gone, which no server writes a traceback for
                raise ConnectionResetError(errno.ECONNRESET, "it took its answer too slowly")
            try:
                yield part
            except GeneratorExit:  # it is closed before its end
                bind_facts(outcome="LEFT")
                raise


def _in_context(context: Context, parts: Generator[bytes, None, None]) -> Iterator[bytes]:
    """The parts, which are made in a context, their end too."""
    try:
        while (part := context.run(next, parts, None)) is not None:
            yield part
    finally:
        context.run(parts.close)


def error_response(error: FromGitError, headers: dict[str, str] | None = None) -> JsonResponse:
    """The response to an error that no view of REST framework raised."""
    bind_facts(outcome=error.code)
    return JsonResponse(error_body(error), status=error.status, headers={**retry_after(error), **(headers or {})})


def retry_after(error: FromGitError) -> dict[str, str]:
    """The Retry-After header, where asking again later can help."""
    return {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}


def methods_response(allowed: Iterable[str]) -> HttpResponse:
    """The answer to OPTIONS: the allowed methods, and nothing else."""
    response = HttpResponse(status=204, headers={"Allow": ", ".join(allowed)})
    del response.headers["Content-Type"]
    return response


def unsafe_response(method: str) -> HttpResponse:
    """The answer of a read-only route to a method other than GET and HEAD."""
    if method == "OPTIONS":
        return methods_response(SAFE)
    return error_response(method_refused(method, SAFE), {"Allow": ", ".join(SAFE)})


def method_refused(method: str, allowed: Iterable[str]) -> MethodRefused:
    """The error for a method that a route does not allow."""
    names = ", ".join(allowed)
    return MethodRefused(f"{method} is not allowed here. Allowed: {names}.", f"Use one of {names}.")
