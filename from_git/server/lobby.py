"""Connections for which no thread is needed: silent, idle, half-sent, at their end. All on the worker's main thread.

A request is collected here until it is whole, so that a client that is slow, or stops, holds no thread, no place and
nobody up. gunicorn itself gives each new connection a thread for five seconds, and each half request one for ever.
"""

import logging
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any

from from_git.server.incoming import Incoming

logger = logging.getLogger(__name__)
PATIENCE, BYTES_PER_SECOND = 10.0, 1_000
"""Seconds for the head of a request, from its first byte on; and for a body, with one more for each so many bytes."""
PARTING = 2.0
"""Seconds in which a client may still read the last answer and close."""

_HELD = 128 * 1024 * 1024  # bytes of half requests together
_FILED = 256 * 1024 * 1024  # bytes in files of long ones
_DRAINED = 32 * 1024 * 1024  # bytes of a client that sends on after its last answer
_PIECE = 262_144
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class TooSlow(Exception):
    """The head of a request, or its body, did not come in time."""


class TooMany(Exception):
    """A half-sent request has to make room for a new connection."""


class Stage(Enum):
    """The part of an exchange that a connection waits for, in the order in which connections make room for new ones."""

    FIRST = "the first byte of a new connection"
    HEAD = "the rest of a head"
    NEXT = "the next request of a connection that had one"
    BODY = "the rest of a body"
    PARTING = "the client's end of a connection that is over"


@dataclass(eq=False, slots=True)
class Waiting:
    """One connection here; `conn` is gunicorn's."""

    conn: Any
    stage: Stage
    until: float
    incoming: Incoming = field(default_factory=Incoming)


class Lobby:
    """All such connections of a worker. Not safe from other threads.

    Args:
        poller: calls what is registered with it when a socket can be read.
        idle: seconds for which a connection may send nothing.
        serve: takes a connection whose request is whole, and the request.
        refuse: answers a connection whose request is not whole; the connection stays here for its end.
        close: ends a connection.
        patience: seconds for a head, and for a body besides those for its bytes.
    """

    def __init__(
        self,
        poller: selectors.BaseSelector,
        idle: float,
        serve: Callable[[Any, Incoming], None],
        refuse: Callable[[Any, Exception], None],
        close: Callable[[Any], None],
        patience: float = PATIENCE,
    ) -> None:
        self._poller, self._idle, self._patience = poller, idle, patience
        self._serve, self._refuse, self._close = serve, refuse, close
        # each in the order in which they came, so that the first is the oldest
        self._stages: dict[Stage, dict[Waiting, None]] = {stage: {} for stage in Stage}
        self._held = self._filed = 0

    def wait(self, conn: Any, stage: Stage, data: bytes = b"") -> None:
        """Wait for a request, of which `data` has come already."""
        one = Waiting(conn, stage, time.monotonic() + self._idle)
        conn.sock.setblocking(False)
        self._stages[stage][one] = None
        self._poller.register(conn.sock, selectors.EVENT_READ, partial(self._readable, one))
        if data:
            self._take(one, data)
        elif stage is Stage.FIRST:  # whose bytes mostly come along with it
            self._readable(one, conn.sock)

    def part(self, conn: Any) -> None:
        """End a connection so that a client that is still sending sees the answer (RFC 9112, 9.6)."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
            return
        one = Waiting(conn, Stage.PARTING, time.monotonic() + PARTING)
        self._stages[one.stage][one] = None
        self._poller.register(conn.sock, selectors.EVENT_READ, partial(self._drain, one, [0]))

    def __bool__(self) -> bool:
        """Whether there is a connection here."""
        return any(self._stages.values())

    def make_room(self) -> None:
        """End one connection: the first in the order of `Stage`, and of its stage the oldest."""
        oldest = next(one for stage in Stage for one in self._stages[stage])
        self._refused(oldest, TooMany())

    def look(self) -> None:
        """End the connections whose time is over."""
        now = time.monotonic()
        for waiting in self._stages.values():
            for one in [one for one in waiting if one.until <= now]:
                self._refused(one, TooSlow())

    def hurry(self, seconds: float) -> None:
        """Wait at most this long for clients that have sent nothing."""
        self._idle = seconds
        until = time.monotonic() + seconds
        for stage in (Stage.FIRST, Stage.NEXT):
            for one in self._stages[stage]:
                one.until = min(one.until, until)

    def _readable(self, one: Waiting, client: socket.socket) -> None:
        if one not in self._stages[one.stage]:  # it made room for a connection of the same round of the poller
            return
        try:
            data = client.recv(_PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._leave(one)
            one.incoming.close()
            self._close(one.conn)
            return
        self._take(one, data)

    def _take(self, one: Waiting, data: bytes) -> None:
        """Take bytes of a request, or the end of the connection where there are none."""
        incoming = one.incoming
        if not self._added(one, data):
            return
        if incoming.whole or (not data and incoming.data):  # the parser says what is wrong with a half one
            self._leave(one)
            self._serve(one.conn, incoming)
        elif not data:
            self._leave(one)
            self._close(one.conn)
        elif one.stage is Stage.BODY:
            one.until += len(data) / BYTES_PER_SECOND
        elif incoming.begun:
            self._move(one, Stage.BODY, self._patience)
            if incoming.expects:
                with suppress(OSError):
                    one.conn.sock.send(_CONTINUE)
        elif one.stage is not Stage.HEAD:
            self._move(one, Stage.HEAD, self._patience)
        while self._held > _HELD:
            half = (*self._stages[Stage.BODY], *self._stages[Stage.HEAD])
            self._refused(max(half, key=lambda one: len(one.incoming.data)), TooMany())
        while self._filed > _FILED:
            self._refused(max(self._stages[Stage.BODY], key=lambda one: one.incoming.filed), TooMany())

    def _added(self, one: Waiting, data: bytes) -> bool:
        """Add bytes to a request; False where there is no place for them, and the request is refused."""
        incoming = one.incoming
        held, filed = len(incoming.data), incoming.filed
        try:
            incoming.add(data)
        except OSError as error:
            logger.warning("A long body was not taken, for which there must be room in the folder of TMPDIR: %s", error)
            self._refused(one, TooMany())
            return False
        finally:
            self._held += len(incoming.data) - held
            self._filed += incoming.filed - filed
        return True

    def _refused(self, one: Waiting, error: Exception) -> None:
        """End a connection: without a word if it has sent nothing, else with an answer."""
        self._leave(one)
        one.incoming.close()
        if not one.incoming.data:
            self._close(one.conn)
            return
        self._refuse(one.conn, error)
        self.part(one.conn)

    def _move(self, one: Waiting, stage: Stage, seconds: float) -> None:
        del self._stages[one.stage][one]
        one.stage, one.until = stage, time.monotonic() + seconds
        self._stages[stage][one] = None

    def _leave(self, one: Waiting) -> None:
        del self._stages[one.stage][one]
        self._held -= len(one.incoming.data)
        self._filed -= one.incoming.filed
        self._poller.unregister(one.conn.sock)

    def _drain(self, one: Waiting, drained: list[int], client: socket.socket) -> None:
        if one not in self._stages[one.stage]:
            return
        try:
            got = len(client.recv(_PIECE))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            got = 0
        drained[0] += got
        if not got or drained[0] > _DRAINED:
            self._leave(one)
            self._close(one.conn)
