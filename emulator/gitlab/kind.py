"""GitLab as a kind of forge: its options, limits and faults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from emulator.accounts import Login
from emulator.gitlab.faults import FAULTS, STRIKES
from emulator.gitlab.limits import ENDPOINTS, FORGE, Limits
from emulator.gitlab.presets import PRESETS
from emulator.gitlab.server import ROOT, GitLabServer, Options, authorization
from emulator.gitlab.traits import TRAITS
from emulator.gitlab.versions import Version
from emulator.kind import Answering, Kind, Place


@dataclass(frozen=True)
class GitLab(Kind):
    """A GitLab site below `/gitlab`: REST API v4 and GraphQL.

    Attributes:
        token: the token of the first user.
        users: so many users in all, the tokens of the others end in -2, -3 and so on.
        version: the version of the server, from 16.0.
        languages_known: whether the languages of all projects were looked for already; else the first question about
            each project's is answered with none.
        signed_in_only: whether nothing is public without a token.
        calls: calls in a minute, see `limits.FORGE`; None = no limit, as self-managed sites have by default.
        endpoint_calls: calls of single endpoints in a minute, see `limits.ENDPOINTS`; None = no limit.

    Raises:
        ValueError: no version.
    """

    traits = TRAITS
    root = ROOT
    address = ROOT
    shares = {"gitlab languages": re.compile(rf"{ROOT}/api/v4/projects/[^/]+/languages")}  # noqa: RUF012 - see Kind
    strikes = STRIKES
    faults = FAULTS
    presets = PRESETS
    arguments = {  # noqa: RUF012 - see Kind
        "token": "the token that GitLab takes",
        "users": "so many users, the tokens of the others end in -2, -3 and so on",
        "version": "the version of GitLab, such as 16.11",
    }

    token: str = field(default="emulator-gitlab-token", repr=False)
    users: int = 1
    version: str = "18.5"
    languages_known: bool = True
    signed_in_only: bool = False
    calls: Mapping[str, int] | None = field(default_factory=lambda: FORGE)
    endpoint_calls: Mapping[str, int] | None = field(default_factory=lambda: ENDPOINTS)

    def __post_init__(self) -> None:
        Version.of(self.version)

    def answering(self, place: Place) -> Answering:
        """A new server; its limits are for a minute of the place."""
        options = Options(Version.of(self.version), self.languages_known, self.signed_in_only)
        limits = Limits(self.calls or {}, self.endpoint_calls or {}, place.now, place.minute)
        return GitLabServer(place, options, limits).answer

    def unlimited(self) -> Self:
        """Without the limits of calls."""
        return replace(self, calls=None, endpoint_calls=None)

    def secrets(self) -> Mapping[str, str]:
        """The `token` of the first user."""
        return {"token": self.token}

    def logins(self) -> Sequence[Login]:
        """The tokens of all users, who are called `emulator`, `emulator-2` and so on."""
        more = [Login(f"emulator-{number}", f"{self.token}-{number}") for number in range(2, self.users + 1)]
        return [Login("emulator", self.token), *more]

    def authorization(self, headers: Mapping[str, str]) -> str | None:
        """GitLab's own header before the usual one."""
        return authorization(headers)

    def introduction(self, url: str) -> str:
        """Address and tokens."""
        tokens = [one.token for one in self.logins()]
        some = "tokens" if len(tokens) > 1 else "token"
        return f"GitLab REST and GraphQL: {url}  (anonymous, or {some}: {', '.join(tokens)})"


KIND = GitLab()
