"""`/health-check`."""

from typing import cast

from django.http import QueryDict
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from from_git.aggregator import aggregate
from from_git.cache import version as kept_version
from from_git.errors import RequestError
from from_git.httpcache import mark
from from_git.openapi import HealthCheckSchema
from from_git.renderers import RENDERERS, AnswerRenderer, Browsable, answer_response
from from_git.route import Route
from from_git.serializers import expand_in_body, question, urls_in_body
from from_git.views.counting import Counting, content_length


class HealthCheck(Counting):
    """The answer: GET with ?url=…&url=…, or POST with the same as a form or as JSON."""

    renderer_classes = RENDERERS
    schema = HealthCheckSchema()
    keeps_errors = (*Route.keeps_errors, Browsable)

    def get(self, request: Request) -> HttpResponseBase:
        """Answer for the `url` parameters, with what `expand` asks for."""
        return self._answer(request, request.query_params.getlist("url"), request.query_params.getlist("expand"))

    def post(self, request: Request) -> HttpResponseBase:
        """Answer for the `url` and `expand` members of the body, and parameters if there are any."""
        if len(request._request.body) < content_length(request):
            raise RequestError("The body ended before its Content-Length.")  # half a URL may name another owner
        try:
            body = request.data
        except RecursionError:
            raise RequestError("The JSON body is nested too deeply.") from None
        if isinstance(body, QueryDict):
            urls, expand = body.getlist("url"), body.getlist("expand")
        else:
            urls, expand = urls_in_body(body), expand_in_body(body)
        parameters = request.query_params
        return self._answer(request, [*parameters.getlist("url"), *urls], [*parameters.getlist("expand"), *expand])

    def _answer(self, request: Request, urls: list[str], expand: list[str]) -> HttpResponseBase:
        version = kept_version()
        profiles, expansions = question(urls, expand)
        answer = aggregate(profiles, self.asking(request))
        response = answer_response(answer, expansions, cast(AnswerRenderer, request.accepted_renderer))
        if request.method == "POST":
            response.headers["Cache-Control"] = "no-store"
        else:
            mark(response, answer, version)
        return response
