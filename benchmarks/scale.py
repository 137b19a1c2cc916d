"""What does one process take when it is asked for much at once?"""

import statistics
from dataclasses import dataclass
from functools import partial

from benchmarks.processes import in_background, stage
from benchmarks.questions import POOLS, TWO_FORGES, WARM_UP, Question, limit
from benchmarks.results import Result, Target
from benchmarks.usage import measure
from emulator.latency import Latency

_OTHER_THREADS = 10  # the server's own, and those that it had made for questions before


@dataclass(frozen=True)
class AtOnce:
    """Different requests, all at the same time.

    Args:
        slowest: the longest over the mean, at most.
        memory: megabytes that the process may grow.
    """

    name: str
    questions: tuple[Question, ...]
    latency: Latency
    slowest: float | None = None
    memory: float | None = None

    def run(self, rounds: int) -> Result:
        """Measure, in one round."""
        walls: list[float] = []
        with stage(self.latency) as found:
            found.ask(WARM_UP)
            for question in self.questions:
                found.expected(question)

            def all_of_them() -> None:
                asked = [in_background(partial(found.ask, question)) for question in self.questions]
                walls.extend(one.result() for one in asked)

            usage = measure(found, found.worker, all_of_them)
        pools = sum(POOLS[name] for name in TWO_FORGES)
        targets = [Target("threads", usage.threads, pools + len(self.questions) + _OTHER_THREADS)]
        if self.slowest:
            targets.append(Target("slowest to mean", max(walls) / statistics.mean(walls), self.slowest))
        if self.memory:
            targets.append(Target("growth in MB", usage.memory, self.memory))
        bound = limit(self.questions, self.latency)
        return Result(self.name, usage, tuple(targets), max(walls) - min(walls), limit=bound)
