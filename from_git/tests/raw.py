"""A server that sends exactly the bytes of a script, for answers that no honest HTTP library can be made to send."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Script = Callable[[socket.socket, threading.Event], None]


class RawServer:
    """Runs `script(connection, stopped)` for each connection, after the request's headers have been read.

    `requests` holds what was received, one entry a connection.
    """

    def __init__(self, script: Script) -> None:
        self.requests: list[bytes] = []
        self._script = script
        self._stopped = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/2.0"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            received = b""
            while b"\r\n\r\n" not in received:
                part = connection.recv(65_536)
                if not part:
                    return
                received += part
            self.requests.append(received)
            self._script(connection, self._stopped)


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
