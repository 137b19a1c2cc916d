"""Connections that know the time: what stands between `requests` and a socket."""

import http
import http.client
import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

# The timeout of requests is for one read, so that a byte now and then keeps a call alive for ever. Below every connect
# and read, of headers as well as of bodies, stands the clock of the call that this thread is making.
_BUFFER = 64 * 1024
_MOST = 34 * 1024 * 1024  # bytes of one answer with its head; urllib3 takes a chunk of size -1 for all that follows
_SLICE = 0.25  # seconds; how soon a call that waits for bytes learns that nobody waits for it any more


def _over() -> float:
    raise TimeoutError


class Call(threading.local):
    """The call that this thread is making."""

    left: Callable[[], float] = staticmethod(_over)
    """Seconds for its next step, above 0; raises when there are none or nobody waits."""
    reused = False
    """Whether its connection has served a call before."""
    received = 0
    """Bytes of its answer."""


call = Call()
"""This thread's."""


@contextmanager
def clocked(left: Callable[[], float]) -> Iterator[None]:
    """Let `left` bound every step of the call made inside the block."""
    call.left, call.reused, call.received = left, False, 0
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
            self._sock.settimeout(min(call.left(), _SLICE))
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


class _ClockedConnection(urllib3.connection.HTTPConnection):
    response_class = _ClockedResponse
    _served = False
    _unsent: bytearray | None = None

    def _new_conn(self) -> socket.socket:
        """Try the host's addresses in turn, all of it within the call's time."""
        try:
            return self._connected(_addresses(self._dns_host, self.port))
        except socket.gaierror as error:
            raise urllib3.exceptions.NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:  # urllib3 would take a plain one for a broken connection
            raise urllib3.exceptions.ConnectTimeoutError(self, "no connection in time") from error

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
                sock.connect(address)
                sock.settimeout(call.left())  # for the handshake of TLS
            except OSError as error:
                sock.close()
                last = error
            else:
                return sock
        call.left()
        raise urllib3.exceptions.NewConnectionError(self, "no address can be reached") from last

    def request(self, *args: Any, **kwargs: Any) -> None:
        call.reused, self._served, call.received = self._served, True, 0
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


class _ClockedTLSConnection(_ClockedConnection, urllib3.connection.HTTPSConnection):
    pass


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _ClockedConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _ClockedTLSConnection


class ClockedAdapter(HTTPAdapter):
    """An adapter of requests for one host and no proxy, whose connections ask the clock.

    What such a request never needs is left out: the search for a proxy and for the host's pool, and a jar for cookies.
    """

    _pool: Any = None

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As the base class, with our connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def close(self) -> None:
        """As the base class; a pool is closed when nobody holds it any more."""
        self._pool = None
        super().close()

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        """The one pool, made by the base class for the first request, with its certificates."""
        if self._pool is None:
            pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
            super().cert_verify(pool, request.url, verify, cert)  # type: ignore[no-untyped-call]
            self._pool = pool
        return self._pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing: the pool has its certificates."""

    def request_url(self, request: Any, proxies: Any) -> str:
        """Path and query, as without a proxy."""
        return str(request.path_url)

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Status, headers and the stream of the body."""
        response = requests.Response()
        response.status_code, response.headers, response.raw = resp.status, resp.headers, resp
        return response
