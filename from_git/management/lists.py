"""Lists of URLs in files."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from from_git.errors import RequestError
from from_git.serializers import printable

_MOST = 64 * 1024 * 1024  # bytes: a million URLs, and no device without an end
_COMMENT = re.compile(r"(?:^|\s)#.*")
_SHOWN = 200  # characters of a name
_SHAPE = "Write one URL on each line, as UTF-8; blank lines and what follows # are skipped."


def urls_in(names: Iterable[str]) -> list[str]:
    """The URLs in these files, in their order; `-` is the standard input.

    Raises:
        RequestError: a file cannot be read, is larger than 64 MiB or no UTF-8, or has no URL.
    """
    return [url for name in names for url in _urls(name)]


def shown(name: str) -> str:
    """The name of a file in a message, whatever is in it."""
    return "the standard input" if name == "-" else f"'{printable(name[:_SHOWN])}'"


def _urls(name: str) -> Iterator[str]:
    try:
        text = _read(name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise RequestError(f"{shown(name)} is not UTF-8 on line {line:,}.", _SHAPE) from None
    urls = [url for line in text.splitlines() if (url := _COMMENT.sub("", line).strip())]
    if not urls:
        raise RequestError(f"There is no URL in {shown(name)}.", _SHAPE)
    yield from urls


def _read(name: str) -> bytes:
    try:
        if name == "-":
            if sys.stdin is None:
                raise ValueError("it is closed")
            data = sys.stdin.buffer.read(_MOST + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(_MOST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name, or closed
        why = getattr(error, "strerror", None) or str(error)
        raise RequestError(f"{shown(name)} cannot be read: {why}.", _SHAPE) from None
    if len(data) > _MOST:
        raise RequestError(f"{shown(name)} has more than {_MOST:,} bytes.", "Ask for a part of it at a time.")
    return data
