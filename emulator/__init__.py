"""Code forges on loopback, for the demo, the tests and the benchmarks: their APIs, limits and faults.

    from emulator import Emulator

    with Emulator() as emulator:
        ...  # ask emulator["NAME"].url, NAME being a forge of kinds.py; compare with emulator.world.sum(...)

Several accounts, each with limits and counts of its own, and a credential that is refused from a moment on:

    with Emulator(NAME={"users": 3}) as emulator:
        first, *others = emulator["NAME"].accounts.logins  # each with token, user name and account
        emulator["NAME"].accounts.revoke(first.token)
        ...
        emulator.meter.accounts("NAME")[others[0].account].calls

As strict as the forges, never kinder. The data are recorded, made up or generated (see DATA.md).
"""

from emulator.catalogue import FAULTS, PRESETS, preset
from emulator.faults.fault import Fault
from emulator.kind import Kind
from emulator.kinds import KINDS
from emulator.latency import Latency
from emulator.meter import Counts
from emulator.model import Owner, Repository
from emulator.server import Emulator
from emulator.world import Choice, World

__all__ = [
    "FAULTS",
    "KINDS",
    "PRESETS",
    "Choice",
    "Counts",
    "Emulator",
    "Fault",
    "Kind",
    "Latency",
    "Owner",
    "Repository",
    "World",
    "preset",
]
