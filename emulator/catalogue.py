"""The faults and presets of all registered kinds of forges, by name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from emulator.faults.active import Faults
from emulator.faults.fault import Fault
from emulator.faults.presets import Preset
from emulator.faults.table import FAULTS as COMMON
from emulator.kind import Kind
from emulator.kinds import KINDS


def faults_of(kinds: Iterable[Kind], clock: Callable[[], float] = time.monotonic) -> Faults:
    """The faults that can be switched on in an emulator of these kinds; none of them is on."""
    faults, presets = dict(COMMON), dict[str, Preset]()
    for kind in kinds:
        faults.update(kind.faults)
        presets.update(kind.presets)
    return Faults(faults, presets, clock)


_REGISTERED = faults_of(KINDS)

FAULTS = _REGISTERED.kinds
PRESETS = _REGISTERED.presets


def preset(name: str, **changes: Any) -> Fault:
    """The preset of that name, with changed attributes: `preset("saml", times=1, contains="spack")`.

    Raises:
        ValueError: an unknown name.
    """
    return _REGISTERED.preset(name, **changes)
