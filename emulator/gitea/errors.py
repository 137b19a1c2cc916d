"""The refusals of Gitea and Forgejo, as versions of them were seen to give them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.exchange import Answer
from emulator.gitea.version import Version

WEB = "https://forge.example/git"
"""ROOT_URL of the site's settings, of which links in answers are made: behind a proxy it is often another address."""

JSON = "application/json;charset=utf-8"
TEXT = "text/plain; charset=utf-8"


def body(value: Any) -> bytes:
    """JSON as the software writes it, with a line break behind it."""
    return (json.dumps(value, separators=(",", ":")) + "\n").encode()


@dataclass(frozen=True, eq=False)
class Refusal(Exception):
    """An answer in place of what was asked for.

    Attributes:
        status: the HTTP status.
        body: the body; JSON where it is no bytes.
        headers: the headers besides the usual ones.
        content_type: the type of a body of bytes.
        early: newer versions give it before they look who calls, and with no headers.
    """

    status: int
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = TEXT
    early: bool = False

    def answer(self, headers: Mapping[str, str]) -> Answer:
        """The answer, with these headers too."""
        sent = {**headers, **self.headers}
        if isinstance(self.body, bytes):
            return Answer(self.status, self.body, sent, self.content_type)
        return Answer(self.status, body(self.body), sent, JSON)


@dataclass(frozen=True)
class Refusals:
    """The refusals of a version: by status a client can tell them, by their words hardly."""

    version: Version

    def no_user(self, name: str) -> Refusal:
        """404 of an account by its name."""
        return _told(404, _gone(name))

    def no_organization(self, name: str) -> Refusal:
        """404 of an organization by its name."""
        return self._told_apart("GetOrgByName", [_gone(name)])

    def no_owner(self, name: str) -> Refusal:
        """404 of a repository whose owner there is not."""
        return self._told_apart("GetUserByName", [_gone(name)])

    def hidden_organization(self) -> Refusal:
        """404 of an organization that the caller may not see."""
        return self._told_apart("HasOrgOrUserVisible", [])

    def hidden_account(self, name: str) -> Refusal:
        """404 of an organization that the caller may not see, among the users."""
        return self._told_apart("GetUserByName", [self._nobody(name)])

    def hidden_user(self) -> Refusal:
        """404 of a user that the caller may not see."""
        return self._told_apart("Visit Project", [])

    def hidden_heir(self) -> Refusal:
        """404 of the old name of an account that the caller may not see."""
        return Refusal(404, b"user does not exist\n")

    def no_repository(self) -> Refusal:
        """404 of a repository that does not exist, or that the caller may not see."""
        return self._told_apart("The target couldn't be found.", [])

    def no_code(self) -> Refusal:
        """403 of languages where the code is off."""
        return _told(403, "user should have specific read permission or be a repo admin or a site admin")

    def wrong_token(self) -> Refusal:
        """401 of a token that is not taken, on public data too: the older words are about the token's user."""
        if self.version.terse:
            return _told(401, "invalid username, password or token")
        return _told(401, self._nobody(""))

    def public_only(self, owners: str) -> Refusal:
        """403 of a token that is for what is public, at an owner that is not."""
        return _told(403, f"token scope is limited to public {owners}")

    def signed_in_only(self) -> Refusal:
        """403 of a stranger at a site that is for its users alone; without `url`."""
        return Refusal(403, {"message": "Only signed in user is allowed to call APIs."})

    def explore_signed_in_only(self) -> Refusal:
        """401 of a stranger at a site whose users only users may look at."""
        return _told(401, "you must be signed in to search for users")

    def no_scope(self, scope: str, had: Sequence[str]) -> Refusal:
        """403 of a token that lacks a scope; without a token the answer would have been given."""
        words = "token does not have at least one of required scope(s)"
        more = f", required=[{scope}], token scope={','.join(had)}" if self.version.terse else f": [{scope}]"
        return _told(403, words + more)

    def _nobody(self, name: str) -> str:
        key = ", keyid: 0" if self.version.keyed else ""
        return f"user does not exist [uid: 0, name: {name}{key}]"

    def _told_apart(self, message: str, errors: list[str]) -> Refusal:
        """404 with what was looked for as its message, and the errors of it."""
        if self.version.terse:
            return _told(404, "not found")
        shown: list[str] | None = errors or ([] if self.version.empty_errors else None)
        return Refusal(404, {"message": message, "url": _SWAGGER, "errors": shown})


_SWAGGER = f"{WEB}/api/swagger"


def _told(status: int, message: str) -> Refusal:
    return Refusal(status, {"message": message, "url": _SWAGGER})


def _gone(name: str) -> str:
    return f"user redirect does not exist [name: {name.lower()}]"


def nothing_here() -> Refusal:
    """404 of a path without a resource."""
    return Refusal(404, b"404 page not found\n", early=True)


def moved(location: str) -> Refusal:
    """307 to an owner's new name."""
    shown = location.replace("&", "&amp;")
    body = f'<a href="{shown}">Temporary Redirect</a>.\n\n'.encode()
    return Refusal(307, body, {"Location": location}, "text/html; charset=utf-8")
