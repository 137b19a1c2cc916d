"""Calls to upstreams over keep-alive connections, each bounded in time, size and destination.

This room alone knows `requests`, `urllib3` and their errors (see `failures`); every failure leaves it as an
`UpstreamError`.
"""

import re
from http import HTTPStatus
from urllib.parse import SplitResult, unquote, urlsplit

import orjson
import requests
from requests.utils import requote_uri
from urllib3.util import parse_url

from from_git import __version__
from from_git.errors import UpstreamError
from from_git.upstream import failures, idle, proxy
from from_git.upstream.pooled import ClockedAdapter
from from_git.upstream.proxy import DIRECT, Proxy, Way
from from_git.upstream.response import MAX_BODY, Reading, Response
from from_git.upstream.sending import Caller, Sending

__all__ = ["DIRECT", "MAX_BODY", "Caller", "Response", "Upstream", "Way"]

_PORTS = {"http": 80, "https": 443}
# what stands in an address as it is; no dot begins a segment here, so that none can be a way up
_PLAIN = re.compile(r"(?:/(?!\.)[A-Za-z0-9._~!$&'()*+,;=:@-]*)*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@/?-]*)?")


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
        self._proxy = Proxy.at(way.proxy)
        parts = urlsplit(self.base_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        clear = self._proxy if parts.scheme == "http" else None
        self._before = self._origin if clear else ""  # a proxy that passes requests on is told the whole address
        self._headers = {
            "Host": _host(parts),
            "User-Agent": f"from-git/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            **(clear.headers if clear else {}),
        }
        self._heads: dict[str, bytes] = {}  # by authorization, of which few are
        self._patience = idle.Patience(timeout)
        self._adapter = ClockedAdapter(self.base_url, connections, self._proxy, way.ca_file)

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
        request = self._request(caller.authorization, method, self._target(url), payload)
        sending = Sending(caller, self.timeout, self._patience)
        try:
            reading = self._send(request, sending)
            answer = Response(reading.status, reading.headers, reading.body(), sending.seconds)
        except failures.LIBRARIES as error:
            proxied = self._proxy is not None
            raise failures.translated(error, sending, self._setting, self.timeout, proxied) from error
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

    def _target(self, url: str) -> str:
        """What a request line names of an address under the base URL, without characters that it may not hold.

        Raises:
            UpstreamError: it is not under the base URL.
        """
        rest = url.removeprefix(self.base_url)
        if rest is not url and _PLAIN.fullmatch(rest):
            target = url.removeprefix(self._origin)  # nearly all are so
            return target if target.startswith("/") else f"/{target}"
        if not self.owns(url):
            raise UpstreamError(
                "it sent a link that leads elsewhere, which was not followed.", advice=f"Look at {self._setting}."
            )
        return parse_url(requote_uri(url)).request_uri

    def _request(self, authorization: str, method: str, target: str, payload: object) -> bytes:
        """The bytes of a request; the head is made once for each credential."""
        head = self._heads.get(authorization)
        if head is None:
            if not authorization.isprintable():
                raise ValueError("a credential with a control character")
            headers = {**self._headers, **({"Authorization": authorization} if authorization else {})}
            lines = [f"{name}: {value}" for name, value in headers.items()]
            head = self._heads[authorization] = "\r\n".join([" HTTP/1.1", *lines, ""]).encode("latin-1")
        line = f"{method} {self._before}{target}".encode("ascii")
        if payload is None:
            return b"%b%b\r\n" % (line, head)
        body = orjson.dumps(payload)
        size = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        return b"".join((line, head, size, body))

    def _send(self, request: bytes, sending: Sending) -> Reading:
        """Send once; again only where a kept-alive connection turns out to be closed, or to be dead.

        A server may close an idle connection at any moment; a request whose connection breaks before the first byte of
        an answer was not answered, and our requests only read (RFC 9112, 9.3.1). Each try takes such a connection out
        of the pool. Where a connection is silent, others that lay idle as long are no better: the second try is on a
        new connection and the last.
        """
        tries = 0
        while True:
            sending.left()  # raises when there is no time left
            sending.forget()
            try:
                return self._adapter.exchange(request, sending)
            except OSError as error:
                tries += 1
                closed = sending.reused and not sending.received and not isinstance(error, TimeoutError)
                if not closed or tries > self._connections:
                    raise
            if sending.idle >= idle.DOUBTED:
                self._adapter.close_idle(sending.idle)
            sending.again()


def _normal(url: str) -> str:
    """`url` as requests would send it: a host in another script than Latin in its ASCII form."""
    try:
        return requests.Request("GET", url).prepare().url or url
    except requests.RequestException:
        return url  # the first call raises the error


def _host(parts: SplitResult) -> str:
    """The value of the header Host: a port that is the scheme's own is left out."""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = _origin(parts)[2]
    return host if port == _PORTS.get(parts.scheme) else f"{host}:{port}"


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None, str | None]:
    """Scheme, host in lower case, port (the scheme's own where none is given) and user name."""
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme), parts.username
