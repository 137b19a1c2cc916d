"""Celery's application and the messages that wake workers; whoever imports this module loads Celery.

A message names a host, and its queue is named after the host. Nothing else travels: what is to be done stands in rows.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from celery import Celery
from celery.schedules import crontab
from kombu import Queue

from from_git import forges
from from_git.batches import TICK
from from_git.conf import settings

DRAIN = "from_git.tasks.drain"
OWN = "from-git"
"""The queue of what is no work on a host: ticks, housekeeping, snapshots."""
_MOST = 16  # wake-ups for one host at a time
_GOOD_FOR = 86_400  # seconds; without workers ticks pile up until then. A worker whose clock is ahead by more drops all
_REDIS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 3.0,
    "socket_timeout": 5.0,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
_HASTY = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1}


def application(**options: Any) -> Celery:
    """A new application of Celery, as the settings say.

    Args:
        options: of `Celery`.
    """
    app = Celery("from_git", **options)
    names = list(forges.hosts())
    app.conf.update(
        broker_url=settings.CELERY_BROKER_URL,
        broker_connection_timeout=3.0,
        broker_connection_max_retries=None,  # for ever
        broker_connection_retry_on_startup=True,
        broker_heartbeat=20,
        broker_transport_options=_REDIS if settings.CELERY_BROKER_URL.startswith("redis") else {},
        task_ignore_result=True,
        task_acks_late=True,
        task_default_queue=OWN,
        # a message that is lost costs seconds, and a RabbitMQ that was killed would send again all that it had stored
        task_default_delivery_mode="transient",
        task_queues=[Queue(name, routing_key=name) for name in (OWN, *names)],
        task_routes=[_route],
        # once, since only a retry opens a connection anew; the next tick sends what cannot be sent now
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1},
        worker_prefetch_multiplier=1,
        worker_pool="threads",
        # one thread waits for what is done at one host
        worker_concurrency=max(4, len(names) + 2),
        # without these two workers hang after a RabbitMQ was killed
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_enable_prefetch_count_reduction=False,
        worker_enable_remote_control=False,
        worker_redirect_stdouts=False,
        beat_scheduler="celery.beat:Scheduler",  # which keeps no file
        beat_schedule={
            "tick": {"task": "from_git.tasks.tick", "schedule": TICK, "options": {"expires": _GOOD_FOR}},
            "housekeeping": {"task": "from_git.tasks.housekeep", "schedule": crontab(minute="13")},
            "snapshot": {"task": "from_git.tasks.snapshot", "schedule": crontab(minute="3")},
        },
    )
    return app


def send(hosts: Iterable[str], number: int) -> None:
    """Send so many wake-ups for each host, 16 at most.

    Raises:
        Exception: of whatever library the broker's is; some may have been sent.
    """
    app = _sender(settings.CELERY_BROKER_URL)
    with app.producer_or_acquire() as producer:
        for host in hosts:
            for _ in range(max(1, min(number, _MOST))):
                app.send_task(DRAIN, (host,), expires=_GOOD_FOR, producer=producer)


@cache
def _sender(address: str) -> Celery:
    """The application of a process that sends; Celery's part for Django is of use to workers alone."""
    app = application(fixups=[], set_as_current=False)
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **_HASTY}
    return app


def _route(name: str, args: Any, kwargs: Any, options: Any, task: Any = None, **newer: Any) -> dict[str, str] | None:
    """The queue of a message: that of its host, which every worker reads whose settings have the host."""
    return {"queue": args[0] if args[0] in forges.hosts() else OWN} if name == DRAIN else None
