"""TLS for real: an authority of the test's own, both forges behind it, and certificates that are not to be trusted."""

import os
import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import timedelta
from operator import methodcaller
from pathlib import Path
from typing import Any
from unittest import TestCase

from emulator import Emulator
from emulator.bitbucket.credentials import Credentials
from from_git.errors import BrokenError, TransientError, UpstreamError
from from_git.options.loading import load
from from_git.tests.kit import authority
from from_git.tests.kit.project import environment, project_copy, ran
from from_git.tests.kit.raw import RawServer, keeping
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.kit.system import environment_with
from from_git.tests.upstream.test_upstream import OK, Waiting
from from_git.upstream import Upstream, Way, tls

UNKNOWN = "its TLS certificate is signed by an authority that is not trusted here."
WRONG_NAME = "its TLS certificate is for another host name than the one that was asked."
EXPIRED = "its TLS certificate has expired."


class Certificates(TestCase):
    """Single calls to a server with a certificate."""

    def world(self, context: ssl.SSLContext, trusted: str = "ours") -> tuple[RawServer, Upstream]:
        """The server, and an upstream that trusts that authority beside the usual ones."""
        server = self.enterContext(RawServer(keeping(OK, 10), context))
        ca_file = authority.ca_file(self.folder(), trusted) if trusted else ""
        upstream = Upstream(server.url, "SOME_URL", 3, 10.0, Way(ca_file))
        self.addCleanup(upstream.close)
        return server, upstream

    def folder(self) -> str:
        """One that goes with the test."""
        return self.enterContext(tempfile.TemporaryDirectory())

    def refused(self, context: ssl.SSLContext, trusted: str = "ours") -> UpstreamError:
        """The error of a call to whom no request, and so no credential, is sent."""
        server, upstream = self.world(context, trusted)
        with self.assertRaises(UpstreamError) as caught:
            upstream.call(Waiting(), "GET", upstream.base_url)
        self.assertEqual(server.requests, [])
        self.assertEqual(caught.exception.attempts, 1)  # it stays what it is
        return caught.exception

    def test_each_that_is_not_to_be_trusted_has_words_of_its_own(self) -> None:
        ca = "If your company has an authority of its own, name the file with that authority's certificate in"
        for name, context, trusted, message, advice in [
            ("nobody's authority", authority.server(), "", UNKNOWN, ca),
            ("another authority", authority.server(signed_by="theirs"), "ours", UNKNOWN, ca),
            ("another name", authority.server("github.com"), "ours", WRONG_NAME, "Look at SOME_URL."),
            ("another address", authority.server("127.0.0.2"), "ours", WRONG_NAME, "Look at SOME_URL."),
            ("an old one", authority.server(lasts=timedelta(days=-1)), "ours", EXPIRED, "must renew it"),
        ]:
            with self.subTest(name):
                error = self.refused(context, trusted)
                self.assertEqual(error.reason, message)
                self.assertIn(advice, error.advice)
        self.assertIn("UPSTREAM_CA_FILE", self.refused(authority.server(), "").advice)

    def test_with_the_authority_in_the_file_calls_share_a_connection_and_all_connections_one_set_of_authorities(
        self,
    ) -> None:
        server, upstream = self.world(authority.server())

        answers, contexts = [], set()
        for _ in range(12):
            answers.append(upstream.call(Waiting(), "GET", upstream.base_url))
            contexts |= {id(one._tls.context) for one in upstream._adapter._pool.pool.queue if one.sock}

        self.assertEqual([answer.json() for answer in answers], [{}] * 12)
        self.assertEqual(len(server.requests), 2)
        self.assertEqual(contexts, {id(upstream._adapter._pool.conn_kw["ssl_context"])})

    def test_the_usual_authorities_are_trusted_beside_it(self) -> None:
        _, upstream = self.world(authority.server())
        upstream.call(Waiting(), "GET", upstream.base_url)

        context = upstream._adapter._pool.conn_kw.get("ssl_context")

        self.assertGreater(context.cert_store_stats()["x509_ca"], 100)
        self.assertEqual((context.verify_mode, context.check_hostname), (ssl.CERT_REQUIRED, True))

    def test_nothing_is_trusted_or_written_because_of_the_environment(self) -> None:
        folder = self.folder()
        keys = os.path.join(folder, "keys")
        names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
        with environment_with(**dict.fromkeys(names, authority.ca_file(folder)), SSLKEYLOGFILE=keys):
            self.assertEqual(self.refused(authority.server(), "").reason, UNKNOWN)
            _, upstream = self.world(authority.server())
            upstream.call(Waiting(), "GET", upstream.base_url)

        self.assertFalse(os.path.exists(keys))

    def test_a_handshake_that_breaks_off_may_pass(self) -> None:
        for words in (b"HTTP/1.1 400 This is no TLS\r\n\r\n", b""):
            with self.subTest(words):
                error = self.handshake(methodcaller("sendall", words))
                self.assertIsInstance(error, TransientError)
                self.assertIn("look at SOME_URL", error.advice)

    def test_one_that_ends_in_due_form_is_not_waited_for(self) -> None:
        error = self.handshake(lambda connection: connection.recv(65_536))

        self.assertIn("the TLS handshake with it failed", error.message)

    def test_a_file_that_has_become_another_one_of_the_same_size_is_read_again(self) -> None:
        path = Path(authority.ca_file(self.folder()))
        path.write_text(path.read_text() + "1\n")
        before = tls.context(str(path))
        self.assertIs(tls.context(str(path)), before)

        path.write_text(path.read_text()[:-2] + "2\n")
        os.utime(path, (0, 0))  # a clock may stand still between two writes

        self.assertIsNot(tls.context(str(path)), before)

    def test_a_handshake_that_takes_too_long_is_not_for_the_weight_of_a_query(self) -> None:
        over = threading.Event()
        self.addCleanup(over.set)

        self.assertIs(type(self.handshake(lambda _: over.wait(), timeout=0.3)), BrokenError)

    def handshake(self, serve: Callable[[socket.socket], object], timeout: float = 10.0) -> UpstreamError:
        """The error of a call to a server that does this with a new connection and closes it."""
        server = self.enterContext(socket.create_server(("127.0.0.1", 0)))

        def accept() -> None:
            with server.accept()[0] as connection:
                serve(connection)

        threading.Thread(target=accept, daemon=True).start()
        upstream = Upstream(f"https://127.0.0.1:{server.getsockname()[1]}/2.0", "SOME_URL", 1, timeout)
        with self.assertRaises(UpstreamError) as caught:
            upstream.call(Waiting(), "GET", upstream.base_url)
        return caught.exception

    def test_a_file_that_is_gone_is_named(self) -> None:
        server = self.enterContext(RawServer(keeping(OK, 1), authority.server()))
        upstream = Upstream(server.url, "SOME_URL", 1, 5.0, Way(os.path.join(self.folder(), "gone.pem")))

        with self.assertRaises(UpstreamError) as caught:
            upstream.call(Waiting(), "GET", upstream.base_url)

        self.assertIn("UPSTREAM_CA_FILE", caught.exception.advice)


