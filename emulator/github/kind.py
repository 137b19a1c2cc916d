"""GitHub as a kind of forge: its options, limits and faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from emulator.github.faults import STRIKES
from emulator.github.points import Points
from emulator.github.presets import PRESETS
from emulator.github.secondary import Bounds, Secondary
from emulator.github.server import PATH, GitHubServer
from emulator.github.traits import TRAITS
from emulator.kind import Answering, Kind, Place


@dataclass(frozen=True)
class GitHub(Kind):
    """GitHub's GraphQL API v4. It answers every path that no other forge does, as api.github.com does.

    Attributes:
        token: the token that is taken.
        points: GraphQL points in an hour.
        seconds, together, calls: the secondary limits, see `Bounds`; None = no limit.
    """

    traits = TRAITS
    address = PATH
    strikes = STRIKES
    presets = PRESETS
    arguments = {"token": "the token that GitHub takes"}  # noqa: RUF012 - see Kind

    token: str = field(default="emulator-token", repr=False)
    points: int = 5000
    seconds: float | None = 60.0
    together: int | None = 100
    calls: int | None = 2000

    def answering(self, place: Place) -> Answering:
        """A new server; its windows are an hour and a minute of the place."""
        points = Points(self.points, place.hour)
        secondary = Secondary(Bounds(self.seconds, self.together, self.calls, place.minute), place.now)
        return GitHubServer(place, self.token, points, secondary).answer

    def unlimited(self) -> Self:
        """Without secondary limits, as Enterprise Server is; the points stay."""
        return replace(self, seconds=None, together=None, calls=None)

    def secrets(self) -> Mapping[str, str]:
        """The `token`."""
        return {"token": self.token}

    def introduction(self, url: str) -> str:
        """Address and token."""
        return f"GitHub GraphQL: {url}  (token: {self.token})"


KIND = GitHub()
