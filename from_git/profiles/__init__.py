"""From the URLs that people paste to profiles: parsing only, no I/O, no Django."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from from_git.profiles.guesses import explained
from from_git.profiles.reading import read
from from_git.values.host import Host
from from_git.values.kind import BadUrl
from from_git.values.profile import Profile

_LINE = re.compile(r"[^\r\n]+")


class Parsed(NamedTuple):
    """What many texts turned out to be."""

    profiles: list[Profile]
    """Each once, in the order asked and in their first spelling."""
    bad: list[tuple[str, BadUrl]]
    """The first texts that are no profiles, each once, in the order asked, and what is wrong with them."""
    more: int
    """How many other lines are no profiles."""


def parse_profiles(lines: Iterable[str], hosts: Mapping[str, Host], named: int = 20) -> Parsed:
    """The profiles in `lines`, and what is wrong with the rest.

    Args:
        lines: URLs; each may hold several, one a line; blank ones are skipped.
        hosts: by what profile URLs carry, in lower case.
        named: how many bad texts are explained at most; the explanation is what takes time.
    """
    # a part of a path may be the owner at one host, and belong to the name of another
    alone = [name for name in hosts if not any(one.startswith(f"{name}/") for one in hosts)]
    plain = _plain(tuple((name, hosts[name].kind.urls.name) for name in alone))
    profiles: dict[Profile, None] = {}
    bad: dict[str, BadUrl] = {}
    more = 0  # not by text: a million wrong ones would have to be remembered
    for value in lines:
        for line in _LINE.finditer(value):
            text = line[0].strip()
            if not text:
                continue
            try:
                profiles.setdefault(_quickly(text, plain, hosts) or read(text, hosts))
            except BadUrl as error:
                if text not in bad and len(bad) >= named:
                    more += 1
                else:
                    bad.setdefault(text, error.with_traceback(None))
    return Parsed(list(profiles), [(text, explained(error, text, hosts)) for text, error in bad.items()], more)


@lru_cache(maxsize=8)
def _plain(hosts: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """What nearly every URL looks like; ASCII, because otherwise a dotless i would be an i in another case."""
    usual = "|".join(f"({re.escape(host)})/({owner})" for host, owner in hosts)
    return re.compile(rf"(?:https?://)?(?:www\.)?(?:{usual})/?", re.IGNORECASE | re.ASCII)


def _quickly(text: str, plain: re.Pattern[str], hosts: Mapping[str, Host]) -> Profile | None:
    """As `read` for what is plainly a profile, in a quarter of its time; None: look closer."""
    found = plain.fullmatch(text)
    if found is None:
        return None
    last = found.lastindex or 0
    owner = found[last]
    host, key = hosts[found[last - 1].lower()], owner.lower()
    # one string for both where they are the same: 450,000 profiles have a second one for nothing
    return None if key in host.kind.urls.reserved else Profile(host, owner if key == owner else key, owner, text)
