"""The WSGI application, for any WSGI server."""

import json
import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from from_git.serializers import plain_error_body

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")

_django = get_wsgi_application()
_UNICODE = {"", "utf-8", "utf8", "us-ascii", "ascii"}


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Django, for requests whose text is UTF-8; a 415 for others.

    Decided here because Django takes any codec of Python's for a charset and fails with those that are none (`hex`)
    before a view or a handler could answer.
    """
    _, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", "")[:1_000])
    if parameters.get("charset", "").lower() in _UNICODE:
        return _django(environ, start_response)
    body = json.dumps(plain_error_body("ERR3", "Send text as UTF-8; no other charset is taken.")).encode()
    start_response(
        "415 Unsupported Media Type",
        [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
    )
    return [body]
