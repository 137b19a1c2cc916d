"""The hosts that the settings name. Light to import, and pure: settings are checked before Django is set up."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from from_git.forges.entries import read_entries
from from_git.forges.registry import KINDS
from from_git.values.host import Host
from from_git.values.kind import Kind


def values_in(settings: Any) -> dict[str, Any]:
    """What of the settings hosts are made of, by name."""
    rows = [option for kind in KINDS.values() for option in kind.options.rows]
    named = {option.name: getattr(settings, option.name, option.default) for option in rows}
    return {**named, **{name: getattr(settings, name) for name in ("UPSTREAM_CA_FILE", "UPSTREAM_PROXY", "FORGES")}}


def hosts_of(values: Mapping[str, Any]) -> dict[str, Host]:
    """The hosts by name, in the order in which lists and errors name them: the first one of each kind, then FORGES.

    An entry replaces an earlier host of its name whole, at that host's place.

    Args:
        values: name to value of the settings.
    """
    hosts = {host.name: host for host in (_first(kind, values) for kind in KINDS.values())}
    for host in read_entries(values)[0]:
        before = hosts.get(host.name)
        hosts[host.name] = replace(host, label=before.label) if before and before.kind is host.kind else host
    return hosts


def _first(kind: Kind, values: Mapping[str, Any]) -> Host:
    """The host of a kind that has settings of its own."""
    options = kind.options
    name = values[options.host] if options.host else kind.host
    entry = f"an entry of FORGES for {name}"
    return Host(
        kind=kind,
        name=name,
        api=values[options.address] if options.address else kind.api(name),
        credentials=tuple(options.credentials(values)),
        ca_file=values["UPSTREAM_CA_FILE"],
        proxy=values["UPSTREAM_PROXY"],
        threads={option.name: values[option.name] for option in options.threads},
        bounds={option.name: values[option.name] for option in options.bounds},
        settings={
            "api": options.address or f"`api` of {entry}",
            "accounts": options.accounts or f"`accounts` of {entry}",
            "ca_file": "UPSTREAM_CA_FILE",
            "proxy": "UPSTREAM_PROXY",
        },
        label=kind.hosted or kind.label,
    )
