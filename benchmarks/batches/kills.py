"""What is lost, doubled or asked again when a part is killed at a random moment in the middle of a batch?"""

import random
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from benchmarks.batches.ledger import longest_gap, open_ledger, verdict
from benchmarks.batches.site import Batch, Site, away, site
from benchmarks.results import Outcome, Target
from emulator.latency import Latency
from from_git import batches

_AWAY = 3.0  # seconds until a part that was killed is started again
_ON = 10.0  # seconds after a lease within which work goes on
_HOSTS = ("github.com", "bitbucket.org", "from-git")  # the queues
_Kill = Callable[[Site, random.Random], AbstractContextManager[None]]


def profiles(number: int) -> list[str]:
    """Owners of three repositories, every fifth at Bitbucket."""
    github, bitbucket = "https://github.com/user-3-", "https://bitbucket.org/team-3-"
    return [f"{bitbucket if one % 5 == 4 else github}{one + 1}" for one in range(number)]


def run(broker: str, quick: bool, moments: random.Random) -> Outcome:
    """Kill each part of the installation with this broker, five times or once.

    Raises:
        AssertionError: a row was lost or written twice, or a sum is not that of the service.
    """
    # a lease of seconds shows the same in less time
    with site(broker, Latency(0.02), lease=4.0 if quick else 0.0) as found:
        killing = _Killing(found, broker, 150 if quick else 1_000, 1 if quick else 5, moments)
        targets = [one for name, kill in _kills(broker, quick).items() for one in killing.targets(name, kill)]
    return Outcome(f"kills-{broker}", tuple(targets), killing.facts)


def _kills(broker: str, quick: bool) -> dict[str, _Kill]:
    kills: dict[str, _Kill] = {
        "worker": lambda one, moments: away(moments.choice(one.workers), _AWAY),
        "Redis": lambda one, moments: away(one.cache, _AWAY),
        "PostgreSQL": lambda one, moments: away(one.store, _AWAY),
        "emptied": _emptied,
    }
    if broker == "rabbitmq":
        kills["RabbitMQ"] = lambda one, moments: away(one.broker, _AWAY)  # type: ignore[arg-type]
        if quick:
            del kills["Redis"], kills["PostgreSQL"], kills["worker"]
    return kills


def _emptied(found: Site, moments: random.Random) -> AbstractContextManager[None]:
    if found.broker:
        found.broker.empty(*_HOSTS)
    return nullcontext()


class _Killing:
    """A batch again and again, beside one that nobody disturbs.

    Attributes:
        facts: what was measured.
    """

    def __init__(self, found: Site, broker: str, size: int, times: int, moments: random.Random) -> None:
        self._site, self._broker, self._size, self._times, self._moments = found, broker, size, times, moments
        self._lease = found.lease or batches.LEASE
        self._urls = profiles(size)
        open_ledger(found)
        self._sum = found.answer(self._urls)["data"]
        found.begin(profiles(40)).end()  # pools and connections are made
        begun = time.monotonic()
        batch = self._begin()
        self._check("undisturbed", batch)
        self._calls = found.calls()
        self.facts: dict[str, float | str] = {
            "undisturbed, s": round(time.monotonic() - begun, 1),
            "undisturbed, calls": self._calls,
        }

    def targets(self, name: str, kill: _Kill) -> list[Target]:
        """What became of so many kills of one part, the worst of each figure."""
        calls, gaps = [], []
        for _ in range(self._times):
            share = self._moments.uniform(0.1, 0.7)
            batch = self._begin()
            batch.reach(int(share * self._size))
            moment = time.time()
            with kill(self._site, self._moments):
                pass
            back = time.time()
            self._check(f"{self._broker}, {name} at {share:.2f}", batch)
            calls.append(self._site.calls() / self._calls)
            gaps.append(max(0.0, longest_gap(self._site, moment) - (back - moment)))
            sys.stderr.write(f"  {self._broker}, {name} at {share:.2f}: calls {calls[-1]:.3f}, gap {gaps[-1]:.1f} s\n")
            self._site.all_seen()
        what = f"{name}, {self._times} times"
        return [
            Target(f"{what}: calls to undisturbed", max(calls), 1.1),
            Target(f"{what}: s until work goes on", max(gaps), self._lease + _ON),
        ]

    def _begin(self) -> Batch:
        self._site.reset()
        return self._site.begin(self._urls)

    def _check(self, what: str, batch: Batch) -> None:
        told = batch.end()
        verdict(batch).check(what, self._size)
        if told["data"] != self._sum or told["failed"] or not told["complete"]:
            raise AssertionError(f"{what}: {str(told)[:1_000]} instead of {str(self._sum)[:500]}")
