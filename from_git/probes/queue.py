"""What probes tell of batches, where BATCHES is on: what waits, since when, and whether anybody works on it.

The database is asked on a thread of its own, at most once in some seconds, and nobody waits for it for long.
"""

import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from from_git import forges
from from_git.background import BackgroundCheck
from from_git.conf import settings
from from_git.errors import FromGitError
from from_git.metrics import batches as counted
from from_git.values.host import metric_labels
from from_git.values.words import counted as so_many

if TYPE_CHECKING:
    from from_git.batches.figures import Figures

_KEPT = 5.0  # seconds; the database is asked no more often, however many ask us
_PATIENCE = 0.6  # seconds; as for the shared cache
_GOOD_FOR = 60.0  # seconds for which figures are told, where newer ones take longer than a probe waits
_GRACE = 60.0  # seconds until which somebody may begin
_ELSEWHERE = ("other", "other")  # hosts that are in rows, and in no setting any more
_SILENT = "The database does not answer, so batches wait: look at DATABASE_URL and its server."
_NOBODY = (
    "{} and no process works on them: start a worker (docs/deploy.md), or, without CELERY_BROKER_URL, look into the"
    " log."
)


class _Seen(NamedTuple):
    at: float
    """On the monotonic clock."""
    figures: "Figures | None"
    trouble: str
    """Where there are no figures: why, in whole sentences."""


_last: _Seen | None = None


def publish() -> None:
    """Set the gauges of batches; nothing where BATCHES is off."""
    seen = _look() if settings.BATCHES else None
    if seen is None:
        return
    found = seen.figures
    counted.told({"database_reachable": found is not None})
    if found is None:
        return
    labels = {name: metric_labels(host) for name, host in forges.hosts().items()}
    waiting = Counter(dict.fromkeys(labels.values(), 0))
    for name, number in found.waiting.items():
        waiting[labels.get(name, _ELSEWHERE)] += number
    counted.waiting(waiting)
    counted.told(
        {
            "batches_under_way": found.batches,
            "batch_items_running": found.running,
            "batch_items_dead": found.dead,
            "batch_hosts_due": found.due,
            "batch_oldest_seconds": found.oldest,
            "batch_workers": found.workers,
        }
    )


def degraded() -> list[str]:
    """The sentences about batches for `/readyz`; none where BATCHES is off."""
    if not settings.BATCHES:
        return []
    seen = _look()
    if seen is None or seen.figures is None:
        return [seen.trouble if seen else _SILENT]
    found = seen.figures
    if found.due and not found.workers and found.oldest > _GRACE:
        return [_NOBODY.format(f"{so_many(sum(found.waiting.values()), 'profile')} of batches wait,")]
    return []


def forget() -> None:
    """Ask anew at the next look."""
    global _last
    _last = None
    _check.forget()


def _look() -> _Seen | None:
    """What was seen last; None where nothing was lately."""
    seen = _check.look() or _last
    return seen if seen and time.monotonic() - seen.at < _GOOD_FOR else None


def _ask() -> _Seen:
    global _last
    from django.db import connection

    from from_git.batches import engine, figures

    try:
        found = figures.of_all()
        seen = _Seen(time.monotonic(), replace(found, workers=max(found.workers, engine.workers_seen() or 0)), "")
    except FromGitError as error:
        seen = _Seen(time.monotonic(), None, f"{error.message} Batches wait. {error.advice}")
    finally:
        connection.close()  # this thread ends
    _last = seen
    return seen


_check: BackgroundCheck[_Seen] = BackgroundCheck(_ask, _KEPT, _PATIENCE)
