"""Connections that lay idle: a device between two machines may have dropped them without a word.

A NAT, a load balancer or a laptop that slept drops a connection silently: a request on it is then neither answered nor
refused. Nothing here waits or sends.
"""

import socket
import time
from collections import deque
from collections.abc import Mapping

MOST = 55.0
"""Seconds for which a connection may lie idle and be used again; load balancers close after 60 (AWS) to 350."""
DOUBTED = 2.0
"""Seconds; on a connection that lay idle for longer, the first byte of an answer is waited for less long."""
_LONGEST = 5.0  # seconds of that wait at most, where recent calls did not take longer
_PART = 3  # that wait is this part of the timeout of a call at most
_RECENT = 50  # calls whose seconds are remembered
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))  # Linux: the one that sleep moves

_PROBES = {"TCP_KEEPIDLE": 20, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
KEEPALIVE: Mapping[int, int] = {
    getattr(socket, name): value for name, value in _PROBES.items() if hasattr(socket, name)
}
"""Options of a TCP socket for keepalive probes: seconds before the first, seconds between two, number of lost ones."""


def now() -> float:
    """Seconds on a clock that goes on while the machine sleeps, where the system has one."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


def keep_alive(sock: socket.socket) -> None:
    """Have the kernel probe the peer of an idle TCP connection, which also keeps devices between from dropping it."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in KEEPALIVE.items():
        sock.setsockopt(socket.IPPROTO_TCP, option, value)


class Patience:
    """How long to wait for the first byte of an answer on a connection that lay idle. Safe from any thread.

    Args:
        timeout: seconds for one call.
    """

    def __init__(self, timeout: float) -> None:
        self._least = min(timeout / _PART, _LONGEST)
        self._took: deque[float] = deque(maxlen=_RECENT)

    def learn(self, seconds: float) -> None:
        """Take in the seconds of a call that was answered."""
        self._took.append(seconds)

    @property
    def seconds(self) -> float:
        """Seconds to wait: a part of the timeout, but at least twice those of the slowest recent call."""
        return max(self._least, 2 * max(self._took, default=0.0))
