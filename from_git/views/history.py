"""`/from-git/history` and `/from-git/chart/history.svg`: numbers of watched profiles over time."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, cast
from urllib.parse import urlencode

import orjson
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from from_git.baseview import BaseView, parameters, parameters_if_any
from from_git.batches.sql import reached
from from_git.errors import FromGitError
from from_git.history import series
from from_git.history.at import refuse_parts, watched_rows
from from_git.history.series import Place, Point, Span
from from_git.httpcache import of_the_past, respond
from from_git.models import Profile as Row
from from_git.openapi.past import HistoryChartSchema, HistorySchema
from from_git.pictures import history as picture, look
from from_git.question import both, example, profiles_asked
from from_git.question.fields import Fields, refuse_unknown
from from_git.question.moments import NUMERIC, cursor, series_asked
from from_git.renderers import AnswerPage, relax
from from_git.safejson import SafeJSON
from from_git.serializers import moment
from from_git.spreadsheet.commas import csv_parts
from from_git.values.profile import Profile
from from_git.views import historypage
from from_git.views.counting import Counting, refuse_body
from from_git.views.pictures import Drawn, svg

_LONGEST = 4_000  # characters of a query that a header repeats
_PAGE_POLICY = {"img-src": ["'self'"]}


class Asked(NamedTuple):
    """A question about the past."""

    profiles: Sequence[Profile]
    span: Span
    keys: tuple[str, ...]
    """Those that were named, in the order of an answer; none where none was."""
    after: Place | None


class Told(NamedTuple):
    """The points of an answer."""

    points: Sequence[Point]
    keys: Sequence[str]
    next: str | None
    """Where the list goes on; None: it ends here."""

    def rows(self) -> Iterator[dict[str, Any]]:
        """The members of each point, in their order."""
        for one in self.points:
            at = moment(int(one.place.at.timestamp()))
            numbers = {key: one.numbers[key] for key in self.keys}
            yield {"url": one.profile.url, "at": at, "kind": one.kind or None, **numbers}


class HistoryJSON(SafeJSON):
    """Points as JSON, the default."""

    def response(self, told: Told) -> HttpResponse:
        """The 200 for them."""
        body = {"error": "OK", "points": list(told.rows()), "next": told.next}
        return HttpResponse(orjson.dumps(body), self.media_type)


class HistoryCSV(BaseRenderer):
    """One row for each point; what a forge does not tell, or nobody has, is an empty cell."""

    media_type = "text/csv"
    format = "csv"
    headers: ClassVar[Mapping[str, str]] = {"Content-Disposition": 'attachment; filename="from-git-history.csv"'}

    def response(self, told: Told) -> HttpResponse:
        """The 200 for them."""
        whole = b"".join(csv_parts(("url", "at", "kind", *told.keys), told.rows()))
        return HttpResponse(whole, "text/csv; charset=utf-8; header=present", headers=dict(self.headers))


class HistoryPage(AnswerPage):
    """A page for a person, with a chart, what has changed, and a table."""


class History(Counting):
    """GET with `url`, `since`, `until`, `key` and `after`."""

    renderer_classes = (HistoryJSON, HistoryCSV, HistoryPage)
    schema = HistorySchema()
    keeps_errors = (*BaseView.keeps_errors, HistoryPage)

    def get(self, request: Request) -> HttpResponseBase:
        """The points of the profiles in the `url` parameters, MOST of them at once."""
        refuse_body(request)
        given = parameters(request._request)
        asked = _asked("history", given)
        with reached():
            known = watched_rows(asked.profiles)
            if isinstance(request.accepted_renderer, HistoryPage):
                refuse_parts(asked.profiles)
                response = HttpResponse(historypage.page(known, asked.span), "text/html; charset=utf-8")
                relax(response, _PAGE_POLICY)
            else:
                response = self._points(request, asked, known, given)
        return _sent(request, asked.profiles, response)

    def get_renderer_context(self) -> dict[str, Any]:
        """As in REST framework, and the parameters of the address, which the page of an error keeps."""
        return {**super().get_renderer_context(), "given": parameters_if_any(self.request._request)}

    def _points(self, request: Request, asked: Asked, known: Mapping[Profile, Row], given: Fields) -> HttpResponse:
        points = series.points(known, asked.span, asked.after, series.MOST + 1)
        some = points[: series.MOST]
        after = cursor(*some[-1].place) if len(points) > len(some) else None
        renderer = cast(HistoryJSON | HistoryCSV, request.accepted_renderer)
        response = renderer.response(Told(some, asked.keys or NUMERIC, after))
        pairs = [(name, value) for name, values in given.items() if name != "after" for value in values]
        if after and len(more := urlencode([*pairs, ("after", after)])) <= _LONGEST:
            response.headers["Link"] = f'<?{more}>; rel="next"'
        return response


class HistoryDrawing(Drawn):
    """`/from-git/chart/history.svg`."""

    schema = HistoryChartSchema(look.CHART, (look.WIDTH, picture.height(picture.USUAL)))

    def get(self, request: Request, **which: str) -> HttpResponseBase:
        """Draw the sums over the profiles in the `url` parameters."""
        refuse_body(request)
        asked, seen = both(lambda: _asked("history-chart", self.given), lambda: look.chart_look_asked(self.given))
        with reached():
            refuse_parts(asked.profiles)
            sums = series.sums(watched_rows(asked.profiles), asked.span)
            steps = [(at.timestamp(), numbers) for at, numbers in sums]
        drawn = picture.history(picture.Past(asked.profiles, steps, asked.keys or picture.USUAL), seen)
        return _sent(request, asked.profiles, svg(drawn))

    def response_to_error(self, error: FromGitError) -> HttpResponse:
        """A picture of the same size."""
        given = parameters_if_any(self.request._request)
        keys = tuple(key for key in NUMERIC if key in given.get("key", ()))
        return svg(picture.history_of_error(error, keys or picture.USUAL, look.size_and_theme(given)))


def _asked(route: str, given: Fields) -> Asked:
    """The question; raises a RequestError that names all that is wrong with it, at once."""

    def rest() -> tuple[list[Profile], dict[str, Any]]:
        right = example(reverse(route))
        return both(lambda: profiles_asked(given.get("url", ()), right), lambda: series_asked(given, time.time()))

    _, (profiles, found) = both(lambda: refuse_unknown(route, given), rest)
    after = Place(*found["after"]) if "after" in found else None
    return Asked(profiles, Span(found.get("since"), found.get("until")), found.get("key", ()), after)


def _sent(request: Request, profiles: Sequence[Profile], response: HttpResponse) -> HttpResponseBase:
    """The response with what caches need, or what a condition of the request makes of it."""
    bare = request._request
    return respond(bare, of_the_past(profiles, response, bare.resolver_match), time.time())
