"""`manage.py batch` on SQLite: do readers notice it, and does it survive SIGKILL?"""

import json
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.batches.kills import profiles
from benchmarks.batches.ledger import SQLITE, VERDICT, Verdict
from benchmarks.batches.site import POINTS, SETTINGS, migrate, scene
from benchmarks.processes import PATIENCE, Way, pointed, upstreams
from benchmarks.results import Outcome, Target
from emulator.latency import Latency
from emulator.tests.helpers import settled
from from_git.tests.kit.project import environment, project_copy

_READERS = 8
_NEWEST = "(SELECT id FROM from_git_batch ORDER BY created DESC, rowid DESC LIMIT 1)"
_PAGE = f"SELECT * FROM from_git_batchitem WHERE batch_id = {_NEWEST} AND position > ? ORDER BY position LIMIT 100"
_DONE = f"SELECT count(*) FROM from_git_batchitem WHERE batch_id = {_NEWEST} AND state = 'done'"
_QUIET = 3.0  # seconds of reading while nothing else happens
_PAUSE = 0.02  # seconds between two reads of one reader


def run(quick: bool, moments: random.Random) -> Outcome:
    """A batch beside readers, and one that is killed and goes on.

    Raises:
        AssertionError: a reader met a lock, a row was lost or written twice, or the sums differ.
    """
    size, kills = (150, 1) if quick else (2_000, 5)
    with scene() as case, upstreams(Latency(0.02), Way.PLAIN, POINTS) as (emulator, _):
        folder = Path(case.enterClassContext(tempfile.TemporaryDirectory()))
        lone = _Lone(folder, project_copy(case), emulator, profiles(size))
        with lone.command() as process:
            lone.reach(1)
            busy = lone.read(lambda: process.poll() is None)
        lone.check("beside readers")
        end = time.monotonic() + _QUIET
        quiet = lone.read(lambda: time.monotonic() < end)
        for number in range(kills):
            share = moments.uniform(0.1, 0.7)
            with lone.command("--anew") as process:
                lone.reach(int(size * share))
                process.kill()
            with lone.command():
                pass
            lone.check(f"kill {number} at {share:.2f}")
    ratio = statistics.median(busy) / statistics.median(quiet)
    facts = {"reads": len(busy), "quiet read, ms": 1_000 * statistics.median(quiet), "kills": kills}
    return Outcome("sqlite", (Target("a read beside a batch to quiet", ratio, 3),), facts)


class _Lone:
    """A database of its own, and the commands that work on it.

    Args:
        folder: of the database.
        project: where commands run.
    """

    def __init__(self, folder: Path, project: Path, emulator: str, urls: list[str]) -> None:
        self._database, self._list, self._said = folder / "db.sqlite3", folder / "urls", folder / "said"
        self._errors = folder / "errors"
        self._project, self._size = project, len(urls)
        settings = {**SETTINGS, "DATABASE_URL": f"sqlite:///{self._database}"}
        self._settings = pointed(emulator, None, settings)
        migrate(self._settings)
        with closing(sqlite3.connect(self._database)) as connection:
            connection.executescript(SQLITE)
        self._list.write_text("\n".join(urls), encoding="utf-8")
        with self._ran("aggregate", "--json", *urls):
            pass
        self._sum = self._told()["data"]

    @contextmanager
    def command(self, *options: str) -> "Iterator[subprocess.Popen[bytes]]":
        """`manage.py batch`, which has ended at the end."""
        with self._ran("batch", str(self._list), *options) as process:
            yield process

    def reach(self, done: int) -> None:
        """Return when so many items of the newest batch are done."""
        if not settled(lambda: self._done() >= done, True, PATIENCE):
            raise AssertionError(f"{self._done()} are done")

    def check(self, what: str) -> None:
        """See that each row of the newest batch was written once, and that the command gave the true sums."""
        with closing(sqlite3.connect(self._database)) as connection:
            found = Verdict(*connection.execute(VERDICT.format(_NEWEST)).fetchone())
        found.check(what, self._size)
        told = self._told()
        if told["data"] != self._sum or told["failed"]:
            raise AssertionError(f"{what}: {str(told)[:1_000]}")

    def read(self, goes_on: Callable[[], bool]) -> list[float]:
        """Seconds that each read of eight readers took, who never wait for a lock."""
        taken, errors = list[float](), list[sqlite3.Error]()

        def reader(number: int) -> None:
            try:
                with closing(sqlite3.connect(self._database, timeout=0)) as connection:
                    while goes_on():
                        begun = time.perf_counter()
                        connection.execute(_PAGE, [number * self._size // _READERS]).fetchall()
                        taken.append(time.perf_counter() - begun)
                        time.sleep(_PAUSE)  # as one who reads what it has got
            except sqlite3.Error as error:
                errors.append(error)

        threads = [threading.Thread(target=reader, args=(number,)) for number in range(_READERS)]
        # where nobody has the database open, the first one recovers its log, and the others meet that lock
        with closing(sqlite3.connect(self._database)) as first:
            first.execute(_PAGE, [0]).fetchall()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if errors:
            raise AssertionError(f"readers met {errors}")
        return taken

    def _done(self) -> int:
        with closing(sqlite3.connect(self._database, timeout=20)) as connection:
            return int(connection.execute(_DONE).fetchone()[0])

    def _told(self) -> Any:
        return json.loads(self._said.read_text(encoding="utf-8"))

    @contextmanager
    def _ran(self, *words: str) -> "Iterator[subprocess.Popen[bytes]]":
        command = [sys.executable, "manage.py", *words]
        env = environment(**self._settings)
        with self._said.open("wb") as said, self._errors.open("wb") as errors:
            process = subprocess.Popen(command, cwd=self._project, env=env, stdout=said, stderr=errors)  # noqa: S603
        try:
            yield process
            if process.wait(PATIENCE) not in (0, -signal.SIGKILL):
                raise AssertionError(self._errors.read_text(encoding="utf-8"))
        finally:
            process.kill()
            process.wait()
