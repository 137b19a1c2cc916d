"""The cases: what they ask, and what is expected of them."""

from collections.abc import Iterable
from typing import Protocol

from benchmarks.cpu import PageCpu, WatchersCpu
from benchmarks.crowd import Crowd
from benchmarks.encrypted import Encrypted
from benchmarks.fairness import Beside
from benchmarks.kept import Kept
from benchmarks.questions import Question
from benchmarks.results import Result
from benchmarks.scale import AtOnce
from benchmarks.speed import Speed
from benchmarks.warm import Warm
from emulator.latency import Latency


class Case(Protocol):
    """A named question about the service."""

    @property
    def name(self) -> str:
        """Unique in its suite."""
        ...

    def run(self, rounds: int) -> Result:
        """Measure in so many rounds, or in one where the case is large.

        Raises:
            AssertionError: a wrong number, or an error of the service.
            requests.RequestException: no answer.
        """
        ...


def _owner(name: str) -> Question:
    return Question(bitbucket=(name,)) if name.startswith("team-") else Question((name,))


def _mixed(sizes: Iterable[int]) -> Question:
    """A user and a workspace of each size."""
    return Question(tuple(f"user-{size}" for size in sizes), tuple(f"team-{size}" for size in sizes))


def _five(number: int, requests: int) -> Question:
    """Five profiles that no other of so many requests asks for."""
    names = f"org-{number} user-{number} user-{number + requests} team-{number} team-{number + requests}".split()
    return Question(tuple(names[:3]), tuple(names[3:]))


_WARM = Question(("spack",), ("mailchimp",))
_REAL = Latency(0.1, per_repository=0.01)
_SHORT = Latency(0.02, per_repository=0.001)
_MANY = Latency(0.03, per_repository=0.001)

FULL: tuple[Case, ...] = (
    Speed("org-50", _owner("org-50"), _REAL, to_baseline=1.2),
    Speed("org-300", _owner("org-300"), _REAL),
    Speed("org-1000", _owner("org-1000"), _REAL, to_baseline=0.25),
    Speed("org-3000", _owner("org-3000"), _REAL, to_baseline=0.2, once=True),
    Speed("org-6000", _owner("org-6000"), _REAL, to_baseline=0.2, once=True),
    Speed("team-300", _owner("team-300"), _REAL, to_limit=1.15),
    Speed("team-1000", _owner("team-1000"), _REAL, to_limit=1.15),
    Speed("20-profiles", _mixed(range(5, 15)), _REAL, to_limit=1.3),
    Speed("200-profiles", _mixed(range(1, 101)), _MANY, to_limit=1.3, once=True),
    WatchersCpu("cpu-watchers", "team-2000"),
    PageCpu("cpu-page", smallest=15, times=20),
    Beside("beside-team-5000", _owner("team-5000"), _owner("team-1"), _REAL, median=2, tail=4),
    Beside("beside-org-3000", _owner("org-3000"), _owner("user-1"), _REAL, median=3, tail=6),
    Crowd("beside-3000-absent", absent=3_000, small=60),
    AtOnce("8-teams", tuple(_owner(f"team-{size}") for size in range(300, 308)), _REAL, slowest=1.3),
    AtOnce("8-orgs", tuple(_owner(f"org-{size}") for size in range(300, 308)), _REAL, slowest=1.3),
    AtOnce("64-requests", tuple(_five(number, 64) for number in range(1, 65)), _SHORT, memory=60),
    Encrypted("tls-team-300", _owner("team-300"), _SHORT),
    Warm("warm", _WARM, 4, to_bare=1 / 0.9),
    Warm("warm-redis", _WARM, 4, to_bare=1 / 0.75, redis=True),
    Kept("kept-1x30", 1, 30, 300),
    Kept("kept-300x30", 300, 30, 9),
    Kept("kept-300x30-redis", 300, 30, 9, redis=True),
    Kept("kept-5000x1", 5_000, 1, 3),
    Kept("kept-20000", 1, 20_000, 100, at_most=4),
    Kept("kept-20000-redis", 1, 20_000, 30, redis=True, at_most=4),
    AtOnce("team-20000", (_owner("team-20000"),), _SHORT, memory=20),
)
QUICK: tuple[Case, ...] = (
    Speed("org-40", _owner("org-40"), _SHORT, to_baseline=1.2),
    Speed("team-40", _owner("team-40"), _SHORT, to_limit=1.15),
    Speed("6-profiles", _mixed(range(5, 8)), _SHORT, to_limit=1.3),
    WatchersCpu("cpu-watchers", "team-200"),
    PageCpu("cpu-page", smallest=25, times=2),
    Beside("beside-team-200", _owner("team-200"), _owner("team-1"), _SHORT, 2, 4, idle=3),
    Crowd("beside-300-absent", absent=300, small=4),
    Encrypted("tls-team-40", _owner("team-40"), _SHORT),
    Warm("warm", _WARM, 1, to_bare=1 / 0.9),
    Warm("warm-redis", _WARM, 1, to_bare=1 / 0.75, redis=True),
    Kept("kept-3x3", 3, 3, 3),
    Kept("kept-3x3-redis", 3, 3, 3, redis=True),
    AtOnce("4-requests", tuple(_five(number, 4) for number in range(1, 5)), _SHORT, slowest=1.3, memory=60),
)
