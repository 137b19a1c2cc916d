"""What becomes of a profile whose worker dies each time that it is fetched, and of all others?"""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.batches.kills import profiles
from benchmarks.batches.ledger import open_ledger, states, verdict
from benchmarks.batches.site import Site, site
from benchmarks.processes import ROOT
from benchmarks.results import Outcome, Target
from from_git import batches
from from_git.tests.kit.crew import WORKER
from from_git.tests.kit.killable import Killable
from from_git.tests.kit.project import environment

_DEATHS, _DIED = 3, "Its worker died three times while it held nothing else."
_OWNER = "user-3-31337"
_REST = 2.0  # seconds until it is started again, as by the unit of deploy/


def run(quick: bool, moments: random.Random) -> Outcome:
    """A batch with one such profile, and two workers that are started again whenever they die.

    Raises:
        AssertionError: it is not failed with that reason, or another one is not done.
    """
    size = 60 if quick else 1_000
    urls = profiles(size - 1)
    urls.insert(moments.randrange(size), f"https://github.com/{_OWNER}")
    with site(workers=0, lease=2.0 if quick else 0.0) as found:
        open_ledger(found)
        with _supervised([_Deadly(found, f"w{number}@benchmark") for number in (1, 2)]) as deaths:
            begun = time.monotonic()
            batch = found.begin(urls)
            told = batch.end()
            seconds = time.monotonic() - begun
        verdict(batch).check("poison", size)
        known = states(batch)
    if known != {("done", ""): size - 1, ("failed", _DIED): 1} or len(told["failed"]) != 1:
        raise AssertionError(f"{known}, {told['failed']}")
    lease = found.lease or batches.LEASE
    return Outcome(
        "poison",
        (Target("workers that died", len(deaths), _DEATHS + 1),),
        {"s": round(seconds, 1), "in leases": round(seconds / lease, 1)},
    )


class _Deadly(Killable):
    """A worker that dies of an owner."""

    def __init__(self, found: Site, name: str) -> None:
        lease = found.lease or batches.LEASE
        self._command = [sys.executable, "-m", "benchmarks.batches.poisoned", _OWNER, str(lease)]
        self._command += ["-A", "coding_challenge", *WORKER, "-n", name]
        self._settings = found.settings
        super().__init__(found.case)

    def begin(self) -> "subprocess.Popen[bytes]":
        """Start it."""
        env = environment(**self._settings)
        return subprocess.Popen(self._command, cwd=ROOT, env=env, start_new_session=True)  # noqa: S603 - our own


@contextmanager
def _supervised(workers: list[_Deadly]) -> Iterator[list[float]]:
    """Start each again when it has died; the times of deaths."""
    over, deaths = threading.Event(), list[float]()

    def look() -> None:
        while not over.wait(_REST):
            for one in workers:
                if one.process.poll() is not None:
                    deaths.append(time.monotonic())
                    one.restart()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield deaths
    finally:
        over.set()
        thread.join()
