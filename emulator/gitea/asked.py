"""A site's settings, and a call that it has let in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.exchange import Answer, Call
from emulator.gitea.credentials import PUBLIC_ONLY, Token
from emulator.gitea.errors import Refusals
from emulator.gitea.version import NEVER, Version
from emulator.gitea.views import Caller
from emulator.model import Owner


@dataclass(frozen=True)
class Options:
    """A site's settings, and what stands in front of it.

    Attributes:
        max_response_items, default_paging_num: the most rows of a page, and those of one that names no limit.
        signed_in_only: the whole site is for its users (REQUIRE_SIGNIN_VIEW of the service).
        explore_signed_in_only: its users are (REQUIRE_SIGNIN_VIEW of service.explore).
        stars_disabled: nobody can star.
        calls, seconds: so many calls of an address in so many seconds are let through, then `limited` is the answer;
            None = all.
    """

    version: Version
    max_response_items: int = 50
    default_paging_num: int = 30
    signed_in_only: bool = False
    explore_signed_in_only: bool = False
    stars_disabled: bool = False
    calls: int | None = None
    seconds: float = 1800.0
    limited: Answer = field(default_factory=lambda: Answer(429))

    def settings(self, name: str) -> dict[str, Any]:
        """The settings of that name, `api` or `repository`, as the site tells them."""
        if name == "api":
            value = {
                "max_response_items": self.max_response_items,
                "default_paging_num": self.default_paging_num,
                "default_git_trees_per_page": 1000,
                "default_max_blob_size": 10485760,
            }
            return value | ({"default_max_response_size": 104857600} if self.version.since((1, 26), None) else {})
        off = ["mirrors", "http_git", "migrations", "stars", "time_tracking", "lfs"]
        off += ["forks"] if self.version.since(NEVER, (7, 0)) else []
        return {f"{one}_disabled": one == "stars" and self.stars_disabled for one in off}


@dataclass(frozen=True)
class Asked:
    """A call that has passed the door: its parts below the API's address, its query, and who calls."""

    parts: tuple[str, ...]
    call: Call
    caller: Caller
    token: Token | None
    refusals: Refusals

    def reaches(self, owner: Owner) -> None:
        """Refuse a token that is for what is public alone, at an owner that is not.

        Raises:
            Refusal: 403, it is.
        """
        narrow = self.token and PUBLIC_ONLY in self.token.scopes and self.refusals.version.guards_owners
        if narrow and owner.visibility != "public":
            raise self.refusals.public_only("orgs" if owner.kind == "Organization" else "users")

    def needs(self, *scopes: str) -> None:
        """Refuse a token that lacks one of the scopes.

        Raises:
            Refusal: 403, it does.
        """
        for scope in scopes:
            if self.token and self.token.lacks(scope):
                raise self.refusals.no_scope(scope, self.token.scopes)
