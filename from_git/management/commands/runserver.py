"""Django's own server, with request lines of any length and its errors in the form of all others."""

import re
from http import HTTPStatus
from typing import Any
from wsgiref.headers import Headers

from django.core.management.commands.runserver import Command as DjangoCommand
from django.core.servers.basehttp import ServerHandler, WSGIRequestHandler, WSGIServer

from from_git.conf import settings
from from_git.middleware import REQUEST_ID, refused

_CHUNK = 65_536
_DIGITS = 12  # of a Content-Length that anybody means
_POST, _LENGTH = "Send the URLs in the body of a POST.", "Send the body with one Content-Length."


class _Handler(ServerHandler):
    """One response; its Content-Length is the application's."""

    headers: Headers
    headers_sent: bool
    status: str

    def cleanup_headers(self) -> None:
        """As Django's, which takes the length of an empty answer from HEAD.

        A 304 keeps none of 0: a proxy would cut what it keeps down to that.
        """
        length = self.headers.get("Content-Length")
        super().cleanup_headers()
        if length is not None:
            self.headers["Content-Length"] = length
        if self.status.startswith("304") and self.headers["Content-Length"] == "0":
            del self.headers["Content-Length"]

    def finish_content(self) -> None:
        """As the standard library, which says that a 204 has a body of no bytes: it has none (RFC 9110, 8.6)."""
        if self.status.startswith("204") and not self.headers_sent:
            self.send_headers()
        else:
            super().finish_content()

    def set_content_length(self) -> None:
        """Not for a 204."""
        if not self.status.startswith("204"):
            super().set_content_length()


class RequestHandler(WSGIRequestHandler):
    """One connection."""

    # status, headers and body are sent one by one, and each would wait 40 ms for a client that puts off its ACK
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        """As Django's, whose limit of 65,536 bytes a line is too short for a long list of URLs."""
        limit = settings.MAX_QUERY_BYTES + _CHUNK
        self.raw_requestline = self.rfile.readline(limit)
        if len(self.raw_requestline) >= limit:
            self.requestline, self.request_version = "", ""
            self.command = "HEAD" if self.raw_requestline.startswith(b"HEAD ") else ""
            self._drain_line()
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long.", _POST)
            return
        if not self.parse_request():
            return
        if self.headers.get("Transfer-Encoding"):
            # a WSGI server of the standard library would take the chunks for the next request
            self.send_error(HTTPStatus.LENGTH_REQUIRED, "Chunked bodies are not supported.", _LENGTH)
            return
        lengths = self.headers.get_all("Content-Length", [])
        if len(lengths) > 1 or not all(re.fullmatch(r"[0-9]+", length) for length in lengths):
            # who reads it otherwise than we do would see another request begin in the body
            self.send_error(HTTPStatus.BAD_REQUEST, "The Content-Length is not one number.", _LENGTH)
            return
        if len("".join(lengths)) > _DIGITS:
            self.send_error(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.", "Ask for fewer profiles at once."
            )
            return
        handler = _Handler(self.rfile, self.wfile, self.get_stderr(), self.get_environ())
        handler.request_handler = self  # type: ignore[attr-defined]
        handler.run(self.server.get_app())  # type: ignore[attr-defined]

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """An error found before Django sees the request, in our form and not in HTML."""
        given = getattr(self, "headers", None)  # there are none yet when the first line is wrong
        method, path = getattr(self, "command", None) or "", getattr(self, "path", "").partition("?")[0]
        words = message or HTTPStatus(code).phrase, explain or "Mend the request, or use another client."
        headers, body = refused(code, "ERR3", words, given.get(REQUEST_ID) if given else None, method, path)
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if method != "HEAD":
            self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write no line: the request's line comes from the middleware, and this one would show the query."""

    def _drain_line(self) -> None:
        """Read on, within reason: a client that still sends when the connection closes does not see the answer."""
        for _ in range(1_000):
            line = self.rfile.readline(_CHUNK)
            if not line or line.endswith(b"\n"):
                return


class Server(WSGIServer):
    """Django's server with our handler of connections."""

    handler_class = RequestHandler
    request_queue_size = 128  # ten connections at once, the default, are fewer than a browser and a few curls make

    def __init__(self, address: tuple[str, int], handler: type[WSGIRequestHandler], **kwargs: Any) -> None:
        super().__init__(address, self.handler_class, **kwargs)


class Command(DjangoCommand):
    """Static files are served by WhiteNoise, with or without DEBUG."""

    server_cls = Server

    def inner_run(self, *args: Any, **options: Any) -> None:
        """Serve, and where batches are on work on them."""
        if not settings.BATCHES:
            super().inner_run(*args, **options)
            return
        from from_git.batches import resident

        resident.start()
        try:
            super().inner_run(*args, **options)
        finally:
            resident.close()

    def check_migrations(self) -> None:
        """Look at no database: answering needs none, so it may be down."""
