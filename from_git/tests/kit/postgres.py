"""A PostgreSQL for a whole run of tests, whose processes share it; run as a program, this guards one."""

import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import skipUnless

import psutil

_RUN = os.getpid()  # of the run: its processes are forked after this was imported
_port = multiprocessing.Value("i", 0)  # of the server, known to them all; 0: it does not run
_NOTHING = subprocess.DEVNULL
_LOOKS = 0.5  # seconds between two looks whether the run still lives
_FAST = "-c fsync=off -c max_connections=300 -c shared_buffers=64MB"


def folder_of_programs() -> str | None:
    """Where PostgreSQL's own programs lie, which are seldom in the PATH; None where it is not installed."""
    if found := shutil.which("initdb"):
        return os.path.dirname(found)
    here = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return str(here[-1].parent) if here else None


needs_postgres = skipUnless(folder_of_programs(), "PostgreSQL is not installed")


def address() -> str:
    """The address of the run's server without the name of a database; it is started when it is first asked for, and
    ends with the run, however that ends."""
    with _port.get_lock():
        if not _port.value:
            server = Server()
            server.start()
            _port.value = server.port
    return f"postgres://postgres@127.0.0.1:{_port.value}"


class Server:
    """A PostgreSQL of its own, on loopback, which a test may kill and start again; another process ends it with the
    run of tests, however that ends.

    Args:
        options: more of its command line.
    """

    def __init__(self, options: str = _FAST) -> None:
        self._folder = tempfile.mkdtemp(prefix="from-git-postgres-")
        # in a session of its own, which Ctrl-C does not reach
        command = [sys.executable, __file__, str(_RUN), self._folder]
        guard = subprocess.Popen(
            command, stdin=_NOTHING, stdout=_NOTHING, stderr=_NOTHING, start_new_session=True, cwd="/"
        )
        guard.returncode = 0  # it ends after this process
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} "
        self._options += options
        self._data = os.path.join(self._folder, "data")
        self._run("initdb", "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")

    @property
    def url(self) -> str:
        """Its address without the name of a database."""
        return f"postgres://postgres@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = os.path.join(self._folder, "log")
        self._run("pg_ctl", "-w", "-t", "60", "-l", log, "-o", self._options, "start")

    def kill(self) -> None:
        """End all of its processes at once, with SIGKILL."""
        pid = int(Path(self._data, "postmaster.pid").read_text(encoding="utf-8").split()[0])
        master = psutil.Process(pid)
        gone = [master, *master.children(recursive=True)]
        for one in gone:
            one.kill()
        psutil.wait_procs(gone, timeout=30)

    def remove(self) -> None:
        """Stop it, where it runs, and remove all of its files."""
        _removed(self._folder)

    def _run(self, program: str, *options: str) -> None:
        if status := _ran(program, self._data, *options):
            raise AssertionError(f"{program} ended with {status}")


def _ran(program: str, data: str, *options: str) -> int:
    """The exit status of one of PostgreSQL's programs; root may not run them."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*user, os.path.join(folder_of_programs() or "", program), "-D", data, *options]
    return subprocess.run(command, cwd="/", stdout=_NOTHING, stderr=_NOTHING, timeout=90, check=False).returncode


def _removed(folder: str) -> None:
    data = os.path.join(folder, "data")
    if os.path.exists(os.path.join(data, "postmaster.pid")):
        _ran("pg_ctl", data, "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _guard(run: int, folder: str) -> None:
    """Wait until the run has ended, or until the server is removed, and leave nothing of it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        while _lives(run) and os.path.exists(folder):
            time.sleep(_LOOKS)  # a process that is no child of this one tells nobody of its end
    finally:
        _removed(folder)


def _lives(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    _guard(int(sys.argv[1]), sys.argv[2])
