"""Bitbucket as a kind of forge: its options, limits and faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, Self

from emulator.bitbucket.credentials import Credentials
from emulator.bitbucket.faults import FAULTS, STRIKES
from emulator.bitbucket.presets import PRESETS
from emulator.bitbucket.server import FORGE, ROOT, BitbucketServer, Options
from emulator.bitbucket.traits import TRAITS
from emulator.kind import Answering, Kind, Place


@dataclass(frozen=True)
class Bitbucket(Kind):
    """Bitbucket's REST API 2.0.

    Attributes:
        credentials: the credentials that are taken.
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

    credentials: Credentials = field(default_factory=Credentials)
    size: bool = True
    watchers_pagelen_zero: bool = True
    calls_per_hour: int | Mapping[str, int] | Literal["forge"] | None = "forge"

    def answering(self, place: Place) -> Answering:
        """A new server; its limit is for an hour of the place."""
        options = Options(self.size, self.watchers_pagelen_zero, self._by_caller(), place.hour)
        return BitbucketServer(place, self.credentials, options).answer

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

    def introduction(self, url: str) -> str:
        """Address and credentials."""
        ours = self.credentials
        return (
            f"Bitbucket REST: {url}  (anonymous, or Basic {ours.username}:{ours.api_token}, "
            f"or Bearer {ours.access_token})"
        )


KIND = Bitbucket()
