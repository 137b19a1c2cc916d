"""Faults that can be switched on while the emulator runs.

`FAULTS` is the list of kinds; a new one is one function and one row in `table.py`. `PRESETS` are faults made ready.
"""

from emulator.faults.active import Faults
from emulator.faults.fault import Fault
from emulator.faults.presets import PRESETS, Preset, from_json, preset
from emulator.faults.table import FAULTS, Kind

__all__ = ["FAULTS", "PRESETS", "Fault", "Faults", "Kind", "Preset", "from_json", "preset"]
