"""A real RabbitMQ on loopback, with all its ports and files in a folder of its own; it takes seconds to start."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from unittest import TestCase, skipUnless

import psutil
from amqp.exceptions import NotFound
from kombu import Connection, Queue

from emulator.tests.helpers import settled
from from_git.tests.kit.killable import Killable, free_port

_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_PATIENCE = 60.0

needs_rabbitmq = skipUnless(
    _SERVER.exists() and os.geteuid() == 0, "rabbitmq-server is not installed, or nobody is root"
)


class RabbitMQ(Killable):
    """Runs until the end of the class, unless it is killed; its files stay until then.

    Attributes:
        url: its address.
    """

    def __init__(self, case: type[TestCase]) -> None:
        self._folder = Path(case.enterClassContext(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        shutil.chown(self._folder, "rabbitmq")
        self._port, self._names = free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}//"
        (self._folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self._port}\n", encoding="utf-8")
        (self._folder / "plugins").write_text("[].", encoding="utf-8")
        folder = str(self._folder)
        self._environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "RABBITMQ_NODENAME": f"fg{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "ERL_EPMD_PORT": str(self._names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": folder,
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "HOME": folder,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        super().__init__(case)

    def begin(self) -> "subprocess.Popen[bytes]":
        """Start it."""
        with (self._folder / "log").open("ab") as log:
            command = ["runuser", "-u", "rabbitmq", "--", str(_SERVER)]
            process = subprocess.Popen(
                command, env=self._environment, stdout=log, stderr=log, start_new_session=True, cwd=self._folder
            )
        if not settled(self._answers, True, _PATIENCE):
            raise AssertionError((self._folder / "log").read_text(encoding="utf-8", errors="replace")[-3_000:])
        return process

    def end(self) -> None:
        """Stop it, and the daemon of names that it has started."""
        super().end()
        for one in psutil.process_iter(["name"]):
            if one.name() == "epmd" and any(
                place.laddr.port == self._names for place in one.net_connections("tcp") if place.status == "LISTEN"
            ):
                one.kill()

    def empty(self, *queues: str) -> None:
        """Throw away every message that waits in these queues."""
        with Connection(self.url) as connection:
            for name in queues:
                with suppress(NotFound):
                    Queue(name, channel=connection.channel()).purge()

    def _answers(self) -> bool:
        """Whether it takes connections, and says so by the protocol's own words."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), 1.0) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(connection.recv(8))
        except OSError:
            return False
