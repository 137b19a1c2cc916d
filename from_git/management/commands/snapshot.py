"""`snapshot`, of `manage.py` and of `from-git`: keep the numbers of all that is watched."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from from_git import forges
from from_git.batches import engine, snapshots, states
from from_git.batches.lone import AnotherWorker, new_name
from from_git.batches.sql import reached
from from_git.conf import settings
from from_git.errors import DatabaseAway, FromGitError
from from_git.management.printing import error_words
from from_git.management.process import alone
from from_git.management.worked import HeldElsewhere, Work
from from_git.models import Batch, BatchState, ItemState, Snapshot
from from_git.serializers import printable
from from_git.values.words import counted

_LOOK = 1.0  # seconds between two looks at a batch that another process works on
_STANDS = 60.0  # seconds without progress after which nobody works on it
_FEW = 20  # failed profiles that are named


class Command(BaseCommand):
    """Exit status: 0 all profiles were found or are missing, or workers do it; 1 some failed, or the database cannot be
    used; 130 Ctrl-C, 143 SIGTERM."""

    help = (
        "Fetch all watched profiles and keep a snapshot of each whose numbers have changed or whose last one is of"
        " another day. With CELERY_BROKER_URL the workers do it. Run it by cron, for example each hour."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Have it done, say what was kept, and raise SystemExit where something failed.

        Raises:
            CommandError: profiles failed, or nobody works on the batch.
        """
        alone()
        try:
            self._snapshot()
        except (DatabaseError, InterfaceError):
            self._fail(DatabaseAway())
        except FromGitError as error:
            self._fail(error)
        finally:
            forges.close()

    def _snapshot(self) -> None:
        with reached():
            last = Snapshot.objects.order_by("-id").values_list("id", flat=True).first() or 0
        batch, gone = snapshots.begun()
        for url in gone:
            self.stderr.write(f"{printable(url)} is at a host that the settings do not have any more.")
        if batch is None:
            self.stdout.write("Nothing is watched; manage.py watch add URL watches a profile.")
        elif settings.CELERY_BROKER_URL:
            engine.wake(snapshots.hosts_of(batch))
            self.stdout.write(f"{counted(batch.total, 'profile')} for the workers.")
        else:
            self._work(batch)
        old = snapshots.forget_old()
        if old:
            self.stdout.write(f"{counted(old, 'old snapshot')} deleted.")
        if batch and not settings.CELERY_BROKER_URL:
            self._tell(batch, last)

    def _work(self, batch: Batch) -> None:
        try:
            with Work(new_name()) as work:
                work.run(batch, lambda found: None)
        except (AnotherWorker, HeldElsewhere):
            self._wait(batch)

    def _wait(self, batch: Batch) -> None:
        """Wait for the process that works on batches already: one of the service, or the same command."""
        since, before = time.monotonic(), dict[str, int]()
        while batch.state == BatchState.RUNNING:
            if (found := states.counts(batch.id)) != before:
                since, before = time.monotonic(), found
            if time.monotonic() - since > _STANDS:
                raise CommandError(
                    "Another process works on batches, and not on this one; the next run goes on with it."
                )
            time.sleep(_LOOK)  # nothing of that process reaches this one but its rows
            with reached():
                batch.refresh_from_db(fields=("state", "finished"))

    def _tell(self, batch: Batch, last: int) -> None:
        counts = states.counts(batch.id)
        with reached():
            kept = Snapshot.objects.filter(id__gt=last).count()
            failed = batch.items.filter(state=ItemState.FAILED).order_by("position")
            named = list(failed.values_list("url", "reason")[:_FEW])
        many = counted(counts.get(ItemState.DONE, 0) + counts.get(ItemState.MISSING, 0), "profile")
        missing = counts.get(ItemState.MISSING, 0)
        self.stdout.write(f"{counted(kept, 'snapshot')} kept of {many}{f', {missing:,} missing' if missing else ''}.")
        for url, reason in named:
            self.stderr.write(printable(f"{url}: {reason}"))
        if number := counts.get(ItemState.FAILED, 0):
            raise CommandError(f"{counted(number, 'profile')} failed, and no snapshot of them was kept.")

    def _fail(self, error: FromGitError) -> None:
        self.stderr.write(error_words(error))
        sys.exit(1)
