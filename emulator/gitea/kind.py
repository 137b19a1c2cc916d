"""Gitea and Forgejo as a kind of forge: their options, limits and faults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from emulator.accounts import Login
from emulator.gitea.asked import Options
from emulator.gitea.credentials import ALL, Token, logins, numbered
from emulator.gitea.faults import STRIKES
from emulator.gitea.presets import LIMITED, PRESETS
from emulator.gitea.server import API, ROOT, GiteaServer
from emulator.gitea.traits import TRAITS
from emulator.gitea.version import Version
from emulator.kind import Answering, Kind, Place


@dataclass(frozen=True)
class Gitea(Kind):
    """The REST API v1 of a site with Gitea or Forgejo.

    Attributes:
        version: as the site tells it; Forgejo's end in `+gitea-` and a version of Gitea.
        token, user, scopes, admin: the first token that is taken, see `Token`.
        users: so many users in all, with a token each, numbered from 2; or the tokens beside the first one.
        max_response_items, default_paging_num, signed_in_only, explore_signed_in_only, stars_disabled: see `Options`.
        calls: calls of an address in half an hour that a proxy lets through, those of codeberg.org in August 2025
            (luanti-org/contentdb#607) where nothing else is given; None = no limit.
        per: seconds of that half hour; None = by the emulator's hour.
        limited: the form of the proxy's refusal, a name in `presets.LIMITED`.

    Raises:
        ValueError: no version, or no such form.
    """

    traits = TRAITS
    root = ROOT
    address = ROOT
    shares = {"languages": re.compile(rf"{ROOT}{API}/repos/[^/]+/[^/]+/languages")}  # noqa: RUF012 - see Kind
    strikes = STRIKES
    presets = PRESETS
    schemes = ("token", "bearer")

    arguments = {  # noqa: RUF012 - see Kind
        "version": "the version, Forgejo's with +gitea-",
        "max_response_items": "the most rows of a page",
        "users": "so many users with a token each, those of the others end in -2, -3 and so on",
    }

    version: str = "15.0.0+gitea-1.22.0"
    token: str = field(default="emulator-gitea-token", repr=False)
    user: str = "emulator"
    scopes: tuple[str, ...] = (ALL,)
    admin: bool = False
    users: int | Sequence[Token] = 1
    max_response_items: int = 50
    default_paging_num: int = 30
    signed_in_only: bool = False
    explore_signed_in_only: bool = False
    stars_disabled: bool = False
    calls: int | None = 4_000
    per: float | None = None
    limited: str = "html"

    def __post_init__(self) -> None:
        Version.of(self.version)
        if self.limited not in LIMITED:
            raise ValueError(f"no form {self.limited!r} of a limit; there are: {', '.join(LIMITED)}")

    def answering(self, place: Place) -> Answering:
        """A new server; its limit is for half an hour of the place."""
        options = Options(
            Version.of(self.version),
            self.max_response_items,
            self.default_paging_num,
            self.signed_in_only,
            self.explore_signed_in_only,
            self.stars_disabled,
            self.calls,
            place.hour / 2 if self.per is None else self.per,
            LIMITED[self.limited],
        )
        return GiteaServer(place, {one.token: one for one in self._tokens()}, options).answer

    def _tokens(self) -> list[Token]:
        return numbered(Token(self.token, self.user, self.scopes, self.admin), self.users)

    def unlimited(self) -> Self:
        """Without the proxy's limit."""
        return replace(self, calls=None)

    def secrets(self) -> Mapping[str, str]:
        """The first token, and its user."""
        return {"token": self.token, "username": self.user}

    def logins(self) -> Sequence[Login]:
        """All tokens."""
        return logins(self._tokens())

    def introduction(self, url: str) -> str:
        """Address and credentials."""
        return f"Gitea REST: {url}{API}  (anonymous, or token {', or '.join(one.token for one in self._tokens())})"


KIND = Gitea()
