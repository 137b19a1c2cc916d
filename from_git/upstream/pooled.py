"""The connections to one host: kept alive, and distrusted after they lay idle."""

import queue
import threading
from collections import deque
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from from_git.upstream import idle
from from_git.upstream.clocked import ClockedConnection
from from_git.upstream.proxy import Proxy
from from_git.upstream.response import Reading
from from_git.upstream.sending import Sending
from from_git.upstream.tls import ClockedTLSConnection, Sessions, context


class _Stack:
    """Idle connections, of which the last one is taken first; in place of a queue with a lock, for nobody waits."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.queue: deque[Any] = deque()

    def get(self, block: bool = False, timeout: float | None = None) -> Any:
        """As `LifoQueue.get`, and never waits."""
        try:
            return self.queue.pop()
        except IndexError:
            raise queue.Empty from None

    def put(self, connection: Any, block: bool = False) -> None:
        """As `LifoQueue.put`, without the places that a pool keeps for connections to come."""
        if connection is not None:
            if len(self.queue) >= self._most:
                raise queue.Full
            self.queue.append(connection)

    def qsize(self) -> int:
        """Connections."""
        return len(self.queue)


class _IdleAwarePool(urllib3.HTTPConnectionPool):
    """A pool that makes a connection anew where it lay idle for long, or where a call needs a new one."""

    ConnectionCls = ClockedConnection
    QueueCls = _Stack  # type: ignore[assignment]  # which has what a pool uses of a queue
    through: Proxy | None = None

    def exchange(self, request: bytes, call: Sending) -> Reading:
        """See `ClockedConnection.exchange`; the connection serves further calls where it can."""
        connection = self._get_conn()
        try:
            seconds = idle.now() - connection.idle_since if connection.sock else 0.0
            if call.fresh or seconds >= idle.MOST or connection.is_spoilt:
                connection.close()
            reading: Reading = connection.exchange(request, call)
        except BaseException:
            connection.close()
            raise
        else:
            if not reading.keeps:
                connection.close()
            return reading
        finally:
            connection.idle_since = idle.now()
            self._put_conn(connection)

    def close_idle(self, seconds: float) -> None:
        """Close the connections that have been idle for at least so many seconds."""
        begun, looked_at = idle.now() - seconds, []
        while self.pool is not None and self.pool.qsize():
            try:
                connection = self.pool.get()  # so that no call takes it meanwhile
            except queue.Empty:
                break
            if connection.idle_since <= begun:
                connection.close()
            looked_at.append(connection)
        for connection in reversed(looked_at):
            self._put_conn(connection)

    def _new_conn(self) -> Any:
        connection: Any = super()._new_conn()
        connection.through = self.through
        return connection

    def _get_conn(self, timeout: float | None = None) -> Any:
        if self.pool is None:
            raise urllib3.exceptions.ClosedPoolError(self, "Pool is closed.")
        try:
            return self.pool.get()
        except queue.Empty:
            return self._new_conn()


class _IdleAwareTLSPool(_IdleAwarePool, urllib3.HTTPSConnectionPool):
    ConnectionCls = ClockedTLSConnection  # type: ignore[assignment]  # urllib3 has a protocol with more

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sessions = Sessions()

    def _new_conn(self) -> Any:
        connection = super()._new_conn()
        connection.sessions = self._sessions
        return connection


class ClockedAdapter(HTTPAdapter):
    """An adapter of requests for one host, with connections that are bounded in time.

    Calls go to its pool of connections, past what the adapter does for each: it looks for a proxy, for a pool and for
    cookies, and copies headers.

    Args:
        base_url: of the host.
        connections: number that is kept alive.
        proxy: the proxy that connections go through; None for none.
        ca_file: see `tls.context`.
    """

    _pool: Any = None

    def __init__(self, base_url: str, connections: int, proxy: Proxy | None = None, ca_file: str = "") -> None:
        self._base_url = base_url
        self._proxy = proxy
        self._ca_file = ca_file
        self._making = threading.Lock()
        super().__init__(pool_connections=1, pool_maxsize=connections)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As the base class, with our connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _IdleAwarePool, "https": _IdleAwareTLSPool}

    def close(self) -> None:
        """As the base class; the pool is closed when the last call lets go of it."""
        self._pool = None
        super().close()

    def close_idle(self, seconds: float) -> None:
        """Close the connections that have been idle for at least so many seconds."""
        if pool := self._pool:
            pool.close_idle(seconds)

    def exchange(self, request: bytes, call: Sending) -> Reading:
        """See `ClockedConnection.exchange`; the one pool is made for the first request.

        Raises:
            UpstreamError: see `tls.context` and `Reading.feed`.
        """
        pool = self._pool
        if pool is None:
            with self._making:
                pool = self._pool = self._pool or self._made()
        reading: Reading = pool.exchange(request, call)
        return reading

    def _made(self) -> Any:
        request = requests.PreparedRequest()
        request.url = self._base_url
        host, options = self.build_connection_pool_key_attributes(request, verify=True)
        if host["scheme"] == "https":
            # urllib3 would make another one for each connection: 30 to 40 ms of CPU and 0.8 MB each time
            options["ssl_context"] = context(self._ca_file)
        pool: Any = self.poolmanager.connection_from_host(**host, pool_kwargs=options)
        pool.through = self._proxy
        return pool
