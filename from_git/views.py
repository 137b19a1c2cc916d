"""HTTP in and out; every status code comes from an error's class."""

import logging
import re
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, cast

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import MethodNotAllowed, ParseError, Throttled, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from structlog.contextvars import bind_contextvars

from from_git.admission import Place, place
from from_git.aggregator import aggregate
from from_git.cache import version as kept_version
from from_git.conf import settings
from from_git.errors import (
    AskedTooOften,
    BodyTooLarge,
    FromGitError,
    LengthRequired,
    LineTooLong,
    MediaTypeRefused,
    NothingHere,
    OwnFault,
    RequestError,
    UpstreamError,
)
from from_git.httpcache import mark, wants_anew
from from_git.openapi import HealthCheckSchema
from from_git.renderers import RENDERERS, AnswerRenderer, Browsable, answer_response, relax
from from_git.responses import error_response, method_refused, retry_after, unsafe_response
from from_git.route import Route
from from_git.serializers import EXAMPLE, error_body, expand_in_body, question, urls_in_body
from from_git.throttle import ClientThrottle

logger = logging.getLogger(__name__)
_LENGTH = re.compile(r"[0-9]{1,4000}")
_MAX_REASON = 500  # characters in the log
_DOCS_POLICY = {name: ["'self'"] for name in ("script-src", "connect-src")}


class HealthCheck(Route):
    """The answer: GET with ?url=…&url=…, or POST with the same as a form or as JSON."""

    throttle_classes = (ClientThrottle,)
    renderer_classes = RENDERERS
    schema = HealthCheckSchema()
    keeps_errors = (*Route.keeps_errors, Browsable)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As the framework's; the place of an answer is kept until it is sent."""
        self.place: Place | None = None
        try:
            response = super().dispatch(request, *args, **kwargs)
        except BaseException:
            if self.place:
                self.place.release()
            raise
        if self.place:
            self.place.until_sent(response)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take a place, and refuse what is too long before anybody parses it."""
        self.place = place()
        super().initial(request, *args, **kwargs)
        if len(request.META.get("QUERY_STRING", "")) > settings.MAX_QUERY_BYTES:
            raise LineTooLong(f"The address is longer than {settings.MAX_QUERY_BYTES} bytes. Send the URLs with POST.")
        if "HTTP_TRANSFER_ENCODING" in request.META:
            raise LengthRequired("Send the body with a Content-Length, not in chunks.")  # Django would read none of it
        if _content_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge(
                f"The body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes. Ask for fewer profiles."
            )

    def get(self, request: Request) -> HttpResponseBase:
        """Answer for the `url` parameters, with what `expand` asks for."""
        return self._answer(request, request.query_params.getlist("url"), request.query_params.getlist("expand"))

    def post(self, request: Request) -> HttpResponseBase:
        """Answer for the `url` and `expand` members of the body, and parameters if there are any."""
        if len(request._request.body) < _content_length(request):
            raise RequestError("The body ended before its Content-Length.")  # half a URL may name another owner
        try:
            body = request.data
        except RecursionError:
            raise RequestError("The JSON body is nested too deeply.") from None
        if isinstance(body, QueryDict):
            urls, expand = body.getlist("url"), body.getlist("expand")
        else:
            urls, expand = urls_in_body(body), expand_in_body(body)
        parameters = request.query_params
        return self._answer(request, [*parameters.getlist("url"), *urls], [*parameters.getlist("expand"), *expand])

    def _answer(self, request: Request, urls: list[str], expand: list[str]) -> HttpResponseBase:
        version = kept_version()
        profiles, expansions = question(urls, expand)
        answer = aggregate(
            profiles,
            settings.REQUEST_DEADLINE,
            "REQUEST_DEADLINE",
            longest=settings.FLIGHT_SECONDS,
            anew=wants_anew(request),
        )
        response = answer_response(answer, expansions, cast(AnswerRenderer, request.accepted_renderer))
        if request.method == "POST":
            response.headers["Cache-Control"] = "no-store"
        else:
            mark(response, answer, version)
        return response


def exception_response(error: Exception, context: dict[str, Any]) -> Response:
    """The response to whatever a view raised (REST framework's EXCEPTION_HANDLER)."""
    ours = _ours(error, context["view"])
    bind_contextvars(outcome=ours.code)
    if isinstance(ours, UpstreamError) and ours.profile:
        # the message would put the URL as asked into the log, with whatever its query holds
        bind_contextvars(failed=f"{ours.profile.forge}/{ours.profile.owner}", reason=ours.reason[:_MAX_REASON])
    return Response(error_body(ours), status=ours.status, headers=retry_after(ours))


def _ours(error: Exception, view: Route) -> FromGitError:
    """The one of our errors that stands for what a view raised."""
    if isinstance(error, FromGitError):
        return error
    if isinstance(error, MethodNotAllowed):
        return method_refused(view.request.method or "", view.allowed_methods)
    if isinstance(error, UnsupportedMediaType):
        taken = ", ".join(str(parser.media_type) for parser in view.parser_classes)
        return MediaTypeRefused(f"{error.detail} Send one of {taken}.")
    if isinstance(error, Throttled):
        return AskedTooOften(f"{settings.CLIENT_RATE} (CLIENT_RATE)", getattr(error, "wait", None) or 1)
    if isinstance(error, SuspiciousOperation | BadRequest | UnreadablePostError):
        return RequestError("The request is malformed.")
    if isinstance(error, ParseError):
        return RequestError(str(error.detail))
    logger.exception("An error of our own", exc_info=error)
    return OwnFault()


def _safe_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let GET and HEAD through; answer OPTIONS, and others with a 405 in the form of every other error."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        return view(request) if request.method in ("GET", "HEAD") else unsafe_response(request.method or "")

    return wrapped


@_safe_only
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the page."""
    return redirect("page")


@_safe_only
def page(request: HttpRequest) -> HttpResponse:
    """The form for a person; `?url=…` fills it in."""
    return render(request, "from_git/test.html", {"urls": "\n".join(request.GET.getlist("url"))})


@_safe_only
def openapi(request: HttpRequest) -> HttpResponse:
    """The API's description, always as JSON."""
    return HttpResponse(_description(), content_type="application/json")


@cache
def _description() -> bytes:
    return OpenApiJsonRenderer().render(SchemaGenerator().get_schema(public=True), renderer_context={})


class Docs(Route, SpectacularSwaggerSplitView):
    """The description for a person, who can try it out (Swagger UI); its files come from a package, not from a CDN."""

    schema = None
    url_name = "openapi"
    template_name = "from_git/docs.html"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The page, or its script where `script` is asked for."""
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        relax(response, _DOCS_POLICY)
        return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own 400s, such as a Host header that ALLOWED_HOSTS does not name."""
    message = "The request is malformed, or asks for a host name that ALLOWED_HOSTS does not have."
    return error_response(RequestError(message))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A route that does not exist."""
    message = f"There is nothing at this address. The answer is at {EXAMPLE}, the page at /from-git/test."
    return error_response(NothingHere(message))


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own fault outside the API's views; Django has logged the traceback."""
    return error_response(OwnFault())


def _content_length(request: Request) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not _LENGTH.fullmatch(length):  # Python's int() takes "1_0" and "+1" too, Django's body fails with the rest
        raise RequestError("The Content-Length is not a number.")
    return int(length)
