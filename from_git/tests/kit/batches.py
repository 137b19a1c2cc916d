"""Batches whose items have ended as a test wants it, without anybody who works on them."""

from collections.abc import Mapping, Sequence

from from_git.batches.filling import fill
from from_git.batches.leases import ended
from from_git.errors import FromGitError
from from_git.kept.stored import pack
from from_git.models import Batch, BatchItem, ItemState, Purpose
from from_git.values.found import Fetched
from from_git.values.profile import Profile

Outcome = Fetched | FromGitError | ItemState
"""What becomes of an item: what was found, an error, or a state without either."""


def batch_with(outcomes: Mapping[Profile, Outcome], end: bool = True) -> Batch:
    """A batch of these profiles.

    Args:
        end: whether it is marked as done, if all of its items have ended.
    """
    batch = fill(list(outcomes), "a command", Purpose.COMMAND)
    finish(batch, list(outcomes.values()))
    if end:
        ended([batch.id])
    batch.refresh_from_db()
    return batch


def finish(batch: Batch, outcomes: Sequence[Outcome]) -> None:
    """Let so many of a batch's items end, from the first one on."""
    items = list(BatchItem.objects.filter(batch=batch).order_by("position")[: len(outcomes)])
    for item, one in zip(items, outcomes, strict=True):
        item.result = None
        if isinstance(one, FromGitError):
            item.state, item.error, item.reason = ItemState.FAILED, one.code, one.message
        elif isinstance(one, ItemState):
            item.state = one
        else:
            item.state = ItemState.DONE if one.found else ItemState.MISSING
            item.result = pack(one) if one.found else None
    BatchItem.objects.bulk_update(items, ["state", "result", "error", "reason"], batch_size=200)
