"""A fetch in another process, as those here who wait for it see it."""

import time

from from_git.flights.claims import CLAIM_SECONDS, News

_WANT_AGAIN = 2.0  # seconds; a holder that hears nothing for CLAIM_SECONDS thinks that nobody waits here


class Following:
    """The holder of a claim that is not ours, and the times of the words exchanged with it. Not safe from threads."""

    def __init__(self) -> None:
        self.holder = ""
        """The id of the other process's flight; empty where no other process is followed."""
        self._heard = time.monotonic()  # when the holder last said something
        self._told = 0.0  # when the holder was last told that somebody waits here

    def follow(self, holder: str) -> bool:
        """Follow this holder; whether it must be told now, or once more, that somebody waits here."""
        now = time.monotonic()
        again = holder != self.holder or now - self._told > _WANT_AGAIN
        self.holder, self._told = holder, now if again else self._told
        return again

    def is_silent(self, news: News) -> bool:
        """Whether the holder, by these news too, has said nothing for CLAIM_SECONDS."""
        now = time.monotonic()
        if news.progress or news.holder != self.holder:
            self._heard = now
        return now - self._heard > CLAIM_SECONDS
