"""GitHub: owners that had many repositories when they were last asked for."""

import threading
from collections import OrderedDict

_MOST = 4096  # logins


class Large:
    """The logins of owners with more than so many repositories; bounded, the latest stay. Safe from any thread.

    Args:
        beyond: repositories that a small owner has at most.
    """

    def __init__(self, beyond: int) -> None:
        self._beyond = beyond
        self._lock = threading.Lock()
        self._logins: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, login: str) -> bool:
        """Whether the owner is known to be large."""
        with self._lock:
            return login.lower() in self._logins

    def note(self, login: str, total: int) -> None:
        """Take in how many repositories an owner has."""
        login = login.lower()
        with self._lock:
            self._logins.pop(login, None)
            if total > self._beyond:
                self._logins[login] = None
            if len(self._logins) > _MOST:
                self._logins.popitem(last=False)
