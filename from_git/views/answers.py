"""`/health-check`."""

import re
import time
from typing import Any, cast

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.request import Request

from from_git.aggregator import aggregate
from from_git.baseview import BaseView, parameters, parameters_if_any
from from_git.errors import RequestError
from from_git.flights import version as kept_version
from from_git.httpcache import known, mark
from from_git.openapi import HealthCheckSchema
from from_git.question import asked, both
from from_git.question.choices import table_asked
from from_git.question.fields import MOST_OTHERS, Fields, encoded_fields, filled, json_fields, plain_parts
from from_git.question.moments import past_asked
from from_git.renderers import RENDERERS, Answering, AnswerPage, Browsable, Details
from from_git.responses import Streamed
from from_git.views.counting import Counting, content_length, refuse_body
from from_git.views.past import answered_at

_PART = re.compile(rb"content-disposition", re.IGNORECASE)
_URL_PART = re.compile(rb"""name=(?:"url"|url)[;\r\n]""")


class HealthCheck(Counting):
    """The answer: GET with ?url=…&url=…, or POST with the same as a form or as JSON."""

    renderer_classes = RENDERERS
    schema = HealthCheckSchema()
    keeps_errors = (*BaseView.keeps_errors, AnswerPage, Browsable)

    def get(self, request: Request) -> HttpResponseBase:
        """Answer for the profiles in the `url` parameters, with the details that `expand` names."""
        refuse_body(request)
        return self._answer(request, {})

    def post(self, request: Request) -> HttpResponseBase:
        """Answer for the members of the body, together with the parameters of the address."""
        return self._answer(request, body_fields(request))

    def get_renderer_context(self) -> dict[str, Any]:
        """As in REST framework, and the parameters of the address, which the page of an error keeps."""
        return {**super().get_renderer_context(), "given": parameters_if_any(self.request._request)}

    def _answer(self, request: Request, body: Fields) -> HttpResponseBase:
        version = kept_version()
        given: Fields = parameters(request._request)
        renderer = request.accepted_renderer
        if renderer.media_type == "text/html":
            given = filled(given)
        (profiles, expansions, wanted), (table, past) = both(
            lambda: asked("health-check", given, body),
            lambda: both(
                lambda: table_asked(given, renderer.format),
                lambda: past_asked(given, time.time(), body, renderer.format),
            ),
        )
        asking = self.asking(request)
        answer = aggregate(profiles, asking, wanted) if past is None else answered_at(profiles, past)

        def wants(bare: Streamed) -> bool:
            return request.method == "POST" or not (request.method == "HEAD" or known(request._request, bare))

        response = cast(Answering, renderer).response(answer, Details(expansions, table), wants, asking.deadline)
        if request.method == "POST":
            response.headers["Cache-Control"] = "no-store"
        else:
            mark(response, answer, version)
        return response


def body_fields(request: Request) -> Fields:
    """The fields of the body; nothing but its bytes stays in memory.

    Raises:
        RequestError: the body is cut off, or does not match its media type.
        UnsupportedMediaType: its media type is not supported.
    """
    length = content_length(request)
    body = request._request.body
    if len(body) < length:  # half a URL may name another owner
        raise RequestError("The body ended before its Content-Length.", "Send all of the body.")
    kind = str(request.content_type or "").partition(";")[0].strip().lower()
    if not length:
        return {}
    if kind == "application/json":
        return json_fields(body)
    if kind == "application/x-www-form-urlencoded":
        return encoded_fields(body)
    if kind == "multipart/form-data":
        return _parts(request, body)
    raise UnsupportedMediaType(kind)


def _parts(request: Request, body: bytes) -> Fields:
    # the framework takes 50 \N{MICRO SIGN}s for each part, fifteen times as long as `plain_parts` does
    boundary = parse_header_parameters(str(request.content_type))[1].get("boundary", "")
    if boundary and (plain := plain_parts(body, boundary.encode())) is not None:
        return plain
    if len(_PART.findall(body)) - len(_URL_PART.findall(body)) > MOST_OTHERS:
        raise RequestError(
            f"More than {MOST_OTHERS} parts of the body are not url.", "Send each URL as a part of the name url."
        )
    try:
        data = request.data
    except ParseError as error:
        reason = str(error.detail).removeprefix("Multipart form parse error - ")
        raise RequestError(f"The multipart body cannot be read: {reason}", "Send it as JSON instead.") from None
    return dict(data.lists()) if isinstance(data, QueryDict) else {}
