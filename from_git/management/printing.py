"""An answer's bytes on the standard output, part by part."""

import io
import json
import os
import re
import sys
from collections.abc import Iterable

from from_git.errors import FromGitError
from from_git.serializers import printable

_OUTSIDE = re.compile(r"[^\x00-\x7f]")


def error_words(error: FromGitError) -> str:
    """An error for somebody at a terminal, in two lines: its code and message, and its advice."""
    return f"{error.code}: {error.message}\n{error.advice}"


def print_json(parts: Iterable[bytes]) -> None:
    """Write these bytes and a line's end; where the output cannot hold them all, the same JSON in ASCII.

    In a terminal, names of forges cannot steer it.
    """
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    for part in parts:
        text = part.decode()
        if not unicode:
            text = _OUTSIDE.sub(lambda found: json.dumps(found[0])[1:-1], text)
        sys.stdout.write(printable(text) if sys.stdout.isatty() else text)
    sys.stdout.write("\n")


def print_csv(parts: Iterable[bytes]) -> None:
    """Write these bytes as they are, and in a terminal so that names of forges cannot steer it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    for part in parts:
        text = part.decode()
        sys.stdout.write("\r\n".join(map(printable, text.split("\r\n"))) if sys.stdout.isatty() else text)


def gone() -> None:
    """Whoever read the output has gone: let the end of Python not write to it either, which would be an error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
