"""The response of an upstream, read whole and bounded in size."""

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
import urllib3
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from from_git.errors import TransientError, UpstreamError

MAX_BODY = 32 * 1024 * 1024
"""Bytes of a decoded body; the largest honest page (100 repositories with 100 languages each) has under 2 MB."""
_MOST = 34 * 1024 * 1024  # bytes of one answer with its head
_MOST_HEADERS, _LONGEST_HEADER = 100, 64 * 1024  # as in http.client
_MOST_HEADS = _MOST_HEADERS * _LONGEST_HEADER  # bytes of a head and of the interim answers before it
_CHUNK = 64 * 1024
_GZIP = 31  # zlib's name for it
_PLAIN = ("", "identity")


@dataclass(frozen=True, slots=True)
class Response:
    """A response of any status."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case; the values of one that comes several times stand behind each other."""
    body: bytes
    """Decoded (gzip), at most MAX_BODY."""
    seconds: float = 0.0
    """From the last time that the request was sent to the end of the body."""

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            TransientError: it is not JSON by RFC 8259 (NaN, invalid UTF-8 and half a surrogate pair are not), or is
                nested deeper than 1,024 levels.
        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            reason = f"it sent something that is not JSON, with status {self.status}."
            raise TransientError(reason) from error


class Garbled(OSError):
    """No correct answer: bytes that are no HTTP, too many of them, or an end before the answer's own."""


class Reading:
    """The answer to one request, taken in as it comes; the methods `on_…` are for the parser.

    Attributes:
        status: 0 before the head is whole.
        headers: see `Response.headers`; those behind a chunked body are left out.
        headed: whether the head is whole; interim answers (RFC 9110, 15.2) are passed over.
        complete: whether all of it is there.
        keeps: whether its connection can serve another call.
    """

    __slots__ = (
        "_lines",
        "_parser",
        "_parts",
        "_received",
        "_size",
        "complete",
        "headed",
        "headers",
        "keeps",
        "status",
    )

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        # as http.client takes them: a line may end without CR (RFC 9112, 2.2), a size may have blanks behind it (7.1.1)
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True)
        self.headers: dict[str, str] = {}
        self.status = self._received = self._size = self._lines = 0
        self.headed = self.complete = self.keeps = False
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Take in what came; nothing is the end of the connection.

        Raises:
            Garbled: it is no correct answer, or not all of it.
            UpstreamError: its body is larger than MAX_BODY.
        """
        if not data:
            self._end()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            if not self.complete or self.status == HTTPStatus.SWITCHING_PROTOCOLS:  # which nobody asked for
                raise Garbled(str(error)) from error
            self.keeps = False
        if self._size > MAX_BODY and self.headers.get("content-encoding", "") in _PLAIN:
            raise _too_large()
        if self._received > (_MOST if self.headed else _MOST_HEADS):
            raise Garbled("more bytes than one answer may have")

    def body(self) -> bytes:
        """The decoded body of a complete answer.

        Raises:
            UpstreamError: it is larger than MAX_BODY.
            urllib3.exceptions.DecodeError: it cannot be decoded.
        """
        raw, encoding = b"".join(self._parts), self.headers.get("content-encoding", "").lower()
        return raw if encoding in _PLAIN or not raw else _decoded(raw, encoding)

    def on_message_begin(self) -> None:
        """Whatever comes behind the answer is not part of it, and the connection is not to be trusted."""
        self.keeps = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Raises ValueError, which the parser turns into its own error, for more than one head may have."""
        if self.headed:
            return
        self._lines += 1
        if len(name) + len(value) > _LONGEST_HEADER or self._lines > _MOST_HEADERS:
            raise ValueError("too large a head")
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        if self.headed:
            return
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers.clear()
            self._lines = 0
        else:
            self.status, self.headed = status, True

    def on_body(self, part: bytes) -> None:
        if not self.complete:
            self._size += len(part)
            self._parts.append(part)

    def on_message_complete(self) -> None:
        if self.headed and not self.complete:
            self.complete, self.keeps = True, self._parser.should_keep_alive()

    def _end(self) -> None:
        framed = "content-length" in self.headers or "chunked" in self.headers.get("transfer-encoding", "").lower()
        if not self.headed or framed:
            raise Garbled("the connection ended before the answer")
        self.complete = True


def _decoded(raw: bytes, encoding: str) -> bytes:
    if encoding in ("gzip", "x-gzip"):
        unpacker = zlib.decompressobj(_GZIP)
        try:
            body = unpacker.decompress(raw, MAX_BODY + 1)
        except zlib.error:
            pass  # urllib3 says so below
        else:
            if len(body) > MAX_BODY:
                raise _too_large()
            if unpacker.eof and not unpacker.unused_data:
                return body
    # whatever else there may be: several parts, several encodings, something that is no gzip
    response = urllib3.HTTPResponse(io.BytesIO(raw), {"content-encoding": encoding}, preload_content=False)
    parts, size = [], 0
    for chunk in response.stream(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > MAX_BODY:
            raise _too_large()
        parts.append(chunk)
    return b"".join(parts)


def _too_large() -> UpstreamError:
    return UpstreamError(f"it sent more than {MAX_BODY // 1024 // 1024} MB in one answer.")
