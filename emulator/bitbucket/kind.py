"""Bitbucket as a kind of forge: its options, limits and faults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, Self

from emulator.accounts import Login
from emulator.bitbucket.credentials import AccessToken, ApiToken, Credentials, access_tokens, api_tokens, logins
from emulator.bitbucket.faults import FAULTS, STRIKES
from emulator.bitbucket.presets import PRESETS
from emulator.bitbucket.server import FORGE, ROOT, BitbucketServer, Options
from emulator.bitbucket.traits import TRAITS
from emulator.kind import Answering, Kind, Place


@dataclass(frozen=True)
class Bitbucket(Kind):
    """Bitbucket's REST API 2.0.

    Attributes:
        credentials: the first credentials that are taken.
        users: so many API tokens in all, their user names and tokens numbered from 2; or those beside the first one.
        access_tokens: so many access tokens in all, numbered likewise; or those beside the first one.
        size: whether lists of repositories tell the optional `size`.
        watchers_pagelen_zero: whether the watchers resource takes `pagelen=0`.
        calls_per_hour: "forge" for the forge's numbers (60 anonymous, 1,000 for each token); one number for every
            caller; or by caller, see `Options`; None = no limit.
    """

    traits = TRAITS
    root = ROOT
    address = ROOT
    shares = {"watchers": re.compile(rf"{ROOT}/repositories/[^/]+/[^/]+/watchers/?")}  # noqa: RUF012 - see Kind
    strikes = STRIKES
    faults = FAULTS
    presets = PRESETS

    arguments = {  # noqa: RUF012 - see Kind
        "users": "so many user names with an API token each, those of the others end in -2, -3 and so on",
        "access_tokens": "so many access tokens, the others end likewise",
    }

    credentials: Credentials = field(default_factory=Credentials)
    users: int | Sequence[ApiToken] = 1
    access_tokens: int | Sequence[AccessToken] = 1
    size: bool = True
    watchers_pagelen_zero: bool = True
    calls_per_hour: int | Mapping[str, int] | Literal["forge"] | None = "forge"

    def answering(self, place: Place) -> Answering:
        """A new server; its limit is for an hour of the place."""
        options = Options(self.size, self.watchers_pagelen_zero, self._by_caller(), place.hour)
        reach = {one.token: one.workspace for one in self._access()}
        return BitbucketServer(place, reach, options).answer

    def _access(self) -> list[AccessToken]:
        return access_tokens(self.credentials, self.access_tokens)

    def _by_caller(self) -> Mapping[str, int]:
        given = self.calls_per_hour
        if given == "forge":
            return FORGE
        if isinstance(given, int):
            return dict.fromkeys(FORGE, given)
        return given or {}

    def unlimited(self) -> Self:
        """Without the hourly limit."""
        return replace(self, calls_per_hour=None)

    def secrets(self) -> Mapping[str, str]:
        """The fields of `Credentials`."""
        return asdict(self.credentials)

    def logins(self) -> Sequence[Login]:
        """All API tokens and access tokens."""
        return logins(api_tokens(self.credentials, self.users), self._access())

    def introduction(self, url: str) -> str:
        """Address and credentials."""
        ours = [f"Basic {one.username}:{one.token}" if one.username else f"Bearer {one.token}" for one in self.logins()]
        return f"Bitbucket REST: {url}  (anonymous, or {', or '.join(ours)})"


KIND = Bitbucket()
