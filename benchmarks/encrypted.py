"""What does TLS cost a process that asks a forge for the first time?"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.processes import Way, stage
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
        growth: megabytes by which it may grow with TLS, and in clear.
        settings: of the service.
    """

    name: str
    question: Question
    latency: Latency
    cpu: float = 1.4
    more: float = 80.0
    growth: tuple[float, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, rounds: int) -> Result:
        """Measure both in turn; the baseline is the one in clear."""
        clear: list[Usage] = []
        secure: list[Usage] = []
        for _ in range(rounds):
            clear.append(self._first(Way.PLAIN))
            secure.append(self._first(Way.TLS))
        ours, bare = median(secure), median(clear)
        times = _least(secure), _least(clear)
        targets = [
            Target(f"CPU to clear ({times[0]:.2f} s to {times[1]:.2f} s)", times[0] / times[1], self.cpu),
            Target("kB more a connection", (ours.memory - bare.memory) / ours.connections * 1000, self.more),
        ]
        for name, usage, most in zip(("TLS", "in clear"), (ours, bare), self.growth, strict=False):
            targets.append(Target(f"MB for {usage.connections} connections, {name}", usage.memory, most))
        return Result(self.name, ours, tuple(targets), spread(secure), bare)

    def _first(self, way: Way) -> Usage:
        with stage(self.latency, way, **self.settings) as found:
            found.ask(_OTHER_FORGE)
            found.expected(self.question)
            return measure(found, found.worker, lambda: found.ask(self.question))


def _least(rounds: list[Usage]) -> float:
    """CPU of the cheapest round: whatever else the machine does only adds to it."""
    return min(one.cpu for one in rounds)
