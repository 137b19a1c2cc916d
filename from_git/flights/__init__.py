"""Single flight: any number of concurrent requests for one profile cost one fetch.

The process that has claimed the profile fetches it. All other requests for it, here and in other processes, wait for
that fetch. A failure leaves nothing behind: its error goes to those requests, and is not kept.
"""

import os
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.cache import caches
from django.core.signals import setting_changed

from from_git import forges
from from_git.conf import settings
from from_git.flights.claims import Claims
from from_git.flights.flights import Flights
from from_git.kept.store import Store
from from_git.memory import SharedMemory
from from_git.options.credentials import secret_values
from from_git.values.found import Fetched
from from_git.values.profile import Profile

_lock = threading.Lock()
_flights: Flights | None = None


def current() -> Flights:
    """The flights of this process, made on first use, after any fork."""
    global _flights
    with _lock:
        if _flights is None:
            memory = SharedMemory(caches["default"])
            claims = Claims(memory, forges.shared())
            # short ones too: a forge's words may repeat any token
            secrets = partial(secret_values, settings, shortest=1)
            _flights = Flights(Store(memory), claims, forges.forge, secrets)
        return _flights


def kept(profiles: Sequence[Profile], anew: bool) -> dict[Profile, Fetched]:
    """The profiles among these that may be answered without asking a forge.

    Args:
        anew: whether the client wants all of them fetched anew, which happens for each profile at most once in
            ANEW_SECONDS.
    """
    store = current().store
    found = store.kept(profiles)
    return store.anew(found) if anew else found


def last_good(profiles: Sequence[Profile]) -> dict[Profile, Fetched]:
    """The profiles among these with last good numbers, which are shown where a forge gives no new ones."""
    return current().store.last_good(profiles)


def version() -> object:
    """A token that changes whenever this process has fetched a profile, and after `close`."""
    return current().store.version


def close(**_: Any) -> None:
    """Forget the flights; those under way still end for their waiters."""
    global _flights
    with _lock:
        closed, _flights = _flights, None
    if closed:
        closed.close()


def _after_fork() -> None:
    # a lock may have been held by a thread that is not here, and the flights are the parent's
    global _lock, _flights
    _lock, _flights = threading.Lock(), None


os.register_at_fork(after_in_child=_after_fork)
setting_changed.connect(close)  # override_settings in tests
