"""Places: how many answers and streams one process gives at the same time, so that a thread is left for probes."""

import threading
from typing import Self
from weakref import WeakSet

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

from from_git import metrics
from from_git.conf import settings
from from_git.errors import ServerFull

FOR_PROBES = 4
"""Threads of the server that answers and streams leave alone."""
_KEPT = 16
"""One of so many equal parts of the places is left to other clients by one that takes ever more."""
_SHORT = 8_192  # bytes, which fit into what a socket takes at once

_lock = threading.Lock()  # around taking a place; giving one back needs none
_held: "WeakSet[Place]" = WeakSet()  # one whose response got lost counts no more


class Place:
    """One of the places, from `place` until it is released or forgotten. Safe from any thread."""

    __slots__ = ("__weakref__", "client")

    def __init__(self, client: str) -> None:
        self.client = client

    def release(self) -> None:
        """Give the place back; a second call does nothing."""
        _held.discard(self)
        publish()

    def until_sent(self, response: HttpResponseBase) -> None:
        """Keep the place until `response` is sent, or its client has gone away.

        A short response, which no client can hold up, gives the place back as soon as it is made: else a client that
        asks one question after the other would be refused because of its own last one.
        """
        if isinstance(response, SimpleTemplateResponse):
            response.add_post_render_callback(self._made)
        else:
            self._made(response)

    def _made(self, response: HttpResponseBase) -> None:
        if isinstance(response, HttpResponse) and len(response.content) <= _SHORT:
            self.release()
        else:  # the server closes it at its end, however that comes
            response._resource_closers.append(self.release)  # type: ignore[attr-defined]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def at_most() -> int:
    """The number of places."""
    return max(1, int(settings.SERVER_THREADS) - FOR_PROBES)


def place(client: str = "") -> Place:
    """Take a place for a client, without waiting: `with place(): …`, or `until_sent`.

    Raises:
        ServerFull: all places are taken, or the client has all but those that are left to other clients.
    """
    with _lock:
        bound = at_most()
        own = sum(one.client == client for one in _held)
        own_full = own >= bound - bound // _KEPT
        full = own_full or len(_held) >= bound
        if not full:
            taken = Place(client)
            _held.add(taken)
    publish()
    if full:
        metrics.answer_refused()
        raise ServerFull(own if own_full else bound, of_client=own_full and own < bound)
    return taken


def publish() -> None:
    """Set the metrics to the number of places that are taken."""
    with _lock:  # so that the last word is the newest
        metrics.answers(len(_held), at_most())
