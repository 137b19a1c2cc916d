"""The outcome of a fetch, as a value that is kept and handed on."""

import time

from from_git.errors import Cancelled
from from_git.fanout import TaskGroup
from from_git.forges.contract import Fetch
from from_git.values.found import Fetched


def outcome_of(group: TaskGroup | None, fetch: Fetch | None) -> Fetched | BaseException | None:
    """The outcome, or the error, of a fetch whose group has ended; None if it was cancelled."""
    try:
        if group is None or not group.wait(0) or fetch is None:
            return None
        found, now = fetch.outcome(), time.time()
        return Fetched(found, now, found.oldest if found and found.oldest is not None else now)
    except Cancelled:
        return None
    except BaseException as error:  # noqa: BLE001 - the waiters raise it
        return error
