"""Credentials that their forge has refused, and that are left alone for a while."""

from collections.abc import Callable

from from_git.memory import Memory

_TRIAL = 3.0  # seconds for which all others wait for the call that tries again


class Aside:
    """Until when one credential is set aside, remembered here and in `memory`. Safe from any thread.

    When the time is over one call tries it again, and the others go on without it until that call is answered.

    Args:
        key: of its account.
        seconds: for which it is set aside.
    """

    def __init__(self, key: str, memory: Memory, now: Callable[[], float], seconds: float) -> None:
        self._key = f"from-git:aside:{key}"
        self._memory = memory
        self._now = now
        self._seconds = seconds
        self._until = 0.0  # 0: it is not
        self._sent = False  # whether a call was sent with it since

    def left(self) -> float:
        """Seconds until it is tried again; 0 where it may be used."""
        return max(0.0, self._until - self._now()) if self._until else 0.0

    def begin(self) -> None:
        """Set it aside."""
        self._until, self._sent = self._now() + self._seconds, False
        self._memory.set(self._key, self._until, timeout=self._seconds)

    def tried(self) -> None:
        """Take in that a call is sent with it."""
        if self._until:
            self._sent = True
            if self._until <= self._now():
                self._until = self._now() + _TRIAL

    def end(self) -> None:
        """Take in that the forge has accepted it; what was sent before it was refused says nothing."""
        if self._until and self._sent:
            self._until, self._sent = 0.0, False
            self._memory.set(self._key, 0.0, timeout=self._seconds)

    def refresh(self) -> None:
        """Learn what other processes have met; it may ask a shared cache."""
        until, now = self._memory.get(self._key), self._now()
        if isinstance(until, int | float):
            if now < until <= now + self._seconds:
                self._until = until
            elif not until:
                self._until = 0.0
