"""`python -m benchmarks.batches.poisoned TEXT …`: Celery, whose process ends at once when a call's body has TEXT."""

import os
import signal
import socket
import sys
from typing import Any

from celery.__main__ import main

from from_git import batches


def deadly(text: bytes) -> None:
    """Let whoever sends this text to a forge die of it."""
    send = socket.socket.send

    def sent(self: socket.socket, data: Any, *flags: int) -> int:
        if text in bytes(data):
            os.kill(os.getpid(), signal.SIGKILL)
        return send(self, data, *flags)

    socket.socket.send = sent  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    deadly(sys.argv[1].encode())
    batches.LEASE, batches.RENEW = float(sys.argv[2]), float(sys.argv[2]) / 10
    sys.argv = ["celery", *sys.argv[3:]]
    main()
