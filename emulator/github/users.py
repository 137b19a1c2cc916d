"""The users that GitHub knows, and their tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

LOGIN = "emulator"


@dataclass(frozen=True)
class User:
    """A user, or the bot of an app's installation, whose login ends in `[bot]`.

    Attributes:
        login: the name that `viewer` tells, and the name of the account.
        tokens: all of them share the user's points and secondary limits.
        points: points in an hour; None = those of the forge's option.
    """

    login: str
    tokens: tuple[str, ...] = field(repr=False)
    points: int | None = None


def users(token: str, more: int | Sequence[User]) -> list[User]:
    """The first user with that token and the others.

    Args:
        more: so many users in all, with a token each that is numbered from 2; or the users beside the first one, where
            one with the login of an earlier one is that one with further tokens.
    """
    named = _numbered(token, more) if isinstance(more, int) else more
    found: dict[str, User] = {LOGIN: User(LOGIN, (token,))}
    for one in named:
        before = found.get(one.login, User(one.login, ()))
        points = before.points if one.points is None else one.points
        found[one.login] = User(one.login, before.tokens + one.tokens, points)
    return list(found.values())


def _numbered(token: str, count: int) -> Iterator[User]:
    return (User(f"{LOGIN}-{number}", (f"{token}-{number}",)) for number in range(2, count + 1))
