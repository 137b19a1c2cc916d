"""What the server adds to gunicorn: settings, bounds, the folder of metrics. `test_workers` asks it over HTTP."""

import io
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, patch

from django.test import SimpleTestCase, override_settings
from gunicorn.config import Config
from gunicorn.http import errors
from gunicorn.workers.gthread import TConn

from coding_challenge import logs, master, server
from emulator import UNBOUNDED, Emulator
from from_git.conf import settings
from from_git.tests.project import environment, project_copy
from from_git.tests.workers import Gunicorn


class Settings(SimpleTestCase):
    """Where gunicorn's configuration has its values from."""

    def effective(self, *options: str, local: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
        """What gunicorn itself says its configuration is."""
        folder = project_copy(self)
        (folder / "local_settings.py").write_text(local, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "gunicorn", "--print-config", *options],
            cwd=folder,
            env=environment(**variables),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

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
        with patch.dict(os.environ, {"WEB_CONCURRENCY": "1"}):
            master.post_worker_init(SimpleNamespace(cfg=SimpleNamespace(threads=6, workers=3)))

            self.assertEqual((settings.SERVER_THREADS, os.environ["WEB_CONCURRENCY"]), (6, "3"))


class Bounds(SimpleTestCase):
    """What a client may do to a thread."""

    def setUp(self) -> None:
        """A connection over TCP."""
        super().setUp()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.client_end = self.enterContext(socket.create_connection(listener.getsockname()))
            self.ours = self.enterContext(listener.accept()[0])

    def parser(self) -> server.Parser:
        """As for a new connection."""
        return server.Parser(Config(), self.ours, ("127.0.0.1", 1))

    def test_a_head_that_does_not_end_is_a_408(self) -> None:
        self.client_end.sendall(b"GET / HTTP/1.1\r\n")

        with patch.object(server, "RECEIVING", 0.05), self.assertRaises(server.TooSlow) as raised:
            next(self.parser())

        self.assertEqual(server.refusal(raised.exception)[:2], (408, "ERR3"))

    def test_the_time_is_for_the_whole_request_and_not_for_each_byte(self) -> None:
        parser = self.parser()
        with patch("time.monotonic", return_value=100.0) as now:
            parser.unreader.begin()
            self.client_end.sendall(b"x")
            self.assertEqual(parser.unreader.chunk(), b"x")
            now.return_value += server.RECEIVING
            self.client_end.sendall(b"x")
            self.assertRaises(TimeoutError, parser.unreader.chunk)

    def test_a_line_in_pieces_is_the_same_line(self) -> None:
        whole = b"GET /a?b HTTP/1.1\r\nHost: c\r\n\r\n"
        for size in range(1, len(whole)):
            with self.subTest(size):
                parser = self.parser()
                parser.unreader.mxchunk = size
                self.client_end.sendall(whole)
                found = next(parser)
                self.assertEqual((found.method, found.path, found.query), ("GET", "/a", "b"))
                self.assertEqual(found.headers, [("HOST", "c")])

    def test_a_line_without_its_carriage_return_is_refused(self) -> None:
        for line in (b"GET / HTTP/1.1\n\r\n", b"GET / HTTP/1.1\nHost: a\r\n\r\n", b"\n"):
            with self.subTest(line):
                self.client_end.sendall(line)
                self.assertRaises(errors.InvalidRequestLine, next, self.parser())

    def test_whoever_does_not_close_is_waited_for_on_no_other_thread(self) -> None:
        worker = server.Worker.__new__(server.Worker)
        worker.cfg, worker.log = Config(), Mock()
        self.client_end.sendall(b"nonsense\r\n\r\n")

        with patch.object(server, "_LINGER", 0.01), self.assertLogs("from_git.middleware"):
            again = worker.handle(TConn(worker.cfg, self.ours, ("127.0.0.1", 1), ("127.0.0.1", 2)))

        self.assertIs(again, False)
        self.ours.setblocking(False)
        self.assertEqual(self.ours.recv(1), b"")  # gunicorn's thread that accepts asks this next
        answer = b"".join(iter(lambda: self.client_end.recv(65_536), b""))
        self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)

    def test_every_way_to_fail_has_a_status_and_words(self) -> None:
        for kind in (*errors.ParseException.__subclasses__(), server.TooSlow):
            with self.subTest(kind.__name__):
                error = kind.__new__(kind)
                error.hdr = "X"
                status, code, message = server.refusal(error)
                ours = issubclass(kind, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName)
                self.assertEqual(code, "ERRX" if ours else "ERR3")
                self.assertTrue(400 <= status < (600 if ours else 502), message)
        for kind in (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, ValueError):
            self.assertEqual(server.refusal(kind("CONTENT-LENGTH"))[:2], (500, "ERRX"))


