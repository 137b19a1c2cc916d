"""gunicorn's worker with threads: bounds on what a client sends, and its own errors in the form of all others."""

import errno
import socket
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.conf import settings
from gunicorn import util
from gunicorn.http import errors
from gunicorn.http.message import Request as AnyRequest
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import ThreadWorker
from structlog.contextvars import bound_contextvars

RECEIVING = 60.0
"""Seconds for a whole request to come in, from its first byte on; behind a proxy that collects it, plenty."""
SENDING = 60.0
"""Seconds for one piece of an answer to be taken by the client."""

_LINGER, _DRAIN = 2.0, 32 * 1024 * 1024  # seconds, bytes
_FULL = 0.2  # seconds in which the worker takes nobody when it has no file left


class TooSlow(errors.ParseException):
    """The head of a request did not come in time."""


class Unreader(SocketUnreader):
    """Bytes from a client, within RECEIVING seconds of `begin`; then TimeoutError."""

    def begin(self) -> None:
        """Start the clock."""
        self._end = time.monotonic() + RECEIVING

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes; gunicorn alone would wait for them for ever, and each wait holds a thread."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        before = self.sock.gettimeout()
        self.sock.settimeout(left if before is None else min(left, before))
        try:
            return bytes(super().chunk(size_hint))
        finally:
            self.sock.settimeout(before)


class Request(AnyRequest):
    """A request whose line may be long, but not endless."""

    def read_line(self, unreader: Any, buf: bytearray, limit: int = 0) -> tuple[bytes, bytearray]:
        """The request line, and what has been read after it.

        gunicorn knows no bound above 8,190 bytes, and looks through all of an unfinished line again for each 8 KiB.
        """
        limit = limit or settings.MAX_QUERY_BYTES + 65_536
        seen = 0
        while (end := buf.find(b"\n", seen)) < 0 and len(buf) <= limit:
            seen = len(buf)
            self.read_into(unreader, buf)
        if end < 0 or end > limit:
            raise errors.LimitRequestLine(len(buf), limit)
        if buf[end - 1 : end] != b"\r":
            raise errors.InvalidRequestLine("bare LF as line terminator")
        return bytes(buf[: end - 1]), buf[end + 1 :]

    def read_into(self, unreader: Any, buf: bytearray, stop: bool = False) -> None:
        """More of the head."""
        try:
            super().read_into(unreader, buf, stop)
        except TimeoutError:
            raise TooSlow from None


class Parser(RequestParser):
    """The requests of one connection."""

    mesg_class = Request

    def __init__(self, cfg: Any, source: socket.socket, source_addr: Any) -> None:
        super().__init__(cfg, source, source_addr)
        self.unreader = Unreader(source)

    def __next__(self) -> Request:
        self.unreader.begin()
        request: Request = super().__next__()
        return request


class Worker(ThreadWorker):
    """gthread."""

    def accept(self, listener: Any) -> None:
        """Take a new connection; if no file is left for it, idle ones make room, and it waits."""
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            # gunicorn's worker would end here, with all its answers
            self.log.error("A client must wait: no file is left for one more connection (RLIMIT_NOFILE)")
            self.murder_keepalived(force=True)
            time.sleep(_FULL)

    def handle(self, conn: Any) -> Any:
        """Serve a connection until it waits for its next request, or is over."""
        if conn.parser is None and not self.cfg.is_ssl:
            conn.parser = Parser(self.cfg, conn.sock, conn.client)
        result = super().handle(conn)
        if result is False:
            _part(conn.sock)
        return result

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer one request; a client that does not take its answer is as good as gone."""
        conn.sock.settimeout(SENDING)
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            raise errors.NoMoreData from None

    def _keepalive_after(self, conn: Any, keepalive: Any) -> bool:
        """As gunicorn's, which would send a second answer if the rest of a refused body is malformed."""
        try:
            return bool(super()._keepalive_after(conn, keepalive))
        except errors.ParseException:
            return False

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM: take no new connection, and end with the answers that are under way."""
        super().handle_exit(sig, frame)
        self.stopping()

    def stopping(self) -> None:
        """Tell the probes; called in a signal handler, so nothing is imported here."""
        if probes := sys.modules.get("from_git.probes"):
            probes.stopping()

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what no application has answered, with an id and a line in the log as every request has them.

        Nothing of the request comes back: it may hold bytes that a terminal obeys.
        """
        # not above: the master loads this module, and nothing that knows Django's settings
        from from_git.middleware import REQUEST_ID, refused, request_id

        status, code, words = refusal(exc)
        seen = req or getattr(exc, "req", None)
        known = seen if isinstance(seen, AnyRequest) else None
        own_id = request_id(dict(known.headers).get(REQUEST_ID.upper()) if known else None)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            with bound_contextvars(request_id=own_id, outcome=code):
                self.log.error("A request could not be answered", exc_info=exc)
        method, path = (known and known.method) or "", (known and known.path) or ""
        headers, body = refused(status, code, words, own_id, method, path)
        headers["Date"] = util.http_date()
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *map(": ".join, headers.items())]
        with suppress(OSError):  # who sends nonsense may be gone
            util.write_nonblock(client, "\r\n".join([*lines, "", ""]).encode() + body)


_MEND = "Mend the request, or use another client."
_REFUSALS: tuple[tuple[type[Exception], int, str, str], ...] = (
    (errors.LimitRequestLine, 414, "The address is too long.", "Send the URLs in the body of a POST."),
    (errors.LimitRequestHeaders, 431, "The headers are too many or too long.", "Send fewer or shorter headers."),
    (
        errors.UnsupportedTransferCoding,
        501,
        "Transfer codings are not supported.",
        "Send the body with a Content-Length.",
    ),
    (errors.ExpectationFailed, 417, "The only expectation that is met is 100-continue.", "Leave out Expect."),
    (TooSlow, 408, f"The request did not come within {RECEIVING:g} s.", "Send it again, faster."),
    (errors.InvalidHTTPVersion, 400, "The protocol spoken here is HTTP/1.1.", "Use HTTP/1.1."),
    (errors.InvalidRequestMethod, 400, "The method is malformed.", _MEND),
    (errors.InvalidRequestLine, 400, "The request line is malformed.", "Percent-encode odd characters."),
    (errors.ParseException, 400, "The headers are malformed.", _MEND),
)


def refusal(error: Exception) -> tuple[int, str, tuple[str, str]]:
    """Status and `error`, and message and advice, for what ended a request outside the application."""
    ours = isinstance(error, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName)
    if isinstance(error, errors.InvalidHeader) and error.hdr == "CONTENT-LENGTH" and not ours:
        words = "The Content-Length is not one number, or there is a Transfer-Encoding beside it."
        return 400, "ERR3", (words, "Send one Content-Length and no Transfer-Encoding.")
    for kind, status, message, advice in () if ours else _REFUSALS:
        if isinstance(error, kind):
            return status, "ERR3", (message, advice)
    from from_git.errors import OwnFault

    fault = OwnFault()
    return fault.status, fault.code, (fault.message, fault.advice)


def _part(connection: socket.socket) -> None:
    """End a connection so that a client that is still sending sees the answer.

    Here, on the request's thread: gunicorn does it on the one that accepts, where a client that does not close would
    keep all others waiting.
    """
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        end, read = time.monotonic() + _LINGER, 0
        while read < _DRAIN and (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            got = len(connection.recv(65_536))
            if not got:
                break
            read += got
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
