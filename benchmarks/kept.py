"""What does an answer from a cache of repositories take, against one from a cache that has nothing but their sums?"""

import json
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from benchmarks.keeping import Job, Round
from benchmarks.processes import ROOT
from benchmarks.results import Result, Target, median, spread
from benchmarks.usage import Usage
from benchmarks.warm import redis
from from_git.options import without_ours


@dataclass(frozen=True)
class Kept:
    """From the cache to the sum over all profiles of a question, which are kept and were read before, in one process.

    Args:
        repositories: of each profile.
        times: questions of a round; the fastest counts.
        redis: whether what is kept stands in Redis.
    """

    name: str
    profiles: int
    repositories: int
    times: int
    redis: bool = False
    at_most: float = 1.2

    def run(self, rounds: int) -> Result:
        """Measure both in turn.

        Raises:
            RuntimeError: Redis is not installed.
            AssertionError: the sums differ.
        """
        with ExitStack() as stack:
            settings = {"PROFILE_CACHE_SECONDS": "3600"}
            if self.redis:
                settings["CACHE_URL"] = stack.enter_context(redis())
            job = Job(self.profiles, self.repositories, rounds, self.times)
            told = subprocess.run(
                [sys.executable, "-m", "benchmarks.keeping"],
                input=json.dumps(asdict(job)),
                cwd=ROOT,
                env={**without_ours(os.environ), **settings},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        found = [Round(**one) for one in json.loads(told.stdout)]
        usages = [Usage(one.rows, one.rows, 0, 0, 0, 0.0, 0.0, 0.0, 1) for one in found]
        return Result(self.name, median(usages), self._targets(found), spread(usages))

    def _targets(self, found: list[Round]) -> tuple[Target, ...]:
        rows, sums, first, again = (
            statistics.median(getattr(one, name) for one in found) for name in ("rows", "sums", "first", "again")
        )
        words = f"{rows * 1000:.2f} ms to {sums * 1000:.2f} ms, at first {first * 1000:.2f}, again {again * 1000:.2f}"
        size = found[0].bytes / (self.profiles * self.repositories)
        return (Target(f"time to kept sums ({words}; {size:.0f} B a repository)", rows / sums, self.at_most),)
