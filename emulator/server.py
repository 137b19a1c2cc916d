"""The emulator: one loopback port for both upstreams, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Literal, Self
from weakref import WeakKeyDictionary

from aiohttp import ClientConnectionResetError, web

from emulator.bitbucket.credentials import Credentials
from emulator.bitbucket.server import FORGE, ROOT, BitbucketServer, Options
from emulator.control import PREFIX, Control
from emulator.exchange import Answer, Call, Exchange
from emulator.faults import FAULTS, Faults
from emulator.github.points import Points
from emulator.github.secondary import Bounds, Secondary
from emulator.github.server import GitHubServer
from emulator.latency import Latency
from emulator.meter import WATCHERS, Meter
from emulator.model import BITBUCKET, GITHUB
from emulator.world import World

HOST = "127.0.0.1"

_WATCHERS = re.compile(rf"{ROOT}/repositories/[^/]+/[^/]+/watchers/?")

Hook = Callable[[str, str, str], None]


_UNBOUNDED: dict[str, dict[str, Any]] = {
    GITHUB: {"seconds": None, "together": None, "calls": None},
    BITBUCKET: {"calls_per_hour": None},
}


@dataclass(frozen=True)
class Forge:
    """A forge of a running emulator: the address of its API, and the credentials that it takes, by name."""

    url: str
    credentials: Mapping[str, str]


class Emulator:
    """GitHub's GraphQL API and Bitbucket's REST API on `127.0.0.1`, over a world of made-up and recorded owners.

    As a context manager it runs inside the block. The servers have an event loop and a daemon thread of their own;
    everything public here may be used from any thread.

    Args:
        world: what the forges hold; a new `World()` where none is given.
        port: 0 takes a free one.
        latency: how long answers take; the attribute `latency` may be replaced while it runs.
        limits: false: no limit of a forge but GitHub's points, where nothing else is said.
        hour: seconds of an hour of both limits.
        minute: seconds of a minute of the secondary limits.
        tls: what the port answers https with; None = plain http.
        options: by the name of a forge. Of github: `token`, the one that is taken; `points` of GraphQL in an hour;
            `seconds`, `together`, `calls`, see `Bounds` (None = no limit). Of bitbucket: `credentials`; `size`, whether
            lists of repositories tell it; `watchers_pagelen_zero`, whether that resource takes `pagelen=0`;
            `calls_per_hour`: "forge" for the forge's numbers (60 anonymous, 1,000 for each token); one number for every
            caller; or by caller, see `Options`; None = no limit.

    Attributes:
        world, faults, meter: see their classes.
        latency: the latency from the next call on.
    """

    def __init__(
        self,
        world: World | None = None,
        port: int = 0,
        latency: Latency = Latency(),  # noqa: B008 - frozen
        *,
        limits: bool = True,
        hour: float = 3600.0,
        minute: float = 60.0,
        tls: ssl.SSLContext | None = None,
        **options: Mapping[str, Any],
    ) -> None:
        self.world = World() if world is None else world
        self.port = port
        self.latency = latency
        given = {name: {**({} if limits else _UNBOUNDED[name]), **options.pop(name, {})} for name in _UNBOUNDED}
        if options:
            raise TypeError(f"no such forge: {', '.join(options)}")
        self._token = str(given[GITHUB].pop("token", "emulator-token"))
        self._credentials = given[BITBUCKET].pop("credentials", Credentials())
        self.faults = Faults()
        self.meter = Meter()
        points = Points(given[GITHUB].pop("points", 5000), hour)
        secondary = Secondary(Bounds(**given[GITHUB], minute=minute))
        calls = _by_caller(given[BITBUCKET].pop("calls_per_hour", "forge"))
        bitbucket = Options(**given[BITBUCKET], calls_per_hour=calls, hour=hour)
        github = GitHubServer(self.world, self.meter, self._token, points, secondary, lambda: self.latency)
        self._upstreams = {
            GITHUB: github.answer,
            BITBUCKET: BitbucketServer(self.world, self._credentials, bitbucket, lambda: self.latency).answer,
        }
        self._control = Control(self.world, self.meter, self.faults)
        self._tls = tls
        self._hook: Hook | None = None
        self._homes: WeakKeyDictionary[object, tuple[int, str]] = WeakKeyDictionary()
        self._connections = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def __getitem__(self, forge: str) -> Forge:
        """The forge of that name; its address holds once the emulator listens.

        Raises:
            KeyError: no such forge.
        """
        start = f"{self._scheme}://{HOST}:{self.port}"
        return {
            GITHUB: Forge(f"{start}/graphql", {"token": self._token}),
            BITBUCKET: Forge(f"{start}{ROOT}", asdict(self._credentials)),
        }[forge]

    @property
    def _scheme(self) -> str:
        return "https" if self._tls else "http"

    def before_call(self, function: Hook | None) -> None:
        """Have a function called with (upstream, path, body) before each answer, in the server's thread.

        It may change the world: the answer is made afterwards. None switches it off; one function at a time.
        """
        self._hook = function

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Listen, and return once calls are taken.

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
        return self

    def stop(self) -> None:
        """Close the port and every connection at once, also those of calls that hang; no error if it does not run."""
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

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith(PREFIX):
            return await self._control.answer(request)
        upstream = BITBUCKET if request.path.startswith(ROOT) else GITHUB
        counted = (upstream, WATCHERS) if _WATCHERS.fullmatch(request.path) else (upstream,)
        self.meter.begin(counted, *self._connection(request, upstream))
        timing = _Timing(self.meter, counted)
        try:
            return await self._exchange(request, upstream, timing)
        finally:
            timing.over()

    async def _exchange(self, request: web.BaseRequest, upstream: str, timing: _Timing) -> web.StreamResponse:
        call = await _read(request, upstream)
        if self._hook:
            self._hook(upstream, call.path, call.body)

        async def compute(call: Call) -> Answer:
            answer = await self._upstreams[upstream](call)
            if answer.refused:
                timing.refused()
            return answer

        exchange = Exchange(request, call, compute, timing.record, timing.over, self.world)
        fault = self.faults.pick(call)
        with contextlib.suppress(ClientConnectionResetError):  # a client that goes away is no error of ours
            if fault:
                await FAULTS[fault.kind].strike(fault, exchange)
            else:
                await exchange.send(await exchange.true_answer())
        return exchange.response or web.Response()

    def _connection(self, request: web.BaseRequest, upstream: str) -> tuple[int, str]:
        """The connection's number and the upstream of its first call."""
        if request.transport is None:
            return 0, upstream
        if request.transport not in self._homes:
            self._connections += 1
            self._homes[request.transport] = self._connections, upstream
        return self._homes[request.transport]


