"""The faults that can be switched on, those that are, and which of them strikes a call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from emulator.exchange import Call
from emulator.faults.fault import Fault
from emulator.faults.presets import Preset
from emulator.faults.table import FaultKind


@dataclass
class _Active:
    fault: Fault
    added: float
    seen: int = 0
    struck: int = 0
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.fault.seed)  # noqa: S311 - a schedule, not a secret

    def is_on(self, now: float) -> bool:
        """Whether its time is not over."""
        limit = self.fault.for_seconds
        return limit is None or now < self.added + limit

    def strikes(self) -> bool:
        """Whether it strikes one more call that it matches; counts the call."""
        self.seen += 1
        if self.seen <= self.fault.after or (self.fault.times is not None and self.struck >= self.fault.times):
            return False
        # drawn for every call that could be struck, so that the same seed strikes the same calls
        if self.fault.chance < 1 and self.random.random() >= self.fault.chance:
            return False
        self.struck += 1
        return True


class Faults:
    """The faults switched on, tried in the order in which they were added; safe from any thread.

    Args:
        kinds: the kinds of faults, by name.
        presets: faults made ready, by name.
        clock: the seconds of `Fault.for_seconds`.

    Attributes:
        kinds, presets: the same.
    """

    def __init__(
        self, kinds: Mapping[str, FaultKind], presets: Mapping[str, Preset], clock: Callable[[], float]
    ) -> None:
        self.kinds = kinds
        self.presets = presets
        self._clock = clock
        self._lock = threading.Lock()
        self._active: list[_Active] = []

    def preset(self, name: str, **changes: Any) -> Fault:
        """The preset of that name, with changed attributes.

        Raises:
            ValueError: an unknown name.
        """
        if name not in self.presets:
            raise ValueError(f"no preset {name!r}; there are: {', '.join(self.presets)}")
        return replace(self.presets[name].fault, **changes)

    def from_json(self, value: Mapping[str, Any]) -> Fault:
        """A fault from JSON; with `preset` in place of `kind` that preset, changed by the other keys.

        Raises:
            ValueError: see `preset` and `Fault.from_json`.
        """
        if "preset" not in value:
            return Fault.from_json(value)
        rest = {name: given for name, given in value.items() if name != "preset"}
        return Fault.from_json({**self.preset(str(value["preset"])).as_json(), **rest})

    def add(self, fault: Fault) -> None:
        """Switch a fault on from the next call on.

        Raises:
            ValueError: a kind of fault that does not exist, or a fault without an attribute that its kind needs.
        """
        if fault.kind not in self.kinds:
            raise ValueError(f"no fault {fault.kind!r}; there are: {', '.join(self.kinds)}")
        for name in self.kinds[fault.kind].needs:
            if not getattr(fault, name):
                raise ValueError(f"the fault {fault.kind!r} needs {name!r}")
        with self._lock:
            self._active.append(_Active(fault, self._clock()))

    def clear(self) -> None:
        """Switch all faults off; calls already struck stay struck."""
        with self._lock:
            self._active.clear()

    def all(self) -> list[Fault]:
        """The faults switched on, also those whose `times` or `for_seconds` are over."""
        with self._lock:
            return [active.fault for active in self._active]

    def pick(self, call: Call) -> Fault | None:
        """The fault that strikes this call, if any; counts the call for every fault that it matches before that."""
        with self._lock:
            for active in self._active:
                if active.is_on(self._clock()) and active.fault.matches(call) and active.strikes():
                    return active.fault
        return None
