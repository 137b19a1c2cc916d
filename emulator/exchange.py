"""One call and its answer, between the socket and a forge's server: the part that all forges share."""

from __future__ import annotations

import gzip
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import ClientConnectionResetError, web
from multidict import CIMultiDict

from emulator.owners import Owners

# below so many bytes a gzip frame is hardly smaller than the body
_WORTH_GZIP = 200
# a header of answers in which a fault found nothing to spoil, so that a test notices a fault that it aims wrongly
MISSED = "X-Emulator-Missed"

_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """An answer of a forge.

    Attributes:
        body: the body before compression.
        headers: the headers besides those of the transport.
        refused: whether a limit of the forge refuses the call.
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
        forge: the name of the forge that is called.
        path: the path as sent, without the query.
        body: the body as text (bytes that are no UTF-8 are replaced).
        host: the Host header, which links in answers repeat.
        scheme: http or https.
        address: the address that the call comes from.
        account: the account that its credentials name, see `Accounts.name`.
        quirk: the mistake that a fault asks the forge's server to make, in the server's own words; empty = none.
    """

    forge: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    url: str
    headers: Mapping[str, str]
    body: str
    host: str
    scheme: str = "http"
    address: str = ""
    account: str = ""
    quirk: str = ""

    @property
    def origin(self) -> str:
        """The beginning of the links in answers."""
        return f"{self.scheme}://{self.host}"


async def read(request: web.BaseRequest, forge: str, account: str) -> Call:
    """Read a request to that forge by that account whole."""
    return Call(
        forge,
        request.method,
        request.rel_url.raw_path,
        tuple(request.query.items()),
        str(request.rel_url),
        request.headers,
        (await request.read()).decode("utf-8", "replace"),
        request.host,
        request.scheme,
        request.remote or "",
        account,
    )


class _Endless(web.StreamResponse):
    # aiohttp's switch for answers without Content-Length that are not chunked
    _length_check = False


class Exchange:
    """A call, and the ways to answer it. For the server's loop only.

    Args:
        compute: gives the forge's own answer.
        owners: the owners that the forges hold, for faults that change them.
        record: called with status and number of body bytes before they go out.
        over: called before the last byte of a whole answer goes out. Both come before, so that a client that has read
            an answer finds it counted and the call ended.

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
        owners: Owners,
    ) -> None:
        self.call = call
        self.owners = owners
        self.response: web.StreamResponse | None = None
        self._request = request
        self._compute = compute
        self._record = record
        self._over = over

    async def true_answer(self, **changes: Any) -> Answer:
        """The forge's own answer, after its latency; `changes` are attributes of the call to change before."""
        return await self._compute(replace(self.call, **changes) if changes else self.call)

    def encode(self, answer: Answer) -> tuple[CIMultiDict[str], bytes]:
        """Headers and body bytes as they go out: compressed where the client accepts it."""
        headers = CIMultiDict(answer.headers)
        headers["Content-Type"] = answer.content_type
        body = answer.body
        if len(body) >= _WORTH_GZIP and "gzip" in self.call.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            # level 1: a benchmark must not measure the emulator's compression
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

    async def begin_chunked(self, status: int, headers: CIMultiDict[str], sent: int) -> web.StreamResponse:
        """Send a head that promises chunks, `sent` bytes in all; the caller writes them."""
        self.response = response = web.StreamResponse(status=status, headers=headers)
        response.enable_chunked_encoding()
        self._record(status, sent)
        await response.prepare(self._request)
        return response

    async def begin_endless(self, status: int, headers: CIMultiDict[str], sent: int) -> web.StreamResponse:
        """Send a head without a length, so that the body ends with the connection."""
        self.response = response = _Endless(status=status, headers=headers)
        response.force_close()
        self._record(status, sent)
        await response.prepare(self._request)
        return response

    def write_raw(self, data: bytes) -> None:
        """Put bytes on the wire as they are.

        Raises:
            ClientConnectionResetError: the client is gone.
        """
        transport = self._request.transport
        if transport is None or transport.is_closing():
            raise ClientConnectionResetError("the client is gone")
        transport.write(data)

    def began_raw(self, status: int, sent: int) -> None:
        """Count an answer of that status and so many body bytes, which `write_raw` writes."""
        self._record(status, sent)

    def close(self) -> None:
        """Close the connection once all written bytes are sent."""
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