class _Timing:
    """The life of one call in the meter: an answer or none, and one end."""

    def __init__(self, meter: Meter, counted: tuple[str, ...]) -> None:
        self._meter = meter
        self._counted = counted
        self._began = time.perf_counter()
        self._answered = self._ended = False

    def record(self, status: int, sent: int) -> None:
        self._answered = True
        self._meter.took(self._counted, time.perf_counter() - self._began)
        self._meter.answered(self._counted, status, sent)

    def refused(self) -> None:
        self._meter.refused(self._counted)

    def over(self) -> None:
        if not self._ended:
            self._ended = True
            if not self._answered:
                self._meter.took(self._counted, time.perf_counter() - self._began)
            self._meter.end(self._counted)


def _by_caller(given: int | Mapping[str, int] | Literal["forge"] | None) -> Mapping[str, int]:
    if given == "forge":
        return FORGE
    if isinstance(given, int):
        return dict.fromkeys(FORGE, given)
    return given or {}


async def _read(request: web.BaseRequest, upstream: str) -> Call:
    return Call(
        upstream,
        request.method,
        request.rel_url.raw_path,
        tuple(request.query.items()),
        str(request.rel_url),
        request.headers,
        (await request.read()).decode("utf-8", "replace"),
        request.host,
        request.scheme,
    )
