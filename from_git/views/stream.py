"""`/from-git/stream`: the progress of an answer, and then the answer, as server-sent events.

The format is WHATWG's (HTML, "Server-sent events"): `event:` and one `data:` line of JSON, then an empty line.
"""

import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from from_git.aggregator import Answer, Asking, Overview, watched
from from_git.baseview import JSONOnly, parameters
from from_git.conf import settings
from from_git.logfacts import bind_facts
from from_git.openapi.routes import StreamSchema
from from_git.question import asked
from from_git.renderers import AnswerJSON
from from_git.responses import Streamed
from from_git.serializers import error_body, error_text, progress_body
from from_git.values.profile import Profile
from from_git.views.counting import Counting, refuse_body
from from_git.views.failures import note, ours_for

LAST_ID = "end"
"""The id of the last event of every stream."""
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would collect the events
}
_TYPE = "text/event-stream; charset=utf-8"


class Stream(Counting):
    """GET with the `url` and `expand` of `/health-check`.

    A wrong question or a failing forge is an event; only an error that keeps the stream from beginning is a status.
    """

    schema = StreamSchema()
    content_negotiation_class = JSONOnly

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As for every counting view; a client that has had the last event gets a 204, which ends its reconnecting.

        A browser's EventSource connects again after every end, with the id of the last event, until a 204 comes.
        """
        if request.method in ("GET", "HEAD") and request.headers.get("Last-Event-ID") == LAST_ID:
            return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request) -> HttpResponseBase:
        """The events, as they come."""
        # a stream may take as long as the fetch of one profile, which ends with it
        asking = replace(self.asking(request), seconds=settings.FLIGHT_SECONDS, setting="FLIGHT_SECONDS", longest=None)
        events = self._events(request, asking)
        bind_facts(outcome="LEFT")  # until all of it is sent
        return Streamed(events, content_type=_TYPE, headers=_HEADERS)

    def head(self, request: Request) -> HttpResponseBase:
        """The headers, without asking a forge."""
        return Streamed(_nothing(), content_type=_TYPE, headers=_HEADERS)

    def _events(self, request: Request, asking: Asking) -> Generator[bytes, None, None]:
        try:
            refuse_body(request)
            profiles, expansions = asked("stream", parameters(request._request))
            answer = yield from _progress(profiles, asking)
            yield _last("answer", AnswerJSON().content(answer, expansions))
            bind_facts(outcome="OK")
        except Exception as error:  # noqa: BLE001 - the status is sent already
            ours = ours_for(error, self)
            note(ours)
            yield _last("failure", error_text({**error_body(ours), "status": ours.status}).encode())


def _progress(profiles: Sequence[Profile], asking: Asking) -> Generator[bytes, None, Answer]:
    """An event at the start, when the size of a profile becomes known, with each change, and at the end."""
    beat = time.monotonic()
    with closing(watched(profiles, asking, settings.TEMPO.tick)) as watch:
        look = next(watch)
        said = look()
        yield _progress_event(said)
        try:
            while True:
                look = next(watch)
                if (seen := look()) != said:
                    said = seen
                    yield _progress_event(said)
                if time.monotonic() - beat >= settings.TEMPO.heartbeat:
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
    return _event("progress", JSONRenderer().render(progress_body(overview)))


def _nothing() -> Generator[bytes, None, None]:
    yield from ()


def _last(name: str, data: bytes) -> bytes:
    return b"id: %b\n%b" % (LAST_ID.encode(), _event(name, data))


def _event(name: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)
