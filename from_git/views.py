"""HTTP in and out; every status code comes from an error's class."""

import logging
import math
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict, UnreadablePostError
from django.shortcuts import redirect, render
from rest_framework.exceptions import APIException, Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from structlog.contextvars import bind_contextvars

from from_git.aggregator import aggregate
from from_git.conf import settings
from from_git.errors import BodyTooLarge, FromGitError, LengthRequired, LineTooLong, RequestError, UpstreamError
from from_git.serializers import (
    EXAMPLE,
    answer_body,
    error_body,
    plain_error_body,
    profiles_asked,
    urls_in_body,
)
from from_git.throttle import ClientThrottle

logger = logging.getLogger(__name__)
_LENGTH = re.compile(r"[0-9]{1,4000}")
_MAX_REASON = 500  # characters in the log
_OUR_FAULT = "Something went wrong in from-git itself; its log says what. Asking again may help."


class HealthCheck(APIView):
    """The answer: `GET ?url=…&url=…`, or `POST` with the same as a form or as JSON."""

    throttle_classes = (ClientThrottle,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is too long before anybody parses it."""
        super().initial(request, *args, **kwargs)
        if len(request.META.get("QUERY_STRING", "")) > settings.MAX_QUERY_BYTES:
            raise LineTooLong(f"The address is longer than {settings.MAX_QUERY_BYTES} bytes. Send the URLs with POST.")
        if "HTTP_TRANSFER_ENCODING" in request.META:
            raise LengthRequired("Send the body with a Content-Length, not in chunks.")  # Django would read none of it
        if _content_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge(
                f"The body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes. Ask for fewer profiles."
            )

    def get(self, request: Request) -> Response:
        """Answer for the `url` parameters."""
        return self._answer(request, request.query_params.getlist("url"))

    def post(self, request: Request) -> Response:
        """Answer for the `url` members of the body, and parameters if there are any."""
        if len(request._request.body) < _content_length(request):
            raise RequestError("The body ended before its Content-Length.")  # half a URL may name another owner
        try:
            body = request.data
        except RecursionError:
            raise RequestError("The JSON body is nested too deeply.") from None
        urls = body.getlist("url") if isinstance(body, QueryDict) else urls_in_body(body)
        return self._answer(request, [*request.query_params.getlist("url"), *urls])

    def _answer(self, request: Request, urls: list[str]) -> Response:
        answer = aggregate(
            profiles_asked(urls),
            settings.REQUEST_DEADLINE,
            "REQUEST_DEADLINE",
            longest=settings.FLIGHT_SECONDS,
            anew=_wants_anew(request),
        )
        return Response(answer_body(answer))


def exception_response(error: Exception, context: dict[str, Any]) -> Response:
    """The response to whatever a view raised (REST framework's EXCEPTION_HANDLER)."""
    status, body = _failure(error)
    bind_contextvars(outcome=body["error"])
    headers = {"Retry-After": str(body["retryAfter"])} if "retryAfter" in body else {}
    return Response(body, status=status, headers=headers)


def _failure(error: Exception) -> tuple[int, dict[str, Any]]:
    """Status and body for what a view raised."""
    if isinstance(error, FromGitError):
        if isinstance(error, UpstreamError) and error.profile:
            # the message would put the URL as asked into the log, with whatever its query holds
            bind_contextvars(failed=f"{error.profile.forge}/{error.profile.owner}", reason=error.reason[:_MAX_REASON])
        return error.status, error_body(error)
    if isinstance(error, Http404):
        return 404, plain_error_body("ERR3", "There is nothing of this format here; leave out `format`.")
    if isinstance(error, SuspiciousOperation | BadRequest | UnreadablePostError):
        return 400, plain_error_body("ERR3", "The request is malformed.")
    if isinstance(error, Throttled):
        seconds = max(1, math.ceil(getattr(error, "wait", None) or 1))
        message = f"This client asks more often than {settings.CLIENT_RATE} (CLIENT_RATE). Ask again in {seconds} s."
        return 429, {**plain_error_body("ERR3", message), "retryAfter": seconds}
    if isinstance(error, APIException) and error.status_code < 500:
        return error.status_code, plain_error_body("ERR3", str(error.detail))
    logger.exception("An error of our own", exc_info=error)
    return 500, plain_error_body("ERRX", _OUR_FAULT)


def _safe_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let GET and HEAD through; others get a 405 in the form of every other error."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        message = f'Method "{request.method}" not allowed.'
        return JsonResponse(plain_error_body("ERR3", message), status=405, headers={"Allow": "GET, HEAD"})

    return wrapped


@_safe_only
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the page."""
    return redirect("page")


@_safe_only
def page(request: HttpRequest) -> HttpResponse:
    """The form for a person; `?url=…` fills it in."""
    return render(request, "from_git/test.html", {"urls": "\n".join(request.GET.getlist("url"))})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own 400s, such as a Host header that ALLOWED_HOSTS does not name."""
    message = "The request is malformed, or asks for a host name that ALLOWED_HOSTS does not have."
    return JsonResponse(plain_error_body("ERR3", message), status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A route that does not exist."""
    message = f"There is nothing at this address. The answer is at {EXAMPLE}, the page at /from-git/test."
    return JsonResponse(plain_error_body("ERR3", message), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own fault outside the API's views; Django has logged the traceback."""
    return JsonResponse(plain_error_body("ERRX", _OUR_FAULT), status=500)


def _wants_anew(request: Request) -> bool:
    """Whether the client says `Cache-Control: no-cache`."""
    directives = request.headers.get("Cache-Control", "").split(",")
    return any(one.partition("=")[0].strip().lower() == "no-cache" for one in directives)


def _content_length(request: Request) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not _LENGTH.fullmatch(length):  # Python's int() takes "1_0" and "+1" too, Django's body fails with the rest
        raise RequestError("The Content-Length is not a number.")
    return int(length)
