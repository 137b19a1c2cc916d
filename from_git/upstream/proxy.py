"""The proxy between us and the upstreams, where the settings name one; the environment has no say.

To an https upstream it makes a tunnel, and sees neither the request nor its credentials. It passes on a request to an
http upstream, which the operator has chosen as well.
"""

import base64
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self
from urllib.parse import unquote, urlsplit

from from_git.errors import BrokenError, UpstreamError
from from_git.upstream.response import Garbled

ADVICE = "Try again later; if that does not help, look at UPSTREAM_PROXY."
"""The advice where the proxy is away."""


class ProxyFailed(OSError):
    """The proxy cannot be reached, or makes no tunnel.

    Args:
        status: of its answer; 0 without an answer.
    """

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)
    """The value of Proxy-Authorization; empty for none."""

    @classmethod
    def at(cls, address: str) -> Self | None:
        """The proxy at `http://[user:password@]host[:port]`, user and password encoded as in every URL; None for ""."""
        if not address:
            return None
        parts = urlsplit(address)
        pair = "" if parts.username is None else f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = f"Basic {base64.b64encode(pair.encode()).decode()}" if pair else ""
        return cls(parts.hostname or "", parts.port or 80, authorization)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of each request to the proxy itself."""
        return {"Proxy-Authorization": self.authorization} if self.authorization else {}

    def tunnel(self, sock: socket.socket, host: str, port: int, status: Callable[[], int]) -> None:
        """Have the proxy connect `sock` to the host and port.

        Args:
            status: reads the answer and gives its status.

        Raises:
            ProxyFailed: the proxy does not.
            OSError: the connection broke, or the time is over.
        """
        there = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {there} HTTP/1.1", f"Host: {there}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        sock.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
        try:
            answered = status()
        except Garbled as error:
            raise ProxyFailed from error
        if not 200 <= answered < 300:
            raise ProxyFailed(answered)


@dataclass(frozen=True)
class Way:
    """The network between us and the upstreams."""

    ca_file: str = ""
    """A PEM file with authorities that are trusted beside the usual ones; empty without one."""
    proxy: str = field(default="", repr=False)
    """The address of a proxy, with user name and password if it wants them; empty without a proxy."""


DIRECT = Way()
"""No proxy, and the usual authorities."""


def failure(status: int) -> UpstreamError:
    """Our error for a proxy that answered with `status` instead of making a tunnel; 0: it did not answer."""
    if not status:
        return BrokenError("the proxy between us and it cannot be reached, or is no HTTP proxy.", advice=ADVICE)
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return UpstreamError(
            "the proxy between us and it wants a user name and a password, or refused those that it was given (407).",
            advice="Set them in UPSTREAM_PROXY: http://USER:PASSWORD@HOST:PORT.",
        )
    if status >= 500:
        return BrokenError(
            f"the proxy between us and it could not connect to it ({status}).",
            advice="Try again later; if that does not help, ask whoever runs the proxy (UPSTREAM_PROXY).",
        )
    return UpstreamError(
        f"the proxy between us and it refused to connect to it ({status}).",
        advice="Ask whoever runs the proxy (UPSTREAM_PROXY) to allow it.",
    )
