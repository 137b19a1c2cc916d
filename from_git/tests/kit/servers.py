"""Real servers beside the tests."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from unittest import TestCase, skipUnless

from emulator.tests.helpers import settled
from from_git.tests.kit.project import ROOT

SQUID = "/usr/sbin/squid"  # often not in the PATH of who is not root
NGINX = "/usr/sbin/nginx"
SQUID_CONF = ROOT / "deploy" / "squid.conf"

needs_redis = skipUnless(shutil.which("redis-server"), "redis-server is not installed")
needs_nginx = skipUnless(Path(NGINX).exists(), "nginx is not installed")
needs_squid = skipUnless(Path(SQUID).exists(), "squid is not installed")


def start_redis(case: type[TestCase], *options: str) -> str:
    """Start a Redis on loopback, with these options, until the end of the class; its address."""
    port = _free_port()
    folder = case.enterClassContext(tempfile.TemporaryDirectory())
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    _start(case, [*command, "--dir", folder, *options], port)
    return f"redis://127.0.0.1:{port}/0"


def start_squid(case: type[TestCase], origin: str) -> str:
    """Start a Squid in front of `origin` until the end of the class; its address.

    It runs the documented configuration; only its ports and folders are others.
    """
    port = _free_port()
    folder = Path(case.enterClassContext(tempfile.TemporaryDirectory()))
    here = {
        "http_port 3128 ": f"http_port 127.0.0.1:{port} ",
        " parent 8000 ": f" parent {origin.rpartition(':')[2]} ",
        "/var/log/squid/": f"{folder}/",
        "/run/": f"{folder}/",
        "/var/spool/squid": f"{folder}",
    }
    text = _elsewhere(SQUID_CONF.read_text(encoding="utf-8"), here)
    (folder / "squid.conf").write_text(text, encoding="utf-8")
    if os.geteuid() == 0:  # it changes to its own user, as documented; started by another one it stays that one
        shutil.chown(folder, "proxy")
    # a name of its own, because its shared memory would otherwise be that of any other Squid on this machine
    command = [SQUID, "-N", "-n", f"test{port}", "-f", str(folder / "squid.conf")]
    _start(case, command, port, signal.SIGINT)  # killed, it would leave that memory behind
    return f"http://127.0.0.1:{port}"


def start_nginx(case: type[TestCase], origin: str) -> str:
    """Start an nginx in front of `origin` until the end of the class; its address.

    It runs the configuration in docs/nginx.md; only its ports and folders are others.
    """
    port = _free_port()
    folder = Path(case.enterClassContext(tempfile.TemporaryDirectory()))
    folder.chmod(0o755)  # for its own user, where root starts it
    site = (ROOT / "docs" / "nginx.md").read_text(encoding="utf-8").split("```nginx\n")[1].split("```")[0]
    here = {
        "listen 8080 ": f"listen 127.0.0.1:{port} ",
        "server 127.0.0.1:8000 ": f"server {origin.removeprefix('http://')} ",
        "/var/lib/nginx/": f"{folder}/",
    }
    site = _elsewhere(site, here)
    body = f"client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;"
    log = f"access_log off; error_log {folder}/error.log;"
    text = f"pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ {body} {log} {site} }}"
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    _start(case, command, port, signal.SIGTERM)
    return f"http://127.0.0.1:{port}"


def _elsewhere(text: str, here: dict[str, str]) -> str:
    """A documented configuration with ports and folders of this test: what stands there, and what instead."""
    for documented, ours in here.items():
        if documented not in text:
            raise AssertionError(f"the documented configuration no longer has {documented!r}")
        text = text.replace(documented, ours)
    return text


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _start(case: type[TestCase], command: list[str], port: int, end: signal.Signals = signal.SIGKILL) -> None:
    """Start a server, ended by that signal at the end of the class, and wait until it listens."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    case.addClassCleanup(server.wait)
    case.addClassCleanup(server.send_signal, end)

    def listens() -> bool | None:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            return None if server.poll() is None else False
        return True

    if not settled(lambda: listens() is not None, True) or not listens():
        raise AssertionError(f"{command[0]} does not listen")
