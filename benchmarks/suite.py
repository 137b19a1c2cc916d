"""The cases: what they ask, and what is expected of them."""

from collections.abc import Iterable
from typing import Protocol

from benchmarks.bounded import Bounded
from benchmarks.clients import BEFORE, REQUESTS, WIDEST
from benchmarks.connections import Connections
from benchmarks.cpu import PageCpu, WatchersCpu
from benchmarks.crowd import Crowd
from benchmarks.encrypted import Encrypted
from benchmarks.fairness import Beside
from benchmarks.hosts import Serial, Together
from benchmarks.idle import Idle
from benchmarks.kept import Kept
from benchmarks.processes import Way
from benchmarks.questions import FIXED, Question
from benchmarks.results import Result
from benchmarks.scale import AtOnce
from benchmarks.speed import BEST, Speed
from benchmarks.start import Start
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


def _threes(owners: int) -> Question:
    """So many owners of three repositories at each forge."""
    numbers = range(1, owners + 1)
    return Question(tuple(f"user-3-{one}" for one in numbers), tuple(f"team-3-{one}" for one in numbers))


def _five(number: int, requests: int) -> Question:
    """Five profiles that no other of so many requests asks for."""
    names = f"org-{number} user-{number} user-{number + requests} team-{number} team-{number + requests}".split()
    return Question(tuple(names[:3]), tuple(names[3:]))


_FIVE = Question(("org-300",), ("team-300",), ("group-300",), ("org-300",), ("user-200",))
_FEW = Question(("org-30",), ("team-30",), ("group-30",), ("org-30",), ("user-20",))
_WARM = Question(("spack",), ("mailchimp",))
_REAL = Latency(0.1, per_repository=0.01)
_FLAT = Latency(0.1)
_SHORT = Latency(0.02, per_repository=0.001)
_MANY = Latency(0.03, per_repository=0.001)

