"""Connections that know the time: what stands between urllib3 and a socket."""

import http
import http.client
import io
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

import urllib3

from from_git.upstream import idle
from from_git.upstream.proxy import Proxy, ProxyFailed

# The timeout of requests is for one read, so that a byte now and then keeps a call alive for ever. Below every connect
# and read, of headers as well as of bodies, stands the clock of the call that this thread is making.
_BUFFER = 64 * 1024
_MOST = 34 * 1024 * 1024  # bytes of one answer with its head; urllib3 takes a chunk of size -1 for all that follows
_SLICE = 0.25  # seconds; how soon a call that waits for bytes learns that nobody waits for it any more


class Silent(OSError):
    """No byte of an answer came on a connection that lay idle, for as long as one is waited for there."""


def _over() -> float:
    raise TimeoutError


class CallState(threading.local):
    """The call that this thread is making."""

    left: Callable[[], float] = staticmethod(_over)
    """Seconds for its next step, above 0; raises when there are none or nobody waits."""
    reused = False
    """Whether its connection has served a call before."""
    received = 0
    """Bytes of its answer."""
    idle = 0.0
    """Seconds for which its connection had lain idle."""
    silent = False
    """Whether it was given up because no byte came on such a connection."""
    fresh = False
    """Whether it must have a connection of its own."""
    patience = math.inf
    """Seconds that the first byte is waited for on a connection that lay idle."""
    asked = False
    """Whether the request has left; not before there is a connection, with TLS where that is wanted."""
    _until = math.inf

    def forget(self) -> None:
        """Nothing is sent yet."""
        self.asked, self.reused, self.received, self.idle = False, False, 0, 0.0
        self._until = math.inf

    def begin(self, reused: bool, idle_seconds: float) -> None:
        """The request leaves now."""
        self.asked, self.reused, self.received, self.idle = True, reused, 0, idle_seconds
        doubted = reused and idle_seconds >= idle.DOUBTED
        self._until = time.monotonic() + self.patience if doubted else math.inf

    def next_read(self) -> float:
        """Seconds for the next read, above 0.

        Raises:
            Silent: none for the first byte.
        """
        seconds = min(self.left(), _SLICE)
        if self.received or self._until == math.inf:
            return seconds
        rest = self._until - time.monotonic()
        if rest <= 0:
            self.silent = True
            raise Silent
        return min(seconds, rest)


call = CallState()
"""This thread's."""


@contextmanager
def clocked(left: Callable[[], float], patience: float = math.inf) -> Iterator[None]:
    """Let `left` bound every step of the call made inside the block; see `CallState` for both."""
    call.left, call.patience = left, patience
    call.silent = call.fresh = False
    call.forget()
    try:
        yield
    finally:
        call.left = _over  # an idle thread must not keep the request of its last call, with all that it found


class _ClockedIO(io.RawIOBase):
    """The reading half of a socket."""

    def __init__(self, raw: io.RawIOBase, sock: Any) -> None:
        self._raw = raw  # kept to be closed: the socket counts its files
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            self._sock.settimeout(call.next_read())
            try:
                size: int = self._sock.recv_into(buffer)
            except TimeoutError:
                continue  # `left` raises when the time is over or nobody waits
            call.received += size
            if call.received > _MOST:
                raise OSError("more bytes than one answer may have")
            return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _ClockedResponse(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_ClockedIO(raw, sock), _BUFFER)

    def _read_status(self) -> tuple[str, int, str]:
        """As the base class, past interim answers (RFC 9110, 15.2).

        The base class passes 100 alone and takes another 1xx for the whole answer; the true one would then be read by
        whoever calls next on this connection.
        """
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("it switches protocols, which nobody asked for")
            if not 100 < status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)


def _addresses(host: str, port: int) -> list[Any]:
    """What `getaddrinfo` gives, while the call has time; it knows no timeout, so a thread waits for it.

    A thread whose answer nobody waits for any more ends when the resolver gives up.
    """
    found: SimpleQueue[list[Any] | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            found.put(list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, OSError) else socket.gaierror(str(error)))

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    while True:
        try:
            answer = found.get(timeout=min(call.left(), _SLICE))
        except Empty:
            continue  # `left` raises when the time is over or nobody waits
        if isinstance(answer, OSError):
            raise answer
        return answer


class ClockedConnection(urllib3.connection.HTTPConnection):
    """A connection whose every step asks the clock."""

    response_class = _ClockedResponse
    through: Proxy | None = None
    """What it leads through."""
    idle_since = 0.0
    """When it was used last, on the clock of `idle`."""
    _served = False
    _unsent: bytearray | None = None

    def _new_conn(self) -> socket.socket:
        """Try the addresses of the host, or of the proxy, in turn, all of it within the call's time."""
        there = (self.through.host, self.through.port) if self.through else (self._dns_host, self.port)
        try:
            sock = self._connected(_addresses(*there))
            if self.through and isinstance(self, urllib3.connection.HTTPSConnection):
                self._tunnelled(sock, self.through)
        except socket.gaierror as error:
            if self.through:
                raise ProxyFailed from error
            raise urllib3.exceptions.NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:  # urllib3 would take a plain one for a broken connection
            raise urllib3.exceptions.ConnectTimeoutError(self, "no connection in time") from error
        return sock

    def _connected(self, addresses: list[Any]) -> socket.socket:
        last: OSError | None = None
        for remaining, (family, kind, protocol, _, address) in zip(
            range(len(addresses), 0, -1), addresses, strict=True
        ):
            sock = socket.socket(family, kind, protocol)
            try:
                # one that nobody answers at, as IPv6 may be, must leave time for the others
                sock.settimeout(call.left() / remaining)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                idle.keep_alive(sock)
                sock.connect(address)
                sock.settimeout(call.left())  # for the handshake of TLS
            except OSError as error:
                sock.close()
                last = error
            else:
                return sock
        call.left()
        if self.through:
            raise ProxyFailed from last
        raise urllib3.exceptions.NewConnectionError(self, "no address can be reached") from last

    def _tunnelled(self, sock: socket.socket, proxy: Proxy) -> None:
        try:
            proxy.tunnel(sock, self.host, self.port or 443, lambda *args: _ClockedResponse(args[0], method=args[1]))
            sock.settimeout(call.left())  # for the handshake of TLS
        except BaseException:
            sock.close()
            raise

    def request(self, *args: Any, **kwargs: Any) -> None:
        call.begin(self._served, idle.now() - self.idle_since if self._served else 0.0)
        self._served = True
        self._unsent = bytearray()  # head and body leave in one write, which is one packet and one turn of the GIL
        super().request(*args, **kwargs)
        whole, self._unsent = self._unsent, None
        self.send(whole)

    def send(self, data: Any) -> None:
        if self._unsent is None:
            super().send(data)
        else:
            self._unsent += data

    def close(self) -> None:
        self._served = False  # urllib3 opens a closed connection again
        super().close()


class ClockedTLSConnection(ClockedConnection, urllib3.connection.HTTPSConnection):
    """The same with TLS."""
