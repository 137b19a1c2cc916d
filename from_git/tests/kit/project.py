"""A copy of the project for commands in processes of their own, without the developer's settings."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from unittest import TestCase

from from_git.options import without_ours

ROOT = Path(__file__).resolve().parents[3]


def project_copy(case: TestCase | type[TestCase]) -> Path:
    """A folder with the project but no local_settings.py, removed at the end of the test, or of the class."""
    temporary = tempfile.TemporaryDirectory()
    folder = Path(case.enterClassContext(temporary) if isinstance(case, type) else case.enterContext(temporary))
    for name in ("coding_challenge", "emulator", "from_git", "gunicorn.conf.py"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "manage.py", folder)  # Python imports from the folder of what a link leads to
    return folder


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without from-git's settings, and with these."""
    return {**without_ours(os.environ), **settings}


def ran(
    *command: str, folder: Path, env: Mapping[str, str], timeout: float = 60.0
) -> "subprocess.CompletedProcess[str]":
    """A command that has run to its end in that folder, whatever its exit status, with what it wrote.

    Raises:
        subprocess.TimeoutExpired: it was ended after `timeout` seconds.
    """
    return subprocess.run(
        command, cwd=folder, env=dict(env), capture_output=True, text=True, timeout=timeout, check=False
    )


def ran_in_bytes(
    *command: str, folder: Path, env: Mapping[str, str], stdin: bytes = b"", timeout: float = 60.0
) -> "subprocess.CompletedProcess[bytes]":
    """As `ran`, with these bytes at its standard input, and what it wrote as bytes.

    Raises:
        subprocess.TimeoutExpired: it was ended after `timeout` seconds.
    """
    return subprocess.run(
        command, cwd=folder, env=dict(env), input=stdin, capture_output=True, timeout=timeout, check=False
    )


def documented() -> str:
    """The local_settings.py for production in docs/deploy.md."""
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    return text.split("\n## In production\n")[1].split("```python\n")[1].split("```")[0]
