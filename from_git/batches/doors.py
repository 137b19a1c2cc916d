"""How many profiles may begin at a host now, so that nothing is claimed that cannot be paid."""

import math
import time

from from_git import forges
from from_git.askers import Asker
from from_git.conf import settings
from from_git.errors import LimitError

_ASK = 1.0  # seconds between two questions; with a shared cache each is some questions to it
_SELDOM = 5.0  # seconds between two questions while nothing may begin: a wait may turn out to be shorter than was said
_REFUSED = 15.0  # seconds for which nothing begins at most, after a budget has refused what had begun
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
        self._most = math.inf  # that begin at a time, after a refusal

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

    def refused(self, seconds: float) -> None:
        """Take in that a limit or a budget refused what had entered, for so many seconds.

        A call may cost more than the forge can foresee, so one alone begins then, and twice as many each second after.
        """
        self._left, self._most = 0, 1
        self.opens = max(self.opens, time.monotonic() + min(max(seconds, _ASK), _REFUSED))

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
        while ahead > 1:
            try:
                forge.foresee(Asker(self.client, background=True), ahead, _WITHIN)
            except LimitError:
                ahead //= 2
            else:
                break
        self._left = int(min(ahead, self._most))
        self._most *= 2
