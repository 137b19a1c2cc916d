"""A client that sends any bytes, and what every answer to it owes."""

import json
import re
import socket
from typing import Any
from unittest import TestCase

from emulator import Emulator

JSON = "application/json"
OWNER = re.compile(r"[A-Za-z0-9_-]{1,128}")


def exchange(base: str, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (names in lower case) and body of the answer to exactly these bytes; the client then closes."""
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        head, _, body = b"".join(iter(lambda: connection.recv(65_536), b"")).partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), headers, _whole(body) if "transfer-encoding" in headers else body


def _whole(chunks: bytes) -> bytes:
    """A body in chunks put together, with whatever comes after it."""
    body = b""
    while chunks:
        size, _, chunks = chunks.partition(b"\r\n")
        body, chunks = body + chunks[: int(size, 16)], chunks[int(size, 16) + 2 :]
        if size == b"0":
            break
    return body + chunks


def request(
    target: bytes = b"/health-check",
    headers: dict[str, bytes] | None = None,
    body: bytes = b"",
    method: bytes = b"GET",
) -> bytes:
    """The bytes of a request; Host and Content-Length are right unless `headers` have others."""
    whole = {"Host": b"127.0.0.1", "Connection": b"close", "Content-Length": b"%d" % len(body), **(headers or {})}
    lines = [name.encode() + b": " + value for name, value in whole.items()]
    return b"\r\n".join([method + b" " + target + b" HTTP/1.1", *lines, b"", body])


class Seen:
    """The owners that the forges were asked for, as the bytes on the wire name them."""

    def __init__(self, case: TestCase, emulator: Emulator) -> None:
        self.owners: list[str] = []
        emulator.before_call(self._note)
        case.addCleanup(emulator.before_call, None)

    def _note(self, upstream: str, path: str, body: str) -> None:
        if upstream == "bitbucket":
            self.owners.append(path.removeprefix("/2.0/repositories/"))
        else:
            self.owners.append(str(json.loads(body)["variables"].get("login", "by-id")))


def assert_clear(case: TestCase, status: int, body: bytes, more: tuple[int, ...] = ()) -> dict[str, Any]:
    """A refusal or an answer in JSON, never a fault of ours, and nothing in it that a terminal would obey."""
    case.assertIn(status, (200, 400, 404, 405, 406, 411, 413, 414, 415, 431, 501, 505, *more), body[:500])
    case.assertNotIn(b"Traceback", body)
    found = json.loads(body)
    case.assertIsInstance(found, dict)
    if status >= 400:
        case.assertEqual(list(found)[:3], ["error", "message", "advice"])
        case.assertLessEqual(set(found), {"error", "message", "advice", "urls", "urlsMore", "parameters", "retryAfter"})
        case.assertEqual(found["error"], "ERR2" if status == 503 else "ERR3")
        for words in (found["message"], found["advice"]):
            case.assertTrue(words and words.isprintable(), words)
        case.assertTrue(body.decode().isprintable(), body)
    return dict(found)
