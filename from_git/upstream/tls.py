"""TLS: one set of trusted authorities for all connections, and sessions that new connections to a host resume."""

import os
import socket
import ssl
import threading
from typing import Any
from weakref import WeakValueDictionary

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from from_git.errors import UpstreamError
from from_git.upstream import idle
from from_git.upstream.clocked import ClockedConnection
from from_git.upstream.response import Reading
from from_git.upstream.sending import SLICE, Sending

_MOST_AGE = 3600.0  # seconds; a resumed session shows no certificate, so now and then one is looked at again
_RECORD = 16 * 1024  # bytes that one record has at most, so that each read leaves nothing of it
_contexts: "WeakValueDictionary[tuple[object, ...], ssl.SSLContext]" = WeakValueDictionary()
_making = threading.Lock()


def context(ca_file: str) -> ssl.SSLContext:
    """The TLS context of all connections that trust the same authorities; reading those takes 30 to 40 ms.

    Nothing comes from the environment: neither authorities nor, as urllib3 would take it, a file for session keys.

    Args:
        ca_file: a PEM file with authorities that are trusted beside Mozilla's list (certifi); empty without one.

    Raises:
        UpstreamError: the file cannot be read, or holds none.
    """
    with _making:  # one thread alone, for the others need the same one
        try:
            found = os.stat(ca_file) if ca_file else None
            version = found and (ca_file, found.st_ino, found.st_size, found.st_mtime_ns)
            made = _contexts.get((version,))
            if made is None:
                made = _contexts[(version,)] = _made(ca_file)
        except (OSError, ssl.SSLError) as error:
            reason = "the file that names the authorities to trust can no longer be read."
            raise UpstreamError(reason, advice="Look at UPSTREAM_CA_FILE.") from error
        return made


def _made(ca_file: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and name
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_COMPRESSION
    made.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if ca_file:
        made.load_verify_locations(ca_file)
        made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a company may name an authority below its root
    return made


class Sessions:
    """The TLS session that new connections of one pool, so to one host, resume. Safe from any thread.

    It is that of the last whole handshake, and is offered until the server refuses it or it is an hour old.
    """

    def __init__(self) -> None:
        self._kept: ssl.SSLSession | None = None
        self._since = 0.0

    def offered(self) -> ssl.SSLSession | None:
        """The session to resume; None: there is none."""
        if self._kept and idle.now() - self._since >= _MOST_AGE:
            self._kept = None
        return self._kept

    def learn(self, tls: ssl.SSLObject, offered: ssl.SSLSession | None) -> None:
        """Take in the session of a connection with its first answer, with which TLS 1.3 sends tickets.

        Args:
            offered: the session that it was to resume.
        """
        if tls.session_reused or self._kept is not offered:
            return  # copying a session takes longer than all else here, so one of many new connections does
        session = tls.session
        resumable = session is not None and (session.has_ticket or session.id)
        self._kept, self._since = session if resumable else None, idle.now()

    def forget(self) -> None:
        """Offer nothing until the next whole handshake."""
        self._kept = None


class ClockedTLSConnection(ClockedConnection, urllib3.connection.HTTPSConnection):
    """The same with TLS, between the connection and its socket: only the socket waits, and is bounded as without TLS.

    An SSLSocket would not come back from a read whose socket has a timeout of its own, and takes three times as many
    system calls.
    """

    ssl_context: ssl.SSLContext
    sessions: Sessions
    """Those of its pool."""
    _tls: ssl.SSLObject
    _offered: ssl.SSLSession | None
    _over = False  # whether the other side has ended the connection in due form

    def connect(self) -> None:
        """As the base class, through the proxy if there is one.

        Raises:
            ssl.SSLError: no handshake, or a bad certificate.
            OSError, urllib3.exceptions.HTTPError: there is no connection.
        """
        try:
            self.sock = self._new_conn()
            self._shake_hands()
        except BaseException:
            self.sessions.forget()  # whatever went wrong, the next try shall not fail for a session
            self.close()
            raise

    def _connected(self, addresses: list[Any]) -> socket.socket:
        self.sock = super()._connected(addresses)
        if self.through:
            self.through.tunnel(self.sock, self.host, self.port or 443, self._status)
        return self.sock

    def _status(self) -> int:
        """The status of the proxy's answer."""
        reading = Reading()
        while not reading.headed:
            reading.feed(self._next())
        return reading.status

    def _shake_hands(self) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._offered, self._over = self.sessions.offered(), False
        name, _, _ = self.host.strip("[]").rstrip(".").partition("%")
        tls = self.ssl_context.wrap_bio(self._in, self._out, server_hostname=name, session=self._offered)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                super()._send(self._out.read(), self.call)
            except ssl.SSLError:
                super()._send(self._out.read(), self.call)  # the alert that says why
                raise
            else:
                break
            data = self._next()
            if not data:
                raise ssl.SSLEOFError("the connection ended within the handshake")
            self._in.write(data)
        super()._send(self._out.read(), self.call)
        self._tls, self.is_verified = tls, True

    def _next(self) -> bytes:
        """What comes next from the socket, while the connection is being made; nothing at its end."""
        while True:
            data = super()._received(min(self.call.left(), SLICE))
            if data is not None:
                return data

    def _has_answered(self) -> None:
        self.sessions.learn(self._tls, self._offered)

    def _send(self, data: bytes, call: Sending) -> None:
        sent, tls = 0, self._tls
        while sent < len(data):
            sent += tls.write(data[sent:])
        super()._send(self._out.read(), call)

    def _received(self, seconds: float) -> bytes | None:
        data = b"" if self._over else super()._received(seconds)
        if not data:
            return data
        self._in.write(data)
        parts, tls = [], self._tls
        while self._in.pending:
            try:
                part = tls.read(_RECORD)
            except ssl.SSLWantReadError:
                break  # a part of a record, or what is no part of an answer, as tickets are
            parts.append(part)
            if not part:
                self._over = True  # which may come with the last bytes, and the socket's own end never
                break
        return b"".join(parts) if parts else None
