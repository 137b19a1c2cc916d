"""Calls to upstreams over keep-alive connections, each bounded in time, size and destination.

This room alone knows `requests` and its errors (see `failures`); every failure leaves it as an `UpstreamError`.
"""

import time
from http import HTTPStatus
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import orjson
import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import requote_uri

from from_git import __version__
from from_git.errors import UpstreamError
from from_git.upstream import idle, proxy
from from_git.upstream.callstate import bounded, call
from from_git.upstream.failures import translated
from from_git.upstream.pooled import ClockedAdapter
from from_git.upstream.proxy import DIRECT, Proxy, Way
from from_git.upstream.response import MAX_BODY, Response, read

__all__ = ["DIRECT", "MAX_BODY", "Caller", "Response", "Upstream", "Way"]


class Caller(Protocol):
    """The side that waits for a call; `calls.sending.Calls` is one."""

    @property
    def authorization(self) -> str:
        """The value of the header Authorization; empty for none."""
        ...

    def time_left(self) -> float:
        """Seconds that the caller can still wait.

        Raises:
            Cancelled: the caller waits no longer.
        """
        ...

    def resent(self, lost: float) -> None:
        """Called before the request is sent once more, over another connection.

        Args:
            lost: seconds in which the upstream most probably knew nothing of the request.

        Raises:
            UpstreamError: it must not be sent once more.
        """
        ...


class _Sending:
    """One request under way, and the time that it has."""

    def __init__(self, caller: Caller, timeout: float) -> None:
        self.caller = caller
        self._timeout = timeout
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since it was sent last."""
        return time.monotonic() - self._begun

    def left(self) -> float:
        """Seconds for the next step of the call, above 0; raises TimeoutError when none are left."""
        seconds = min(self._timeout - self.seconds, self.caller.time_left())
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def again(self) -> None:
        """Tell the caller that it is sent once more; the time on a silent connection is not that of the call."""
        lost = self.seconds if call.silent else 0.0
        self._begun += lost
        self.caller.resent(lost)


class Upstream:
    """A base URL with connections of its own. Safe from any thread.

    No cookies, no netrc, no proxy or certificate settings from the environment, TLS always verified, redirects never
    followed; the headers, and with them the credentials of the caller, go to addresses under `base_url` only: with a
    proxy inside a tunnel to them, or in clear where `base_url` is so.
    """

    def __init__(
        self,
        base_url: str,
        setting: str,
        connections: int,
        timeout: float,
        way: Way = DIRECT,
    ) -> None:
        """Make no connection yet.

        Args:
            setting: name of the setting that gives `base_url`, for messages.
            connections: number that is kept alive; at least that of the calling threads.
            timeout: seconds for one call.
        """
        self.base_url = _normal(base_url).rstrip("/")
        self.timeout = timeout
        self._setting = setting
        self._connections = connections
        self._headers: CaseInsensitiveDict[str] = CaseInsensitiveDict(
            {
                "User-Agent": f"from-git/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            }
        )
        self._proxy = Proxy.at(way.proxy)
        if self._proxy and self.base_url.startswith("http:"):
            self._headers.update(self._proxy.headers)
        self._authorized: dict[str, CaseInsensitiveDict[str]] = {
            "": self._headers
        }  # by authorization, of which few are
        self._patience = idle.Patience(timeout)
        self._adapter = ClockedAdapter(connections, self._proxy, way.ca_file)

    def call(self, caller: Caller, method: str, url: str, payload: object = None) -> Response:
        """Send one request (`payload` as JSON) and read the whole answer.

        Raises:
            BrokenError: no connection, or one that broke, or a body that is cut.
            TransientError: a handshake that broke off, or a body that cannot be decompressed.
            TooHeavyError: no answer within the timeout, though there was a connection.
            UpstreamError: a body that is too large, a bad certificate, or `url` is not under the base URL.
            DeadlineError: the time of the caller ran out first.
            Cancelled: the caller waits no longer.
        """
        if not self.owns(url):
            raise UpstreamError(
                "it sent a link that leads elsewhere, which was not followed.", advice=f"Look at {self._setting}."
            )
        sending = _Sending(caller, self.timeout)
        request = self._prepared(caller.authorization, method, url, payload)
        with (
            bounded(sending.left, self._patience.seconds),
            translated(caller.time_left, self._setting, self.timeout, self._proxy is not None),
            self._send(request, sending) as response,
        ):
            answer = Response(response.status_code, response.headers, read(response), sending.seconds)
        self._patience.learn(answer.seconds)
        if self._proxy and answer.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            raise proxy.failure(answer.status)
        return answer

    def owns(self, url: str) -> bool:
        """Whether `url` is the base URL or lies under it; URLs with dot segments, encoded or not, do not."""
        try:
            parts, base = urlsplit(url), urlsplit(self.base_url)
            same = _origin(parts) == _origin(base)
        except ValueError:
            return False
        if not same or "\\" in url or {".", ".."} & set(unquote(parts.path).split("/")):
            return False
        return parts.path == base.path or parts.path.startswith(base.path + "/")

    def close(self) -> None:
        """Close the idle connections."""
        self._adapter.close()

    def _prepared(self, authorization: str, method: str, url: str, payload: object) -> requests.PreparedRequest:
        """The request, filled by hand: a session would merge the same values anew for each request."""
        headers = self._authorized.get(authorization)
        if headers is None:
            headers = CaseInsensitiveDict({**self._headers, "Authorization": authorization})
            self._authorized[authorization] = headers
        request = requests.PreparedRequest()
        request.method, request.url, request.headers = method, requote_uri(url), headers
        if payload is not None:
            request.body = orjson.dumps(payload)
            size = {"Content-Type": "application/json", "Content-Length": str(len(request.body))}
            request.headers = CaseInsensitiveDict({**headers, **size})
        return request

    def _send(self, request: requests.PreparedRequest, sending: _Sending) -> requests.Response:
        """Send once; again only where a kept-alive connection turns out to be closed, or to be dead.

        A server may close an idle connection at any moment; a request whose connection breaks before the first byte of
        an answer was not answered, and our requests only read (RFC 9112, 9.3.1). Each try takes such a connection out
        of the pool. Where a connection is silent, others that lay idle as long are no better: the second try is on a
        new connection and the last.
        """
        for _ in range(self._connections):
            try:
                return self._send_once(request)
            except requests.ConnectionError:
                if not call.reused or call.received:
                    raise
                if call.idle >= idle.DOUBTED:
                    self._adapter.close_idle(call.idle)
                sending.again()
                call.fresh = call.silent
        return self._send_once(request)

    def _send_once(self, request: requests.PreparedRequest) -> requests.Response:
        call.forget()  # a TLS connection is made before it says so itself
        # by the adapter: Session.send looks into redirects even when told not to, and reads their bodies unbounded
        return self._adapter.send(request, stream=True, timeout=call.left(), verify=True, cert=None, proxies={})


def _normal(url: str) -> str:
    """`url` as requests would send it: a host in another script than Latin in its ASCII form."""
    try:
        return requests.Request("GET", url).prepare().url or url
    except requests.RequestException:
        return url  # the first call raises the error


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None, str | None]:
    """Scheme, host in lower case, port (the scheme's own where none is given) and user name."""
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme), parts.username
