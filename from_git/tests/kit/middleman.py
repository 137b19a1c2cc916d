"""A middle man between two machines, as a NAT or a load balancer is, that can forget connections without a word."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit

from from_git.tests.kit.loopback import LoopbackServer


class Middleman(LoopbackServer):
    """Passes on what comes to its port on loopback to another one, until it forgets.

    Attributes:
        connections: how many came.
        target: the port that new connections lead to.
    """

    def __init__(self, target: int) -> None:
        super().__init__()
        self.connections = 0
        self.target = target
        self._links: list[_Link] = []
        self._lock = threading.Lock()

    def instead_of(self, url: str) -> str:
        """The address that leads through here."""
        parts = urlsplit(url)
        return parts._replace(netloc=f"127.0.0.1:{self.port}").geturl()

    def forget(self) -> None:
        """From now on swallow all bytes of the connections that there are; the ends learn nothing."""
        with self._lock:
            for link in self._links:
                link.forgotten.set()

    @property
    def swallowed(self) -> int:
        """How many forgotten connections somebody has sent something on."""
        with self._lock:
            return sum(link.swallowed.is_set() for link in self._links)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        with self._lock:
            for link in self._links:
                link.close()

    def serve(self, connection: socket.socket) -> None:
        """Pass on in both directions."""
        link = _Link(connection, socket.create_connection(("127.0.0.1", self.target)))
        with self._lock:
            self.connections += 1
            self._links.append(link)
        link.start()


class _Link:
    """One connection, and the one that it is passed on to."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.forgotten = threading.Event()
        self.swallowed = threading.Event()
        self._near, self._far = near, far

    def start(self) -> None:
        for ends in ((self._near, self._far), (self._far, self._near)):
            threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def close(self) -> None:
        for end in (self._near, self._far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if self.forgotten.is_set():
                    self.swallowed.set()
                else:
                    target.sendall(data)
            if not self.forgotten.is_set():
                target.shutdown(socket.SHUT_WR)
