"""Faults made ready: answers that a forge was seen to give, by name."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.faults.fault import Fault


@dataclass(frozen=True)
class Preset:
    """A row of a table: the fault, and its meaning in words."""

    fault: Fault
    help: str
