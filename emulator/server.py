"""The emulator: one loopback port for all forges, in a thread of its own."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any, Self
from weakref import WeakKeyDictionary

from aiohttp import ClientConnectionResetError, web

from emulator.accounts import Accounts
from emulator.catalogue import faults_of
from emulator.control import PREFIX, Control
from emulator.exchange import Answer, Call, Exchange, read
from emulator.kind import Kind, Place
from emulator.latency import Latency
from emulator.listener import Listener
from emulator.meter import Counted, Meter, Timing
from emulator.world import World

Hook = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Forge:
    """A forge of an emulator.

    Attributes:
        url: the address of its API, without a slash at the end.
        credentials: the first credentials that it takes, by name; see `Kind.secrets`.
        accounts: all of them, which can be revoked and given back; `Meter.accounts` tells the calls of each account.
    """

    url: str
    credentials: Mapping[str, str]
    accounts: Accounts


class Emulator:
    """The APIs of all forges of a world on `127.0.0.1`. `emulator[NAME]` is a forge of it.

    As a context manager it runs inside the block. The servers have an event loop and a daemon thread of their own;
    everything public here may be used from any thread.

    Args:
        world: the forges and their owners; a new `World()` where none is given.
        port: 0 takes a free one.
        latency: the time that answers take.
        limits: false: without the limits that a kind of forge can be without, see `Kind.unlimited`.
        hour, minute: seconds of an hour and of a minute of the forges' limits.
        clock: the seconds of limits and of `Fault.for_seconds`, from any start; called in the server's thread, and by
            `faults` in the caller's.
        tls: the context with which the port answers https; None = plain http.
        options: name of a forge → fields of its kind, such as `acorn={"token": "secret"}`; they override `limits`.
            Kinds with several accounts take `users`, such as `acorn={"users": 3}`.

    Attributes:
        world: the world.
        latency: the latency from the next call on; may be replaced while it runs.
        faults, meter: see their classes.

    Raises:
        TypeError: options of a forge or a field that does not exist.
        ValueError: two credentials of a forge with the same token.
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
        clock: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
        **options: Mapping[str, Any],
    ) -> None:
        self.world = World() if world is None else world
        self.latency = latency
        kinds = _chosen(self.world.kinds, limits, options)
        self.faults = faults_of(kinds, clock)
        self.meter = Meter([kind.traits.name for kind in kinds], [share for kind in kinds for share in kind.shares])
        self._kinds = {kind.traits.name: kind for kind in kinds}
        self._accounts = {name: Accounts(kind.logins(), kind.schemes) for name, kind in self._kinds.items()}
        self._answering = {
            name: kind.answering(self._place(name, clock, hour, minute)) for name, kind in self._kinds.items()
        }
        self._control = Control(self.world, self.meter, self.faults, self._accounts)
        self._listener = Listener(self._handle, port, tls)
        self._hook: Hook | None = None
        self._homes: WeakKeyDictionary[object, tuple[int, str]] = WeakKeyDictionary()
        self._connections = 0

    def _place(self, forge: str, clock: Callable[[], float], hour: float, minute: float) -> Place:
        spend = partial(self.meter.spend, forge)
        return Place(self.world, self._accounts[forge], lambda: self.latency, spend, clock, hour, minute)

    def __getitem__(self, forge: str) -> Forge:
        """The forge of that name; its address holds once the emulator listens.

        Raises:
            KeyError: no such forge.
        """
        kind = self._kinds[forge]
        return Forge(f"{self.origin}{kind.address}", kind.secrets(), self._accounts[forge])

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return self._listener.origin

    @property
    def port(self) -> int:
        """The port that it listens on, once it does."""
        return self._listener.port

    def introduction(self) -> str:
        """A line about each forge: its address and credentials."""
        return "".join(f"{kind.introduction(self[name].url)}\n" for name, kind in self._kinds.items())

    def before_call(self, function: Hook | None) -> None:
        """Have a function called with (forge, path, body) before each answer, in the server's thread.

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
        self._listener.start()
        return self

    def stop(self) -> None:
        """Close the port and every connection at once, also those of calls that hang; no error if it does not run."""
        self._listener.stop()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith(PREFIX):
            return await self._control.answer(request)
        kind = _called(self._kinds.values(), request.path)
        if kind is None:
            return web.Response(status=404)
        shares = (share for share, pattern in kind.shares.items() if pattern.fullmatch(request.path))
        name = kind.traits.name
        account = self._accounts[name].name(kind.authorization(request.headers))
        counted: Counted = (name, *shares, (name, account))
        self.meter.begin(counted, *self._connection(request, name))
        timing = Timing(self.meter, counted)
        try:
            return await self._exchange(request, kind, account, timing)
        finally:
            timing.over()

    async def _exchange(self, request: web.BaseRequest, kind: Kind, account: str, timing: Timing) -> web.StreamResponse:
        name = kind.traits.name
        call = await read(request, name, account)
        if self._hook:
            self._hook(name, call.path, call.body)

        async def compute(call: Call) -> Answer:
            answer = await self._answering[name](call)
            if answer.refused:
                timing.refused()
            return answer

        exchange = Exchange(request, call, compute, timing.record, timing.over, self.world)
        fault = self.faults.pick(call)
        with contextlib.suppress(ClientConnectionResetError):  # a client may go away at any time
            if fault:
                strike = kind.strikes.get(fault.kind) or self.faults.kinds[fault.kind].strike
                await strike(fault, exchange)
            else:
                await exchange.send(await exchange.true_answer())
        return exchange.response or web.Response()

    def _connection(self, request: web.BaseRequest, forge: str) -> tuple[int, str]:
        """The connection's number and the forge of its first call."""
        if request.transport is None:
            return 0, forge
        if request.transport not in self._homes:
            self._connections += 1
            self._homes[request.transport] = self._connections, forge
        return self._homes[request.transport]


def _chosen(kinds: Iterable[Kind], limits: bool, options: Mapping[str, Mapping[str, Any]]) -> list[Kind]:
    """The kinds with the given options."""
    chosen = {kind.traits.name: kind if limits else kind.unlimited() for kind in kinds}
    for name, fields in options.items():
        if name not in chosen:
            raise TypeError(f"no forge {name!r}; there are: {', '.join(chosen)}")
        chosen[name] = replace(chosen[name], **fields)
    return list(chosen.values())


def _called(kinds: Iterable[Kind], path: str) -> Kind | None:
    """The kind of forge with the longest root that the path begins with."""
    return max((kind for kind in kinds if path.startswith(kind.root)), key=lambda kind: len(kind.root), default=None)
