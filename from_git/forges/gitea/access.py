"""Gitea and Forgejo: what all fetches of one site share, and the languages that outlive them."""

import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from from_git.calls.accounts import Accounts
from from_git.fanout import Pool
from from_git.forges.compact import dumped, loaded
from from_git.memory import Memory
from from_git.upstream import Upstream
from from_git.values.host import Host

_ASKED_AGAIN = 3_600.0  # seconds after which a site may have been set up otherwise
_ANSWERED = 2.0  # seconds for which others wait whether the one who asks is answered
_MOST_KEPT = 20_000  # repositories of one owner


class Told(NamedTuple):
    """Languages and topics of a repository, as the forge told them."""

    updated: int
    """When the repository had been changed last, and `mirrored`: see `Kept`."""
    mirrored: int
    at: float
    """When they were told, in seconds since the epoch."""
    langs: list[list[str | int]]
    """Pairs of a name and bytes."""
    topics: list[str] | None
    """None where the list tells them."""

    def dumped(self) -> bytes:
        """The same in few bytes, from which `told_in` makes it again."""
        return dumped(*self)


def told_in(row: bytes) -> Told:
    """The `Told` that was dumped as these bytes."""
    return Told._make(loaded(row))


class KeptLanguages:
    """The languages of whole owners, in a memory that may forget them or hold nonsense.

    Each of them costs a call, and they stay as they are as long as nothing is pushed.

    Args:
        key: of the host; see `Host.key`.
        seconds: for which they are kept; 0: none are.
    """

    def __init__(self, memory: Memory, key: str, seconds: float, now: Callable[[], float] = time.time) -> None:
        self._memory = memory
        self._prefix = f"from-git:languages-1:{key}"  # another number for another form of `Told`
        self._seconds = seconds
        self._now = now

    def of(self, login: str) -> dict[str, bytes]:
        """The dumped `Told` of an owner's repositories that are not too old, by the repository's id."""
        packed = self._memory.get(f"{self._prefix}:{login.lower()}") if self._seconds else None
        if not isinstance(packed, bytes):
            return {}
        oldest, now = self._now() - self._seconds, self._now()
        try:
            found = {number: Told._make(one) for number, one in orjson.loads(zlib.decompress(packed)).items()}
            return {number: one.dumped() for number, one in found.items() if oldest < one.at <= now}
        except (zlib.error, orjson.JSONDecodeError, AttributeError, TypeError):
            return {}

    def keep(self, login: str, told: Mapping[str, bytes]) -> None:
        """Keep the dumped `Told` of these repositories, by id, in place of all others of the owner."""
        if self._seconds and len(told) <= _MOST_KEPT:
            packed = zlib.compress(orjson.dumps({number: orjson.Fragment(one) for number, one in told.items()}), 1)
            self._memory.set(f"{self._prefix}:{login.lower()}", packed, timeout=self._seconds + 1.0)


class Site(NamedTuple):
    """What a site says of itself."""

    page_size: int | None
    """Rows of a page at most; None where it does not say."""
    has_stars: bool
    """Whether its users can star repositories; where they cannot, their number means nothing."""


@dataclass
class GiteaAccess:
    """The way to a site, and what is known of it; shared by all fetches."""

    host: Host
    upstream: Upstream
    lists: Pool
    languages: Pool
    everybody: Accounts
    """What strangers may spend."""
    given: Accounts | None
    """The accounts of the settings; None without one."""
    kept: KeptLanguages
    """Languages of earlier fetches."""
    signed_in: bool = False
    """Whether the site wants a token, so that fetches begin with one."""
    hides_users: bool = False
    """Whether strangers are shown organizations only."""
    _site: tuple[Site, float] | None = field(default=None, repr=False)
    _asked_until: float = field(default=0.0, repr=False)

    @property
    def api(self) -> str:
        """The address below which all calls lie."""
        return f"{self.upstream.base_url}/api/v1"

    @property
    def accounts(self) -> Accounts:
        """The accounts that fetches begin with."""
        return self.given if self.given and self.signed_in else self.everybody

    @property
    def site(self) -> Site | None:
        """What the site has said; None: it has to be asked."""
        known = self._site
        return known[0] if known and time.monotonic() < known[1] else None

    @site.setter
    def site(self, site: Site | None) -> None:
        self._site = (site, time.monotonic() + _ASKED_AGAIN) if site else None

    def is_to_ask(self) -> bool:
        """Whether the site is to be asked now, by whoever asks this; one alone is told so within some seconds."""
        now = time.monotonic()
        if self.site is not None or now < self._asked_until:
            return False
        self._asked_until = now + _ANSWERED
        return True

    def look_again(self) -> None:
        """Begin as a stranger where it is so long ago that the site was asked that it may let strangers in by now."""
        if self.site is None:
            self.signed_in = self.hides_users = False
