"""Connections whose every step is bounded in time; they stand between urllib3's pool and a socket."""

import errno
import os
import socket
import struct
import threading
import time
from queue import Empty, SimpleQueue
from typing import Any

import urllib3
from urllib3.util.wait import wait_for_write

from from_git.upstream import idle
from from_git.upstream.proxy import Proxy, ProxyFailed
from from_git.upstream.response import Reading
from from_git.upstream.sending import SLICE, Sending

# The timeout of requests is for one read, so that a byte now and then would keep a call alive for ever. Here every
# connect and read, of headers as well as of bodies, is bounded by the time of the call that is being made.
_BUFFER = 64 * 1024
# bytes of the first read of an answer: each thread holds such a buffer while it waits, and most answers are smaller
# (a hundred that wait: 2 MB less than with large ones)
_FIRST_BUFFER = 4 * 1024
_LEAST = 0.001  # seconds; for a socket 0 is no end
_LOOK = socket.MSG_PEEK | socket.MSG_DONTWAIT


def _addresses(host: str, port: int, call: Sending) -> list[Any]:
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
    """A connection whose every step is bounded by the time of the call that it serves."""

    through: Proxy | None = None
    """The proxy that it leads through."""
    call: Sending
    """The call that it serves."""
    idle_since = 0.0
    """When it was used last, on the clock of `idle`."""
    _served = False
    _slice = 0.0  # seconds after which a read or write of its socket comes back
    _piece = _FIRST_BUFFER  # bytes that a read takes at most

    def exchange(self, request: bytes, call: Sending) -> Reading:
        """Send a request and read the whole answer, over a new socket where there is none.

        Raises:
            Silent, TimeoutError, Cancelled: see `Sending.next_read`.
            UpstreamError: see `Reading.feed`.
            OSError, urllib3.exceptions.HTTPError: there is no connection, or it broke.
        """
        if self.sock is None:
            self.call = call
            try:
                self.connect()
            finally:
                del self.call  # it would keep the whole fetch in memory while the connection lies idle
        call.begin(self._served, idle.now() - self.idle_since if self._served else 0.0)
        self._served = True
        self._send(request, call)
        reading, self._piece = Reading(), _FIRST_BUFFER
        while not reading.complete:
            data = self._received(call.next_read())
            if data is not None:
                call.received += len(data)
                self._piece = _BUFFER
                reading.feed(data)
        if not call.reused:
            self._has_answered()
        return reading

    @property
    def is_spoilt(self) -> bool:
        """Whether it has ended, or brought what nobody has asked for, which would pass for the next answer."""
        if self.sock is None:
            return False
        try:
            self.sock.recv(1, _LOOK)
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True

    def close(self) -> None:
        """As the base class; the next call opens it again."""
        self._served, self._slice = False, 0.0
        super().close()

    def _has_answered(self) -> None:
        """Called when the first answer over a socket is whole."""

    def _send(self, request: bytes, call: Sending) -> None:
        """Head and body leave in one write, which is one packet and one turn of the GIL."""
        self._bound(min(call.left(), SLICE))
        sent = self._sent(request)
        while sent < len(request):
            call.left()  # raises when the time is over, or the call was cancelled
            sent += self._sent(request[sent:])

    def _sent(self, data: bytes) -> int:
        try:
            return self.sock.send(data)
        except BlockingIOError:
            return 0

    def _received(self, seconds: float) -> bytes | None:
        """What comes within so many seconds, nothing at the end of the connection, None where nothing comes."""
        if seconds != self._slice:
            self._bound(seconds)
        try:
            return self.sock.recv(self._piece)
        except BlockingIOError:
            return None
        except TimeoutError as error:  # the kernel's word for a peer that is gone, and no matter of the call's time
            raise ConnectionResetError from error

    def _bound(self, seconds: float) -> None:
        """Let each read and write of the socket come back after so many seconds.

        By the socket's own timeout: Python would ask for one with another system call before each of them.
        """
        if seconds != self._slice:
            if not self._slice:
                self.sock.settimeout(None)
            whole = max(seconds, _LEAST)
            value = struct.pack("@ll", int(whole), int(whole % 1 * 1_000_000))
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)
            self._slice = seconds

    def _new_conn(self) -> socket.socket:
        """Try the addresses of the host, or of the proxy, in turn, all of it within the call's time."""
        there = (self.through.host, self.through.port) if self.through else (self._dns_host, self.port)
        try:
            return self._connected(_addresses(*there, self.call))
        except socket.gaierror as error:
            if self.through:
                raise ProxyFailed from error
            raise urllib3.exceptions.NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:  # a plain one is taken for one in which the upstream did not answer
            raise urllib3.exceptions.ConnectTimeoutError(self, "no connection in time") from error

    def _connected(self, addresses: list[Any]) -> socket.socket:
        last: OSError | None = None
        for remaining, (family, kind, protocol, _, address) in zip(
            range(len(addresses), 0, -1), addresses, strict=True
        ):
            sock = socket.socket(family, kind, protocol)
            try:
                # an address that does not answer, as IPv6 may be, must leave time for the others
                until = time.monotonic() + self.call.left() / remaining
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                idle.keep_alive(sock)
                self._reach(sock, address, until)
            except OSError as error:
                sock.close()
                last = error
            except BaseException:
                sock.close()
                raise
            else:
                return sock
        self.call.left()
        if self.through:
            raise ProxyFailed from last
        raise urllib3.exceptions.NewConnectionError(self, "no address can be reached") from last

    def _reach(self, sock: socket.socket, address: Any, until: float) -> None:
        """Connect a socket, in slices, so that a call that is cancelled does not wait for an address without answer."""
        sock.setblocking(False)
        failed = sock.connect_ex(address)
        if failed == errno.EINPROGRESS:
            while not wait_for_write(sock, min(max(until - time.monotonic(), 0.0), SLICE)):
                self.call.left()
                if time.monotonic() >= until:
                    raise TimeoutError
            failed = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed:
            raise OSError(failed, os.strerror(failed))
        sock.settimeout(self.call.left())
