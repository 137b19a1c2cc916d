"""`/from-git/stream`: the progress of an answer, and then the answer, as server-sent events.

The format is WHATWG's (HTML, "Server-sent events"): `event:` and one `data:` line of JSON, then an empty line.
"""

import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from from_git.aggregator import Answer, Asking, Overview, watched
from from_git.conf import settings
from from_git.openapi.stream import StreamSchema
from from_git.profiles import Profile
from from_git.renderers import AnswerJSON
from from_git.responses import Streamed
from from_git.route import AsItIs
from from_git.serializers import error_body, progress_body, question
from from_git.views.counting import Counting
from from_git.views.failures import note, ours_for

HEARTBEAT = 2.0
"""Seconds between comment lines: proxies see life, and who has gone away is noticed by the second at the latest."""
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would collect the events
}
_TYPE = "text/event-stream; charset=utf-8"


class Stream(Counting):
    """GET with the `url` and `expand` of `/health-check`.

    What is wrong with the question or with a forge is an event; only what keeps the stream from beginning is a status.
    """

    schema = StreamSchema()
    content_negotiation_class = AsItIs

    def get(self, request: Request) -> HttpResponseBase:
        """The events, as they come."""
        asked = request.query_params
        # a stream may take as long as the fetch of one profile, which ends with it
        asking = replace(self.asking(request), seconds=settings.FLIGHT_SECONDS, setting="FLIGHT_SECONDS", longest=None)
        events = self._events(asked.getlist("url"), asked.getlist("expand"), asking)
        bind_contextvars(outcome="LEFT")  # until all of it is sent
        return Streamed(events, content_type=_TYPE, headers=_HEADERS)

    def head(self, request: Request) -> HttpResponseBase:
        """The headers, without asking anybody."""
        return Streamed(_nothing(), content_type=_TYPE, headers=_HEADERS)

    def _events(self, urls: Sequence[str], expand: Sequence[str], asking: Asking) -> Generator[bytes, None, None]:
        """Progress, then the answer or the error; whoever closes it leaves the fetches."""
        try:
            profiles, expansions = question(urls, expand)
            answer = yield from _progress(profiles, asking)
            yield _event("answer", AnswerJSON().content(answer, expansions))
            bind_contextvars(outcome="OK")
        except Exception as error:  # noqa: BLE001 - the status is sent already
            ours = ours_for(error, self)
            note(ours)
            yield _json_event("error", {**error_body(ours), "status": ours.status})


def _progress(profiles: Sequence[Profile], asking: Asking) -> Generator[bytes, None, Answer]:
    """An event at the start, when the size of a profile is known, and at the end; between them where there is news."""
    beat = time.monotonic()
    with closing(watched(profiles, asking)) as watch:
        look = next(watch)
        said = look()
        yield _progress_event(said)
        try:
            while True:
                look = next(watch)
                if (seen := look()) != said:
                    said = seen
                    yield _progress_event(said)
                if time.monotonic() - beat >= HEARTBEAT:
                    beat = time.monotonic()
                    yield b": still counting\n\n"
        except StopIteration as end:
            yield _progress_event(look())
            answer: Answer = end.value
            return answer
        except Exception:
            yield _progress_event(look())
            raise


def _progress_event(overview: Overview) -> bytes:
    return _json_event("progress", progress_body(overview))


def _nothing() -> Generator[bytes, None, None]:
    yield from ()


def _json_event(name: str, body: dict[str, Any]) -> bytes:
    return _event(name, JSONRenderer().render(body))


def _event(name: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)
