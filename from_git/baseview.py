"""The base of all REST framework views: content negotiation, OPTIONS, errors."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from from_git.conf import settings
from from_git.errors import Complaint, FormatRefused, LineTooLong, NothingHere, RequestError
from from_git.question.fields import encoded_fields
from from_git.responses import methods_response
from from_git.safejson import SafeJSON

_RANGE = re.compile(r"\s*([^\s;,/]+/[^\s;,/]+)\s*(?:;(.*))?", re.DOTALL)
_QUALITY = re.compile(r"(?:^|;)\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)


class Negotiation(DefaultContentNegotiation):
    """By `?format=`, else by `Accept` with its weights (RFC 9110, 12.5.1), which REST framework's own ignores."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer with the highest weight, the first of equals, and its media type.

        Raises:
            NothingHere: there is no such format.
            RequestError: two formats are named, or there are too many parameters.
            FormatRefused: none of the media types in `Accept` is available.
        """
        there = list(renderers)
        formats, types = [str(one.format) for one in there], [str(one.media_type) for one in there]
        wanted = _format(request)
        if wanted:
            if wanted not in formats:
                advice = f"Take one of {', '.join(formats)}, or leave out `format`."
                raise NothingHere("There is no such format.", advice)
            best = formats.index(wanted)
        else:
            scores = [_score(media_type, self.get_accept_list(request)) for media_type in types]
            best = scores.index(max(scores))
            if not scores[best][0]:
                kinds = ", ".join(dict.fromkeys(types))
                raise FormatRefused(
                    "None of the media types in Accept is available.",
                    f"There are {kinds}; or leave it out, or ask with format={'|'.join(formats)}.",
                )
        return there[best], types[best]


def refuse_long_address(request: HttpRequest) -> None:
    """Refuse a query of more than MAX_QUERY_BYTES.

    Raises:
        LineTooLong: it has more.
    """
    if len(request.META.get("QUERY_STRING", "")) > settings.MAX_QUERY_BYTES:
        raise LineTooLong(f"The address is longer than {settings.MAX_QUERY_BYTES} bytes.")


def parameters(request: HttpRequest) -> dict[str, list[object]]:
    """The parameters of the address, read once, with our bounds: Django's would count `url` too.

    Raises:
        RequestError: there are too many.
    """
    found: dict[str, list[object]] | None = getattr(request, "from_git_parameters", None)
    if found is None:
        found = encoded_fields(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"))
        request.from_git_parameters = found  # type: ignore[attr-defined]
    return found


def parameters_if_any(request: HttpRequest) -> dict[str, list[object]]:
    """The same, for an error's response; none where they are refused."""
    try:
        return parameters(request)
    except RequestError:
        return {}


def _format(request: Request) -> str:
    named = list(dict.fromkeys(map(str, parameters(request._request).get("format", ()))))
    if len(named) > 1:
        complaint = Complaint("format", "is there twice")
        raise RequestError("Two formats are asked for at once.", "Ask for one format.", parameters=[complaint])
    return named[0] if named else ""


def _score(media_type: str, accepted: Sequence[str]) -> tuple[float, int]:
    """The weight that `Accept` gives to the media type, and how specific the matching range is."""
    ranges = [found for one in accepted if (found := _RANGE.fullmatch(one))]
    if not ranges:  # absent or illegible: any media type will do
        return 1.0, 0
    fits = {media_type: 3, media_type.partition("/")[0] + "/*": 2, "*/*": 1}
    close, weight = 0, 0.0
    for found in ranges:
        fit = fits.get(found[1].lower(), 0)
        if fit > close:
            quality = _QUALITY.search(found[2] or "")
            close, weight = fit, float(quality[1]) if quality else 1.0
    return weight, close


class JSONOnly(Negotiation):
    """One media type, whatever `Accept` and `format` say."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """JSON, for the few errors with an error status."""
        return SafeJSON(), str(SafeJSON.media_type)


class BaseView(APIView):
    """A view of REST framework whose OPTIONS are bare and whose errors are JSON, whatever the client accepts."""

    content_negotiation_class = Negotiation
    keeps_errors: tuple[type, ...] = (JSONRenderer,)
    """Renderers that may show an error."""
    format_kwarg: str | None = None
    """No route has it; REST framework sets it later than an error may come."""

    @property
    def allowed_methods(self) -> list[str]:
        """The methods of the view, in the order of every `Allow`."""
        found = super().allowed_methods
        return [name for name in ("GET", "HEAD", "POST", "DELETE", "OPTIONS") if name in found]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As in REST framework; OPTIONS is answered whatever else the request says."""
        if request.method == "OPTIONS":
            return methods_response(self.allowed_methods)
        return super().dispatch(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """As in REST framework; an error is JSON unless the chosen renderer can show it."""
        response = super().handle_exception(exc)
        if not getattr(self.request, "accepted_renderer", None):  # the error came before somebody looked
            negotiated = self.perform_content_negotiation(self.request, force=True)
            self.request.accepted_renderer, self.request.accepted_media_type = negotiated
        if not isinstance(self.request.accepted_renderer, self.keeps_errors):
            self.request.accepted_renderer = SafeJSON()
            self.request.accepted_media_type = SafeJSON.media_type
        return response
