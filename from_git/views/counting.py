"""The base of all views that count profiles: a place for the answer, a throttle, bounds on address and body."""

import re
import time
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from from_git.admission import Place, place
from from_git.aggregator import Asking
from from_git.baseview import BaseView, refuse_long_address
from from_git.conf import settings
from from_git.errors import BodyTooLarge, LengthRequired, MediaTypeRefused, RequestError
from from_git.httpcache import wants_anew
from from_git.throttle import ClientThrottle, client, client_hash

_LENGTH = re.compile(r"[0-9]{1,4000}")


class Counting(BaseView):
    """A view that has profiles counted."""

    throttle_classes = (ClientThrottle,)

    @property
    def most_bytes(self) -> int:
        """Bytes that a body may have."""
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As in REST framework; the place of an answer is kept until the answer is sent."""
        self.begun = time.monotonic()
        self.place: Place | None = None
        try:
            response = super().dispatch(request, *args, **kwargs)
        except BaseException:
            if self.place:
                self.place.release()
            raise
        if self.place:
            self.place.until_sent(response)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take a place, and refuse a request that is too large before it is parsed.

        Raises:
            ServerFull: there is no place.
            LineTooLong, LengthRequired, MediaTypeRefused, BodyTooLarge: see their classes.
            RequestError: the Content-Length is not a number.
        """
        self.client = client_hash(client(request))
        self.place = place(self.client)
        super().initial(request, *args, **kwargs)
        refuse_long_address(request._request)
        if "HTTP_TRANSFER_ENCODING" in request.META:
            raise LengthRequired("Chunked bodies are not supported.")  # Django would read none of it
        encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
        if request.method == "POST" and encoding not in ("", "identity"):
            raise MediaTypeRefused(f"A compressed body ({encoding[:20]}) is not supported.", "Send it uncompressed.")
        if content_length(request) > self.most_bytes:
            raise BodyTooLarge(f"The body is larger than {self.most_bytes:,} bytes.")

    def asking(self, request: Request, patience: float | None = None) -> Asking:
        """The terms of this request; `patience`: see `Asking`."""
        return Asking(
            settings.REQUEST_DEADLINE,
            "REQUEST_DEADLINE",
            client=self.client,
            longest=settings.FLIGHT_SECONDS,
            anew=wants_anew(request),
            patience=patience,
            begun=self.begun,
        )


def refuse_body(request: Request) -> None:
    """Refuse a GET with a body, which is never read (RFC 9110, 9.3.1).

    Raises:
        RequestError: there is a body.
    """
    if content_length(request):
        raise RequestError("The body of a GET is not read.", "Send the URLs in the address, or as a POST.")


def content_length(request: Request) -> int:
    """The Content-Length in bytes; 0 without one.

    Raises:
        RequestError: it is not a number.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not _LENGTH.fullmatch(length):  # Python's int() takes "1_0" and "+1" too, Django's body fails with the rest
        raise RequestError("The Content-Length is not a number.", "Send one Content-Length.")
    return int(length)
