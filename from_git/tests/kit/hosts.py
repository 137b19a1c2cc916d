"""Hosts of tests: such as need no settings, and the adapters of those that the settings name."""

from from_git import forges
from from_git.forges.contract import Forge
from from_git.forges.registry import KINDS
from from_git.values.host import Host
from from_git.values.kind import Kind


def host_of(kind: Kind | str, name: str = "", api: str = "") -> Host:
    """A host that nobody asks; by default the usual one of its kind."""
    one = KINDS[kind] if isinstance(kind, str) else kind
    return Host(one, name or one.host, api or f"https://api.{one.host}", label=one.label, pool=one.name)


def adapter(kind: str) -> Forge:
    """This process's adapter for the first host of that kind."""
    return forges.forge(next(host for host in forges.hosts().values() if host.kind.name == kind))
