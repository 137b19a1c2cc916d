"""Pages for a person, and the API's description."""

import json
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from from_git import forges
from from_git.baseview import BaseView, parameters, refuse_long_address
from from_git.errors import RequestError
from from_git.forges.registry import KINDS, labels
from from_git.openapi.components import example_urls
from from_git.pictures import CHARTS, PICTURES
from from_git.question.fields import Fields, refuse_unknown
from from_git.renderers import relax
from from_git.responses import unsafe_response
from from_git.values.keys import described
from from_git.values.kind import Kind
from from_git.values.words import listed

_PAGE_POLICY = {name: ["'self'"] for name in ("script-src", "connect-src", "img-src")}
_DOCS_POLICY = {name: ["'self'"] for name in ("script-src", "connect-src")}
_TITLES = {"card": "Card", "langs": "Languages", "repos": "Repositories", "topics": "Topics"}


def _safe_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let GET and HEAD through; answer OPTIONS, and refuse other methods in the form of all errors."""

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
    """The form for a person; `?url=…` fills it in, and asks where the page's script runs.

    An unknown parameter is a 400, and the page says beside the form what is wrong.
    """
    asked, refused = _asked(request)
    kinds = list(KINDS.values())
    keys = described(kinds)
    addresses = {"card": reverse("card"), **{name: reverse("chart", kwargs={"name": name}) for name in CHARTS}}
    context = {
        "urls": "\n".join(map(str, asked.get("url", ()))),
        "refused": f"{refused.message} {refused.advice}" if refused else "",
        "hosts": json.dumps([(host.kind.name, host.label, name) for name, host in forges.hosts().items()]),
        "labels": labels(),
        "placeholder": [kind.url(kind.examples.form) for kind in kinds],
        "absent": example_urls()[-1],
        "bytes": _about_bytes(kinds),
        "keys": keys.items(),
        "numbers": [(name, key) for name, key in keys.items() if name not in ("langs", "topics")],
        # their size keeps their place free until they are there
        "pictures": [(addresses[name], title, *PICTURES[name].size) for name, title in _TITLES.items()],
    }
    response = render(request, "from_git/test.html", context, status=refused.status if refused else None)
    relax(response, _PAGE_POLICY)
    return response


def _about_bytes(kinds: list[Kind]) -> str:
    counted = listed([f"{kind.label}'s" for kind in kinds if kind.tells_bytes])
    others = [kind.label for kind in kinds if not kind.tells_bytes]
    return f"Bytes are {counted}; {listed(others)} {'does' if len(others) == 1 else 'do'} not count them."


def _asked(request: HttpRequest) -> tuple[Fields, RequestError | None]:
    asked: Fields = {}
    try:
        refuse_long_address(request)
        asked = parameters(request)
        refuse_unknown("page", asked)
    except RequestError as error:
        return asked, error
    return asked, None


@_safe_only
def openapi(request: HttpRequest) -> HttpResponse:
    """The API's description, always as JSON."""
    return HttpResponse(_description(tuple(KINDS.values())), content_type="application/json")


@cache
def _description(kinds: tuple[Kind, ...]) -> bytes:
    return OpenApiJsonRenderer().render(SchemaGenerator().get_schema(public=True), renderer_context={})


class Docs(BaseView, SpectacularSwaggerSplitView):
    """The description for a person, who can try it out (Swagger UI); its files come from a package, not from a CDN."""

    schema = None
    url_name = "openapi"
    template_name = "from_git/docs.html"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The page, or its script where `script` is asked for."""
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        relax(response, _DOCS_POLICY)
        return response
