"""A machine of its own for a test: a copy-on-write view of this one's files, its own loopback and processes.

What is written, installed and bound in it is gone with it, so commands of the documentation run as they stand, as root
and at their own paths and ports. It needs root, and a kernel with namespaces and overlayfs.
"""

import ctypes
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any
from unittest import TestCase

import psutil

from emulator.tests.helpers import settled
from from_git.tests.kit.project import ROOT

_PATIENCE = 120  # seconds for anything
_TOOLS = ("unshare", "nsenter", "setpriv", "mount", "useradd")
_INIT = """
import fcntl, os, pathlib, socket, struct, subprocess, sys
folder, *needed = sys.argv[1:]
def run(*command): subprocess.run(command, check=True)
run("mount", "-t", "tmpfs", "tmpfs", folder)
for name in ("upper", "work", "root"): os.mkdir(f"{folder}/{name}")
layers = f"lowerdir=/,upperdir={folder}/upper,workdir={folder}/work"
run("mount", "-t", "overlay", "overlay", "-o", layers, f"{folder}/root")
root = pathlib.Path(f"{folder}/root")
run("mount", "-t", "proc", "proc", root / "proc")
run("mount", "--rbind", "/dev", root / "dev")
for path in map(pathlib.Path, needed):
    inside = root / path.relative_to("/")
    if not any(inside.iterdir() if inside.is_dir() else ()):  # a mount of its own
        inside.mkdir(parents=True, exist_ok=True)
        run("mount", "--bind", path, inside)
    for folder in (inside, *inside.parents[: -len(root.parts)]):  # other users may look in
        folder.chmod(folder.stat().st_mode | 0o55 if folder == inside else folder.stat().st_mode | 0o11)
with socket.socket() as control:
    fcntl.ioctl(control, 0x8914, struct.pack("16sh", b"lo", 0x41))  # SIOCSIFFLAGS: up, running
os.chroot(root)
os.chdir("/")
print("ready", flush=True)
sys.stdin.read()
"""
_CLONE_NEWNET = 0x40000000  # of sched.h


@functools.cache
def lacking() -> str:
    """Why there can be no such machine here; empty if there can."""
    if os.geteuid() != 0:
        return "only root can make a machine of its own"
    if missing := [name for name in _TOOLS if not shutil.which(name)]:
        return f"not installed: {', '.join(missing)}"
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run(_command(folder), input="", capture_output=True, text=True, check=False)
    return "" if tried.stdout == "ready\n" else f"no namespaces or no overlayfs: {tried.stderr[-300:]}"


def _command(folder: str) -> list[str]:
    needed = dict.fromkeys((sys.base_prefix, sys.prefix, str(ROOT)))
    unshare = ("unshare", "--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child")
    return [*unshare, sys.executable, "-c", _INIT, folder, *needed]


class Machine:
    """Runs until the end of the test.

    Attributes:
        root: its files, as seen from outside.
    """

    def __init__(self, case: TestCase) -> None:
        folder = case.enterContext(tempfile.TemporaryDirectory())
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        # in this order at the end: its input is closed, so its first process ends, so all of them do
        first = case.enterContext(subprocess.Popen(_command(folder), **pipes))
        assert first.stdout and first.stdout.readline() == "ready\n"
        [init] = psutil.Process(first.pid).children()
        self._enter = ["nsenter", f"--target={init.pid}", *("--mount", "--net", "--pid", "--root", "--wd")]
        self.root = Path(f"/proc/{init.pid}/root")
        # a process of its own for each question would compute longer than what it asks
        self._inside = case.enterContext(ThreadPoolExecutor(1, initializer=_enter_network, initargs=(init.pid,)))
        self._case = case

    def command(self, command: Sequence[str], folder: str, user: str) -> list[str]:
        """What runs it in there from here."""
        as_user = ("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups") if user != "root" else ()
        return [*self._enter, "env", "-C", folder, *as_user, *command]

    def run(
        self, command: Sequence[str], folder: str = "/", user: str = "root", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """A command that has ended."""
        return subprocess.run(
            self.command(command, folder, user),
            env={"PATH": self.path(), **environment},
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )

    def start(self, command: Sequence[str], folder: str = "/", user: str = "root", **environment: str) -> "Server":
        """A command that goes on."""
        with tempfile.NamedTemporaryFile("w", delete=False) as log:
            process = subprocess.Popen(
                self.command(command, folder, user), env={"PATH": self.path(), **environment}, stdout=log, stderr=log
            )
        self._case.addCleanup(os.unlink, log.name)
        self._case.addCleanup(process.wait)
        self._case.addCleanup(process.kill)
        return Server(process, Path(log.name))

    def path(self) -> str:
        """PATH: the system's own, and the interpreter that this runs with, as the one that the system has."""
        return f"{sys.prefix}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    def ask(self, url: str, **headers: str) -> tuple[int, str, str]:
        """Status, headers and body of the answer to a GET from within; status 0 when nobody answers."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._inside.submit(_asked, urllib.request.Request(url, headers=given)).result()  # noqa: S310 - http

    def answering(self, url: str, server: "Server") -> None:
        """Wait until the server answers there."""
        until(lambda: server.process.poll() is not None or self.ask(url)[0] > 0)
        assert server.process.poll() is None, server.said


def _enter_network(process: int) -> None:
    """Let this thread open its connections in the network of that process."""
    with Path(f"/proc/{process}/ns/net").open("rb") as network:
        if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


def _asked(request: urllib.request.Request) -> tuple[int, str, str]:
    """See `Machine.ask`."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_PATIENCE) as answer:
            return answer.status, str(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, str(error.headers), error.read().decode()
    except (OSError, HTTPException) as error:
        return 0, "", str(error)


class Server:
    """A command that goes on in a machine."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def said(self) -> str:
        """What it wrote."""
        return self._log.read_text(encoding="utf-8")

    @property
    def main(self) -> psutil.Process:
        """The command's own process, as seen from outside."""
        [found] = psutil.Process(self.process.pid).children()
        return found

    @property
    def number(self) -> str:
        """The id of that process, as seen from inside."""
        status = Path(f"/proc/{self.main.pid}/status").read_text(encoding="utf-8")
        return status.split("\nNSpid:")[1].split("\n")[0].split()[-1]


def until(true: Callable[[], bool]) -> None:
    """Wait for something to be true; how long is nobody's business, within reason."""
    if not settled(lambda: bool(true()), True, _PATIENCE):
        raise AssertionError("it never came to it")
