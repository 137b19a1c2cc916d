"""What the server adds to gunicorn: settings and bounds. `test_workers` asks it over HTTP."""

import io
import selectors
import socket
import subprocess
import sys
from contextlib import redirect_stderr
from types import ModuleType, SimpleNamespace
from typing import Any

from django.test import SimpleTestCase, override_settings
from gunicorn.config import Config
from gunicorn.http import errors

from from_git.conf import settings
from from_git.options import credentials
from from_git.server import master, worker as server
from from_git.server.incoming import Incoming, longest_line
from from_git.server.lobby import Lobby, Stage, TooMany, TooSlow
from from_git.server.parser import Parser
from from_git.server.refusals import refusal
from from_git.tests.kit.project import environment, project_copy, ran


class Settings(SimpleTestCase):
    """Where gunicorn's configuration has its values from."""

    def effective(self, *options: str, local: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
        """What gunicorn itself says its configuration is."""
        folder = project_copy(self)
        (folder / "local_settings.py").write_text(local, encoding="utf-8")
        command = (sys.executable, "-m", "gunicorn", "--print-config", *options)
        return ran(*command, folder=folder, env=environment(**variables))

    def assert_says(self, name: str, value: object, found: "subprocess.CompletedProcess[str]") -> None:
        """Compare one line."""
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertRegex(found.stdout, rf"(?m)^{name} += {value}$")

    def test_threads_come_from_local_settings_then_the_environment_and_the_command_line_wins(self) -> None:
        local = "SERVER_THREADS = 7"
        self.assert_says("threads", 80, self.effective())
        self.assert_says("threads", 9, self.effective(SERVER_THREADS="9"))
        self.assert_says("threads", 7, self.effective(SERVER_THREADS="9", local=local))
        self.assert_says("threads", 6, self.effective("--threads", "6", local=local))
        self.assert_says("threads", 5, self.effective(GUNICORN_CMD_ARGS="--threads 5", local=local))

    def test_what_is_under_way_has_its_deadline_to_end(self) -> None:
        self.assert_says("graceful_timeout", 126, self.effective(REQUEST_DEADLINE="120.5"))

    def test_wrong_settings_stop_the_start_with_a_sentence_for_each(self) -> None:
        found = self.effective(SERVER_THREADS="many", local="MAX_PROFILE = 3")

        self.assertEqual(found.returncode, 1)
        self.assertIn("- SERVER_THREADS in the environment is 'many': ", found.stderr)
        self.assertIn("- MAX_PROFILE in local_settings.py is not a setting; did you mean MAX_PROFILES?", found.stderr)
        self.assertNotIn("Traceback", found.stderr)

    @override_settings(SERVER_THREADS=80)
    def test_the_service_knows_how_many_threads_and_workers_there_really_are(self) -> None:
        environ = {"WEB_CONCURRENCY": "1"}
        master.post_worker_init(SimpleNamespace(cfg=SimpleNamespace(threads=6, workers=3)), environ=environ)

        self.assertEqual((settings.SERVER_THREADS, environ), (6, {"WEB_CONCURRENCY": "3"}))


class Bounds(SimpleTestCase):
    """What a request may be before a thread sees it."""

    def setUp(self) -> None:
        """A connection over TCP."""
        super().setUp()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.client_end = self.enterContext(socket.create_connection(listener.getsockname()))
            self.ours = self.enterContext(listener.accept()[0])

    def parsed(self, sent: bytes) -> Any:
        """The request that these bytes are."""
        parser = Parser(Config(), self.ours, ("127.0.0.1", 1))
        parser.unreader.unread(sent)
        return next(parser)

    def pieces(self, sent: bytes, size: int) -> tuple[bytes, Incoming]:
        """What had come when the request was whole, or all if it never was."""
        incoming = Incoming()
        for start in range(0, len(sent), size):
            incoming.add(sent[start : start + size])
            if incoming.whole:
                break
        return bytes(incoming.data), incoming

    def test_a_request_in_pieces_is_whole_with_its_last_byte_and_the_same(self) -> None:
        head = b"POST /a?b HTTP/1.1\r\nHost: c\r\ncontent-LENGTH:  3 \r\n\r\n"
        for whole in (b"GET /a?b HTTP/1.1\r\nHost: c\r\n\r\n", b"\r\nGET /a?b HTTP/1.1\r\n\r\n", head + b"abc"):
            for size in range(1, len(whole) + 1):
                with self.subTest(whole=whole, size=size):
                    came, incoming = self.pieces(whole, size)
                    self.assertEqual((came, incoming.whole), (whole, True))
                    found = self.parsed(came)
                    self.assertEqual((found.path, found.query), ("/a", "b"))
                    self.assertEqual(found.body.read(), b"abc" if whole.startswith(b"POST") else b"")

    def test_a_head_is_alone_with_no_body_and_no_other_request(self) -> None:
        line = b"GET / HTTP/1.1\r\n"
        for sent, alone in (
            (b"\r\n", True),
            (b"\r\n" + line, False),
            (b"Content-Length: 3\r\n\r\nabc", False),
            (b"Content-Length: 0\r\n\r\n", False),
            (b"Transfer-Encoding: chunked\r\n\r\n", False),
            (b"Host: a\r\n", False),
        ):
            with self.subTest(sent):
                incoming = Incoming()
                incoming.add(line + sent)
                self.assertIs(incoming.alone, alone)

    def test_what_lacks_a_byte_is_not_whole(self) -> None:
        head = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n"
        for half in (
            b"G",
            b"\r",
            b"\r\nGET",
            b"GET / HTTP/1.1\r\n",
            b"GET / HTTP/1.1\r\nA: b\r\n\r",
            head,
            head + b"ab",
        ):
            for size in range(1, len(half) + 1):
                self.assertFalse(self.pieces(half, size)[1].whole, (half, size))

    def test_what_is_refused_anyway_is_whole_as_soon_as_that_is_known(self) -> None:
        line = b"POST / HTTP/1.1\r\n"
        for known, error in (
            (b"\x16\x03", errors.InvalidRequestLine),
            (b"GET / HTTP/1.1\n", errors.InvalidRequestLine),
            (b"GET / HTTP/1.1\r\nHost: a\n", errors.InvalidHeader),
            (b"GET /" + b"x" * longest_line(), errors.LimitRequestLine),
            (line + b"A: b\r\n" * 137_000, errors.LimitRequestHeaders),
            (line + b"Content-Length: x\r\n\r\n", errors.InvalidHeader),
            (line + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\n", errors.InvalidHeader),
            (line + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", errors.InvalidHeader),
            (line + b"Content-Length : 3\r\n\r\n", errors.InvalidHeaderName),
        ):
            with self.subTest(known[:60]):
                for size in (1, 7_000) if len(known) < 100 else (7_000, len(known)):
                    came, incoming = self.pieces(known + b"more", size)
                    self.assertTrue(incoming.whole)
                    self.assertLess(len(came), len(known) + size)
                self.assertRaises(error, self.parsed, known)

    def test_a_body_that_is_too_large_or_has_no_length_is_not_waited_for(self) -> None:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        for header, waits in (
            (b"Content-Length: %d" % most, True),
            (b"Content-Length: %d" % (most + 1), False),
            (b"Content-Length: " + b"9" * 400, False),
            (b"Transfer-Encoding: chunked", False),
            (b"X: y", False),
        ):
            with self.subTest(header[:40]):
                _, incoming = self.pieces(b"POST / HTTP/1.1\r\n" + header + b"\r\n\r\n", 10)
                self.assertEqual((incoming.begun, incoming.whole), (True, not waits))

    def test_only_who_speaks_1_1_and_has_not_sent_the_body_expects_a_100(self) -> None:
        for version, more, expects in (
            (b"1.1", b"", True),
            (b"1.1", b"ab", True),
            (b"1.1", b"abc", False),
            (b"1.0", b"", False),
        ):
            head = b"POST / HTTP/" + version + b"\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n"
            incoming = Incoming()
            incoming.add(head + more)
            self.assertIs(incoming.expects, expects, (version, more))

    def test_a_connection_that_made_room_is_not_read_in_the_same_round_of_the_poller(self) -> None:
        closed: list[Any] = []
        conn = SimpleNamespace(sock=self.ours)
        with selectors.DefaultSelector() as poller:
            never: Any = self.fail
            lobby = Lobby(poller, 75.0, never, never, closed.append)
            lobby.wait(conn, Stage.FIRST)
            [registered] = poller.get_map().values()
            self.client_end.sendall(b"GET / HTTP/1.1\r\n\r\n")

            lobby.make_room()
            registered.data(self.ours)

        self.assertEqual((closed, bool(lobby)), ([conn], False))

    def test_every_way_to_fail_has_a_status_and_words(self) -> None:
        for kind in (*errors.ParseException.__subclasses__(), TooSlow, TooMany):
            with self.subTest(kind.__name__):
                error = kind.__new__(kind)
                error.hdr = "X"
                found = refusal(error)
                ours = issubclass(kind, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName)
                self.assertEqual(found.code, "ERRX" if ours else "ERR2" if kind is TooMany else "ERR3")
                self.assertTrue(400 <= found.status < (600 if ours or kind is TooMany else 502), found)
                self.assertTrue(found.message.endswith(".") and found.advice.endswith("."), found)
        for kind in (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, ValueError):
            self.assertEqual(refusal(kind("CONTENT-LENGTH"))[:2], (500, "ERRX"))


class Stopping(SimpleTestCase):
    """SIGTERM to a worker."""

    def test_the_probes_are_told_if_there_are_any(self) -> None:
        worker, told = server.Worker.__new__(server.Worker), list[str]()
        worker.stopping({"from_git.probes": SimpleNamespace(stopping=lambda: told.append("stopping"))})
        self.assertEqual(told, ["stopping"])
        worker.stopping({})

    def test_a_worker_that_still_imports_the_probes_ends_as_any_other(self) -> None:
        server.Worker.__new__(server.Worker).stopping({"from_git.probes": ModuleType("from_git.probes")})


class Line(SimpleTestCase):
    """gunicorn's own lines."""

    def test_they_are_in_the_form_of_all_others_and_hold_no_credential(self) -> None:
        token = "ghp_hush-hush-hush"

        class Log(master.Log):
            settings = staticmethod(lambda: self.values(token))

        with redirect_stderr(io.StringIO()) as said:
            log = Log(Config())
            self.addCleanup(log.error_log.handlers.clear)
            log.error("It says %s", token)

        self.assertRegex(
            said.getvalue(), r'^\{"timestamp": "[^"]+", "level": "error", "logger": "gunicorn.error", "event"'
        )
        self.assertNotIn(token, said.getvalue())

    def values(self, token: str) -> dict[str, Any]:
        """Settings with a token."""
        names = (
            "GITHUB_API_TOKEN",
            "BITBUCKET_API_TOKEN",
            "BITBUCKET_ACCESS_TOKEN",
            "SECRET_KEY",
            "BITBUCKET_USERNAME",
        )
        values = {**dict.fromkeys(names, ""), "GITHUB_API_TOKEN": token, "LOG_FORMAT": "json"}
        self.assertEqual(credentials.secret_values(SimpleNamespace(**values)), [token])
        return values
