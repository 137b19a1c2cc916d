"""`coding_challenge` without anything: the WSGI application whose views give the bytes of the file in BARE_BODY.

`/drf` is a view of REST framework, `/django` one of Django alone. For `benchmarks.warm`.
"""

import os
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from from_git.options import loading

_values, _ = loading.load({}, {})  # the server asks for some of them
settings.configure(
    **{**_values, "SECRET_KEY": "none is needed"},
    ROOT_URLCONF=__name__,
    # without it there is no Content-Length, and gunicorn sends chunks
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    LOGGING_CONFIG=None,
    MAX_QUERY_BYTES=4 * 1024 * 1024,  # the server wants to know
)
application = get_wsgi_application()

from rest_framework.response import Response  # noqa: E402 - after the settings
from rest_framework.views import APIView  # noqa: E402

_BODY = Path(os.environ["BARE_BODY"]).read_bytes()
_DATA = orjson.loads(_BODY)


class Bare(APIView):
    """REST framework with nothing to do but to write JSON."""

    def get(self, request: Any) -> Response:
        """The body."""
        return Response(_DATA)


def bare(request: HttpRequest) -> HttpResponse:
    """The body."""
    return HttpResponse(_BODY, content_type="application/json")


urlpatterns = [path("drf", Bare.as_view()), path("django", bare)]
