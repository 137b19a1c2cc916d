"""The faults switched on, and which of them strikes a call."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from random import Random

from emulator.exchange import Call
from emulator.faults.fault import Fault


@dataclass
class _Active:
    fault: Fault
    added: float = field(default_factory=time.monotonic)
    seen: int = 0
    struck: int = 0
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.fault.seed)  # noqa: S311 - a schedule, not a secret

    def is_on(self) -> bool:
        """Whether its time is not over."""
        limit = self.fault.for_seconds
        return limit is None or time.monotonic() < self.added + limit

    def strikes(self) -> bool:
        """Whether it strikes one more call that it matches; counts the call."""
        self.seen += 1
        if self.seen <= self.fault.after or (self.fault.times is not None and self.struck >= self.fault.times):
            return False
        # drawn for every call that could be struck, so that a seed is a schedule
        if self.fault.chance < 1 and self.random.random() >= self.fault.chance:
            return False
        self.struck += 1
        return True


class Faults:
    """The faults switched on, tried in the order in which they were added; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[_Active] = []

    def add(self, fault: Fault) -> None:
        """Switch a fault on from the next call on."""
        with self._lock:
            self._active.append(_Active(fault))

    def clear(self) -> None:
        """Switch all faults off; calls already struck stay struck."""
        with self._lock:
            self._active.clear()

    def all(self) -> list[Fault]:
        """The faults switched on, those that have struck their `times` or outlived their `for_seconds` too."""
        with self._lock:
            return [active.fault for active in self._active]

    def pick(self, call: Call) -> Fault | None:
        """The fault that strikes this call, if any; counts the call for every fault that it matches before that."""
        with self._lock:
            for active in self._active:
                if active.is_on() and active.fault.matches(call) and active.strikes():
                    return active.fault
        return None
