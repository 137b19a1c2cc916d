"""GitHub's GraphQL API v4 and Bitbucket's REST API 2.0 on loopback, for the demo, the tests and the benchmarks.

    from emulator import Emulator

    with Emulator() as emulator:
        ...  # ask emulator.github_url and emulator.bitbucket_url; compare with emulator.world.sum(...)

As strict as the forges, never kinder. The data are recorded, made up or generated (see data/README.md).
"""

from emulator.bitbucket.server import Credentials
from emulator.faults import FAULTS, PRESETS, Fault, preset
from emulator.latency import Latency
from emulator.meter import Counts, Snapshot
from emulator.model import Owner, Repository
from emulator.server import UNBOUNDED, Emulator
from emulator.world import World

__all__ = [
    "FAULTS",
    "PRESETS",
    "UNBOUNDED",
    "Counts",
    "Credentials",
    "Emulator",
    "Fault",
    "Latency",
    "Owner",
    "Repository",
    "Snapshot",
    "World",
    "preset",
]
