"""A server that sends exactly the bytes of a script, for answers that no honest HTTP library can be made to send."""

import socket
import ssl
import threading
from collections.abc import Callable

from from_git.tests.kit.loopback import LoopbackServer

Script = Callable[[socket.socket, threading.Event], None]


class RawServer(LoopbackServer):
    """Runs `script(connection, stopped)` for each connection, after the request's headers have been read.

    `requests` holds what was received, one entry a connection.
    """

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.requests: list[bytes] = []
        self._script = script
        self._tls = tls
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/2.0"

    def serve(self, connection: socket.socket) -> None:
        """Read the headers of a request, and run the script."""
        with self._tls.wrap_socket(connection, server_side=True) if self._tls else connection as served:
            request = read_request(served)
            if request:
                self.requests.append(request)
                self._script(served, self.stopped)


def read_request(connection: socket.socket) -> bytes:
    """A request's headers, and what of its body came with them; nothing when the client has gone."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65_536)
        if not part:
            return b""
        received += part
    return received


def keeping(data: bytes, times: int, then: bytes = b"") -> Script:
    """Answer `times` requests of a connection with `data`, the next one with `then`, and close without a word."""

    def script(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(data)
        for _ in range(times - 1):
            if not read_request(connection):
                return
            connection.sendall(data)
        if read_request(connection):
            connection.sendall(then)

    return script


def sending(data: bytes) -> Script:
    """Send `data` and close."""
    return lambda connection, stopped: connection.sendall(data)


def dripping(start: bytes, drop: bytes = b"x", seconds: float = 0.05) -> Script:
    """Send `start`, then `drop` again and again, for ever."""

    def script(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(start)
        while not stopped.wait(seconds):
            connection.sendall(drop)

    return script


def silent(connection: socket.socket, stopped: threading.Event) -> None:
    """Never answer."""
    stopped.wait()
