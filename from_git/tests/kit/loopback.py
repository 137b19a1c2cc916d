"""What small servers of tests share: a port on loopback, and a thread for each connection that comes."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class LoopbackServer:
    """Takes connections inside the block; a subclass says what becomes of each.

    Attributes:
        port: where it listens.
        stopped: set at the end of the block.
    """

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._socket.getsockname()[1])

    def serve(self, connection: socket.socket) -> None:
        """Serve one connection, on its own thread; an OSError is the end of it."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # ends the accept that is under way, which a close does not
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            self.serve(connection)


def pour(source: socket.socket, target: socket.socket) -> None:
    """Pass on all that comes, and then the end of it."""
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
