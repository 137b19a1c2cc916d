"""Celery's real workers and beats, started as docs/deploy.md does, each in a session of its own."""

import subprocess
import sys
from collections.abc import Sequence
from unittest import TestCase

from emulator.tests.helpers import settled
from from_git.tests.kit.killable import Killable
from from_git.tests.kit.project import environment, project_copy

WORKER = ("worker", "--without-gossip", "--without-mingle", "--without-heartbeat")
_QUICK = """
import sys
from from_git import batches
batches.LEASE, batches.RENEW, batches.TICK = {lease}, {lease} / 10, {lease} / 4
sys.argv[0] = "celery"
from celery.__main__ import main
sys.exit(main())
"""


class Member(Killable):
    """One process of Celery, until the end of the class unless it is killed.

    Args:
        command: the command of Celery and its options.
        settings: the variables of its environment.
        lease: seconds for which it holds an item, instead of the usual ones; its other times become shorter likewise.
    """

    def __init__(self, case: type[TestCase], *command: str, lease: float = 0.0, **settings: str) -> None:
        self._folder = project_copy(case)
        self._log = self._folder / "stderr"
        self._settings = settings
        start = ["-c", _QUICK.format(lease=lease)] if lease else ["-m", "celery"]
        self._command: Sequence[str] = (sys.executable, *start, "-A", "coding_challenge", *command)
        super().__init__(case)

    @property
    def said(self) -> str:
        """Everything that it wrote."""
        return self._log.read_text(encoding="utf-8")

    def begin(self) -> "subprocess.Popen[bytes]":
        """Start it; it is ready some time later."""
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=environment(**self._settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ended(self) -> int:
        """Its exit status, once it has ended by itself."""
        if not settled(lambda: self.process.poll() is not None, True):
            raise AssertionError(self.said)
        return self.process.returncode
