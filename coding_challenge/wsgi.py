"""The WSGI application, for any WSGI server."""

import gc
import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from from_git.middleware import REFUSED_CHARSET

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")

_django = get_wsgi_application()
gc.freeze()  # what is loaded by now is never garbage, and looks through all of it stop every thread
_UNICODE = {"", "utf-8", "utf8", "us-ascii", "ascii"}


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Django; a request whose text is no UTF-8 goes without its media type and with a mark, and gets a 415 there.

    Taken away here because Django takes any codec of Python's for a charset and fails with those that are none (`hex`)
    before a view or a handler could answer.
    """
    media_type = environ.get("CONTENT_TYPE")
    if media_type and _charset(media_type[:1_000]) not in _UNICODE:
        environ = {**environ, "CONTENT_TYPE": "", REFUSED_CHARSET: True}
    return _django(environ, start_response)


def _charset(media_type: str) -> str | None:
    """The charset in lower case, empty without one; None where some parameter has one that does not exist."""
    try:
        _, parameters = parse_header_parameters(media_type)
    except ValueError:
        return None
    return parameters.get("charset", "").lower()
