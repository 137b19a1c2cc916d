"""Pages for a person, and the API's description."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from from_git import forges, history
from from_git.baseview import BaseView, parameters, refuse_long_address
from from_git.conf import settings
from from_git.errors import RequestError
from from_git.forges.registry import KINDS
from from_git.openapi.components import example_urls
from from_git.pictures import CHARTS, PICTURES
from from_git.question import both
from from_git.question.choices import filter_asked
from from_git.question.fields import Fields, filled, refuse_unknown
from from_git.renderers import relax
from from_git.responses import unsafe_response
from from_git.values.keys import Key, described
from from_git.values.kind import Kind
from from_git.values.words import FORGES, enumerated, listed

_PAGE_POLICY = {name: ["'self'"] for name in ("script-src", "connect-src", "img-src", "worker-src")}
_DOCS_POLICY = {name: ["'self'"] for name in ("script-src", "connect-src")}
_COUNTED = {"langsNum": "langs", "topicsNum": "topics"}
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
    """The form for a person; `?url=…&forks=…` fills it in, and asks where the page's script runs.

    An unknown parameter is a 400, and the page says beside the form what is wrong.
    """
    asked, refused = _asked(request)
    kinds = list(KINDS.values())
    keys = described(kinds)
    root = reverse("home")
    context = {
        "urls": "\n".join(map(str, asked.get("url", ()))),
        "chosen": {name: str(values[-1]).strip() for name, values in asked.items() if name != "url" and values},
        "refused": f"{refused.message} {refused.advice}" if refused else "",
        "hosts": json.dumps([(host.kind.name, host.label, name) for name, host in forges.hosts().items()]),
        "public": settings.PUBLIC_URL or None,
        "batches": settings.BATCHES,
        "past": history.may_be(),
        "labels": enumerated(forges.labels_of(forges.hosts().values()), FORGES),
        "placeholder": [kind.url(kind.examples.form) for kind in kinds],
        "examples": list(_examples()),
        "absent": example_urls()[-1],
        "bytes": _about_bytes(kinds),
        "counts": [
            (name, key.label, _explained(keys, name)) for name, key in keys.items() if name not in _COUNTED.values()
        ],
        # their size keeps their place free until they are there
        "pictures": [
            (_address(name).removeprefix(root), title, *PICTURES[name].size) for name, title in _TITLES.items()
        ],
    }
    response = render(request, "from_git/test.html", context, status=refused.status if refused else None)
    relax(response, _PAGE_POLICY)
    return response


def _address(picture: str) -> str:
    return reverse("chart", kwargs={"name": picture}) if picture in CHARTS else reverse(picture)


def _explained(keys: Mapping[str, Key], name: str) -> str:
    """What counts and what does not, for a number and for the names that it is the number of."""
    named = keys[_COUNTED.get(name, name)]
    words = (named.counts, named.leaves_out, keys[name].leaves_out)
    return " ".join(dict.fromkeys(filter(None, words)))


def _examples() -> Iterator[tuple[str, str]]:
    """Two questions that forges answer, in words and as the query of an address: one owner everywhere, and a choice."""
    kinds = [kind for kind in KINDS.values() if kind.host in forges.hosts()]
    if kinds:
        name = kinds[0].examples.form
        everywhere = [kind for kind in kinds if kind.examples.form == name]
        words = f"{name} on {listed(forges.labels_of(forges.hosts()[kind.host] for kind in everywhere))}"
        yield words, urlencode([("url", kind.url(name)) for kind in everywhere], safe=":/")
    if kinds and (kind := kinds[0]).demo and kind is next(iter(KINDS.values())):
        owners = [*kind.demo.owners, *kind.examples.api]
        asked = [("url", kind.url(owner)) for owner in owners]
        yield f"{listed(owners)} without forks", urlencode([*asked, ("forks", "no")], safe=":/")


def _about_bytes(kinds: list[Kind]) -> str:
    told, others = (
        listed([kind.hosted or kind.label for kind in kinds if kind.tells.bytes is tells]) for tells in (True, False)
    )
    return f"Bytes are told by {told}, and not by {others}."


def _asked(request: HttpRequest) -> tuple[Fields, RequestError | None]:
    asked: Fields = {}
    try:
        refuse_long_address(request)
        asked = filled(parameters(request))
        both(lambda: refuse_unknown("page", asked), lambda: filter_asked(asked, time.time()))
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
