"""Connections whose every step is bounded in time; they stand between urllib3 and a socket."""

import http
import http.client
import io
import socket
import threading
from queue import Empty, SimpleQueue
from typing import Any

import urllib3

from from_git.upstream import idle
from from_git.upstream.callstate import SLICE, call
from from_git.upstream.proxy import Proxy, ProxyFailed

# The timeout of requests is for one read, so that a byte now and then would keep a call alive for ever. Here every
# connect and read, of headers as well as of bodies, is bounded by the time of the call that this thread is making.
_BUFFER = 64 * 1024
_MOST = 34 * 1024 * 1024  # bytes of one answer with its head; urllib3 takes a chunk of size -1 for all that follows


class _ClockedIO(io.RawIOBase):
    """The reading half of a socket, bounded by the time of the call and in bytes."""

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
                continue  # `left` raises when the time is over, or the call was cancelled
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

        The base class passes over 100 alone and takes another 1xx for the whole answer; the next call on this
        connection would then read the true answer to this one.
        """
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("it switches protocols, which nobody asked for")
            if not 100 < status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)


def _addresses(host: str, port: int) -> list[Any]:
    """The addresses of a host by `getaddrinfo`, which knows no timeout, so that a thread of its own waits for it.

    Where the time of the call is over, that thread ends when the resolver gives up.
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
            answer = found.get(timeout=min(call.left(), SLICE))
        except Empty:
            continue  # `left` raises when the time is over, or the call was cancelled
        if isinstance(answer, OSError):
            raise answer
        return answer


class ClockedConnection(urllib3.connection.HTTPConnection):
    """A connection whose every step is bounded by the time of the call."""

    response_class = _ClockedResponse
    through: Proxy | None = None
    """The proxy that it leads through."""
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
                # an address that does not answer, as IPv6 may be, must leave time for the others
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
