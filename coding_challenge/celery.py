"""Celery's application, for `celery -A coding_challenge worker` and `celery -A coding_challenge beat`.

Nothing else imports this module, so only these two commands need Celery in the first place.
"""

import logging
import os
import sys
import threading
from typing import Any

import django
from celery import signals
from django.core.exceptions import ImproperlyConfigured

from from_git import metrics

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")
try:
    django.setup()
except ImproperlyConfigured as error:
    sys.exit(str(error))

from from_git.batches import TICK, broker
from from_git.batches.lone import AnotherWorker
from from_git.batches.worker import worker
from from_git.conf import settings

if not settings.CELERY_BROKER_URL:
    sys.exit("CELERY_BROKER_URL is empty: it names the Redis or RabbitMQ by which workers are woken.")
metrics.off()  # nobody can ask this process for them
app = broker.application()
import from_git.tasks  # noqa: E402, F401 - its tasks belong to the application above


@signals.setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Leave the log as the settings have it; where nobody answers this signal, Celery sets up its own."""


def in_one_line(record: logging.LogRecord) -> bool:
    """Leave the first line of a record, and no traceback: those of a broker that is away say no more."""
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    record.exc_info = None
    return True


for name in ("celery.beat", "celery.worker.consumer.consumer", "celery.worker.request"):
    logging.getLogger(name).addFilter(in_one_line)


@signals.worker_init.connect
def begin(sender: Any, **_: Any) -> None:
    """Wait for the database before the first message is taken.

    Raises:
        SystemExit: of another pool than threads, or where there is a worker already and they share no cache.
    """
    pool = getattr(sender.pool_cls, "__module__", sender.pool_cls)
    if pool not in ("celery.concurrency.thread", "threads"):
        sys.exit(
            "A worker is one process with pools of its own, which fetches many profiles at the same time: start it with"
            " -P threads. Other pools make copies of all that, or cannot wait on threads."
        )
    try:
        worker().begin()
    except AnotherWorker as error:
        sys.exit(str(error))


@signals.beat_init.connect
def tell(**_: Any) -> None:
    """Say that the clock runs; Celery's own words wait for more of them where stdout is no terminal."""
    logging.getLogger("from_git.beat").info("This beat has workers look each %g s at what waits", TICK)


@signals.worker_shutting_down.connect
def hurry(**_: Any) -> None:
    """Let what is in the air go at once: Celery waits for its tasks. A thread, since this is a signal's handler."""
    threading.Thread(target=worker().end, name="end", daemon=True).start()


@signals.worker_shutdown.connect
def end(**_: Any) -> None:
    """Give back what is left, however the worker was told to end."""
    worker().end()
