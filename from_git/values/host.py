"""A host: where a forge runs, and how it is reached; see `from_git.forges.hosts` for those that there are."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from from_git.values.credential import Credential
from from_git.values.kind import Kind


@dataclass(frozen=True)
class Host:
    """A place where a forge of some kind runs; equal when the names are."""

    kind: Kind = field(compare=False, repr=False)
    name: str
    """What profile URLs carry, in lower case: a host, maybe with a port and a path below which the site lies."""
    api: str = field(compare=False)
    """The address of its API."""
    credentials: tuple[Credential, ...] = field(default=(), compare=False)
    """In the order of the setting; empty: everybody's."""
    ca_file: str = field(default="", compare=False)
    """The PEM file with authorities that are trusted beside the usual ones; empty for none."""
    proxy: str = field(default="", compare=False, repr=False)
    """The address of the proxy that leads there; empty for none."""
    threads: Mapping[str, int] = field(default_factory=dict, compare=False)
    """Sizes of its pools, by the kind's names of settings."""
    bounds: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What may be spent there, by the kind's names of settings."""
    settings: Mapping[str, str] = field(default_factory=dict, compare=False)
    """How messages call the place where something is set: by the keys of an entry of FORGES, and by the names of the
    kind's settings."""
    label: str = field(default="", compare=False)
    """The name that people know it by: for the first host of a kind that of its kind, or one of its own."""
    count: tuple[str, ...] = field(default=("public",), compare=False)
    """The visibilities of repositories that count there; see `Kind.counts`."""

    def __hash__(self) -> int:
        return hash(self.name)  # a tenth of what dataclass would take, for each look-up of each profile

    @property
    def site(self) -> str:
        """The address below which its profiles and repositories lie, without a slash at the end."""
        return f"https://{self.name}"

    @cached_property
    def key(self) -> str:
        """Its name in caches; another one for another API, or where more counts, since the numbers may differ."""
        told = self.api if self.count == ("public",) else f"{self.api} {self.count}"
        return f"{self.name}:{hashlib.sha256(told.encode()).hexdigest()[:8]}"

    def setting(self, key: str) -> str:
        """How messages call the place where something of it is set; see `settings`."""
        return self.settings.get(key, key)

    def words(self, text: str) -> str:
        """A message of its kind, in which each of the kind's settings is called as it is for this host.

        What stands between backticks stays.
        """
        return self._names.sub(lambda found: self.settings[found[0]], text) if self._names else text

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        """The names of settings that are called otherwise for this host; the longest first."""
        others = [name for name, place in self.settings.items() if name[:1].isupper() and name != place]
        longest = "|".join(sorted(others, key=len, reverse=True))
        return re.compile(rf"(?<![\w`])(?:{longest})(?!\w)") if others else None


def counts_internal(host: Host) -> bool:
    """Whether repositories count there that only those see who have an account."""
    return "internal" in host.count


def metric_labels(host: Host) -> tuple[str, str]:
    """The labels of its metrics: the name of its kind, and its own."""
    return host.kind.name, host.name


def short_label(host: Host) -> str:
    """What people know it by, where there is little room: the name alone at any but the first host of its kind."""
    return host.label if is_first(host) else host.name


def is_first(host: Host) -> bool:
    """Whether it is the first host of its kind, which is called by the kind's name alone."""
    return host.label in (host.kind.label, host.kind.hosted)
