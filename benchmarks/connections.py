"""How much memory do a hundred connections take, and the threads that use them?"""

import statistics
from dataclasses import dataclass

from benchmarks.processes import Way, stage
from benchmarks.questions import TWO_FORGES, Question
from benchmarks.results import Result, Target, median, spread
from benchmarks.usage import Usage, measure
from emulator.latency import Latency

_LOADED = Question(("user-2",))
"""Has the service load its code."""


@dataclass(frozen=True)
class Connections:
    """The first question with wide pools, over TLS and in clear, beside the same one with a thread in each pool.

    The difference is that of connections and threads, since the answer takes the same. The baseline is the wide one in
    clear.

    Args:
        widths: of GitHub, Bitbucket's lists and watchers.
        encrypted, clear: megabytes more, at most.
    """

    name: str
    question: Question
    latency: Latency
    widths: tuple[int, int, int] = (8, 8, 100)
    encrypted: float = 9.0
    clear: float = 2.5

    def run(self, rounds: int) -> Result:
        """Measure all in turn."""
        taken: dict[tuple[Way, bool], list[Usage]] = {
            (way, wide): [] for way in (Way.TLS, Way.PLAIN) for wide in (True, False)
        }
        for _ in range(rounds):
            for (way, wide), usages in taken.items():
                usages.append(self._first(way, self.widths if wide else (1, 1, 1)))
        targets = []
        for way, most in ((Way.TLS, self.encrypted), (Way.PLAIN, self.clear)):
            grown = {wide: statistics.median(one.memory for one in taken[way, wide]) for wide in (True, False)}
            number = taken[way, True][0].connections
            targets.append(Target(f"MB more for {number} connections, {way.name}", grown[True] - grown[False], most))
        ours = taken[Way.TLS, True]
        return Result(self.name, median(ours), tuple(targets), spread(ours), median(taken[Way.PLAIN, True]))

    def _first(self, way: Way, widths: tuple[int, int, int]) -> Usage:
        threads = {name: str(width) for name, width in zip(TWO_FORGES, widths, strict=True)}
        with stage(self.latency, way, POOL_WIDTH="fixed", **threads) as found:
            found.ask(_LOADED)
            found.expected(self.question)
            return measure(found, found.worker, lambda: found.ask(self.question))
