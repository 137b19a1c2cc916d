"""How long does one request take, against clients that one could write instead, and against the service of before?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from benchmarks.clients import AIOHTTP, BEFORE, PYCURL, REQUESTS, RIVALS, SERVICE, WIDEST, clients
from benchmarks.processes import Way, stage
from benchmarks.questions import WARM_UP, Question, limit
from benchmarks.results import Result, Target, median, spread
from benchmarks.usage import Usage, measure
from emulator.latency import Latency

POINTS = 2.2
"""GitHub's points may be so many times those of pages of 100 one after the other, which die at the real GitHub."""
BEST = "best rival"
"""In `Speed.wall`: the faster one of those with as many connections as the service."""


@dataclass(frozen=True)
class Speed:
    """One request through each client, in turn; all keep their connections.

    Args:
        wall: client's name → wall time over its, at most.
        cpu: client's name → CPU over its, at most.
        server_seconds: GitHub's time over that of pages of 100 one after the other, at most.
        once: ask in one round, however many others ask.
    """

    name: str
    question: Question
    latency: Latency
    wall: Mapping[str, float] = field(default_factory=dict)
    cpu: Mapping[str, float] = field(default_factory=dict)
    server_seconds: float = 1.3
    once: bool = False
    way: Way = Way.TLS

    def run(self, rounds: int) -> Result:
        """Measure; requests, whose time is the sum of its calls', goes through it once."""
        names = (SERVICE, BEFORE, AIOHTTP, WIDEST, PYCURL, REQUESTS)
        measured: dict[str, list[Usage]] = {name: [] for name in names}
        with stage(self.latency, self.way) as found, clients(found, names) as asked:
            for client in asked.values():
                client.ask(WARM_UP)
            found.expected(self.question)
            for number in range(1 if self.once else rounds):
                for name, client in asked.items():
                    if name != REQUESTS or not number:
                        measured[name].append(measure(found, client.process, partial(client.ask, self.question)))
        usual = {name: median(usages) for name, usages in measured.items()}
        ours = usual.pop(SERVICE)
        return Result(
            self.name,
            ours,
            tuple(self._targets(ours, usual)),
            spread(measured[SERVICE]),
            limit=limit([self.question], self.latency) or None,
            others=usual,
            first={name: usages[0].wall for name, usages in measured.items()},
        )

    def _targets(self, ours: Usage, others: Mapping[str, Usage]) -> list[Target]:
        best = min((others[name] for name in RIVALS), key=lambda one: one.wall)
        targets = [
            Target(f"wall time to {name}", ours.wall / (best if name == BEST else others[name]).wall, most)
            for name, most in self.wall.items()
        ]
        targets += [Target(f"CPU to {name}", ours.cpu / others[name].cpu, most) for name, most in self.cpu.items()]
        if self.question.github and not self.question.bitbucket:
            serial = others[REQUESTS]
            targets.append(Target("points to requests", ours.points / serial.points, POINTS))
            seconds = ours.server_seconds / serial.server_seconds
            targets.append(Target("server-seconds to requests", seconds, self.server_seconds))
        return targets
