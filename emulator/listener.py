"""A loopback port that answers requests, in an event loop and a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future

from aiohttp import web

HOST = "127.0.0.1"


class Listener:
    """A port on `127.0.0.1`; `start` and `stop` may be called from any thread.

    Args:
        handle: answers a request, in the thread of the loop.
        port: 0 takes a free one.
        tls: the context with which the port answers https; None = plain http.

    Attributes:
        port: the port, once it listens.
    """

    def __init__(
        self, handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], port: int, tls: ssl.SSLContext | None
    ) -> None:
        self.port = port
        self._handle = handle
        self._tls = tls
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self._tls else 'http'}://{HOST}:{self.port}"

    def start(self) -> None:
        """Listen, and return once requests are taken.

        Raises:
            OSError: the port is taken.
            RuntimeError: it runs already.
        """
        if self._thread:
            raise RuntimeError("the emulator runs already")
        ready: Future[None] = Future()
        thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="emulator", daemon=True)
        thread.start()
        try:
            ready.result()
        except BaseException:
            thread.join()
            raise
        self._thread = thread

    def stop(self) -> None:
        """Close the port and every connection at once; no error if it does not run."""
        thread, self._thread = self._thread, None
        if thread and self._loop and self._stopping:
            # the loop is gone where the thread has ended by itself
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopping.set)
            thread.join()

    async def _serve(self, ready: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        # a call whose client is gone must not go on, or the concurrency counted would be wrong
        server = web.Server(self._handle, handler_cancellation=True, access_log=None, keepalive_timeout=600.0)
        runner = web.ServerRunner(server, shutdown_timeout=0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, self.port, backlog=1024, reuse_address=True, ssl_context=self._tls)
            await site.start()
        except OSError as error:
            ready.set_exception(error)
        else:
            self.port = runner.addresses[0][1]
            ready.set_result(None)
            await self._stopping.wait()
        # calls that hang would hold up an orderly end
        for handler in server.connections:
            if handler.transport:
                handler.transport.abort()
        await runner.cleanup()
