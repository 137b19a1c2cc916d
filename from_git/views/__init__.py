"""Views: from an HTTP request to its response; every status code comes from the class of an error."""

from from_git.views.answers import HealthCheck
from from_git.views.failures import bad_request, exception_response, not_found, server_error
from from_git.views.pages import Docs, home, openapi, page
from from_git.views.pictures import Badge, Drawing
from from_git.views.stream import Stream

__all__ = [
    "Badge",
    "Docs",
    "Drawing",
    "HealthCheck",
    "Stream",
    "bad_request",
    "exception_response",
    "home",
    "not_found",
    "openapi",
    "page",
    "server_error",
]
