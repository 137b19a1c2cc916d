"""A check that may hang, without waiting for it for long."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)
T = TypeVar("T")


class BackgroundCheck(Generic[T]):
    """A check that runs on a thread of its own, once at a time, and whose answer is kept. Safe from any thread.

    Args:
        ask: the check; an exception counts as no answer.
        kept: seconds for which an answer, or its absence, is kept.
        patience: seconds that `look` waits at most.
    """

    def __init__(self, ask: Callable[[], T], kept: float, patience: float) -> None:
        self._ask = ask
        self._kept = kept
        self._patience = patience
        self._lock = threading.Lock()
        self._asked: threading.Event | None = None  # set when the question under way is answered
        self._answer: T | None = None
        self._until = 0.0

    def look(self) -> T | None:
        """The answer; None where there is none in time."""
        with self._lock:
            if time.monotonic() < self._until:
                return self._answer
            asked = self._asked
            if asked is None:
                asked = self._asked = threading.Event()
                threading.Thread(target=self._run, args=(asked,), name="background-check", daemon=True).start()
        answered = asked.wait(self._patience)
        with self._lock:
            if not answered:  # other callers need not wait as well
                self._answer, self._until = None, time.monotonic() + self._kept
            return self._answer

    def forget(self) -> None:
        """Run the check anew at the next look."""
        with self._lock:
            self._until, self._asked = 0.0, None

    def _run(self, asked: threading.Event) -> None:
        answer = None
        try:
            answer = self._ask()
        except Exception as error:  # noqa: BLE001 - a failure is an answer too
            logger.debug("No answer: %s", type(error))
        with self._lock:
            if self._asked is asked:
                self._asked = None
                self._answer, self._until = answer, time.monotonic() + self._kept
        asked.set()
