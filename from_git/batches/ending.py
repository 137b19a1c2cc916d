"""The final answers of batches that have ended, worked out one after the other on a thread of their own."""

import logging
from collections.abc import Iterable, Sequence

from django.db import connection

from from_git.background import Errands
from from_git.batches import answer

logger = logging.getLogger(__name__)


def told(ids: Iterable[str]) -> None:
    """Have the answers of these batches worked out; returns at once, and never raises.

    One that is lost is worked out for whoever asks for it first.
    """
    _errands.give(ids)


def _answer_all(batches: Sequence[str]) -> None:
    try:
        for batch in batches:
            try:
                answer.answered(batch)
            except Exception:
                logger.exception("The answer of a batch could not be worked out")
    finally:
        connection.close()


_errands = Errands("batches-answers", _answer_all)
