"""gunicorn's parser of requests, fed with bytes that are all here, so that no thread waits for a client."""

import socket
from typing import IO, Any

from gunicorn.http import errors
from gunicorn.http.message import Request as AnyRequest
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader

from from_git.server.incoming import longest_line

_PIECE = 65_536


class Unreader(SocketUnreader):
    """A request's bytes, which are all here; who wants more gets what has arrived, or a TimeoutError."""

    _file: IO[bytes] | None = None

    def take(self, data: bytes, file: IO[bytes] | None) -> None:
        """Have these bytes to read, and those of a file behind them, which is closed when all of it is read."""
        self.unread(data)
        self._file = file

    def take_buffered(self) -> bytes:
        """As gunicorn's, with the rest of the file."""
        rest = bytes(super().take_buffered())
        while self._file:
            rest += self._of_file()
        return rest

    def _of_file(self) -> bytes:
        part = self._file.read(_PIECE) if self._file else b""
        if self._file and not part:
            self._file.close()
            self._file = None
        return part

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes of a refused request or body; TimeoutError where none are there, for no thread waits."""
        if part := self._of_file():
            return part
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
