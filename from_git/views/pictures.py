"""Charts, cards and badges: each has one media type whatever `Accept` says, and errors are drawn too.

Image proxies show nothing for an error status, so a drawn error is a 200 that no cache may keep; its true outcome
stands in the log. Only an unknown address and a wrong method have the status that they have everywhere.
"""

import hashlib
import json
import re
import time
from base64 import b64encode
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from from_git.aggregator import Answer, aggregate
from from_git.baseview import JSONOnly, parameters, parameters_if_any
from from_git.conf import settings
from from_git.errors import FromGitError, MethodRefused, NothingHere
from from_git.flights import version as kept_version
from from_git.httpcache import mark
from from_git.openapi.routes import BadgeSchema, PictureSchema
from from_git.pictures import PICTURES, badge, failed_badge, look
from from_git.question import Question, asked, both
from from_git.question.fields import Fields
from from_git.question.moments import past_asked
from from_git.renderers import relax
from from_git.values.keys import KEYS
from from_git.views.counting import Counting, refuse_body
from from_git.views.failures import note, ours_for
from from_git.views.past import answered_at

SVG = "image/svg+xml; charset=utf-8"
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


class Drawn(Counting):
    """A view whose answers and errors are drawn; a subclass says how."""

    content_negotiation_class = JSONOnly

    def response_to(self, answer: Answer) -> HttpResponse:
        """The response that shows an answer."""
        raise NotImplementedError

    def response_to_error(self, error: FromGitError) -> HttpResponse:
        """The response that shows an error."""
        raise NotImplementedError

    def refuse_wrong_look(self) -> None:
        """Refuse a look that there is not.

        Raises:
            RequestError: names each parameter that is wrong.
        """
        raise NotImplementedError

    @property
    def given(self) -> Fields:
        """The parameters of the address."""
        return parameters(self.request._request)

    def asked(self, request: Request) -> Question:
        """The question; a look that there is not is named together with all else that is wrong.

        Raises:
            RequestError: the question is wrong, or the look.
        """
        refuse_body(request)
        match = request._request.resolver_match
        question, _ = both(lambda: asked(match.view_name if match else "", self.given), self.refuse_wrong_look)
        return question

    def get(self, request: Request, **which: str) -> HttpResponseBase:
        """Draw the answer for the `url` parameters."""
        version = kept_version()
        # better old numbers in time than new ones that no proxy waits for
        (profiles, _, wanted), past = both(lambda: self.asked(request), lambda: past_asked(self.given, time.time()))
        asking = self.asking(request, settings.TEMPO.patience)
        answer = aggregate(profiles, asking, wanted) if past is None else answered_at(profiles, past)
        response = self.response_to(answer)
        if answer.old:
            response.headers["Cache-Control"] = "no-store"
        else:
            mark(response, answer, version)
        return response

    def handle_exception(self, exc: Exception) -> Any:
        """Draw the error, unless it says that there is no such address or method."""
        error = ours_for(exc, self)
        if self.request.method not in ("GET", "HEAD") or isinstance(error, NothingHere | MethodRefused):
            return super().handle_exception(error)
        note(error)
        response = self.response_to_error(error)
        response.headers["Cache-Control"] = "no-store"
        return response


class Drawing(Drawn):
    """`/from-git/chart/NAME.svg` and `/from-git/card.svg`."""

    schema = PictureSchema(
        {name: (one.shows, one.size, look.CARD if name == "card" else look.CHART) for name, one in PICTURES.items()}
    )

    def response_to(self, answer: Answer) -> HttpResponse:
        """The picture."""
        return svg(PICTURES[self.kwargs["name"]].of(answer, time.time(), look.look_asked(self.given)))

    def response_to_error(self, error: FromGitError) -> HttpResponse:
        """A picture of the same size."""
        return svg(
            PICTURES[self.kwargs["name"]].of_error(error, look.size_and_theme(parameters_if_any(self.request._request)))
        )

    def refuse_wrong_look(self) -> None:
        """Refuse a look that there is not."""
        look.look_asked(self.given)


class Badge(Drawn):
    """`/from-git/badge/KEY`."""

    schema = BadgeSchema(look.BADGE)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As for every counting view, after a look whether there is such a key.

        Raises:
            NothingHere: there is no such key.
        """
        if kwargs["key"] not in KEYS:
            raise NothingHere("There is no such badge.", f"There are {', '.join(KEYS)}.")
        super().initial(request, *args, **kwargs)

    def response_to(self, answer: Answer) -> HttpResponse:
        """The badge."""
        return _json(badge(self.kwargs["key"], answer, time.time(), look.face_asked(self.given)))

    def response_to_error(self, error: FromGitError) -> HttpResponse:
        """A badge that says what is wrong."""
        return _json(
            failed_badge(self.kwargs["key"], error, look.face_of_error(parameters_if_any(self.request._request)))
        )

    def refuse_wrong_look(self) -> None:
        """Refuse a look that there is not."""
        look.face_asked(self.given)


def svg(content: bytes) -> HttpResponse:
    """The response with a picture, whose Content-Security-Policy allows the picture's own style."""
    response = HttpResponse(content, content_type=SVG)
    hashes = [b64encode(hashlib.sha256(style).digest()).decode() for style in _STYLE.findall(content)]
    relax(response, {"style-src": [f"'sha256-{one}'" for one in hashes]})
    return response


def _json(body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(json.dumps(body, separators=(",", ":")).encode(), content_type="application/json")
