"""How many profiles may begin at a host now, so that nothing is claimed that cannot be paid."""

import math
import time

from from_git import forges
from from_git.askers import Asker
from from_git.conf import settings
from from_git.errors import LimitError

_ASK = 1.0  # seconds between two questions; with a shared cache each is some questions to it
_SELDOM = 5.0  # seconds between two questions while nothing may begin: a wait may turn out to be shorter than was said
_WITHIN = 1.0  # seconds within which it must be possible to pay for what begins
_AHEAD = 16  # profiles, for each one in flight, that are asked for at most: more than end in a second


class Door:
    """What one host lets begin. Not safe from threads.

    Args:
        name: of the host; one that is no longer configured lets everything begin.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.client = ""
        """The client for which was claimed last; its part of a budget is what counts."""
        self.opens = 0.0
        """When the forge is asked again, on the monotonic clock, if nothing may begin until then."""
        self._left = 0
        self._asked = -math.inf
        self._pause = self._resumes = 0.0  # after a limit has refused what had entered: how long, and until when

    def admits(self, most: int) -> int:
        """How many profiles may begin now, `most` at most."""
        now = time.monotonic()
        if now < self.opens:
            return 0
        if now - self._asked >= _ASK:
            self._asked = now
            self._ask(now)
        elif not self._left:
            self.opens = self._asked + _ASK
        return min(most, self._left)

    def entered(self, number: int) -> None:
        """Take in that so many have begun."""
        self._left = max(0, self._left - number)

    def refused(self) -> None:
        """Take in that a limit refused what had entered: after a pause one at a time enters, until one has passed.

        A profile may take more than what is foreseen for any.
        """
        now = time.monotonic()
        if now >= self._resumes:
            self._pause = min(2 * self._pause or _ASK, _SELDOM)
            self._resumes = now + self._pause
        self._left, self.opens = 0, max(self.opens, self._resumes)

    def passed(self) -> None:
        """Take in that no limit refused what had entered."""
        if time.monotonic() >= self._resumes:  # else it had entered before another was refused
            self._pause = 0.0

    def _ask(self, now: float) -> None:
        host, ahead = forges.hosts().get(self._name), _AHEAD * settings.PROFILES_IN_FLIGHT
        if host is None:
            self._left = ahead
            return
        forge = forges.forge(host)
        try:
            forge.foresee(Asker(self.client, background=True), 1, _WITHIN)
            forge.accounts.check_limits(_WITHIN)
        except LimitError as error:
            if error.wait is not None:
                self._left, self.opens = 0, now + min(max(error.wait, _ASK), _SELDOM)
                return
            ahead = 1  # no time helps, and its flight says so
        if self._pause:
            ahead = 1
        while ahead > 1:
            try:
                forge.foresee(Asker(self.client, background=True), ahead, _WITHIN)
            except LimitError:
                ahead //= 2
            else:
                break
        self._left = ahead
