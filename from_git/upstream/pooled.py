"""The connections to one host: kept alive, distrusted after they lay idle, with one set of trusted authorities."""

import ssl
import threading
from typing import Any
from urllib.parse import urldefrag

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from from_git.errors import UpstreamError
from from_git.upstream import idle
from from_git.upstream.callstate import call
from from_git.upstream.clocked import ClockedConnection, ClockedTLSConnection
from from_git.upstream.proxy import Proxy


class _IdleAwarePool(urllib3.HTTPConnectionPool):
    """A pool that makes a connection anew where it lay idle for long, or where a call needs a new one."""

    ConnectionCls = ClockedConnection
    through: Proxy | None = None

    def _new_conn(self) -> Any:
        connection: Any = super()._new_conn()
        connection.through = self.through
        return connection

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        if call.fresh or idle.now() - connection.idle_since >= idle.MOST:
            connection.close()
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn:
            conn.idle_since = idle.now()
        super()._put_conn(conn)

    def close_idle(self, seconds: float) -> None:
        """Close the connections that have been idle for at least so many seconds."""
        begun = idle.now() - seconds
        if self.pool is not None:
            with self.pool.mutex:  # so that no call takes one meanwhile
                for connection in self.pool.queue:
                    if connection and connection.idle_since <= begun:
                        connection.close()


class _IdleAwareTLSPool(_IdleAwarePool, urllib3.HTTPSConnectionPool):
    ConnectionCls = ClockedTLSConnection


def context(ca_file: str) -> ssl.SSLContext:
    """The TLS context of all connections to one upstream; reading the authorities takes 30 to 40 ms.

    Nothing comes from the environment: neither authorities nor, as urllib3 would take it, a file for session keys.

    Args:
        ca_file: a PEM file with authorities that are trusted beside Mozilla's list (certifi); empty without one.

    Raises:
        UpstreamError: the file cannot be read, or holds none.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and name
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_COMPRESSION
    made.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if ca_file:
        try:
            made.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            reason = "the file that names the authorities to trust can no longer be read."
            raise UpstreamError(reason, advice="Look at UPSTREAM_CA_FILE.") from error
        made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a company may name an authority below its root
    return made


class ClockedAdapter(HTTPAdapter):
    """An adapter of requests for one host, with connections that are bounded in time.

    It leaves out the work that calls to one host never need: the search for a proxy and for a pool, a jar for cookies.

    Args:
        connections: number that is kept alive.
        proxy: the proxy that connections go through; None for none.
        ca_file: see `context`.
    """

    _pool: Any = None

    def __init__(self, connections: int, proxy: Proxy | None = None, ca_file: str = "") -> None:
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

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        """The one pool, made for the first request, with the TLS context of all its connections.

        Raises:
            UpstreamError: see `context`.
        """
        pool = self._pool
        if pool is None:
            with self._making:  # one thread alone: reading the authorities takes 30 to 40 ms
                pool = self._pool = self._pool or self._made(request)
        return pool

    def _made(self, request: Any) -> Any:
        host, options = self.build_connection_pool_key_attributes(request, verify=True)
        if host["scheme"] == "https":
            # urllib3 would make another one for each connection: 30 to 40 ms of CPU and 0.8 MB each time
            options["ssl_context"] = context(self._ca_file)
        pool: Any = self.poolmanager.connection_from_host(**host, pool_kwargs=options)
        pool.through = self._proxy
        return pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Do nothing: the pool has its TLS context."""

    def request_url(self, request: Any, proxies: Any) -> str:
        """Path and query; the whole URL where a proxy passes the request on."""
        if self._proxy and request.url.startswith("http:"):
            return str(urldefrag(request.url).url)
        return str(request.path_url)

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Status, headers and the stream of the body."""
        response = requests.Response()
        response.status_code, response.headers, response.raw = resp.status, resp.headers, resp
        return response
