"""How long does one request take where GitHub's secondary limits are in force, and does it ever meet one?"""

from dataclasses import dataclass

from benchmarks.clients import SERVICE
from benchmarks.processes import Way, stage
from benchmarks.questions import FIXED, WARM_UP, Question
from benchmarks.results import Result, Target
from benchmarks.usage import Usage, measure
from emulator.latency import Latency

_BUDGET = {"GITHUB_SECONDS_PER_MINUTE": "55"}  # of the 60 of a minute


@dataclass(frozen=True)
class Bounded:
    """The last of so many questions of a process, with the width that it finds and with the fixed one of before.

    Each has upstreams of its own, since what one has spent would be refused to the other. The baseline is the service
    with the fixed width.

    Args:
        wall: wall time over that of the fixed width, at most.
        times: questions, all of which the bounds allow.
    """

    name: str
    question: Question
    latency: Latency
    wall: float
    times: int = 1

    def run(self, rounds: int) -> Result:
        """Measure, in one round.

        Raises:
            AssertionError: a call was refused.
        """
        (first, ours), (_, before) = self._asked({}), self._asked(FIXED)
        targets = (Target("wall time to fixed", ours.wall / before.wall, self.wall),)
        return Result(self.name, ours, targets, baseline=before, first={SERVICE: first.wall})

    def _asked(self, width: dict[str, str]) -> tuple[Usage, Usage]:
        """The first and the last."""
        with stage(self.latency, Way.BOUNDED, **_BUDGET, **width) as found:
            found.ask(WARM_UP)
            found.expected(self.question)
            usages = []
            for _ in range(self.times):
                usages.append(measure(found, found.worker, lambda: found.ask(self.question)))
                refused = found.meter()["github"]["refused"]
                if refused:
                    raise AssertionError(f"{self.name}: GitHub refused {refused} calls")
        return usages[0], usages[-1]