class Forges(ServiceTestCase):
    """Both emulated forges behind HTTPS."""

    def behind(self, context: ssl.SSLContext, ca_file: str, host: str = authority.LOOPBACK) -> None:
        """Ask forges that answer with this certificate, by that name."""
        emulator = self.enterContext(Emulator(self.world, tls=context, limits=False))
        credentials = Credentials()
        self.settings_for_test(
            GITHUB_GRAPHQL_URL=emulator["github"].url.replace(authority.LOOPBACK, host),
            BITBUCKET_API_URL=emulator["bitbucket"].url.replace(authority.LOOPBACK, host),
            BITBUCKET_USERNAME=credentials.username,
            BITBUCKET_API_TOKEN=credentials.api_token,
            UPSTREAM_CA_FILE=ca_file,
        )

    def ca_file(self, name: str = "ours") -> str:
        """The authority's file, which goes with the test."""
        return authority.ca_file(self.enterContext(tempfile.TemporaryDirectory()), name)

    def test_answers_are_exact_with_the_companys_own_authority(self) -> None:
        self.behind(authority.server(), self.ca_file())

        self.assert_exact(("github", "org-333"), ("bitbucket", "team-120"))

    def test_a_certificate_that_is_not_to_be_trusted_is_a_502_in_its_own_words(self) -> None:
        worlds: list[tuple[str, Callable[[], Any]]] = [
            (UNKNOWN, lambda: self.behind(authority.server(), "")),
            (WRONG_NAME, lambda: self.behind(authority.server("api.github.com"), self.ca_file())),
            (EXPIRED, lambda: self.behind(authority.server(lasts=timedelta(days=-1)), self.ca_file())),
        ]
        for words, begin in worlds:
            begin()
            for url in ("https://github.com/user-3", "https://bitbucket.org/team-3"):
                with self.subTest(words, url=url):
                    body = self.failure(502, url)
                    self.assertEqual((body["error"], body["profile"]), ("ERR2", url))
                    self.assertTrue(body["message"].endswith(f" for {url}: {words}"), body["message"])
                    self.assertIn("_URL", body["advice"])

    def test_a_name_is_resolved_and_verified(self) -> None:
        self.behind(authority.server("localhost"), self.ca_file(), "localhost")
        self.assert_exact(("github", "user-3"), ("bitbucket", "team-3"))


class Setting(TestCase):
    """UPSTREAM_CA_FILE."""

    def test_a_file_that_is_missing_or_no_pem_stops_the_start_and_is_named(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        empty = os.path.join(folder, "empty.pem")
        Path(empty).write_text("-----BEGIN NOTHING-----\n", encoding="utf-8")
        for path, words in [
            (os.path.join(folder, "gone.pem"), "expected a file that can be read (No such file or directory)"),
            (folder, "expected a file that can be read (Is a directory)"),
            (empty, "expected a PEM file with certificates, and there are none in it"),
        ]:
            with self.subTest(path):
                command, given = (sys.executable, "manage.py", "check"), environment(UPSTREAM_CA_FILE=path)
                started = ran(*command, folder=project_copy(self), env=given)
                self.assertNotEqual(started.returncode, 0)
                self.assertIn(f"UPSTREAM_CA_FILE in the environment is {path!r}: {words}.", started.stderr)

    def test_a_good_one_is_found_from_anywhere(self) -> None:
        path = authority.ca_file(self.enterContext(tempfile.TemporaryDirectory()))

        values, wrong = load({"UPSTREAM_CA_FILE": os.path.relpath(path)}, {})

        self.assertEqual((values["UPSTREAM_CA_FILE"], wrong), (path, []))
