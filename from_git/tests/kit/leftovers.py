"""What requests leave behind in this process, counted."""

import gc
import threading
from collections import Counter

import psutil

from emulator import Emulator
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.queues import Call
from from_git.calls.sending import Calls
from from_git.calls.spent import Reservation
from from_git.flights.flight import Flight
from from_git.forges.bitbucket.fetch import BitbucketFetch
from from_git.forges.gitea.fetch import GiteaFetch
from from_git.forges.github.fetch import GitHubFetch
from from_git.forges.gitlab.fetch import GitLabFetch
from from_git.forges.listing import Listing
from from_git.forges.once import Once

FETCHES = GitHubFetch, BitbucketFetch, GitLabFetch, GiteaFetch
KINDS = FetchGroup, Flight, Calls, Call, Reservation, *FETCHES, Listing, Once


def objects() -> dict[str, int]:
    """Objects of requests that somebody still holds, by the name of their class."""
    gc.collect()
    return dict(Counter(type(one).__name__ for one in gc.get_objects() if type(one) in KINDS))


def tracked() -> int:
    """All objects of this process that can hold others."""
    gc.collect()
    return len(gc.get_objects())


def threads() -> list[str]:
    """Threads by name, but for those that stay once they were needed: for all delays, and some of the emulator's."""
    names = (one.name for one in threading.enumerate())
    return sorted(name for name in names if not name.startswith(("fanout-alarm", "flights-watch", "asyncio_")))


def connections(emulator: Emulator) -> int:
    """Connections of this process to the forges, from our side."""
    found = psutil.Process().net_connections("tcp")
    return sum(1 for one in found if one.raddr and one.raddr[1] == emulator.port)


def descriptors() -> int:
    """Open files and sockets."""
    return psutil.Process().num_fds()
