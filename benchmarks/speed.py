"""How long does one request take, against the plain client and against what the pools allow?"""

from dataclasses import dataclass

import psutil

from benchmarks.baseline import ask_plainly
from benchmarks.processes import stage
from benchmarks.questions import WARM_UP, Question, limit
from benchmarks.results import Result, Target, median, spread
from benchmarks.usage import measure
from emulator.latency import Latency

POINTS = 3.0
"""GitHub's points may be so many times the plain client's, whose pages of 100 die at the real GitHub."""
SERVER_SECONDS = 1.5
"""GitHub's time may be so many times the plain client's."""


@dataclass(frozen=True)
class Speed:
    """One request through the service, and through the plain client.

    Args:
        to_baseline: wall time over the plain client's, at most.
        to_limit: wall time over the limit, at most.
        once: ask in one round, however many others ask.
    """

    name: str
    question: Question
    latency: Latency
    to_baseline: float | None = None
    to_limit: float | None = None
    once: bool = False

    def run(self, rounds: int) -> Result:
        """Measure; the plain client, whose time is the sum of its calls', goes through it once."""
        with stage(self.latency) as found:
            found.ask(WARM_UP)
            found.expected(self.question)
            ours = [
                measure(found, found.worker, lambda: found.ask(self.question))
                for _ in range(1 if self.once else rounds)
            ]
            plain = measure(found, psutil.Process(), lambda: ask_plainly(found, self.question))
        one, bound = median(ours), limit([self.question], self.latency)
        targets = []
        if self.to_baseline:
            targets.append(Target("wall time to baseline", one.wall / plain.wall, self.to_baseline))
        if self.to_limit:
            targets.append(Target("wall time to limit", one.wall / bound, self.to_limit))
        if self.question.github and not self.question.bitbucket:
            targets.append(Target("points to baseline", one.points / plain.points, POINTS))
            server = one.server_seconds / plain.server_seconds
            targets.append(Target("server-seconds to baseline", server, SERVER_SECONDS))
        return Result(self.name, one, tuple(targets), spread(ours), plain, bound)
