"""How long does one request for several kinds of forges take, against a plain serial client and against its parts?"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from benchmarks import serial
from benchmarks.processes import Stage, Way, stage
from benchmarks.questions import Question, limit
from benchmarks.results import Result, Target, median, spread
from benchmarks.usage import Usage, measure
from emulator.latency import Latency


@dataclass(frozen=True)
class Serial:
    """One owner through the service and through `serial`, in turn.

    Args:
        wall: the service's wall time over the serial one, at most.
        to_limit: the service's wall time over the limit of its pools, at most; 0 for no target.
        calls: that the service makes, at most.
        keeps: whether what is kept of an owner for longer than its numbers may be used.
    """

    name: str
    question: Question
    latency: Latency
    wall: float
    to_limit: float = 0.0
    calls: int = 0
    keeps: bool = False

    def run(self, rounds: int) -> Result:
        """Measure; the serial client asks once."""
        seconds = "600" if self.keeps else "0"
        with stage(self.latency, Way.TLS, True, LANGUAGES_CACHE_SECONDS=seconds) as found:
            found.ask(_smaller(self.question))
            if self.keeps:
                found.ask(self.question)
            usages = _measured(found, partial(found.ask, self.question), rounds)
            other = measure(found, found.worker, partial(serial.ask, found, self.question))
        ours, least = median(usages), limit([self.question], self.latency)
        targets = [Target("wall time to serial", ours.wall / other.wall, self.wall)]
        if self.to_limit:
            targets.append(Target("wall time to limit", ours.wall / least, self.to_limit))
        if self.calls:
            targets.append(Target("calls", ours.calls, self.calls))
        return Result(self.name, ours, tuple(targets), spread(usages), baseline=other, limit=least)


@dataclass(frozen=True)
class Together:
    """Owners of several forges in one request, and each forge by itself.

    Args:
        slowest: the wall time of all over that of the slowest part, at most.
    """

    name: str
    question: Question
    latency: Latency
    slowest: float

    def run(self, rounds: int) -> Result:
        """Measure."""
        with stage(self.latency, Way.TLS, True, LANGUAGES_CACHE_SECONDS="0") as found:
            found.ask(_smaller(self.question))
            usages = _measured(found, partial(found.ask, self.question), rounds)
            parts = [median(_measured(found, partial(found.ask, one), rounds)) for one in self.question.parts]
        ours, slowest = median(usages), max(parts, key=lambda one: one.wall)
        target = Target("wall time to the slowest part", ours.wall / slowest.wall, self.slowest)
        return Result(self.name, ours, (target,), spread(usages), baseline=slowest)


def _smaller(question: Question) -> Question:
    """Has the service make its pools."""
    return replace(
        question,
        **{forge: tuple(f"{name.partition('-')[0]}-2" for name in names) for forge, names in vars(question).items()},
    )


def _measured(found: Stage, work: Callable[[], object], rounds: int) -> list[Usage]:
    return [measure(found, found.worker, work) for _ in range(rounds)]
