"""Somebody who listens to server-sent events, as WHATWG has them (HTML, "Server-sent events")."""

import http.client
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

COMMENT = ":"
_PATIENCE = 60.0  # seconds without a byte


class Event(NamedTuple):
    """One event, or a comment line."""

    name: str
    """COMMENT for a comment."""
    data: str
    at: float
    """When its last line was there, on the monotonic clock."""
    id: str = ""
    """What a browser sends as `Last-Event-ID` when it connects again; empty where it has none."""

    @property
    def body(self) -> Any:
        """The data, which is JSON."""
        return json.loads(self.data)


class Listener:
    """One stream, read line by line; its connection is closed when the block ends.

    Attributes:
        status: of the response; `headers` are its headers.
        body: of a response that is no stream.
    """

    def __init__(self, base: str, *urls: str, method: str = "GET", **options: Any) -> None:
        headers, parameters = options.pop("headers", {}), {"url": list(urls), **options}
        self._connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=_PATIENCE)
        path = f"/from-git/stream?{urlencode(parameters, doseq=True)}"
        self._connection.request(method, path, headers=headers)
        self._response = self._connection.getresponse()
        self.status, self.headers = self._response.status, self._response.headers
        kind = self.headers["Content-Type"].partition(";")[0]
        self.body = b"" if kind == "text/event-stream" else self._response.read()
        self._events = self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def leave(self) -> None:
        """Close the connection, whatever is still to come."""
        self._response.close()
        self._connection.close()

    def until(self, wanted: Callable[[Event], bool]) -> Event:
        """Read on to the first event like this."""
        for event in self:
            if wanted(event):
                return event
        raise AssertionError("the stream has ended")

    def progress(self, wanted: Callable[[Any], bool] = lambda body: True) -> Any:
        """Read on to the first progress like this; its body."""
        return self.until(lambda event: event.name == "progress" and wanted(event.body)).body

    def _read(self) -> Iterator[Event]:
        names: list[str] = []
        data: list[str] = []
        own_id = ""
        for line in iter(self._response.readline, b""):
            field, value = self._field(line)
            if field == COMMENT:
                yield Event(COMMENT, value, time.monotonic())
            elif field == "id":
                own_id = value
            elif field == "event":
                names.append(value)
            elif field == "data":
                data.append(value)
            elif names and data:
                if (len(names), len(data)) != (1, 1):
                    raise AssertionError(f"an event of several lines: {names} {data}")
                yield Event(names.pop(), data.pop(), time.monotonic(), own_id)
                own_id = ""
        if names or data:
            raise AssertionError("the stream ends in an event")

    @staticmethod
    def _field(line: bytes) -> tuple[str, str]:
        """The name and the value of a line; both empty for an empty one."""
        text = line.decode()
        if not (found := re.fullmatch(r"(?:(|event|data|id): ([^\r\n]+))?\n", text)):
            raise AssertionError(f"no line of a stream: {text!r}")
        return (found[1] or COMMENT, found[2]) if found[2] else ("", "")


def listen(base: str, *urls: str, **options: Any) -> list[Event]:
    """All events of a stream, without its comments."""
    with Listener(base, *urls, **options) as listener:
        if listener.status != 200:
            raise AssertionError(f"{listener.status}: {listener.body!r}")
        return [event for event in listener if event.name != COMMENT]
