"""The WSGI application, for any WSGI server."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from from_git.middleware import REFUSED_CHARSET

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")

_django = get_wsgi_application()
_UNICODE = {"", "utf-8", "utf8", "us-ascii", "ascii"}


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Django; a request whose text is no UTF-8 goes without its media type and with a mark, and gets a 415 there.

    Taken away here because Django takes any codec of Python's for a charset and fails with those that are none (`hex`)
    before a view or a handler could answer.
    """
    _, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", "")[:1_000])
    if parameters.get("charset", "").lower() not in _UNICODE:
        environ = {**environ, "CONTENT_TYPE": "", REFUSED_CHARSET: True}
    return _django(environ, start_response)
