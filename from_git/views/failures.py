"""From exceptions to responses; every status code comes from the class of an error."""

import logging
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from rest_framework.exceptions import MethodNotAllowed, ParseError, Throttled, UnsupportedMediaType
from rest_framework.response import Response

from from_git import errors
from from_git.baseview import BaseView
from from_git.conf import settings
from from_git.logfacts import bind_facts
from from_git.question import example
from from_git.responses import error_response, method_refused, retry_after
from from_git.serializers import error_body

logger = logging.getLogger(__name__)
_MAX_REASON = 500  # characters in the log


def exception_response(error: Exception, context: dict[str, Any]) -> Response:
    """The response to an exception of a view (REST framework's EXCEPTION_HANDLER)."""
    ours = ours_for(error, context["view"])
    note(ours)
    return Response(error_body(ours), status=ours.status, headers=retry_after(ours))


def note(error: errors.FromGitError) -> None:
    """Put the error into the request's line in the log."""
    bind_facts(outcome=error.code)
    if isinstance(error, errors.UpstreamError) and error.profile:
        # the message would put the URL as asked into the log, with whatever its query holds
        bind_facts(failed=error.profile.logged, reason=error.reason[:_MAX_REASON])


def ours_for(error: Exception, view: BaseView) -> errors.FromGitError:
    """Map an exception from a view to a FromGitError."""
    if isinstance(error, errors.FromGitError):
        return error
    if isinstance(error, MethodNotAllowed):
        return method_refused(view.request.method or "", view.allowed_methods)
    if isinstance(error, UnsupportedMediaType):
        taken = ", ".join(str(parser.media_type) for parser in view.parser_classes)
        kind = view.request.content_type.partition(";")[0].strip() or "none"
        return errors.MediaTypeRefused(
            f"The media type of the body is not supported: {kind[:100]}.", f"Send one of {taken}."
        )
    if isinstance(error, Throttled):
        return errors.AskedTooOften(f"{settings.CLIENT_RATE} (CLIENT_RATE)", getattr(error, "wait", None) or 1)
    if isinstance(error, SuspiciousOperation | BadRequest | UnreadablePostError):
        return errors.RequestError("The request is malformed.", "Mend the request, or use another client.")
    if isinstance(error, ParseError):
        return errors.RequestError(f"The body cannot be read: {error.detail}")
    logger.exception("An error of our own", exc_info=error)
    return errors.OwnFault()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own 400s, such as a Host header that ALLOWED_HOSTS does not name."""
    message = "The request is malformed, or asks for a host name that ALLOWED_HOSTS does not have."
    return error_response(errors.RequestError(message, "Ask by a name that ALLOWED_HOSTS has, or add this one to it."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A route that does not exist."""
    advice = f"The answer is at {example()}, the page at /from-git/test."
    return error_response(errors.NothingHere("There is nothing at this address.", advice))


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own fault outside the API's views; Django has logged the traceback."""
    return error_response(errors.OwnFault())
