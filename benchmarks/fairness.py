"""How long does a small request take beside a large one?"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.processes import in_background, stage
from benchmarks.questions import WARM_UP, Question
from benchmarks.results import Result, Target
from benchmarks.usage import measure
from emulator.latency import Latency


@dataclass(frozen=True)
class Beside:
    """A small request again and again: on an idle service, then while the service answers a large one.

    The result's wall times are those of a small request, in the median, and its other numbers those of all requests.

    Args:
        median, tail: the median and the 95th percentile beside the large one over the idle median, at most.
        idle: number of small requests on the idle service.
    """

    name: str
    large: Question
    small: Question
    latency: Latency
    median: float
    tail: float
    idle: int = 30

    def run(self, rounds: int) -> Result:
        """Measure, in one round."""
        idle: list[float] = []
        beside: list[float] = []
        with stage(self.latency) as found:
            found.ask(WARM_UP)
            found.expected(self.large)

            def alone() -> None:
                idle.extend(found.ask(self.small) for _ in range(self.idle))

            def together() -> None:
                large = in_background(lambda: found.ask(self.large))
                while not large.done():
                    beside.append(found.ask(self.small))
                large.result()

            found.expected(self.small)
            baseline, ours = measure(found, found.worker, alone), measure(found, found.worker, together)
        usual = statistics.median(idle)
        targets = (
            Target(f"median to idle ({len(beside)} requests)", statistics.median(beside) / usual, self.median),
            Target("95th percentile to idle", _percentile(beside, 95) / usual, self.tail),
        )
        return Result(
            self.name,
            replace(ours, wall=statistics.median(beside)),
            targets,
            max(beside) - min(beside),
            replace(baseline, wall=usual),
        )


def _percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent of them do not exceed."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]
