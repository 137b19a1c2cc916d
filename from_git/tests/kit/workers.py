"""gunicorn with the configuration of the repository, in front of an emulator."""

import re
import subprocess
import sys
import time
from unittest import TestCase

import psutil

from emulator import Emulator
from from_git.tests.kit.project import environment, project_copy

_PATIENCE = 60.0  # seconds that it may take to listen, or to have its workers


class Gunicorn:
    """One gunicorn, killed at the end of the test if it still runs.

    Attributes:
        base: where it listens.
        process: its master.
        folder: its copy of the project.
    """

    def __init__(self, case: TestCase, emulator: Emulator, workers: int, *options: str, **changes: str) -> None:
        self.folder = folder = project_copy(case)
        self._log = folder / "stderr"
        settings = {
            "GITHUB_GRAPHQL_URL": emulator["github"].url,
            "GITHUB_API_TOKEN": emulator["github"].credentials["token"],
            "BITBUCKET_API_URL": emulator["bitbucket"].url,
            "BITBUCKET_CALLS_PER_HOUR": "0",
            "PROFILE_CACHE_SECONDS": "0",
            "SERVER_THREADS": "8",
            "WEB_CONCURRENCY": str(workers),
            **changes,
        }
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", *options],
                cwd=folder,
                env=environment(**settings),
                stdout=log,
                stderr=log,
            )
        case.addCleanup(self.process.wait)
        case.addCleanup(self._kill)
        self.base = self._address()
        self._wanted = workers
        self.workers()

    @property
    def said(self) -> str:
        """Everything that it and its workers wrote."""
        return self._log.read_text(encoding="utf-8")

    def workers(self, without: int = 0) -> list[psutil.Process]:
        """The workers, as soon as all of them are there; `without` is the id of one that must be gone."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            found = psutil.Process(self.process.pid).children()
            booted = self.said.count("Booting worker")
            if len(found) == self._wanted and without not in [one.pid for one in found] and booted >= self._wanted:
                return found
            time.sleep(0.02)
        raise AssertionError(self.said)

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
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            if found := re.search(r"Listening at: (http://\S+)", self.said):
                return found[1]
            time.sleep(0.02)
        raise AssertionError(self.said)

    def _kill(self) -> None:
        if self.process.poll() is None:
            for worker in psutil.Process(self.process.pid).children():
                worker.kill()
            self.process.kill()
