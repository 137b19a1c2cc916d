"""A forwarding proxy, as the only way out of a company's network is one."""

import http.client
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import urlsplit

from from_git.tests.kit.loopback import LoopbackServer, pour


class Forwarder(LoopbackServer):
    """An HTTP proxy on loopback: tunnels for CONNECT, and passes on requests with a whole address.

    Args:
        wanted: the value of Proxy-Authorization without which everything is a 407; empty for none.
        refuses: the status of every answer to CONNECT; 0 for a tunnel.

    Attributes:
        seen: of each request to the proxy itself its line and headers, as it saw them in clear.
    """

    def __init__(self, wanted: str = "", refuses: int = 0) -> None:
        super().__init__()
        self.wanted = wanted
        self.refuses = refuses
        self.seen: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def in_clear(self) -> str:
        """All that it could read."""
        return repr(self.seen)

    def serve(self, connection: socket.socket) -> None:
        """Answer its requests."""
        with connection:
            _Handler(connection, connection.getpeername(), cast(Any, self))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def forwarder(self) -> Forwarder:
        """Whose request this is."""
        return cast(Forwarder, self.server)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def handle_one_request(self) -> None:
        """As the base class; a client that goes away is nothing to speak of."""
        with suppress(OSError):
            super().handle_one_request()

    def do_CONNECT(self) -> None:
        """Make a tunnel."""
        if not self._allowed() or self._refused(self.forwarder.refuses):
            return
        host, _, port = self.path.rpartition(":")
        try:
            far = socket.create_connection((host.strip("[]"), int(port)), 10)
        except OSError:
            self._refused(502)
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        back = threading.Thread(target=pour, args=(far, self.connection), daemon=True)
        back.start()
        pour(self.connection, far)
        back.join(10)
        self.close_connection = True

    def do_GET(self) -> None:
        """Pass a request on."""
        if not self._allowed():
            return
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name != "Proxy-Authorization"}
        far = http.client.HTTPConnection(parts.hostname or "", parts.port)
        far.request(self.command, parts._replace(scheme="", netloc="").geturl(), body or None, headers)
        answer = far.getresponse()
        data = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        far.close()

    do_POST = do_GET  # noqa: N815 - the name is the library's

    def _allowed(self) -> bool:
        self.forwarder.seen.append((self.requestline, dict(self.headers.items())))
        wanted = self.forwarder.wanted
        return not (wanted and self.headers.get("Proxy-Authorization") != wanted and self._refused(407))

    def _refused(self, status: int) -> bool:
        if status:
            page = f"<html>{status} {self.headers.get('Proxy-Authorization')}</html>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
        return bool(status)
