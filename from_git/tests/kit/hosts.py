"""Hosts of tests: such as need no settings, and the adapters of those that the settings name."""

import time

from from_git import forges
from from_git.calls.fetchgroup import FetchGroup
from from_git.forges.contract import Forge
from from_git.forges.registry import KINDS
from from_git.values.found import Found
from from_git.values.host import Host
from from_git.values.kind import Kind


def host_of(kind: Kind | str, name: str = "", api: str = "") -> Host:
    """A host that nobody asks; by default the usual one of its kind."""
    one = KINDS[kind] if isinstance(kind, str) else kind
    return Host(one, name or one.host, api or f"https://api.{one.host}", label=one.label)


def adapter(kind: str) -> Forge:
    """This process's adapter for the first host of that kind."""
    return forges.forge(next(host for host in forges.hosts().values() if host.kind.name == kind))


def fetched(kind: str, owner: str) -> Found | None:
    """What the first host of that kind tells of an owner, within 30 seconds; raises the error of the fetch."""
    group = FetchGroup(time.monotonic() + 30)
    fetch = adapter(kind).fetch(owner, group)
    if not group.wait():
        raise TimeoutError(owner)
    return fetch.outcome()
