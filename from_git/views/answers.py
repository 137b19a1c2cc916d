"""`/health-check`."""

from typing import cast

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from from_git.aggregator import aggregate
from from_git.baseview import BaseView, parameters
from from_git.flights import version as kept_version
from from_git.httpcache import mark
from from_git.openapi import HealthCheckSchema
from from_git.question import Question, asked
from from_git.renderers import RENDERERS, AnswerRenderer, Browsable, answer_response
from from_git.views.bodies import body_fields
from from_git.views.counting import Counting, refuse_body


class HealthCheck(Counting):
    """The answer: GET with ?url=…&url=…, or POST with the same as a form or as JSON."""

    renderer_classes = RENDERERS
    schema = HealthCheckSchema()
    keeps_errors = (*BaseView.keeps_errors, Browsable)

    def get(self, request: Request) -> HttpResponseBase:
        """Answer for the profiles in the `url` parameters, with the details that `expand` names."""
        refuse_body(request)
        return self._answer(request, asked("health-check", parameters(request._request)))

    def post(self, request: Request) -> HttpResponseBase:
        """Answer for the `url` and `expand` members of the body, together with those of the address."""
        return self._answer(request, asked("health-check", parameters(request._request), body_fields(request)))

    def _answer(self, request: Request, question: Question) -> HttpResponseBase:
        version = kept_version()
        profiles, expansions = question
        answer = aggregate(profiles, self.asking(request))
        response = answer_response(answer, expansions, cast(AnswerRenderer, request.accepted_renderer))
        if request.method == "POST":
            response.headers["Cache-Control"] = "no-store"
        else:
            mark(response, answer, version)
        return response
