"""The credentials that Bitbucket takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from emulator.accounts import Login

API_TOKEN = "apitoken"  # noqa: S105 - a sort of credential, as Bitbucket's header names it
ACCESS_TOKEN = "accesstoken"  # noqa: S105 - the same


@dataclass(frozen=True)
class Credentials:
    """The first credentials that are taken; all of them may see private repositories.

    Attributes:
        username, api_token: for Basic: the account's e-mail and an API token (an API token as Bearer is refused).
        access_token: for Bearer.
        access_workspace: the one workspace that the access token reaches; empty = every one, as OAuth's tokens do.
    """

    username: str = "emulator@example.com"
    api_token: str = field(default="emulator-api-token", repr=False)
    access_token: str = field(default="emulator-access-token", repr=False)
    access_workspace: str = ""


@dataclass(frozen=True)
class ApiToken:
    """One more API token; the tokens of one user name share its calls of an hour."""

    username: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class AccessToken:
    """One more access token, which has calls of its own.

    Attributes:
        workspace: the one workspace that it reaches; empty = every one.
    """

    token: str = field(repr=False)
    workspace: str = ""


def api_tokens(first: Credentials, more: int | Sequence[ApiToken]) -> list[ApiToken]:
    """The API tokens: the first and the others, so many in all with a user name each that is numbered, or as given."""
    if isinstance(more, int):
        name, _, host = first.username.partition("@")
        numbers = range(2, more + 1)
        more = [ApiToken(f"{name}-{number}@{host}", f"{first.api_token}-{number}") for number in numbers]
    return [ApiToken(first.username, first.api_token), *more]


def access_tokens(first: Credentials, more: int | Sequence[AccessToken]) -> list[AccessToken]:
    """The access tokens: the first and the others, so many in all that are numbered, or as given."""
    if isinstance(more, int):
        more = [AccessToken(f"{first.access_token}-{number}") for number in range(2, more + 1)]
    return [AccessToken(first.access_token, first.access_workspace), *more]


def logins(users: Sequence[ApiToken], access: Sequence[AccessToken]) -> list[Login]:
    """All of them; an API token's account is its user name, an access token's is called by its place."""
    names = [f"{ACCESS_TOKEN}-{number}" if number > 1 else ACCESS_TOKEN for number in range(1, len(access) + 1)]
    return [
        *(Login(one.username, one.token, one.username) for one in users),
        *(Login(name, one.token) for name, one in zip(names, access, strict=True)),
    ]
