"""One call and its answer, between the socket and the two upstreams: the part that both share."""

from __future__ import annotations

import gzip
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web
from multidict import CIMultiDict

# below this a gzip frame is hardly smaller than what it holds
_WORTH_GZIP = 200
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """What an upstream answers.

    Attributes:
        body: the body before compression.
        headers: the headers besides those of the transport.
        refused: whether a limit of the upstream is what refuses the call.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = _JSON
    refused: bool = False


@dataclass(frozen=True)
class Call:
    """A request, read whole.

    Attributes:
        upstream: "github" or "bitbucket".
        path: the path as sent, without the query.
        body: the body as text (bytes that are no UTF-8 are replaced).
        host: the Host header, which links in answers repeat.
    """

    upstream: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    url: str
    headers: Mapping[str, str]
    body: str
    host: str


class Exchange:
    """A call with the means to answer it. Lives in the server's loop.

    Args:
        compute: gives the upstream's own answer.
        record: called with status and number of body bytes before they go out.
        over: called before the last byte of a whole answer goes out. Both come before, so that whoever has read an
            answer finds it counted and the call ended.

    Attributes:
        response: the answer that was begun; None before.
    """

    def __init__(
        self,
        request: web.BaseRequest,
        call: Call,
        compute: Callable[[Call], Awaitable[Answer]],
        record: Callable[[int, int], None],
        over: Callable[[], None],
    ) -> None:
        self.call = call
        self.response: web.StreamResponse | None = None
        self._request = request
        self._compute = compute
        self._record = record
        self._over = over

    async def true_answer(self) -> Answer:
        """What the upstream says, after its latency."""
        return await self._compute(self.call)

    def encode(self, answer: Answer) -> tuple[CIMultiDict[str], bytes]:
        """Headers and body bytes as they go out: compressed where the client accepts it."""
        headers = CIMultiDict(answer.headers)
        headers["Content-Type"] = answer.content_type
        body = answer.body
        if len(body) >= _WORTH_GZIP and "gzip" in self.call.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            # level 1: the emulator must not be what a benchmark measures
            body = gzip.compress(body, compresslevel=1, mtime=0)
        return headers, body

    async def send(self, answer: Answer) -> None:
        """Send the answer whole; a HEAD request gets the headers alone."""
        headers, body = self.encode(answer)
        sent = b"" if self.call.method == "HEAD" else body
        response = await self.begin(answer.status, headers, len(body), len(sent))
        self._over()
        await response.write_eof(sent)

    async def begin(self, status: int, headers: CIMultiDict[str], length: int, sent: int) -> web.StreamResponse:
        """Send a head that promises `length` body bytes, of which `sent` will come; the caller writes them."""
        self.response = response = web.StreamResponse(status=status, headers=headers)
        response.content_length = length
        self._record(status, sent)
        await response.prepare(self._request)
        return response

    def close(self) -> None:
        """Close the connection after what was written."""
        if self._request.transport is not None:
            self._request.transport.close()

    def reset(self) -> None:
        """Break the connection with a TCP RST; bytes not yet sent are lost."""
        transport = self._request.transport
        if transport is None:
            return
        # linger on, for zero seconds: the kernel answers with RST instead of FIN
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
