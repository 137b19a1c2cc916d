"""All flights of this process, and the one thread that renews their claims and reads news of other processes."""

import logging
import threading
import time
from collections.abc import Callable

from from_git.flights.awaited import Secrets, Waiter
from from_git.flights.claims import LOOK, Claims
from from_git.flights.flight import Flight
from from_git.forges.contract import Forge
from from_git.kept.store import Store
from from_git.values.host import Host
from from_git.values.profile import Profile

logger = logging.getLogger(__name__)
_RENEW = 1.0  # seconds between renewals of our claims, of CLAIM_SECONDS


class Flights:
    """At most one flight for each profile at any time. Safe from any thread.

    Args:
        store: the kept profiles.
        claims: on fetches, over all processes.
        forge_of: the adapter for a host.
        secrets: the strings that no error shows.
    """

    def __init__(
        self,
        store: Store,
        claims: Claims,
        forge_of: Callable[[Host], Forge],
        secrets: Secrets = tuple,
    ) -> None:
        self.store = store
        self.claims = claims
        self._forge_of = forge_of
        self._secrets = secrets
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._flights: dict[Profile, Flight] = {}
        self._watch: threading.Thread | None = None
        self._closed = False

    def join(
        self, profile: Profile, waiter: Waiter, deadline: float, longest: float | None = None, anew: bool = False
    ) -> Flight:
        """The flight of `profile`, begun now if there is none, with `waiter` among its waiters.

        Args:
            deadline: the waiter's, on the monotonic clock.
            longest: see `Flight.start`.
            anew: see `Flight.start`.
        """
        with self._lock:
            flight = self._flights.get(profile)
            fresh = flight is None or not flight.board(waiter, deadline)
            if flight is None or fresh:
                flight = self._flights[profile] = Flight(
                    profile, self._forge_of(profile.host), self.store, self.claims, self._secrets, self._ended
                )
                flight.board(waiter, deadline)
        if fresh:
            flight.start(waiter, longest, anew)
            self._wake()
        return flight

    def under_way(self, profile: Profile) -> bool:
        """Whether this process has a flight of the profile."""
        return profile in self._flights

    def _ended(self, flight: Flight) -> None:
        with self._lock:
            if self._flights.get(flight.profile) is flight:
                del self._flights[flight.profile]

    def close(self) -> None:
        """Let the watching thread end with the last flight; no request joins any more."""
        self._closed = True
        self._changed.set()

    def _wake(self) -> None:
        with self._lock:
            if self._watch is None:
                self._watch = threading.Thread(target=self._run, name="flights-watch", daemon=True)
                self._watch.start()
        self._changed.set()

    def _run(self) -> None:
        renewed = 0.0
        while True:
            self._changed.clear()  # before the look, so that what comes after it is not missed
            with self._lock:
                idle = not self._flights
                if idle and self._closed:
                    self._watch = None
                    return
            if idle:
                self._changed.wait()
                continue
            renew = time.monotonic() - renewed >= _RENEW
            renewed = time.monotonic() if renew else renewed
            followed = self.look(renew)
            time.sleep(LOOK)  # one look for all that begin meanwhile
            if not followed:
                self._changed.wait(_RENEW - LOOK)

    def look(self, renew: bool) -> bool:
        """Read news of flights that other processes hold, and renew our claims; whether any other process holds one."""
        with self._lock:
            flights = list(self._flights.values())
        followed = {one.profile: holder for one in flights if (holder := one.holder)}
        news = self.claims.news(followed) if followed else {}
        own = {one.profile: (one.id, one.progress()) for one in flights if renew and one.is_ours}
        wanted = self.claims.renew(own) if own else {}
        for flight in flights:
            try:
                if flight.profile in followed:
                    flight.hear(news[flight.profile] if news else None)
                elif flight.profile in own and not flight.is_ours:
                    # ended while its claim was renewed: the next process would follow a flight that has ended
                    self.claims.publish(flight.profile, flight.id, None)
                elif flight.profile in own:
                    flight.renewed(wanted.get(flight.profile, 0.0))
            except Exception:  # the one thread for all flights must not end with one of them
                logger.exception("A flight could not be watched")
        return bool(followed)
