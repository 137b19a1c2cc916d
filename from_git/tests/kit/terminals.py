"""Commands of manage.py in a pseudo-terminal."""

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from unittest import TestCase

from from_git.tests.kit.project import project_copy


def run_in_terminal(
    case: TestCase,
    *arguments: str,
    env: Mapping[str, str],
    columns: int = 110,
    stop: Callable[[Callable[[], str]], object] | None = None,
) -> tuple[int, str]:
    """Exit status and all that a command of manage.py wrote.

    Args:
        stop: is given what tells all that was written so far; when it has returned, Ctrl-C is pressed.
    """
    ours, theirs = pty.openpty()
    case.addCleanup(os.close, ours)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 50, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=project_copy(case),
        env={**env, "TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that ^C is a signal
    )
    case.addCleanup(process.wait)
    case.addCleanup(process.kill)
    os.close(theirs)
    parts: list[str] = []
    reader = threading.Thread(target=read_terminal, args=(ours, parts), daemon=True)
    reader.start()  # at once: a terminal that nobody reads holds the program up
    if stop:
        stop(lambda: "".join(parts))
        os.write(ours, b"\x03")
    reader.join(60)
    return process.wait(timeout=30), "".join(parts)


def plain(written: str) -> str:
    """What a program wrote, control sequences taken out."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written)


def read_terminal(descriptor: int, parts: list[str]) -> None:
    """Add everything that a program writes to its terminal until it ends."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([descriptor], [], [], 1.0)[0]:
            continue
        try:
            part = os.read(descriptor, 65_536)
        except OSError:  # Linux says EIO when the other side has gone
            break
        if not part:
            break
        parts.append(decoder.decode(part))
