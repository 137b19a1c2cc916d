"""What does TLS cost a process that asks a forge for the first time?"""

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.processes import Stage, Way, stage
from benchmarks.questions import Question
from benchmarks.results import Result, Target, median, spread
from benchmarks.usage import Usage, measure
from emulator.latency import Latency

_OTHER_FORGE = Question(("user-2",))
"""Has the service load its code, and leaves Bitbucket's connections to be made."""


@dataclass(frozen=True)
class Encrypted:
    """The first question to Bitbucket over TLS, beside the same one in clear; each in processes of its own.

    Args:
        cpu: CPU time over that in clear, at most.
        more: kilobytes by which the process may grow more for each connection than in clear.
        settings: of the service.
    """

    name: str
    question: Question
    latency: Latency
    cpu: float = 1.4
    more: float = 80.0
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, rounds: int) -> Result:
        """Measure both in turn; the baseline is the one in clear."""
        clear: list[Usage] = []
        secure: list[Usage] = []
        shaken: list[float] = []
        for _ in range(rounds):
            clear.append(self._first(Way.PLAIN)[0])
            usage, handshakes = self._first(Way.TLS)
            secure.append(usage)
            shaken.append(handshakes)
        ours, bare = median(secure), median(clear)
        times = _least(secure), _least(clear)
        words = f"{times[0]:.2f} s to {times[1]:.2f} s; {ours.connections} bare handshakes take {min(shaken):.2f} s"
        targets = (
            Target(f"CPU to clear ({words})", times[0] / times[1], self.cpu),
            Target("kB more a connection", (ours.memory - bare.memory) / ours.connections * 1000, self.more),
        )
        return Result(self.name, ours, targets, spread(secure), bare)

    def _first(self, way: Way) -> tuple[Usage, float]:
        """What the question takes, and the CPU seconds of as many bare handshakes."""
        with stage(self.latency, way, **self.settings) as found:
            found.ask(_OTHER_FORGE)
            found.expected(self.question)
            usage = measure(found, found.worker, lambda: found.ask(self.question))
            return usage, _handshakes(found, usage.connections)


def _handshakes(found: Stage, number: int) -> float:
    if not found.authority:
        return 0.0
    address = urlsplit(found.emulator)
    begun = time.process_time()
    context = ssl.create_default_context(cafile=found.authority)
    with ExitStack() as stack:
        for _ in range(number):
            plain = stack.enter_context(socket.create_connection((address.hostname or "", address.port or 0)))
            stack.enter_context(context.wrap_socket(plain, server_hostname=address.hostname))
    return time.process_time() - begun


def _least(rounds: list[Usage]) -> float:
    """CPU of the cheapest round: whatever else the machine does only adds to it."""
    return min(one.cpu for one in rounds)
