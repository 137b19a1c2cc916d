"""The credentials that Bitbucket takes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """The credentials that are taken; all of them may see private repositories.

    Attributes:
        username, api_token: for Basic: the account's e-mail and an API token (an API token as Bearer is refused).
        access_token: for Bearer.
        access_workspace: the one workspace that the access token reaches; empty = every one, as OAuth's tokens do.
    """

    username: str = "emulator@example.com"
    api_token: str = field(default="emulator-api-token", repr=False)
    access_token: str = field(default="emulator-access-token", repr=False)
    access_workspace: str = ""
