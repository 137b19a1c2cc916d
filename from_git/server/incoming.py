"""The bytes of a request until it is whole; whether it is right is for the parser to say."""

import re
from tempfile import TemporaryFile
from typing import IO

from from_git.conf import settings

HEADERS = 100 * (8_190 + 2) + 4
"""Bytes of all headers together; gunicorn's parser refuses more."""

_END = b"\r\n\r\n"
_BODY = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*(?=\r\n)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_UPLOAD = re.compile(rb"POST [^ ?]*/from-git/batches[ ?]")
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


class Incoming:
    """One request on its way in.

    Attributes:
        data: all bytes that have come, those after the request too; without those in `file`.
        file: all bytes behind the head, where a body is too long to be kept in memory, as that of a batch may be.
        filed: how many bytes it has.
        whole: whether a parser can do with `data` alone: the request is there, or wrong already.
        begun: whether the head is there and the body is not.
        expects: whether the client waits for a 100 before it sends the body.
    """

    __slots__ = ("_bodiless", "_needed", "begun", "data", "expects", "file", "filed", "whole")

    def __init__(self) -> None:
        self.data = bytearray()
        self.whole = self.begun = self.expects = self._bodiless = False
        self._needed = 0  # bytes of head and body, once the head is there
        self.file: IO[bytes] | None = None
        self.filed = 0

    def add(self, data: bytes) -> None:
        """Take more bytes of the request.

        Raises:
            OSError: its file cannot be written.
        """
        if self.file:
            self.file.write(data)
            self.filed += len(data)
            self.whole = len(self.data) + self.filed >= self._needed
            return
        before = len(self.data)
        self.data += data
        if not self.begun:
            end = self.data.find(_END, max(0, before - len(_END) + 1))
            if end < 0:
                self.whole = self._refusable(before)
                return
            self._read_head(bytes(self.data[: end + 2]))
        self.whole = len(self.data) + self.filed >= self._needed

    @property
    def alone(self) -> bool:
        """Whether `data` is a head, and neither a body nor another request follows."""
        return self.whole and self.begun and self._bodiless and len(self.data) == self._needed

    def opened(self) -> IO[bytes] | None:
        """Its file, at its beginning."""
        if self.file:
            self.file.seek(0)
        return self.file

    def close(self) -> None:
        """Close its file, where it has one."""
        if self.file:
            self.file.close()

    def _read_head(self, head: bytes) -> None:
        line = head.find(b"\r\n", 2)
        body = _BODY.findall(head, line)
        chunked = _CHUNKED.search(head, line)
        length = int(body[0]) if len(body) == 1 and not chunked else 0
        self._bodiless = not body and not chunked
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        long = most < length <= settings.BATCH_UPLOAD_BYTES and settings.BATCHES and _UPLOAD.match(head)
        # a body that will be refused is not waited for
        self._needed = len(head) + 2 + (length if length <= most or long else 0)
        if long:
            self.file = TemporaryFile(prefix="from-git-")  # noqa: SIM115 - closed by whoever reads or refuses it
            self.filed = self.file.write(self.data[len(head) + 2 :])
            del self.data[len(head) + 2 :]
        self.begun = True
        spoken = head.endswith(b" HTTP/1.1", 0, line)  # HTTP/1.0 knows no 100 (RFC 9110, 10.1.1)
        self.expects = len(self.data) + self.filed < self._needed and spoken and bool(_EXPECTS.search(head, line))

    def _refusable(self, before: int) -> bool:
        """Whether an unfinished head is wrong whatever follows: no HTTP, a bare LF, too long."""
        if not (self.data[:1].isalpha() or self.data[:1] == b"\r"):
            return True
        since = max(0, before - 1)
        if self.data.count(b"\n", since) != self.data.count(b"\r\n", since) + self.data.startswith(b"\n", since):
            return True
        line = self.data.find(b"\n", 0, longest_line() + 1)
        return len(self.data) > (line + 1 + HEADERS if line >= 0 else longest_line())


def longest_line() -> int:
    """Bytes of the longest request line."""
    return int(settings.MAX_QUERY_BYTES) + 65_536
