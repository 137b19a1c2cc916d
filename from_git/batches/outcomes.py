"""What becomes of a claimed item, given what its fetch has brought."""

import logging

from from_git.batches.leases import Claimed, Finished, GivenBack
from from_git.errors import CredentialsError, DeadlineError, LimitError, OwnFault, UpstreamError
from from_git.kept import stored
from from_git.models import ItemState
from from_git.values.found import Fetched
from from_git.values.profile import Profile

logger = logging.getLogger(__name__)
_ENDS = "cannot schedule new futures"  # what a pool says while the interpreter ends
Outcome = Finished | GivenBack
AGAIN = 5.0, 20.0
"""Seconds before an item is tried again whose forge has failed once, and twice; the third failure is final."""


def found(item: Claimed, fetched: Fetched) -> Finished:
    """The item is done, or there is no such profile."""
    if fetched.found is None:
        return Finished(item.id, item.attempts, ItemState.MISSING)
    return Finished(item.id, item.attempts, ItemState.DONE, result=stored.pack(fetched))


def failed(item: Claimed, profile: Profile, error: UpstreamError) -> Outcome:
    """The item is failed, or waits for the end of a limit or for another try."""
    told = error.about(profile)
    if isinstance(error, LimitError):
        if error.wait is not None:
            return GivenBack(item.id, item.attempts, max(1.0, error.wait), str(told))
    elif not isinstance(error, CredentialsError) and item.tries < len(AGAIN):
        seconds = max(AGAIN[item.tries], getattr(error, "wait", None) or 0.0)
        return GivenBack(item.id, item.attempts, seconds, str(told), failed=True)
    return without(item, str(told), error.code)


def overdue(item: Claimed, profile: Profile) -> Outcome:
    """The item's fetch has not ended by its deadline."""
    return failed(item, profile, DeadlineError("it did not end in time."))


def own_fault(item: Claimed, error: BaseException) -> Outcome:
    """The item is failed by a fault of our own, whose traceback the log shows; it waits where this process ends."""
    if isinstance(error, RuntimeError) and str(error).startswith(_ENDS):
        return GivenBack(item.id, item.attempts, 0.0)
    logger.error("An item of a batch has failed by a fault of our own", exc_info=error)
    return without(item, OwnFault().message, OwnFault.code)


def without(item: Claimed, reason: str, code: str) -> Finished:
    """The item is failed for a reason, which is a sentence."""
    return Finished(item.id, item.attempts, ItemState.FAILED, error=code, reason=reason)
