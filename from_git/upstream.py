"""The way out: one keep-alive session per upstream, every call bounded in time, size and destination.

This room alone knows `requests` and what it raises. Whatever goes wrong leaves as an `UpstreamError`.
"""

import http.client
import io
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from from_git import __version__
from from_git.errors import DeadlineError, MalformedAnswer, UpstreamError

MAX_BODY = 32 * 1024 * 1024
"""Bytes of a decoded body; the largest honest page (100 repositories with 100 languages each) has under 2 MB."""
_CHUNK = 64 * 1024


class Caller(Protocol):
    """Who waits for a call; a `fanout.TaskGroup` is one."""

    def time_left(self) -> float:
        """Seconds that the caller can still wait; raises Cancelled when nobody waits any more."""
        ...


@dataclass(frozen=True)
class Answer:
    """One upstream's answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """In any letter case."""
    body: bytes
    """Decoded (gzip), at most MAX_BODY."""
    seconds: float
    """From sending to the last byte."""

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            MalformedAnswer: it is not JSON as RFC 8259 has it (NaN and invalid UTF-8 are not).
        """
        try:
            return json.loads(self.body.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise MalformedAnswer(f"status {self.status}, and the body is not JSON") from error


class Upstream:
    """A base URL with a session of its own. Safe from any thread.

    No cookies, no netrc, no proxy or certificate settings from the environment, TLS always verified, redirects never
    followed; the headers, and with them the credentials, go to addresses under `base_url` only.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], connections: int, timeout: float) -> None:
        """`timeout`: seconds for one call; `connections`: kept alive, at least the number of calling threads."""
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers = CaseInsensitiveDict(
            {
                "User-Agent": f"from-git/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                **headers,
            }
        )
        # any other address finds no adapter, so nothing can be sent there
        self._session.adapters.clear()
        self._session.mount(self.base_url, _ClockedAdapter(pool_connections=1, pool_maxsize=connections))

    def call(
        self,
        caller: Caller,
        method: str,
        url: str,
        *,
        payload: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request (`payload` as JSON) and read the whole answer.

        Raises:
            UpstreamError: no connection, no answer within the timeout, or a body that is cut, broken or too large;
                or `url` is not under the base URL.
            DeadlineError: the caller's time ran out first.
            Cancelled: the caller's group has ended.
        """
        if not self.owns(url):
            raise UpstreamError("it sent a link that leads away from its own API; the link was not followed.")
        started = time.monotonic()

        def left() -> float:
            """Seconds for the next step of this call, above 0."""
            seconds = min(started + self.timeout - time.monotonic(), caller.time_left())
            if seconds <= 0:
                raise TimeoutError
            return seconds

        request = requests.Request(method, url, headers=dict(headers or {}), json=payload)
        with _clocked(left), self._translated(caller):
            response = self._session.send(
                self._session.prepare_request(request),
                stream=True,
                timeout=left(),
                allow_redirects=False,
                verify=True,
                proxies={},
                cert=None,
            )
            with response:
                body = _read(response)
        return Answer(response.status_code, response.headers, body, time.monotonic() - started)

    def owns(self, url: str) -> bool:
        """Whether `url` is the base URL or lies under it, dot segments and their encodings refused."""
        try:
            parts, base = urlsplit(url), urlsplit(self.base_url)
        except ValueError:
            return False
        if (parts.scheme, parts.netloc) != (base.scheme, base.netloc) or "\\" in url:
            return False
        if {".", ".."} & set(unquote(parts.path).split("/")):
            return False
        return parts.path == base.path or parts.path.startswith(base.path + "/")

    def close(self) -> None:
        """Close the idle connections."""
        self._session.close()

    @contextmanager
    def _translated(self, caller: Caller) -> Iterator[None]:
        """The one table from foreign exceptions to ours; the most specific first."""
        try:
            yield
        except UpstreamError:
            raise
        except (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            if caller.time_left() <= 0:
                raise DeadlineError("the time for the whole answer passed while it was being asked.") from error
            raise UpstreamError(
                f"it did not answer within {self.timeout:g} s (UPSTREAM_TIMEOUT). Try again later."
            ) from error
        except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
            raise UpstreamError("its TLS certificate or handshake is not valid. Nothing was sent.") from error
        except (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError) as error:
            raise UpstreamError("it sent a body that cannot be decompressed. Try again later.") from error
        except (
            requests.ConnectionError,
            urllib3.exceptions.ProtocolError,
            urllib3.exceptions.NewConnectionError,
        ) as error:
            raise UpstreamError(
                "it could not be reached, or broke the connection before its answer was whole. Try again later."
            ) from error
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
            http.client.HTTPException,
        ) as error:
            raise UpstreamError("talking HTTP with it failed. Try again later.") from error


def _read(response: requests.Response) -> bytes:
    parts, size = [], 0
    for chunk in response.raw.stream(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > MAX_BODY:
            raise UpstreamError(f"it sent more than {MAX_BODY // 1024 // 1024} MB in one answer.")
        parts.append(chunk)
    return b"".join(parts)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


# The timeout of requests is for one read, so that a byte now and then keeps a call alive for ever. Below every read,
# of headers as well as of bodies, stands the clock of the call that this thread is making.
_call = threading.local()


@contextmanager
def _clocked(left: Callable[[], float]) -> Iterator[None]:
    _call.left = left
    try:
        yield
    finally:
        _call.left = None


class _ClockedIO(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, sock: Any) -> None:
        self._raw = raw
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_call.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _ClockedResponse(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_ClockedIO(raw, sock), _CHUNK)


class _HTTPConnection(urllib3.connection.HTTPConnection):
    response_class = _ClockedResponse


class _HTTPSConnection(urllib3.connection.HTTPSConnection):
    response_class = _ClockedResponse


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _ClockedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
