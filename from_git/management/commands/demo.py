"""`demo`, of `manage.py` and of `from-git`: the forges and the service on loopback, without a token or a network."""

import signal
import socket
import textwrap
from argparse import ArgumentParser
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from from_git.conf import settings
from from_git.forges.registry import labels
from from_git.management.commands.runserver import Command as RunserverCommand
from from_git.management.emulated import emulated, shown


class _Server(RunserverCommand):
    """Says what to try once the service listens, instead of Django's own banner."""

    def on_bind(self, server_port: int) -> None:
        """Called when the port is open."""
        self.stdout.write(_welcome(f"http://127.0.0.1:{server_port}"))
        self.stdout.flush()


class Command(BaseCommand):
    """Runs until Ctrl-C."""

    help = f"Start stand-ins for {labels()} with recorded and made-up data, and from-git in front of them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--port", type=int, help="where from-git listens on 127.0.0.1; default: 8000 or a free one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start both, serve, stop both; raises CommandError where there is no free port."""
        port = options["port"]
        if port is None:
            port = 8000 if _is_free(8000) else 0
        if not 0 <= port <= 65_535 or not _is_free(port):
            raise CommandError(f"Port {port} is taken or is none; give another one with --port.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with emulated(), TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
                settings.SECURE_SSL_REDIRECT = False
                _take_batches(folder)
                call_command(_Server(), f"127.0.0.1:{port}", use_reloader=False, skip_checks=True)
        except KeyboardInterrupt:
            pass


def _take_batches(folder: str) -> None:
    """Have batches, in a database in this folder instead of the configured one."""
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/db.sqlite3", "OPTIONS": {"timeout": 20}}
    connections.settings = connections.configure_settings({"default": sqlite})
    if connections.all(initialized_only=True):
        del connections["default"]
    call_command("migrate", verbosity=0)
    settings.BATCHES = True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def _welcome(base: str) -> str:
    urls = [kind.url(owner) for kind, demo in shown() for owner in demo.owners]
    data = ", ".join(demo.data for _, demo in shown())
    more = ", ".join(demo.more for _, demo in shown())
    return (
        f"\n{_lines('The numbers of this demo are recorded and made-up data, not those of today: ' + data)}\n\n"
        f"  curl '{base}/health-check?{urlencode([('url', url) for url in urls], safe=':/')}'\n\n"
        f"  {base}/from-git/test\n"
        f"  {base}/from-git/docs\n\n"
        f"{_lines(f'More to ask for: {more}')}\n"
        "Ctrl-C stops it.\n"
    )


def _lines(sentence: str) -> str:
    return textwrap.fill(f"{sentence}.", 110, break_on_hyphens=False)
