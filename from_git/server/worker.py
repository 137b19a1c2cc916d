"""gunicorn's worker with threads: what a client may do to it, and its own errors in the form of all others."""

import errno
import logging
import signal
import socket
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from selectors import EVENT_READ
from typing import Any, ClassVar

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from from_git.server import refusals
from from_git.server.again import Again, key_of
from from_git.server.incoming import Incoming
from from_git.server.lobby import PATIENCE, Lobby, Stage
from from_git.server.logs import LineHandler
from from_git.server.parser import Parser
from from_git.values.again import AGAIN

PROBES = (b"/livez", b"/readyz", b"/metrics")
"""Paths with threads of their own, so that monitoring gets an answer however busy the service is."""

_PROBE_THREADS, _SENDING_PROBE = 4, 5.0
_FULL = 0.2  # seconds in which the worker takes nobody when it has no file or connection left
_SAID = 10.0  # seconds between two lines about that
_LOOK = 0.25  # seconds between looks for who has waited for too long
_AT_ONCE = 64  # connections that are accepted before anybody else's turn


class Worker(ThreadWorker):
    """gthread, whose threads get whole requests only; with TLS of its own, which no proxy ended, it is as it was."""

    sockets: list[Any]
    wsgi: Any
    sending: ClassVar[float] = 60.0
    """Seconds for one piece of an answer to be taken by the client."""
    patience: ClassVar[float] = PATIENCE
    """Seconds for a part of a request; see `Lobby`."""

    def init_signals(self) -> None:
        """Begin to take signals; a SIGTERM that came since the fork (see `master.pre_fork`) is taken now."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def load_wsgi(self) -> None:
        """Load the application; what it begins to answer after SIGTERM says that the connection closes."""
        super().load_wsgi()
        application: Any = self.wsgi

        def answering(environ: Any, start_response: Any) -> Any:
            def begin(*arguments: Any) -> Any:
                if not self.alive:
                    start_response.__self__.force_close()
                return start_response(*arguments)

            answer = application(environ, begin)
            if AGAIN in environ:
                self._again.remember(start_response.__self__.req, environ)
            return answer

        self._again = Again(self)
        self.wsgi = answering

    def run(self) -> None:
        """Serve until SIGTERM, then end with the answers that are under way, for at most `graceful_timeout`."""
        self._probes = ThreadPoolExecutor(_PROBE_THREADS, "probes")
        self._lobby = Lobby(self.poller, self.cfg.keepalive, self._serve, self._refuse, self._close, self.patience)
        self._log = next((one for one in logging.getLogger().handlers if isinstance(one, LineHandler)), None)
        if self._log:
            self._log.let_wait()
        self._writing: Future[Any] = Future()
        self._writing.set_result(None)
        self._takes_again = self._looks_again = self._says_again = 0.0
        self.poller.register(self.method_queue.fileno(), EVENT_READ, self.method_queue.run_callbacks)
        while self.alive and self.is_parent_alive():
            self.set_accept_enabled(time.monotonic() >= self._takes_again)
            self._turn(_FULL if self._takes_again > time.monotonic() else 1.0)
        self._stop_listening()
        self._lobby.hurry(STOP_KEEPALIVE_LINGER)
        self._cap_keepalive(time.monotonic() + STOP_KEEPALIVE_LINGER)
        end = time.monotonic() + self.cfg.graceful_timeout
        while self.nr_conns > 0 and time.monotonic() < end:
            self._turn(_LOOK)
        self.murder_keepalived(force=True)
        for pool in (self.tpool, self._probes):
            pool.shutdown(wait=False)
        self.poller.close()
        self.method_queue.close()

    def _turn(self, seconds: float) -> None:
        self.notify()
        self.wait_for_and_dispatch_events(timeout=seconds)
        if self._log and not self._log.write_some() and self._writing.done():
            self._writing = self.tpool.submit(self._log.write_all)
        if time.monotonic() >= self._looks_again:
            self._looks_again = time.monotonic() + _LOOK
            self._lobby.look()
            self.murder_keepalived()
            self.murder_pending()

    def _stop_listening(self) -> None:
        """Accept the connections that wait, and close: when master and workers all have, the kernel refuses new ones.

        Another master or systemd, which hold the socket too, go on with it.
        """
        self.set_accept_enabled(False)
        for listener in self.sockets:
            self.accept(listener)
            listener.close()

    def accept(self, listener: Any) -> None:
        """Accept the connections that wait; without a file or connection left, one that sends nothing makes room."""
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        for _ in range(_AT_ONCE):
            full = self.nr_conns >= self.worker_connections
            if full and not self._lobby:
                self._takes_again = time.monotonic() + _FULL
                return
            try:
                client, address = listener.accept()
            except OSError as error:
                self._not_accepted(error)
                return
            if full:
                self._lobby.make_room()
            self.nr_conns += 1
            self._lobby.wait(TConn(self.cfg, client, address, listener.getsockname()), Stage.FIRST)

    def _not_accepted(self, error: OSError) -> None:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            # gunicorn's worker would end here, with all its answers
            if time.monotonic() >= self._says_again:
                self._says_again = time.monotonic() + _SAID
                self.log.error("A client must wait: no file is left for one more connection (RLIMIT_NOFILE)")
            if self._lobby:
                self._lobby.make_room()
            else:
                self._takes_again = time.monotonic() + _FULL
        elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
            raise error

    def _serve(self, conn: TConn, incoming: Incoming) -> None:
        """Give a whole request to a thread."""
        if conn.parser is None:
            conn.parser = Parser(self.cfg, conn.sock, conn.client)
        data = bytes(incoming.data)
        if incoming.alone and self._answered(conn, data):
            return
        conn.parser.key = key_of(conn, data) if incoming.alone else None
        probe = data[:100].partition(b" ")[2].startswith(PROBES)
        conn.data_ready = True
        conn.parser.unreader.take(data, incoming.opened())
        conn.parser.continued = incoming.expects
        conn.parser.sending = _SENDING_PROBE if probe else self.sending
        self._finished(conn, (self._probes if probe else self.tpool).submit(self.handle, conn))

    def _answered(self, conn: TConn, head: bytes) -> bool:
        """Answer a request here, where that needs no thread; one sends what the client is slow to take."""
        if not self._writing.done():  # nobody reads the log; a thread may wait for it
            return False
        try:
            said = self._again.answer(conn, head)
            if said is None:
                return False
            try:
                rest = said.data[conn.sock.send(said.data) :]
            except BlockingIOError:
                rest = said.data
        except OSError:
            self._close(conn)
        except Exception as error:  # noqa: BLE001 - as in gunicorn's `handle`
            self._refuse(conn, error)
            self._lobby.part(conn)
        else:
            if rest:
                self._finished(conn, self.tpool.submit(self._send, conn, rest, said.keep))
            elif said.keep:
                self._lobby.wait(conn, Stage.NEXT)
            else:
                self._lobby.part(conn)
        return True

    def _send(self, conn: TConn, rest: bytes, keep: bool) -> bool:
        conn.sock.settimeout(self.sending)
        conn.sock.sendall(rest)
        return keep

    def _finished(self, conn: TConn, answer: "Future[Any]") -> None:
        answer.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _refuse(self, conn: TConn, error: Exception) -> None:
        self.handle_error(None, conn.sock, conn.client, error)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        """Wait for the connection's next request, or its end."""
        if self.cfg.is_ssl:
            super().finish_request(conn, fs)
        elif fs.exception() is None and fs.result():
            self._lobby.wait(conn, Stage.NEXT, conn.parser.unreader.take_buffered())
        else:
            self._lobby.part(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer one request; NoMoreData where the client does not take its answer, and is as good as gone."""
        conn.sock.settimeout(getattr(conn.parser, "sending", None) or self.sending)
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            raise errors.NoMoreData from None

    def _keepalive_after(self, conn: Any, keepalive: Any) -> bool:
        """As gunicorn's, which would send a second answer if the rest of a refused body is malformed."""
        try:
            return bool(super()._keepalive_after(conn, keepalive))
        except errors.ParseException:
            return False

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM: take no new connection, and end with the answers that are under way."""
        super().handle_exit(sig, frame)
        if not self.booted:  # it may take seconds until it runs
            for listener in self.sockets:
                listener.close()
            self.sockets = []
        self.stopping()

    def stopping(self, modules: Mapping[str, Any] = sys.modules) -> None:
        """Tell the probes, if they are among these modules; called in a signal handler, so nothing is imported here."""
        # a worker that is told to end while it imports them has a part of the module
        if told := getattr(modules.get("from_git.probes"), "stopping", None):
            told()

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer a request that no application has answered, with an id and a line in the log like any other."""
        answer = refusals.answer(req, exc, self.log)
        with suppress(OSError):  # who sends nonsense may be gone
            util.write_nonblock(client, answer)
