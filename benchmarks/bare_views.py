"""The service's WSGI application with one view of Django alone, which gives the bytes of the file in BARE_BODY.

It stands behind the same middleware, without the one that keeps answers, which is part of what is measured. The media
type is that in BARE_TYPE. For `benchmarks.warm`.
"""

import os
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ["DJANGO_SETTINGS_MODULE"] = "coding_challenge.settings"
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != "from_git.httpcache.cached"]

from coding_challenge.wsgi import application  # noqa: E402 - after the settings

__all__ = ["application"]

_BODY = Path(os.environ["BARE_BODY"]).read_bytes()
_TYPE = os.environ["BARE_TYPE"]


def bare(request: HttpRequest) -> HttpResponse:
    """The bytes."""
    return HttpResponse(_BODY, content_type=_TYPE)


urlpatterns = [path("bare", bare)]
