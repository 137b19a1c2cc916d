"""How a line of the log looks: of from-git, of Django and of every library alike, as text or as JSON.

Whoever can choose a value in a line (a path, a header, a forge's words) cannot end the line and begin another one.
"""

import json
import logging
import os
import re
import select
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TextIO

from from_git.errors import struck
from from_git.logfacts import facts_of

_MOST_WAITING = 10_000  # lines; beyond that, whoever adds one waits for whoever reads them
_KEY = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")  # of a batch; a request's id is a fact of its own
_PLAIN = re.compile(r"[\w.,/:@+~*%-]+")
_ORDER = (
    *("request_id", "method", "path", "status", "outcome", "seconds"),
    *("failed", "reason", "profiles", "asked", "missing"),
)


class LineHandler(logging.StreamHandler[TextIO]):
    """Lines to stderr, of which no thread waits for another's.

    Python's own handler holds a lock while it writes and flushes, and both let go of the interpreter: with 64 requests
    under way threads stand in line twice for each line, which halves what a process can answer (docs/performance.md).
    Here one thread writes at a time, what others have added meanwhile too, by one system call; they go on.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self._lines: deque[str] = deque()
        self._patient = 0  # the id of a thread
        self._after_fork()
        os.register_at_fork(after_in_child=self._after_fork)

    def _after_fork(self) -> None:
        self._writing = threading.Lock()  # a thread that is not here may have held it

    def createLock(self) -> None:  # noqa: N802 - the name is logging's
        """Have no lock of logging's: `emit` has its own."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        """Add the line, and write all that wait unless another thread does."""
        try:
            self._lines.append(f"{self.format(record)}\n")
            if threading.get_ident() != self._patient:
                self.write_all()
        except Exception:  # noqa: BLE001 - a line that cannot be written must not take an answer with it
            self.handleError(record)

    def write_all(self) -> None:
        """Write all lines that wait, unless another thread does."""
        # looked at again after each release: another thread may have added its own just before
        while self._lines and self._writing.acquire(blocking=len(self._lines) > _MOST_WAITING):
            try:
                self._write("".join(self._lines.popleft() for _ in range(len(self._lines))))
            finally:
                self._writing.release()

    def let_wait(self) -> None:
        """Let the lines of this thread wait for `write_some`, so that it never waits for whoever reads them."""
        self._patient = threading.get_ident()

    def write_some(self) -> bool:
        """Write the lines that wait, as far as they are taken at once; False where some are left to nobody."""
        while self._lines and self._writing.acquire(blocking=False):
            try:
                if not select.select((), (self.stream,), (), 0)[1] or not (taken := self._taken()):
                    return False
                os.write(self.stream.fileno(), taken)
            except (AttributeError, OSError, ValueError):  # closed, or in memory, as tests have it
                return False
            finally:
                self._writing.release()
        return True

    def _taken(self) -> bytes:
        """Lines that a pipe takes at once if it takes any."""
        taken = b""
        while self._lines and len(taken) + len(line := _bytes(self._lines[0])) <= select.PIPE_BUF:
            taken += line
            self._lines.popleft()
        return taken

    def _write(self, lines: str) -> None:
        try:
            descriptor = self.stream.fileno()
        except (AttributeError, OSError, ValueError):  # a stream in memory, as tests have
            self.stream.write(lines)
            return
        rest = _bytes(lines)
        while rest:  # a pipe that is full takes a part
            rest = rest[os.write(descriptor, rest) :]


def _bytes(lines: str) -> bytes:
    return lines.encode(errors="backslashreplace")


_OF_OTHERS: dict[str, dict[str, Any]] = {
    # without the handlers that Django gives them by default
    "django": {"handlers": [], "level": "INFO"},
    "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    "django.request": {"filters": ["with_traceback"]},
    # it warns of each HEAD, whose body Django leaves to the server to drop
    "gunicorn.http.wsgi": {"level": "ERROR"},
    # anybody can send a wrong Host; the request's line has the 400, a traceback would say no more
    "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
}


class WithTraceback(logging.Filter):
    """Lets records with a traceback through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it has one."""
        return bool(record.exc_info)


def configure(level: str, form: str, secrets: Callable[[], list[str]]) -> dict[str, Any]:
    """The value for Django's LOGGING.

    Args:
        level: the least level of from_git's own lines.
        form: `text` or `json`.
        secrets: what no line may hold; asked for each line.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": Line, "form": form, "secrets": secrets},
        },
        # every request has a line from from_git.middleware; left are tracebacks of views outside the API
        "filters": {"with_traceback": {"()": WithTraceback}},
        "handlers": {
            "console": {"()": LineHandler, "formatter": "line"},
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {"from_git": {"level": level}, **_OF_OTHERS},
    }


class Line(logging.Formatter):
    """The form of each record, of any logger; see `configure` for the arguments."""

    def __init__(self, form: str, secrets: Callable[[], list[str]]) -> None:
        super().__init__()
        self._render = _json if form == "json" else _text
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The record's line: what every line has, then the facts of its context and its own, then a traceback."""
        event = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _without_keys(record.getMessage()),
        }
        facts = dict(facts_of(record))
        if record.exc_info:
            facts["exception"] = _without_keys(self.formatException(record.exc_info))
        if record.stack_info:
            facts["stack"] = _without_keys(record.stack_info)
        line = self._render(event, _in_order(facts))
        for secret in self._secrets():
            line = struck(line, secret)
        return line


def _without_keys(text: str) -> str:
    return _KEY.sub("***", text)


def _in_order(facts: dict[str, object]) -> dict[str, object]:
    """The facts in the order in which a reader looks for them; bound ones come in none."""
    first = [key for key in _ORDER if key in facts]
    return {key: facts[key] for key in (*first, *sorted(facts.keys() - set(first)))}


def _json(event: dict[str, str], facts: dict[str, object]) -> str:
    return json.dumps({**event, **facts}, default=repr)


def _text(event: dict[str, str], facts: dict[str, object]) -> str:
    """Time, level, logger and message, then name=value for each fact; a traceback follows, indented."""
    head = [event["timestamp"], event["level"].upper(), event["logger"], _printable(event["event"])]
    trace = [str(facts.pop(key)) for key in ("exception", "stack") if key in facts]
    # indented, so that no line of a foreign message inside can pass for one of ours
    lines = [f"    {_printable(line)}" for text in trace for line in text.split("\n")]
    return "\n".join([" ".join([*head, *(f"{key}={_value(value)}" for key, value in facts.items())]), *lines])


def _value(value: object) -> str:
    if isinstance(value, list):
        value = ",".join(str(one) for one in value)
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
