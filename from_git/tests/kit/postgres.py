"""A PostgreSQL for a whole run of tests, whose processes share it; run as a program, this guards one."""

import multiprocessing
import os
import shutil
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
            _port.value = _started()
    return f"postgres://postgres@127.0.0.1:{_port.value}"


class Server:
    """A PostgreSQL of its own, on loopback, which a test may kill and start again.

    Args:
        options: more of its command line.
    """

    def __init__(self, options: str = _FAST) -> None:
        self._programs = folder_of_programs() or ""
        self._folder = tempfile.mkdtemp(prefix="from-git-postgres-")
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
        if os.path.exists(os.path.join(self._data, "postmaster.pid")):
            self._run("pg_ctl", "-m", "immediate", "-w", "stop", check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *options: str, check: bool = True) -> None:
        # root may not run it
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*user, os.path.join(self._programs, program), "-D", self._data, *options]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=90, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"{program} ended with {done.returncode}")


def _started() -> int:
    """The port of a server that lives as long as the run, guarded by a process of its own."""
    # in a session of its own, so that Ctrl-C ends the run first
    guard = subprocess.Popen(
        [sys.executable, __file__, str(_RUN)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert guard.stdout is not None
    with guard.stdout as told:
        line = told.readline()
    if not line:
        raise AssertionError("PostgreSQL did not start")
    guard.returncode = 0  # nobody waits for it here: it ends after the run
    return int(line)


def _guard(run: int) -> None:
    server = Server()
    try:
        server.start()
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        while psutil.pid_exists(run):
            time.sleep(_LOOKS)  # a process that is no child of this one tells nobody of its end
    finally:
        server.remove()


if __name__ == "__main__":
    _guard(int(sys.argv[1]))