FULL: tuple[Case, ...] = (
    Speed("team-300", _owner("team-300"), _REAL),
    Speed("team-1000", _owner("team-1000"), _REAL, {BEFORE: 0.35}),
    Speed("100-of-3", _threes(100), _REAL, {BEFORE: 0.5, WIDEST: 2.4}),
    Speed("org-300", _owner("org-300"), _REAL, {BEST: 1.3}),
    Speed("org-1000", _owner("org-1000"), _REAL, {BEFORE: 0.6, BEST: 1.3}),
    Speed("org-3000", _owner("org-3000"), _REAL, {BEST: 1.3}),
    Speed("cpu-team-1000", _owner("team-1000"), Latency(), cpu={REQUESTS: 0.6}),
    Speed("flat-org-300", _owner("org-300"), _FLAT, {REQUESTS: 0.6}, server_seconds=2.2),
    Speed("flat-org-1000", _owner("org-1000"), _FLAT, {REQUESTS: 0.6}, server_seconds=2.2),
    Speed("flat-org-3000", _owner("org-3000"), _FLAT, {REQUESTS: 0.6}, server_seconds=2.2),
    Bounded("bounded-org-300", _owner("org-300"), _REAL, 1.05, times=3),
    Bounded("bounded-org-1000", _owner("org-1000"), _REAL, 1.05, times=2),
    Bounded("bounded-org-3000", _owner("org-3000"), _REAL, 1.05),
    Speed("org-30", _owner("org-30"), _REAL, {REQUESTS: 1.2}),
    Speed("20-profiles", _mixed(range(5, 15)), _REAL),
    Speed("200-profiles", _mixed(range(1, 101)), _MANY, once=True),
    Speed("plain-team-1000", _owner("team-1000"), _REAL, way=Way.PLAIN),
    Speed("plain-org-1000", _owner("org-1000"), _REAL, way=Way.PLAIN),
    Speed("plain-cpu-team-1000", _owner("team-1000"), Latency(), cpu={REQUESTS: 0.6}, way=Way.PLAIN),
    WatchersCpu("cpu-watchers", "team-2000"),
    PageCpu("cpu-page", smallest=15, times=20),
    Beside("beside-team-5000", _owner("team-5000"), _owner("team-1"), _REAL, median=2, tail=4),
    Beside("beside-org-3000", _owner("org-3000"), _owner("user-1"), _REAL, median=3, tail=6),
    Crowd("beside-3000-absent", absent=3_000, small=60),
    AtOnce("8-teams", tuple(_owner(f"team-{size}") for size in range(300, 308)), _REAL, slowest=1.3),
    AtOnce("8-orgs", tuple(_owner(f"org-{size}") for size in range(300, 308)), _REAL, slowest=1.3),
    AtOnce("64-requests", tuple(_five(number, 64) for number in range(1, 65)), _SHORT, memory=60),
    Encrypted("tls-team-300", _owner("team-300"), _SHORT),
    Encrypted("tls-team-300-fixed", _owner("team-300"), _SHORT, settings=FIXED),
    Connections("108-connections", Question(("org-300",), ("team-300",)), _SHORT),
    Warm("warm", _WARM, 4, to_bare=1 / 0.95),
    Warm("warm-redis", _WARM, 4, to_bare=1 / 0.9, redis=True),
    Warm("warm-card", _WARM, 4, to_bare=1 / 0.65, path="/from-git/card.svg"),
    Warm("warm-chart", _WARM, 4, to_bare=1 / 0.65, path="/from-git/chart/langs.svg"),
    Start("start-bitbucket", Question(bitbucket=("team-1",)), 3.05, 1.58),
    Start("start-github", Question(("user-1",)), 5.4, 1.76),
    Idle("idle-worker", memory=57),
    Kept("kept-1x30", 1, 30, 300),
    Kept("kept-300x30", 300, 30, 9),
    Kept("kept-300x30-redis", 300, 30, 9, redis=True),
    Kept("kept-5000x1", 5_000, 1, 3),
    Kept("kept-20000", 1, 20_000, 100, at_most=4),
    Kept("kept-20000-redis", 1, 20_000, 30, redis=True, at_most=4),
    Serial("gitea-org-300", Question(gitea=("org-300",)), _FLAT, 0.12, to_limit=1.15),
    Serial("gitlab-group-1000", Question(gitlab=("group-1000",)), _FLAT, 0.6, calls=14, keeps=True),
    Together("five-forges", _FIVE, _FLAT, slowest=1.1),
    AtOnce("team-20000", (_owner("team-20000"),), _SHORT, memory=20),
)
QUICK: tuple[Case, ...] = (
    Speed("org-240", _owner("org-240"), _SHORT, {BEFORE: 0.6, BEST: 1.3}),
    Speed("team-110", _owner("team-110"), _SHORT, {BEFORE: 0.35}, way=Way.PLAIN),
    Speed("5-of-3", _threes(5), _SHORT, {WIDEST: 2.4}, cpu={REQUESTS: 0.6}),
    Bounded("bounded-org-40", _owner("org-40"), _SHORT, 0.6),
    WatchersCpu("cpu-watchers", "team-200"),
    PageCpu("cpu-page", smallest=25, times=2),
    Beside("beside-team-200", _owner("team-200"), _owner("team-1"), _SHORT, 2, 4, idle=3),
    Crowd("beside-300-absent", absent=300, small=4),
    Encrypted("tls-team-40", _owner("team-40"), _SHORT),
    Connections("16-connections", Question(("org-40",), ("team-40",)), _SHORT, (4, 4, 8)),
    Warm("warm", _WARM, 1, to_bare=1 / 0.95),
    Warm("warm-redis", _WARM, 1, to_bare=1 / 0.9, redis=True),
    Warm("warm-card", _WARM, 1, to_bare=1 / 0.65, path="/from-git/card.svg"),
    Warm("warm-chart", _WARM, 1, to_bare=1 / 0.65, path="/from-git/chart/langs.svg"),
    Start("start-both", Question(("user-1",), ("team-1",)), 5.4, 1.76),
    Idle("idle-worker", memory=57),
    Kept("kept-3x3", 3, 3, 3),
    Kept("kept-3x3-redis", 3, 3, 3, redis=True),
    Serial("gitea-org-60", Question(gitea=("org-60",)), _SHORT, 0.3),
    Serial("gitlab-group-240", Question(gitlab=("group-240",)), _SHORT, 1.2, calls=6, keeps=True),
    Together("five-forges-small", _FEW, _SHORT, slowest=1.3),
    AtOnce("4-requests", tuple(_five(number, 4) for number in range(1, 5)), _SHORT, slowest=1.3, memory=60),
)
