"""Connections that lay idle: whatever stands between two machines may have forgotten them without a word.

A NAT, a load balancer or a laptop that slept drops a connection silently: what is sent on it then is neither answered
nor refused. Nothing here waits or sends.
"""

import socket
import time
from collections import deque
from collections.abc import Mapping

MOST = 55.0
"""Seconds for which a connection may lie idle and be used again; load balancers close after 60 (AWS) to 350."""
DOUBTED = 2.0
"""Seconds after which the first answer on a connection that lay idle is not waited for as long as others."""
_LONGEST = 5.0  # seconds that such an answer is waited for, where calls do not take longer
_PART = 3  # of the timeout of a call
_RECENT = 50  # calls
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))  # Linux: the one that sleep moves

_PROBES = {"TCP_KEEPIDLE": 20, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
KEEPALIVE: Mapping[int, int] = {
    getattr(socket, name): value for name, value in _PROBES.items() if hasattr(socket, name)
}
"""Options of a TCP socket for its keepalive probes: seconds before the first, seconds between two, lost ones."""


def now() -> float:
    """Seconds on a clock that goes on while the machine sleeps, where there is one."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


def keep_alive(sock: socket.socket) -> None:
    """Have the kernel probe the peer of an idle TCP connection, which also keeps others from forgetting it."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in KEEPALIVE.items():
        sock.setsockopt(socket.IPPROTO_TCP, option, value)


class Patience:
    """How long the first byte of an answer is waited for on a connection that lay idle. Safe from any thread.

    Args:
        timeout: seconds for one call.
    """

    def __init__(self, timeout: float) -> None:
        self._least = min(timeout / _PART, _LONGEST)
        self._took: deque[float] = deque(maxlen=_RECENT)

    def learn(self, seconds: float) -> None:
        """Take in what a call has taken."""
        self._took.append(seconds)

    @property
    def seconds(self) -> float:
        """A part of the timeout, but never less than twice what the slowest of the latest calls has taken."""
        return max(self._least, 2 * max(self._took, default=0.0))
