"""The final answers of batches that have ended, worked out one after the other on a thread of their own."""

import logging
import os
import threading
from collections.abc import Iterable

from django.db import connection

from from_git.batches import answer

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_ended: dict[str, None] = {}
_working = False


def told(ids: Iterable[str]) -> None:
    """Have the answers of these batches worked out; returns at once, and never raises.

    One that is lost is worked out for whoever asks for it first.
    """
    global _working
    with _lock:
        _ended.update(dict.fromkeys(ids))
        if _working or not _ended:
            return
        _working = True
    threading.Thread(target=_answer_all, name="batches-answers", daemon=True).start()


def _answer_all() -> None:
    global _working
    try:
        while True:
            with _lock:
                if not _ended:
                    _working = False
                    return
                batch = next(iter(_ended))
                del _ended[batch]
            try:
                answer.answered(batch)
            except Exception:
                logger.exception("The answer of a batch could not be worked out")
    finally:
        connection.close()


def _after_fork() -> None:
    global _lock, _working
    _lock, _working = threading.Lock(), False
    _ended.clear()


os.register_at_fork(after_in_child=_after_fork)
