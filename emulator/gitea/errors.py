"""The refusals of Gitea and Forgejo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.exchange import Answer

WEB = "https://forge.example/git"
"""ROOT_URL of the site's settings, of which links in answers are made: behind a proxy it is often another address."""

JSON = "application/json;charset=utf-8"
TEXT = "text/plain; charset=utf-8"

_GONE = "user redirect does not exist [name: {}]"


@dataclass(frozen=True, eq=False)
class Refusal(Exception):
    """An answer in place of what was asked for.

    Attributes:
        status: the HTTP status.
        body: the body; JSON where it is no bytes.
        headers: the headers besides the usual ones.
        content_type: the type of a body of bytes.
    """

    status: int
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = TEXT

    def answer(self, headers: Mapping[str, str]) -> Answer:
        """The answer, with these headers too."""
        sent = {**headers, **self.headers}
        if isinstance(self.body, bytes):
            return Answer(self.status, self.body, sent, self.content_type)
        return Answer(self.status, (json.dumps(self.body) + "\n").encode(), sent, JSON)


def refusal(status: int, message: str, *errors: str, listed: bool = False) -> Refusal:
    """A refusal with a message, and with a list of errors where there are any or `listed` says so."""
    body: dict[str, Any] = {"message": message, "url": f"{WEB}/api/swagger"}
    if errors or listed:
        body["errors"] = list(errors)
    return Refusal(status, body)


def no_user(name: str) -> Refusal:
    """404 of an account by its name."""
    return refusal(404, _GONE.format(name.lower()))


def no_organization(name: str, plain: bool) -> Refusal:
    """404 of an organization by its name; `plain` as Gitea says it since 2026."""
    return refusal(404, "not found") if plain else refusal(404, "GetOrgByName", _GONE.format(name.lower()))


def no_owner(name: str) -> Refusal:
    """404 of a repository whose owner there is not."""
    return refusal(404, "GetUserByName", _GONE.format(name.lower()))


def hidden_organization(name: str, of_users: bool) -> Refusal:
    """404 of an organization that the caller may not see, at `/orgs` and at `/users`."""
    if of_users:
        return refusal(404, "GetUserByName", f"user does not exist [uid: 0, name: {name}]")
    return refusal(404, "HasOrgOrUserVisible", listed=True)


def hidden_user() -> Refusal:
    """404 of a user that the caller may not see."""
    return refusal(404, "Visit Project", listed=True)


def no_repository() -> Refusal:
    """404 of a repository that does not exist, or that the caller may not see."""
    return refusal(404, "The target couldn't be found.", listed=True)


def no_code() -> Refusal:
    """403 of languages where the code is off."""
    return refusal(403, "user should have specific read permission or be a repo admin or a site admin")


def wrong_token() -> Refusal:
    """401 of a token that is not taken, on public data too: the words are about the token's user."""
    return refusal(401, "user does not exist [uid: 0, name: ]")


def signed_in_only() -> Refusal:
    """403 of a stranger at a site that is for its users alone; without `url`."""
    return Refusal(403, {"message": "Only signed in user is allowed to call APIs."})


def explore_signed_in_only() -> Refusal:
    """401 of a stranger at a site whose users only users may look at."""
    return refusal(401, "you must be signed in to search for users")


def no_scope(scope: str) -> Refusal:
    """403 of a token that lacks a scope; without a token the answer would have been given."""
    return refusal(403, f"token does not have at least one of required scope(s): [{scope}]")


def nothing_here() -> Refusal:
    """404 of a path without a resource."""
    return Refusal(404, b"404 page not found\n")


def moved(location: str) -> Refusal:
    """307 to an owner's new name."""
    shown = location.replace("&", "&amp;")
    body = f'<a href="{shown}">Temporary Redirect</a>.\n\n'.encode()
    return Refusal(307, body, {"Location": location}, "text/html; charset=utf-8")
