"""The calls of one fetch, as values that can be sent again, and the queues in which they wait to be sent."""

import threading
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from from_git.calls.account import Account
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.halving import Origin
from from_git.calls.peers import NO_ANSWER, Count
from from_git.fanout import Pool

NOBODY: frozenset[Account] = frozenset()
"""No account."""


@dataclass(eq=False, slots=True, weakref_slot=True)
class Call:
    """One call to a forge, until it is answered; kept small, since a workspace may have thousands."""

    pool: Pool
    ask: Callable[[], Any]
    """Sends the request and returns what the answer says, or raises UpstreamError. Changes nothing, so that it can be
    called again."""
    then: Callable[[Any], object]
    """Takes in the result of `ask`; called once, after the one `ask` that did not fail."""
    weight: int = 0
    """Number of repositories that the call asks for in detail."""
    smaller: Callable[[Origin | None], object] | None = None
    """Starts calls for half as much each, in place of this one, with that `origin`."""
    origin: Origin | None = None
    """The failed call that this one is a part of."""
    gave: Callable[[Any], int] | None = None
    """The number of repositories that an answer gives in detail; None: `weight`."""
    subject: str = ""
    """`OWNER/NAME` of the one repository that the call is about."""
    amount: float = 1.0
    """Calls as which it counts, where the forge counts calls: more for those of which it allows fewer."""
    attempt: int = 1
    before: Count = NO_ANSWER
    """The answers to the fetch when this call first failed."""
    compared: bool = False
    """Whether another call was answered after its last failure."""
    refused: frozenset[Account] = NOBODY
    """Through which the forge has refused it since its last try through all."""

    def divide(self, origin: Origin | None) -> None:
        """Start calls for half as much each in place of this one, which has `smaller`."""
        if self.smaller:
            self.smaller(origin)
            if origin:
                origin.answered(0, whole=True)


Sender = Callable[[], object]
"""Sends one call."""
Gate = Callable[[Call], Sender | float]
"""The sender of a call that may be sent now, else the seconds after which to ask again."""


class CallQueues:
    """The calls of one fetch that wait to be sent, by pool. Safe from any thread.

    However many calls wait for a pool, `group` has one task there: it sends the first of them after it has started the
    task for the next one, or comes back when the first may be sent.
    """

    def __init__(self, group: FetchGroup) -> None:
        self._group = group
        self._lock = threading.Lock()
        self._waiting: dict[Pool, deque[Call]] = {}
        self._served: set[Pool] = set()  # pools with a task for the calls that wait there
        self._resting: dict[Pool, int] = {}  # the number of a task that waits until its call may be sent
        # weak, so that a fetch that is over is freed without a garbage collection
        hurry = weakref.WeakMethod(self._hurry)
        group.hurry = lambda: (there := hurry()) and there()

    def put(self, call: Call, gate: Gate, front: bool = False) -> None:
        """Let a call wait until `gate`, which must be the same for all calls, lets it pass; at the end, or in front."""
        with self._lock:
            queue = self._waiting.setdefault(call.pool, deque())
            if front:
                queue.appendleft(call)
            else:
                queue.append(call)
            served = call.pool in self._served
            self._served.add(call.pool)
        if not served:
            self._group.start(call.pool, self._serve, call.pool, gate)

    def _serve(self, pool: Pool, gate: Gate) -> None:
        """Send the first call that waits for `pool`, or come back when it may be sent."""
        with self._lock:
            call = self._waiting[pool].popleft()
        send = gate(call)
        if isinstance(send, float):
            with self._lock:
                self._waiting[pool].appendleft(call)
            self._resting[pool] = self._group.start(pool, self._serve, pool, gate, delay=send)
            return
        with self._lock:
            more = bool(self._waiting[pool])
            if not more:
                self._served.discard(pool)
        if more:
            self._group.start(pool, self._serve, pool, gate)
        send()

    def _hurry(self) -> None:
        """Ask at once whether the calls that wait may be sent."""
        for number in list(self._resting.values()):
            self._group.awake(number)
