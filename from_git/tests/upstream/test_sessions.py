"""Sessions of TLS: resumed where the server offers it, as the server itself sees; never at another host."""

import socket
import ssl
import tempfile
import threading
from unittest import TestCase

from from_git.errors import TransientError
from from_git.tests.kit import authority
from from_git.tests.kit.raw import RawServer
from from_git.tests.kit.system import idle_for
from from_git.tests.upstream.test_upstream import Waiting
from from_git.upstream import Upstream, Way

CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def speaking(version: ssl.TLSVersion) -> ssl.SSLContext:
    """What a server answers with that knows one version alone."""
    context = authority.server()
    context.minimum_version = context.maximum_version = version
    return context


class Server(RawServer):
    """A server that answers one request of each connection.

    Attributes:
        resumed: for each of them, whether the client has resumed a session.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(self._answer, context)
        self.resumed: list[bool | None] = []

    def speak(self, context: ssl.SSLContext | None) -> None:
        """Answer with another context from now on, which knows no session of the one before; None: with no TLS."""
        self._tls = context

    def serve(self, connection: socket.socket) -> None:
        """See `RawServer.serve`."""
        if self._tls:
            super().serve(connection)
        else:
            connection.sendall(CLOSING)

    def _answer(self, connection: socket.socket, stopped: threading.Event) -> None:
        if isinstance(connection, ssl.SSLSocket):
            self.resumed.append(connection.session_reused)
        connection.sendall(CLOSING)


class Sessions(TestCase):
    """Calls on a new connection each."""

    def world(self, context: ssl.SSLContext) -> tuple[Server, Upstream]:
        """The server, and an upstream that trusts it."""
        server = self.enterContext(Server(context))
        return server, self.upstream(server)

    def upstream(self, server: Server) -> Upstream:
        """One more for a server."""
        path = authority.ca_file(self.enterContext(tempfile.TemporaryDirectory()))
        upstream = Upstream(server.url, "SOME_URL", 3, 10.0, Way(path))
        self.addCleanup(upstream.close)
        return upstream

    def call(self, upstream: Upstream, times: int = 1) -> None:
        """So many calls, which are answered."""
        for _ in range(times):
            self.assertEqual(upstream.call(Waiting(), "GET", upstream.base_url).json(), {})

    def test_each_connection_after_the_first_resumes_the_session(self) -> None:
        for version in VERSIONS:
            with self.subTest(version):
                server, upstream = self.world(speaking(version))
                self.call(upstream, 4)
                self.assertEqual(server.resumed, [False, True, True, True])

    def test_a_session_is_not_taken_to_another_server_or_upstream(self) -> None:
        for version in VERSIONS:
            with self.subTest(version):
                context = speaking(version)
                server, upstream = self.world(context)
                self.call(upstream)
                other, elsewhere = self.world(context)  # it would know the session
                self.call(elsewhere)
                self.call(self.upstream(server))
                self.assertEqual((server.resumed, other.resumed), ([False, False], [False]))

    def test_a_session_that_is_refused_is_replaced_after_a_whole_handshake(self) -> None:
        for version in VERSIONS:
            with self.subTest(version):
                server, upstream = self.world(speaking(version))
                self.call(upstream, 2)
                server.speak(speaking(version))
                self.call(upstream, 3)
                self.assertEqual(server.resumed, [False, True, False, True, True])

    def test_a_server_that_is_no_longer_trusted_is_refused_in_spite_of_a_session(self) -> None:
        for version in VERSIONS:
            with self.subTest(version):
                server, upstream = self.world(speaking(version))
                self.call(upstream)
                server.speak(authority.server(signed_by="theirs"))
                with self.assertRaisesRegex(Exception, "not trusted here"):
                    self.call(upstream)
                self.assertEqual(len(server.requests), 1)

    def test_after_an_hour_the_certificate_is_looked_at_again(self) -> None:
        server, upstream = self.world(speaking(ssl.TLSVersion.TLSv1_3))
        self.call(upstream, 2)
        with idle_for(3600.0):
            self.call(upstream, 2)
        self.assertEqual(server.resumed, [False, True, False, True])

    def test_after_a_handshake_that_broke_off_none_is_offered(self) -> None:
        context = speaking(ssl.TLSVersion.TLSv1_3)
        server, upstream = self.world(context)
        self.call(upstream, 2)
        server.speak(None)
        with self.assertRaises(TransientError):
            self.call(upstream)
        server.speak(context)
        self.call(upstream, 2)
        self.assertEqual(server.resumed, [False, True, False, True])

    def test_a_server_that_offers_no_sessions_is_answered_all_the_same(self) -> None:
        for version in VERSIONS:
            with self.subTest(version):
                context = speaking(version)
                context.options |= ssl.OP_NO_TICKET
                context.num_tickets = 0
                server, upstream = self.world(context)
                self.call(upstream, 3)
                self.assertEqual(len(server.resumed), 3)