class Stopping(SimpleTestCase):
    """SIGTERM to a worker."""

    def test_the_probes_are_told_if_there_are_any(self) -> None:
        worker, told = server.Worker.__new__(server.Worker), Mock()
        with patch.dict(sys.modules, {"from_git.probes": told}):
            worker.stopping()
        told.stopping.assert_called_once_with()
        with patch.dict(sys.modules):
            sys.modules.pop("from_git.probes", None)
            worker.stopping()


class Line(SimpleTestCase):
    """gunicorn's own lines."""

    def test_they_are_in_the_form_of_all_others_and_hold_no_credential(self) -> None:
        said = io.StringIO()
        token = "ghp_hush-hush-hush"
        with patch.object(master, "values", return_value=self.values(token)), patch.object(sys, "stderr", said):
            log = master.Log(Config())
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
        self.assertEqual(logs.secret_values(SimpleNamespace(**values)), [token])
        return values


class Metrics(SimpleTestCase):
    """The folder that PROMETHEUS_MULTIPROC_DIR names."""

    def setUp(self) -> None:
        """A folder as a killed run leaves it."""
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(patch.dict(os.environ, {master.METRICS: str(self.folder)}))
        self.own = f"counter_{os.getpid()}.db"
        for name in ("counter_1.db", "gauge_liveall_1.db", self.own, "notes.txt"):
            (self.folder / name).touch()

    def left(self) -> set[str]:
        """The files that are there."""
        return {path.name for path in self.folder.iterdir()}

    def test_a_start_empties_it(self) -> None:
        master.on_starting(None)

        self.assertEqual(self.left(), {self.own, "notes.txt"})

    def test_a_second_master_beside_one_that_serves_does_not(self) -> None:
        with patch.dict(os.environ, {"GUNICORN_PID": "1"}):
            master.on_starting(None)

        self.assertIn("counter_1.db", self.left())

    def test_the_gauges_of_a_worker_that_is_gone_go_and_its_counters_stay(self) -> None:
        master.child_exit(None, SimpleNamespace(pid=1))

        self.assertEqual(self.left(), {"counter_1.db", self.own, "notes.txt"})

    def test_one_that_is_named_is_taken_and_made(self) -> None:
        wanted = self.folder / "deep" / "down"
        with patch.dict(os.environ, {master.METRICS: str(wanted)}):
            master.make_metrics_folder()

            self.assertEqual(os.environ[master.METRICS], str(wanted))
        self.assertTrue(wanted.is_dir())

    def test_the_folder_of_another_master_is_not_taken(self) -> None:
        with (
            patch.dict(os.environ, {master.METRICS: str(self.folder / f"from-git-{os.getpid() + 1}-abc")}),
            patch("atexit.register") as register,
            patch("tempfile.tempdir", str(self.folder)),
        ):
            master.make_metrics_folder()

            self.assertRegex(os.environ[master.METRICS], rf"/from-git-{os.getpid()}-\w+$")
            remove, *arguments = register.call_args.args
        remove(arguments[0], os.getpid() + 1)  # a worker ends
        self.assertTrue(Path(arguments[0]).exists())
        remove(*arguments)
        self.assertFalse(Path(arguments[0]).exists())

    def test_a_fresh_one_lasts_as_long_as_the_master_through_reloads_and_killed_workers(self) -> None:
        emulator = self.enterContext(Emulator(**UNBOUNDED))
        gunicorn = Gunicorn(self, emulator, 1, **{master.METRICS: "", "TMPDIR": str(self.folder)})
        [made] = self.folder.glob("from-git-*")

        [worker] = gunicorn.workers()
        gunicorn.process.send_signal(signal.SIGHUP)
        [second] = gunicorn.workers(without=worker.pid)
        second.kill()
        gunicorn.workers(without=second.pid)
        self.assertEqual(list(self.folder.glob("from-git-*")), [made])
        gunicorn.process.terminate()

        self.assertEqual(gunicorn.process.wait(timeout=30), 0, gunicorn.said)
        self.assertEqual(list(self.folder.glob("from-git-*")), [])
