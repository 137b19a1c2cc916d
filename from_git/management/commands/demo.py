"""`manage.py demo`: both forges and the service on loopback, without a token or a network."""

import signal
import socket
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from emulator import Emulator
from from_git import forges
from from_git.conf import settings
from from_git.management.commands.runserver import Command as RunserverCommand
from from_git.options import changeable_defaults

PROFILES = ("https://github.com/spack", "https://bitbucket.org/mailchimp", "https://bitbucket.org/nobody")


class _Server(RunserverCommand):
    """Says what to try once the service listens, instead of Django's own banner."""

    def on_bind(self, server_port: int) -> None:
        """Called when the port is open."""
        self.stdout.write(_welcome(f"http://127.0.0.1:{server_port}"))
        self.stdout.flush()


class Command(BaseCommand):
    """Runs until Ctrl-C."""

    help = "Start stand-ins for GitHub and Bitbucket with recorded and made-up data, and from-git in front of them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--port", type=int, help="where from-git listens on 127.0.0.1; default: 8000 or a free one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start both, serve, stop both."""
        port = options["port"]
        if port is None:
            port = 8000 if _is_free(8000) else 0
        if not 0 <= port <= 65_535 or not _is_free(port):
            raise CommandError(f"Port {port} is taken or is none; give another one with --port.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with Emulator() as emulator:
                _point_at(emulator)
                call_command(_Server(), f"127.0.0.1:{port}", use_reloader=False, skip_checks=True)
        except KeyboardInterrupt:
            pass
        finally:
            forges.close()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def _point_at(emulator: Emulator) -> None:
    """Use the emulator instead of the forges, and the defaults instead of whatever else is configured."""
    for name, default in changeable_defaults().items():
        setattr(settings, name, default)
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    settings.SECURE_SSL_REDIRECT = False
    settings.GITHUB_GRAPHQL_URL = emulator["github"].url
    settings.GITHUB_API_TOKEN = emulator["github"].credentials["token"]
    settings.BITBUCKET_API_URL = emulator["bitbucket"].url
    # the emulator has Bitbucket's hour: 60 calls for strangers, 1,000 with these
    settings.BITBUCKET_USERNAME = emulator["bitbucket"].credentials["username"]
    settings.BITBUCKET_API_TOKEN = emulator["bitbucket"].credentials["api_token"]
    forges.close()


def _welcome(base: str) -> str:
    query = urlencode([("url", profile) for profile in PROFILES], safe=":/")
    return (
        "\nfrom-git's demo. The numbers are recorded and made-up data, not today's: github.com/spack is as LLNL's\n"
        "public catalogue recorded it in December 2025 (watchers filled in), bitbucket.org/mailchimp is made up.\n\n"
        f"  curl '{base}/health-check?{query}'\n\n"
        f"  {base}/from-git/test\n"
        f"  {base}/from-git/docs\n\n"
        "More to ask for: github.com/sandialabs and bitbucket.org/sourcegraph-testing (recorded; the latter has\n"
        "private repositories only), github.com/org-1000 and bitbucket.org/team-300 (generated). Ctrl-C stops it.\n"
    )
