"""Responses that every route has: errors in their one form, OPTIONS, and methods that are not taken."""

from collections.abc import Iterable

from django.http import HttpResponse, JsonResponse
from structlog.contextvars import bind_contextvars

from from_git.errors import FromGitError, MethodRefused
from from_git.serializers import error_body

SAFE = ("GET", "HEAD", "OPTIONS")
"""The methods of a route that only shows something."""


def error_response(error: FromGitError, headers: dict[str, str] | None = None) -> JsonResponse:
    """The response to an error that no view of REST framework raised."""
    bind_contextvars(outcome=error.code)
    return JsonResponse(error_body(error), status=error.status, headers={**retry_after(error), **(headers or {})})


def retry_after(error: FromGitError) -> dict[str, str]:
    """The header that says in how many seconds asking again can help, where time helps."""
    return {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}


def methods_response(allowed: Iterable[str]) -> HttpResponse:
    """The answer to OPTIONS: which methods there are, and nothing else."""
    response = HttpResponse(status=204, headers={"Allow": ", ".join(allowed)})
    del response.headers["Content-Type"]
    return response


def unsafe_response(method: str) -> HttpResponse:
    """The answer of a route that only shows something to a method that is not GET or HEAD."""
    if method == "OPTIONS":
        return methods_response(SAFE)
    return error_response(method_refused(method, SAFE), {"Allow": ", ".join(SAFE)})


def method_refused(method: str, allowed: Iterable[str]) -> MethodRefused:
    """The error for a method that a route does not take."""
    return MethodRefused(f"{method} is not taken here. There are {', '.join(allowed)}.")
