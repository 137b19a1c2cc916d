"""The response of an upstream, read whole and bounded in size."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import requests

from from_git.errors import TransientError, UpstreamError

MAX_BODY = 32 * 1024 * 1024
"""Bytes of a decoded body; the largest honest page (100 repositories with 100 languages each) has under 2 MB."""
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Response:
    """A response of any status."""

    status: int
    headers: Mapping[str, str]
    """In any letter case."""
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


def read(response: requests.Response) -> bytes:
    """The decoded body of a response.

    Raises:
        UpstreamError: it is larger than MAX_BODY.
        http.client.HTTPException: it has no correct framing.
    """
    parts, size = [], 0
    try:
        for chunk in response.raw.stream(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > MAX_BODY:
                raise UpstreamError(f"it sent more than {MAX_BODY // 1024 // 1024} MB in one answer.")
            parts.append(chunk)
    except ValueError as error:  # http.client raises it for a chunk of negative size
        raise http.client.HTTPException("broken framing") from error
    return b"".join(parts)
