"""Hooks of gunicorn's configuration, its log, the folder of metrics.

All run in gunicorn's master, which never sets Django up and asks no forge.
"""

import atexit
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import global_settings
from gunicorn.glogging import Logger

from from_git.options import credentials, loading
from from_git.options.place import FOLDER
from from_git.server import logs

METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that names the folder in which the workers keep their metrics."""

KEY = "FROM_GIT_RANDOM_KEY"
"""The environment variable with what stands for SECRET_KEY where that is empty: the same in all workers, which share
what they count for a client."""

_OURS = re.compile(r"from-git-(\d+)-\w+")  # with the id of the master that made the folder


def values() -> dict[str, Any]:
    """The value of each setting. A wrong one raises SystemExit, with a sentence for each and no traceback."""
    try:
        _, found, wrong = loading.read(FOLDER, os.environ, lambda name: hasattr(global_settings, name))
    except loading.BrokenFile as error:
        raise SystemExit(str(error)) from None
    if wrong:
        raise SystemExit(loading.complaint(wrong))
    return found


class Log(Logger):
    """gunicorn's own lines in the form of all others, and without our credentials."""

    settings = staticmethod(values)
    """Gives the value of each setting."""

    def setup(self, cfg: Any) -> None:
        """At the start, and again at each reload."""
        super().setup(cfg)
        found = self.settings()
        line = logs.Line(found["LOG_FORMAT"], partial(credentials.secret_values, SimpleNamespace(**found)))
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(line)


def make_metrics_folder(
    environ: MutableMapping[str, str] = os.environ,
    place: str | None = None,
    at_exit: Callable[..., object] = atexit.register,
) -> None:
    """Name a folder in the environment for the workers' metrics, unless one is named there.

    A fresh one goes with this process. It stays at a reload, where old workers still count in it; a second master, as
    SIGUSR2 makes one, gets its own.

    Args:
        place: the folder in which a fresh one is made; None: the system's own for such files.
        at_exit: is given what this process does at its end.
    """
    given = environ.get(METRICS, "")
    made = _OURS.fullmatch(Path(given).name)
    if given and (made is None or int(made[1]) == os.getpid()):
        Path(given).mkdir(parents=True, exist_ok=True)
        return
    folder = tempfile.mkdtemp(prefix=f"from-git-{os.getpid()}-", dir=place)
    environ[METRICS] = folder
    at_exit(_remove, folder, os.getpid())


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # workers inherit what their master does at its end
        shutil.rmtree(folder, ignore_errors=True)


def on_starting(server: Any, *, environ: MutableMapping[str, str] = os.environ) -> None:
    """Empty the folder of metrics: what an earlier run counted is over. Not beside a master that still serves.

    The workers get a random key.
    """
    environ.setdefault(KEY, secrets.token_hex(32))
    for sentence in loading.misspelt(environ, values()):
        server.log.warning(sentence)
    os.register_at_fork(after_in_parent=partial(_after_fork, os.getpid()))
    if "GUNICORN_PID" in environ:
        return
    for path in Path(environ[METRICS]).glob("*_[0-9]*.db"):
        if not path.name.endswith(f"_{os.getpid()}.db"):  # with preload_app this process has begun already
            path.unlink(missing_ok=True)


def pre_fork(server: Any, worker: Any) -> None:
    """Hold back SIGTERM until master and worker are two.

    A new worker has the master's handlers until it has its own, and would put a SIGTERM into a queue that it never
    reads: it would go on, and be killed when `graceful_timeout` is over.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _after_fork(master: int) -> None:
    if os.getpid() == master:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def post_worker_init(worker: Any, *, environ: MutableMapping[str, str] = os.environ) -> None:
    """Tell the service what gunicorn's command line has decided, and that it may be asked."""
    from from_git import probes
    from from_git.conf import settings

    settings.SERVER_THREADS = worker.cfg.threads
    # without a shared cache each worker has its part of the budgets
    environ["WEB_CONCURRENCY"] = str(worker.cfg.workers)
    if settings.BATCHES:
        from from_git.batches import resident

        resident.start()
    probes.started()


def worker_exit(server: Any, worker: Any) -> None:
    """Give back what the process holds of batches; later its pools would take nothing more."""
    if resident := sys.modules.get("from_git.batches.resident"):
        resident.close()


def child_exit(server: Any, worker: Any, *, environ: Mapping[str, str] = os.environ) -> None:
    """Forget the gauges of a worker that is gone; its counters stay in the sums."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid, environ.get(METRICS))
