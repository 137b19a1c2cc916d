"""gunicorn's parser of requests, fed with bytes that are all here, so that no thread waits for a client."""

import socket
from typing import Any

from gunicorn.http import errors
from gunicorn.http.message import Request as AnyRequest
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader

from from_git.server.incoming import longest_line


class Unreader(SocketUnreader):
    """A request's bytes, which are all here; who wants more gets what has arrived, or a TimeoutError."""

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes of a refused request or body; TimeoutError where none are there, for no thread waits."""
        seconds = self.sock.gettimeout()
        self.sock.settimeout(0)  # Python polls a socket that has a timeout, MSG_DONTWAIT or not
        try:
            return bytes(super().chunk(size_hint))
        except BlockingIOError:
            raise TimeoutError from None
        finally:
            self.sock.settimeout(seconds)


class Request(AnyRequest):
    """A request whose line may be long, but not endless."""

    key: tuple[object, ...] | None = None
    """By what it is known when it comes again, see `again`; None: by nothing."""

    def read_line(self, unreader: Any, buf: bytearray, limit: int = 0) -> tuple[bytes, bytearray]:
        """The request line, and what has been read after it; gunicorn knows no bound above 8,190 bytes."""
        line, rest = super().read_line(unreader, buf, limit or longest_line())
        return bytes(line), bytearray(rest)

    def read_into(self, unreader: Any, buf: bytearray, stop: bool = False) -> None:
        """More of a head; LimitRequestHeaders or InvalidRequestLine without more: the lobby passes on whole heads."""
        try:
            super().read_into(unreader, buf, stop)
        except TimeoutError:
            if len(buf) > self.max_buffer_headers:
                raise errors.LimitRequestHeaders("max buffer headers") from None
            raise errors.InvalidRequestLine("unfinished") from None


class Parser(RequestParser):
    """The requests of one connection."""

    mesg_class = Request

    def __init__(self, cfg: Any, source: socket.socket, source_addr: Any) -> None:
        super().__init__(cfg, source, source_addr)
        self.unreader = Unreader(source)
        self.continued = False
        """Whether the client has been told to send the body."""
        self.sending: float | None = None
        """Seconds for one piece of the answer; None: as the worker has it."""
        self.key: tuple[object, ...] | None = None
        """The next request's."""

    def __next__(self) -> Request:
        request: Request = super().__next__()
        request.key = self.key
        if self.continued:
            request._expected_100_continue = False
        return request
