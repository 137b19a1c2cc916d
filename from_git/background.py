"""What is done on threads of its own: a check that may hang, and errands that nobody waits for."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
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


class Errands:
    """What is to be done for some names, by one thread at a time that ends with the last of them.

    A name that is given again before its turn counts once. A process that is forked begins without any. Safe from any
    thread.

    Args:
        name: of the thread.
        run: does it for the names that have gathered, in the order in which they were given.
    """

    def __init__(self, name: str, run: Callable[[Sequence[str]], object]) -> None:
        self._name = name
        self._run = run
        self._running = False
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def give(self, names: Iterable[str]) -> None:
        """Have it done for these names too; returns at once."""
        with self._lock:
            self._waiting.update(dict.fromkeys(names))
            if self._running or not self._waiting:
                return
            self._running = True
        threading.Thread(target=self._run_all, name=self._name, daemon=True).start()

    def _run_all(self) -> None:
        while True:
            with self._lock:
                names = list(self._waiting)
                self._waiting.clear()
                if not names:
                    self._running = False
                    return
            try:
                self._run(names)
            except Exception:  # the thread must not end while it counts as running
                logger.exception("What %s does has failed", self._name)

    def _forget(self) -> None:
        # a lock may have been held by a thread that is not here after a fork
        self._lock = threading.Lock()
        self._waiting: dict[str, None] = {}
        self._running = False
