"""`/from-git/stream`: the progress of an answer, and then the answer, as server-sent events.

The format is WHATWG's (HTML, "Server-sent events"): `event:` and one `data:` line of JSON, then an empty line.
"""

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from functools import partial
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
from from_git.question import Question, asked
from from_git.renderers import AnswerJSON, Details
from from_git.responses import Streamed, nothing
from from_git.serializers import error_body, error_text, finished_rows, progress_body
from from_git.views.counting import Counting, refuse_body
from from_git.views.failures import note, ours_for

LAST_ID = "end"
"""The id of the last event of every stream."""
_LAST = b"id: %b\nevent: %%b\ndata: " % LAST_ID.encode()
_END = b"\n\n"
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
        # an answer may take as long to be sent as to be made
        return Streamed(events, content_type=_TYPE, headers=_HEADERS, seconds=2 * settings.FLIGHT_SECONDS)

    def head(self, request: Request) -> HttpResponseBase:
        """The headers, without asking a forge."""
        return Streamed(nothing(), content_type=_TYPE, headers=_HEADERS)

    def _events(self, request: Request, asking: Asking) -> Generator[bytes, None, None]:
        done: Callable[[], dict[str, Any]] = dict
        try:
            refuse_body(request)
            question = asked("stream", parameters(request._request))
            with closing(watched(question.profiles, asking, question.filter, tick=settings.TEMPO.tick)) as watch:
                look = next(watch)
                if "profiles" in question.expansions:
                    done = partial(_finished, question, look)
                answer = yield from _progress(look, watch)
            parts = AnswerJSON().parts(answer, Details(question.expansions))
            # together: what goes wrong before there is a first part is an event of its own
            yield _LAST % b"answer" + next(parts)
            yield from parts
            yield _END
            bind_facts(outcome="OK")
        except Exception as error:  # noqa: BLE001 - the status is sent already
            ours = ours_for(error, self)
            note(ours)
            text = error_text({**error_body(ours), "status": ours.status, **done()})
            yield _LAST % b"failure" + text.encode() + _END


def _finished(question: Question, look: Callable[[], Overview]) -> dict[str, Any]:
    return {"profiles": finished_rows(question.profiles, look(), question.filter)}


def _progress(
    look: Callable[[], Overview], watch: Generator[Callable[[], Overview], None, Answer]
) -> Generator[bytes, None, Answer]:
    """An event at the start, when the size of a profile becomes known, with each change, and at the end."""
    beat = time.monotonic()
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
    return b"event: progress\ndata: %b%b" % (JSONRenderer().render(progress_body(overview)), _END)
