"""GitHub's GraphQL API v4 and Bitbucket's REST API 2.0 on loopback, for the demo, the tests and the benchmarks.

    from emulator import Emulator

    with Emulator() as emulator:
        ...  # ask emulator["github"].url and emulator["bitbucket"].url; compare with emulator.world.sum(...)

As strict as the forges, never kinder. The data are recorded, made up or generated (see DATA.md).
"""

from emulator.faults import FAULTS, PRESETS, Fault, preset
from emulator.latency import Latency
from emulator.meter import Counts
from emulator.model import Owner, Repository
from emulator.server import Emulator
from emulator.world import World

__all__ = [
    "FAULTS",
    "PRESETS",
    "Counts",
    "Emulator",
    "Fault",
    "Latency",
    "Owner",
    "Repository",
    "World",
    "preset",
]
