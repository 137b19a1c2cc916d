"""The tokens that Gitea and Forgejo take, and what they are good for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from emulator.accounts import Login

ALL, PUBLIC_ONLY = "all", "public-only"
ORGANIZATION, REPOSITORY, USER = "read:organization", "read:repository", "read:user"


@dataclass(frozen=True)
class Token:
    """A token.

    Attributes:
        token: its text.
        user: the login of its user, who is nobody's member.
        scopes: its scopes, `all` or such as `read:user`.
        admin: whether its user administers the site, and sees everything.
    """

    token: str = field(repr=False)
    user: str
    scopes: tuple[str, ...] = (ALL,)
    admin: bool = False

    def lacks(self, scope: str) -> bool:
        """Whether it may not be used for what needs that scope."""
        return not {ALL, scope, scope.replace("read:", "write:")} & set(self.scopes)


def numbered(first: Token, more: int | Sequence[Token]) -> list[Token]:
    """All tokens: the first and the others, so many in all that are numbered from 2, or as given."""
    if isinstance(more, int):
        more = [
            Token(f"{first.token}-{number}", f"{first.user}-{number}", first.scopes, first.admin)
            for number in range(2, more + 1)
        ]
    return [first, *more]


def logins(tokens: Sequence[Token]) -> list[Login]:
    """The tokens as credentials; a user's tokens have one account."""
    return [Login(one.user, one.token) for one in tokens]
