"""Requests whose answers are kept, answered on the worker's main thread.

To hand a request to a thread, and its connection back, takes longer than such an answer, the more so the more threads
stand in line for the interpreter.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from gunicorn.http.wsgi import Response

from from_git.values.again import AGAIN, KEPT

_MOST, _MOST_HEAD = 256, 4_096  # requests, and bytes of each
_OF_ONE = (AGAIN, "wsgi.early_hints", "gunicorn.socket")  # belong to one request or connection


class _Known(NamedTuple):
    request: Any
    environ: dict[str, Any]
    again: Callable[[], object]


class Said(NamedTuple):
    """A whole answer."""

    data: bytes
    keep: bool
    """Whether the connection waits for another request."""


class Again:
    """The requests that were lately answered with what is kept. `remember` is safe from any thread.

    A request is known by all of its bytes, by the client's address and by the server's: whatever an answer depends on
    is among these, or is looked at by the function that the environment had.

    Args:
        worker: gunicorn's.
    """

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        cfg = worker.cfg
        # each request of a connection would have to be looked at by gunicorn itself
        self._off = cfg.is_ssl or cfg.proxy_protocol != "off" or not cfg.keepalive
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[object, ...], _Known] = OrderedDict()

    def remember(self, request: Any, environ: dict[str, Any]) -> None:
        """Note a request that was answered with what is kept."""
        key = getattr(request, "key", None)
        if self._off or key is None or "HTTP_EXPECT" in environ:
            return
        own = {name: value for name, value in environ.items() if name not in _OF_ONE}
        with self._lock:
            self._known[key] = _Known(request, own, environ[AGAIN])
            self._known.move_to_end(key)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)

    def answer(self, conn: Any, head: bytes) -> Said | None:
        """The answer to a request without a body, where it is known and needs no thread."""
        key = key_of(conn, head)
        known = self._known.get(key) if key else None
        worker = self._worker
        if known is None or not worker.alive or worker.nr + 1 >= worker.max_requests or (kept := known.again()) is None:
            return None
        request, parts = known.request, _Parts()
        environ = {**known.environ, KEPT: kept, "gunicorn.socket": conn.sock}
        if isinstance(conn.client, tuple):
            environ["REMOTE_PORT"] = str(conn.client[1])
        worker.nr += 1
        worker.cfg.pre_request(worker, request)
        begun, response = datetime.now(), Response(request, parts, worker.cfg)
        answer = worker.wsgi(environ, response.start_response)
        try:
            for part in answer:
                response.write(part)
            response.close()
        finally:
            worker.log.access(response, request, environ, datetime.now() - begun)
            answer.close()
            worker.cfg.post_request(worker, request, environ, response)
        return Said(b"".join(parts.all), not response.should_close())


class _Parts:
    """What gunicorn's response takes for a socket."""

    def __init__(self) -> None:
        self.all: list[bytes] = []
        self.sendall = self.all.append


def key_of(conn: Any, head: bytes) -> tuple[object, ...] | None:
    """By what a request is known; None: it is too long."""
    client = conn.client[0] if isinstance(conn.client, tuple) else conn.client
    return (head, client, conn.server) if len(head) <= _MOST_HEAD else None
