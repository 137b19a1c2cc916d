"""Real servers beside the tests."""

import shutil
import socket
import subprocess
import tempfile
import time
from unittest import TestCase, skipUnless

needs_redis = skipUnless(shutil.which("redis-server"), "redis-server is not installed")


def start_redis(case: type[TestCase]) -> str:
    """Start a Redis on loopback until the end of the class; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = case.enterClassContext(tempfile.TemporaryDirectory())
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([*command, "--dir", folder], stdout=subprocess.DEVNULL)
    case.addClassCleanup(server.wait)
    case.addClassCleanup(server.kill)
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
            return f"redis://127.0.0.1:{port}/0"
        except OSError:
            time.sleep(0.01)
    raise AssertionError("redis-server ended at once")
