"""The credentials that a forge takes, and the accounts that they belong to."""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

ANONYMOUS = "anonymous"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Login:
    """A credential.

    Attributes:
        account: the name of its account; several credentials of one user have one.
        token: what is sent in `Authorization`; behind the user name where there is one.
        username: for Basic; empty = the token is sent alone.
    """

    account: str
    token: str = field(repr=False)
    username: str = ""


class Accounts:
    """The credentials that a forge takes, some of them revoked. Every method may be called from any thread.

    Args:
        schemes: the schemes, in lower case, with which a token alone is taken.

    Attributes:
        logins: the credentials in their order, revoked ones too.

    Raises:
        ValueError: two credentials with one token.
    """

    def __init__(self, logins: Iterable[Login], schemes: Sequence[str] = ("bearer",)) -> None:
        self.logins = tuple(logins)
        self._schemes = schemes
        self._by_token = {one.token: one for one in self.logins}
        self._lock = threading.Lock()
        self._revoked: set[str] = set()
        if len(self._by_token) != len(self.logins):
            raise ValueError("two credentials of one forge have the same token")

    def revoke(self, token: str) -> None:
        """Refuse the credential with that token from the next call on.

        Raises:
            ValueError: there is none.
        """
        self._known(token)
        with self._lock:
            self._revoked.add(token)

    def give_back(self, token: str) -> None:
        """Take it again; no error where it was not revoked.

        Raises:
            ValueError: there is none.
        """
        self._known(token)
        with self._lock:
            self._revoked.discard(token)

    def is_revoked(self, token: str) -> bool:
        """Whether the credential with that token is refused."""
        with self._lock:
            return token in self._revoked

    def taken(self, authorization: str | None) -> Login | None:
        """The credential in that header; None where it is not taken, or where there is none."""
        found = self._found(authorization)
        return None if found is None or self.is_revoked(found.token) else found

    def name(self, authorization: str | None) -> str:
        """The account that is named in that header, taken or not; "anonymous" without one, else "unknown"."""
        found = self._found(authorization)
        return found.account if found else UNKNOWN if authorization else ANONYMOUS

    def _found(self, authorization: str | None) -> Login | None:
        scheme, _, value = (authorization or "").partition(" ")
        if scheme.lower() == "basic":
            username, _, token = _plain(value).partition(":")
        else:
            username, token = "", value.strip()
        found = self._by_token.get(token)
        if found is None or found.username != username:
            return None
        return found if scheme.lower() in (("basic",) if username else self._schemes) else None

    def _known(self, token: str) -> None:
        if token not in self._by_token:
            raise ValueError("no credential has that token")


def _plain(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
