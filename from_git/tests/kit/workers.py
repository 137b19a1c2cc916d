"""gunicorn with the configuration of the repository, in front of an emulator."""

import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from unittest import TestCase

import psutil

from emulator import Emulator
from emulator.tests.helpers import settled
from from_git.tests.kit.forges import environment_for
from from_git.tests.kit.project import environment, project_copy

_PATIENCE = 60.0  # seconds that it may take to listen, or to have its workers


class Gunicorn:
    """One gunicorn, killed at the end of the test, or of the class, if it still runs.

    Attributes:
        base: where it listens.
        process: its master.
        folder: where it was started.
        command: what starts it.
    """

    command: Sequence[str] = (sys.executable, "-m", "gunicorn")

    def __init__(
        self, case: TestCase | type[TestCase], emulator: Emulator, workers: int, *options: str, **changes: str
    ) -> None:
        self.folder = folder = self.place(case)
        self._log = folder / "stderr"
        self._begun = 0
        settings = {
            **environment_for(emulator),
            "BITBUCKET_CALLS_PER_HOUR": "0",
            "PROFILE_CACHE_SECONDS": "0",
            "SERVER_THREADS": "8",
            "WEB_CONCURRENCY": str(workers),
            **changes,
        }
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [*self.command, "--bind", "127.0.0.1:0", *options],
                cwd=folder,
                env=environment(**settings),
                stdout=log,
                stderr=log,
            )
        clean_up = case.addClassCleanup if isinstance(case, type) else case.addCleanup
        clean_up(self.process.wait)
        clean_up(self._kill)
        self.base = self._address()
        self._wanted = workers
        self.workers()

    def place(self, case: TestCase | type[TestCase]) -> Path:
        """The folder to start in: a copy of the project."""
        return project_copy(case)

    @property
    def said(self) -> str:
        """Everything that it and its workers wrote since `begin`, or the start."""
        return self._all()[self._begun :]

    def begin(self) -> None:
        """Forget what was said, at the beginning of a test."""
        self._begun = len(self._all())

    def _all(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def workers(self, without: int = 0) -> list[psutil.Process]:
        """The workers, as soon as all of them are there; `without` is the id of one that must be gone."""
        found: list[psutil.Process] = []

        def complete() -> bool:
            found[:] = psutil.Process(self.process.pid).children()
            booted = self._all().count("Booting worker")
            return len(found) == self._wanted and without not in [one.pid for one in found] and booted >= self._wanted

        if not settled(complete, True, _PATIENCE):
            raise AssertionError(self.said)
        return found

    def busy(self) -> psutil.Process:
        """The worker that has a client's connection open; there must be one."""
        port = int(self.base.rpartition(":")[2])
        [found] = [
            worker
            for worker in self.workers()
            if any(one.laddr.port == port and one.status == "ESTABLISHED" for one in worker.net_connections("tcp"))
        ]
        return found

    def connections(self) -> set[tuple[str, int]]:
        """The clients' ends of the connections that its workers have open."""
        port = int(self.base.rpartition(":")[2])
        found = [one for worker in self.workers() for one in worker.net_connections("tcp")]
        return {
            (one.raddr.ip, one.raddr.port) for one in found if one.laddr.port == port and one.status == "ESTABLISHED"
        }

    def _address(self) -> str:
        def address() -> str:
            return "".join(re.findall(r"Listening at: (http://\S+)", self.said)[:1])

        settled(lambda: bool(address()) or self.process.poll() is not None, True, _PATIENCE)
        if not address():
            raise AssertionError(self.said)
        return address()

    def _kill(self) -> None:
        if self.process.poll() is None:
            workers = psutil.Process(self.process.pid).children()
            self.process.kill()  # first, since a worker may end by itself meanwhile
            for worker in workers:
                with suppress(psutil.NoSuchProcess):
                    worker.kill()
