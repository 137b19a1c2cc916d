"""GitHub as a kind of forge: its options, limits and faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from emulator.accounts import Login
from emulator.github.faults import STRIKES
from emulator.github.presets import PRESETS
from emulator.github.schema import VERSIONS
from emulator.github.secondary import Bounds
from emulator.github.server import PATH, GitHubServer
from emulator.github.traits import TRAITS
from emulator.github.users import User, users
from emulator.kind import Answering, Kind, Place


@dataclass(frozen=True)
class GitHub(Kind):
    """GitHub's GraphQL API v4. It answers every path that no other forge does, as api.github.com does.

    Attributes:
        token: the token of the first user, who is called `emulator`.
        users: so many users in all, called `emulator-2` and so on, whose tokens are numbered likewise; or the users
            beside the first one, see `users`.
        version: of Enterprise Server, see `schema.VERSIONS`; empty = github.com. A server has no limits and tells none,
            its ids have their old form, and its schema lacks what came later.
        points: GraphQL points in an hour of each user.
        seconds, together, calls: the secondary limits of each user, see `Bounds`; None = no limit.
    """

    traits = TRAITS
    address = PATH
    strikes = STRIKES
    presets = PRESETS
    arguments = {  # noqa: RUF012 - see Kind
        "token": "the token that GitHub takes",
        "users": "so many users, the tokens of the others end in -2, -3 and so on",
        "points": "so many GraphQL points in an hour for each user",
        "version": "answer as Enterprise Server of this version, for example 3.10",
    }
    schemes = ("bearer", "token")

    token: str = field(default="emulator-token", repr=False)
    users: int | Sequence[User] = 1
    version: str = ""
    points: int = 5000
    seconds: float | None = 60.0
    together: int | None = 100
    calls: int | None = 2000

    def __post_init__(self) -> None:
        if self.version not in VERSIONS:
            raise ValueError(f"no version {self.version!r}; there are: {', '.join(filter(None, VERSIONS))}")

    def answering(self, place: Place) -> Answering:
        """A new server; its windows are an hour and a minute of the place."""
        points = {user.login: self.points if user.points is None else user.points for user in self._users()}
        bounds = Bounds(self.seconds, self.together, self.calls, place.minute)
        if self.version:
            bounds = Bounds(None, None, None, place.minute)
        return GitHubServer(place, points, bounds, self.version).answer

    def _users(self) -> list[User]:
        return users(self.token, self.users)

    def unlimited(self) -> Self:
        """Without secondary limits, as Enterprise Server is; the points stay."""
        return replace(self, seconds=None, together=None, calls=None)

    def secrets(self) -> Mapping[str, str]:
        """The `token` of the first user."""
        return {"token": self.token}

    def logins(self) -> Sequence[Login]:
        """The tokens of all users."""
        return [Login(user.login, token) for user in self._users() for token in user.tokens]

    def introduction(self, url: str) -> str:
        """Address and tokens."""
        tokens = [one.token for one in self.logins()]
        return f"GitHub GraphQL: {url}  (token{'s' if len(tokens) > 1 else ''}: {', '.join(tokens)})"


KIND = GitHub()
