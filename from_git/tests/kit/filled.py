"""Batches in the tables, and what has become of their items."""

from datetime import timedelta

from django.db.models.functions import Now

from from_git import forges
from from_git.batches import filling, leases
from from_git.batches.leases import Claimed, Finished
from from_git.models import Batch, BatchItem, ItemState, Purpose
from from_git.profiles import parse_profiles
from from_git.values.profile import Profile

HOST = "github.com"


def profiles(number: int, host: str = HOST, name: str = "owner") -> list[Profile]:
    """So many profiles of a host."""
    return parse_profiles([f"https://{host}/{name}-{one}" for one in range(number)], forges.hosts()).profiles


def filled(number: int, client: str = "me", purpose: Purpose = Purpose.ASKED) -> Batch:
    """A batch of so many profiles of HOST."""
    return filling.fill(profiles(number), client, purpose)


def done(*items: Claimed) -> list[Finished]:
    """What says that these items were found."""
    return [Finished(one.id, one.attempts, ItemState.DONE, b"found") for one in items]


def held(items: list[Claimed]) -> list[tuple[int, int]]:
    """What `leases.renew` is asked with."""
    return [(one.id, one.attempts) for one in items]


def dies(worker: str) -> int:
    """Let the leases of a worker pass, and reap: how many items wait again or have failed."""
    BatchItem.objects.filter(worker=worker).update(lease=Now() - timedelta(seconds=1))
    return leases.reap(settled=0.0)


def item(batch: Batch, position: int = 0) -> BatchItem:
    """A row as it stands."""
    return BatchItem.objects.get(batch=batch, position=position)
