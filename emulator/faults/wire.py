"""Faults of the transport: how the bytes of an answer come, or do not come."""

from __future__ import annotations

import asyncio
import http
import zlib
from functools import lru_cache

from multidict import CIMultiDict

from emulator.exchange import Exchange
from emulator.faults.fault import Fault

_PIECE = 1 << 20


async def reset(fault: Fault, exchange: Exchange) -> None:
    """A TCP RST."""
    exchange.reset()


async def hang(fault: Fault, exchange: Exchange) -> None:
    """No answer."""
    # ends when the client goes away or the emulator stops: both cancel the call
    await asyncio.get_running_loop().create_future()


async def truncate(fault: Fault, exchange: Exchange) -> None:
    """Half of the body."""
    answer = await exchange.true_answer()
    headers, body = exchange.encode(answer)
    half = body[: len(body) // 2]
    response = await exchange.begin(answer.status, headers, len(body), len(half))
    await response.write(half)
    exchange.close()


async def drip(fault: Fault, exchange: Exchange) -> None:
    """A slow body."""
    answer = await exchange.true_answer()
    headers, body = exchange.encode(answer)
    response = await exchange.begin(answer.status, headers, len(body), len(body))
    for byte in body:
        await response.write(bytes((byte,)))
        await asyncio.sleep(fault.seconds)
    await response.write_eof()


async def drip_head(fault: Fault, exchange: Exchange) -> None:
    """A slow head; the connection closes after the body, because aiohttp knows nothing of this answer."""
    answer = await exchange.true_answer()
    headers, body = exchange.encode(answer)
    headers["Content-Length"] = str(len(body))
    headers["Connection"] = "close"
    lines = [f"HTTP/1.1 {answer.status} {http.HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    exchange.began_raw(answer.status, len(body))
    for byte in ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"):
        exchange.write_raw(bytes((byte,)))
        await asyncio.sleep(fault.seconds)
    exchange.write_raw(body)
    exchange.close()


async def interim(fault: Fault, exchange: Exchange) -> None:
    """Answers of the 100s first, which a client must pass over."""
    exchange.write_raw(b"HTTP/1.1 102 Processing\r\n\r\n")
    exchange.write_raw(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    await exchange.send(await exchange.true_answer())


async def chunked(fault: Fault, exchange: Exchange) -> None:
    """Chunks, of which the last one may be missing."""
    answer = await exchange.true_answer()
    headers, body = exchange.encode(answer)
    size = max(1, len(body) // 4)
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    if fault.cut:
        pieces = pieces[:-1]
    response = await exchange.begin_chunked(answer.status, headers, sum(map(len, pieces)))
    for piece in pieces:
        await response.write(piece)
    if fault.cut:
        exchange.close()
    else:
        await response.write_eof()


async def flood(fault: Fault, exchange: Exchange) -> None:
    """A body that ends with the connection, if the client reads so far."""
    headers = CIMultiDict({"Content-Type": fault.content_type, **fault.headers})
    response = await exchange.begin_endless(200, headers, fault.size)
    piece, left = b" " * min(_PIECE, fault.size), fault.size
    while left:
        # waits for the client, so that it is never all in memory here
        await response.write(piece[:left])
        left -= min(len(piece), left)
    await response.write_eof()


async def bomb(fault: Fault, exchange: Exchange) -> None:
    """Small on the wire; gzip whatever the client accepts."""
    packed = await asyncio.to_thread(_packed, fault.size)
    headers = CIMultiDict({"Content-Type": fault.content_type, "Content-Encoding": "gzip", **fault.headers})
    response = await exchange.begin(200, headers, len(packed), len(packed))
    await response.write(packed)
    await response.write_eof()


@lru_cache(maxsize=8)
def _packed(size: int) -> bytes:
    """JSON of that many bytes, all of them spaces but the last two, as gzip: about a thousandth."""
    packer = zlib.compressobj(9, wbits=31)
    spaces, left = b" " * _PIECE, max(0, size - 2)
    packed = bytearray()
    while left:
        packed += packer.compress(spaces[:left])
        left -= min(_PIECE, left)
    return bytes(packed + packer.compress(b"{}") + packer.flush())
