"""Programs of tests that are killed and started again, each in a session of its own so that all of it dies."""

import os
import signal
import socket
import subprocess
import tempfile
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from unittest import TestCase

import redis

from emulator.tests.helpers import settled


def free_port() -> int:
    """A port on loopback that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens at this port on loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True


class Killable(ABC):
    """A program that runs from the start, until the end of the class at the latest."""

    def __init__(self, case: type[TestCase]) -> None:
        case.addClassCleanup(self.end)
        self.process = self.begin()

    @abstractmethod
    def begin(self) -> "subprocess.Popen[bytes]":
        """Start it in a session of its own, and wait until it can be used."""

    def kill(self) -> None:
        """SIGKILL for all of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        """Start it again, with the files that it has left."""
        self.process = self.begin()

    def end(self) -> None:
        """Let it go."""
        if hasattr(self, "process"):
            self.kill()


class Redis(Killable):
    """A Redis that keeps what it has on disk, as a broker should.

    Attributes:
        url: its address.
    """

    def __init__(self, case: type[TestCase]) -> None:
        self._folder = Path(case.enterClassContext(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        super().__init__(case)

    def begin(self) -> "subprocess.Popen[bytes]":
        """Start it."""
        command = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            str(self._port),
            "--save",
            "",
            "--appendonly",
            "yes",
        ]
        process = subprocess.Popen(
            [*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL, start_new_session=True
        )
        if not settled(lambda: listens(self._port), True):
            raise AssertionError("redis-server does not listen")
        return process

    def empty(self, *queues: str) -> None:
        """Throw away everything in it, whatever the queues."""
        with redis.Redis.from_url(self.url) as client:

            def emptied() -> bool:
                try:
                    return bool(client.flushall())
                except redis.BusyLoadingError:
                    return False  # it was killed, and still reads what it has on disk

            if not settled(emptied, True):
                raise AssertionError("redis-server reads for ever")
