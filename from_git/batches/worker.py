"""A process that is there for batches alone: its loop, its right to work, and that others see it."""

import gc
import logging
import os
import signal
import threading
import time
from functools import cache, cached_property

from django.db import DatabaseError, InterfaceError, connection

from from_git.batches import leases
from from_git.batches.engine import SEEN, Presence
from from_git.batches.lone import AnotherWorker, OnlyOne, new_name
from from_git.batches.loop import Loop
from from_git.models import BatchItem

logger = logging.getLogger(__name__)
_WARNED = 60.0  # seconds between two lines of the log about a database that does not answer


class Worker:
    """This process as one of Celery's workers.

    Attributes:
        name: by which rows say who holds them.
        ending: whether it was told to end.
    """

    def __init__(self) -> None:
        self.name = new_name()
        self.ending = False
        self._right = OnlyOne()
        self._presence = Presence(self.name)
        self._ended = threading.Event()

    @cached_property
    def loop(self) -> Loop:
        """The one loop of this process."""
        return Loop(self.name, leases)

    def begin(self) -> None:
        """Wait until the database answers and has our tables, and let others see this worker from then on.

        Raises:
            AnotherWorker: there is one already, and they share no cache.
        """
        warned = -_WARNED
        while True:
            try:
                BatchItem.objects.exists()
                self._right.take()
                break
            except (DatabaseError, InterfaceError) as error:
                connection.close()
                if time.monotonic() - warned >= _WARNED:
                    warned = time.monotonic()
                    logger.warning(
                        "The database does not answer, or has no tables yet (%s): waiting for it. Look at"
                        " DATABASE_URL, and at whether manage.py migrate has run.",
                        type(error).__name__,
                    )
                time.sleep(1.0)
        logger.info("This worker is called %s", self.name)
        gc.freeze()  # what is loaded by now is never garbage, and looks through all of it stop every thread
        self._presence.renew()
        threading.Thread(target=self._stay, name="presence", daemon=True).start()

    def end(self) -> None:
        """Give back what is in the air; what was served returns at once. A second call does nothing."""
        self.ending = True
        self._ended.set()
        if "loop" in self.__dict__:
            self.loop.close()
        self._presence.end()
        self._right.release()

    def _stay(self) -> None:
        while not self._ended.wait(SEEN / 3):
            self._presence.renew()
            try:
                self._right.take()  # a database that was restarted has forgotten it
            except AnotherWorker as error:
                logger.error("%s", error)
                os.kill(os.getpid(), signal.SIGTERM)
                return
            except (DatabaseError, InterfaceError):
                pass  # away, and looked at again


@cache
def worker() -> Worker:
    """This process's worker."""
    return Worker()
