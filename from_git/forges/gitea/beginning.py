"""Gitea and Forgejo: how a fetch begins, with all that one owner is first asked for side by side."""

import threading
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

from from_git.calls.sending import Calls
from from_git.errors import UpstreamError
from from_git.forges.gitea.access import GiteaAccess, Site
from from_git.forges.gitea.rest import (
    ASKED,
    Owner,
    Sheet,
    owner_of,
    says_missing,
    sheet_of,
    wants_account,
)
from from_git.forges.gitea.signing import Signing
from from_git.forges.reading import get, is_foreign, maybe

_SETTINGS = "api", "repository"
_SILENT = HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND  # answered by who does not say them


class Begun(NamedTuple):
    """An owner that everybody may see."""

    owner: Owner
    kind: str
    """Organization or User."""
    sheet: Sheet
    """The first page of its list."""


class Beginning:
    """Whether there is the owner, what it is, and the first page of its list. Safe from any thread.

    `/users/NAME/repos` lists the repositories of organizations too, `/orgs/NAME` tells what an owner is, and where no
    row comes `/users/NAME` tells a user without repositories from an owner that is hidden, whose list is empty as well.

    Args:
        then: called once with what was found; None: there is no such owner for everybody.
    """

    def __init__(
        self, access: GiteaAccess, signing: Signing, name: str, then: Callable[[Begun | None], object]
    ) -> None:
        self._access, self._signing, self._then = access, signing, then
        self._name, self._path = name, quote(name, safe="")
        self._lock = threading.Lock()  # around what follows
        self._found: dict[str, Any] = {}  # by what was asked
        self._asked: list[str] = []

    def start(self) -> None:
        """Have it asked for."""
        self._ask("organization", "sheet", *(_SETTINGS if self._access.is_to_ask() else ()))

    def _ask(self, *parts: str) -> None:
        self._asked += parts
        for one in parts:
            self._signing.start(self._access.lists, partial(self._read, one), partial(self._take, one))

    def _read(self, what: str, calls: Calls) -> Any:
        if what == "sheet":
            return self._read_sheet(calls)
        return self._read_owner("orgs", calls) if what == "organization" else self._read_settings(what, calls)

    def _take(self, what: str, found: Any) -> None:
        with self._lock:
            self._found[what] = found
            if len(self._found) < len(self._asked):
                return
        if self._access.site is None and "api" not in self._found:
            self._ask(*_SETTINGS)  # another fetch has asked, and was not answered
            return
        if "api" in self._found:
            size = maybe(self._found["api"], "max_response_items", kind=int)
            stars = not maybe(self._found["repository"], "stars_disabled", kind=bool)
            self._access.site = Site(min(size, ASKED) if size else None, stars)
        self._decide(self._found["organization"], self._found["sheet"])

    def _decide(self, organization: Owner | None, sheet: Sheet | None) -> None:
        kind = "Organization" if organization else "User"
        if sheet is None:
            if organization and organization.is_public:
                raise UpstreamError("it knows the organization, and not its list (404).", advice="Ask again.")
            self._then(None)
        elif owner := sheet.owner or organization:
            self._then(Begun(owner, kind, sheet) if owner.is_public else None)
        else:
            self._signing.start(self._access.lists, partial(self._read_owner, "users"), partial(self._take_user, sheet))

    def _take_user(self, sheet: Sheet, owner: Owner | None) -> None:
        self._then(Begun(owner, "User", sheet) if owner and owner.is_public else None)

    def _read_settings(self, part: str, calls: Calls) -> dict[str, Any]:
        """What a site says of itself; nothing where it does not say."""
        answer = self._signing.get(calls, f"/settings/{part}")
        return {} if answer.status in _SILENT else get(self._signing.json(calls, answer), kind=dict)

    def _read_owner(self, part: str, calls: Calls) -> Owner | None:
        """What `/orgs/NAME` or `/users/NAME` says; None: there is no such thing, or it is hidden."""
        if part == "users" and self._access.hides_users and not calls.authorization:
            return None
        answer = self._signing.get(calls, f"/{part}/{self._path}")
        return None if says_missing(answer) else owner_of(self._signing.json(calls, answer), "username")

    def _read_sheet(self, calls: Calls) -> Sheet | None:
        stranger = not calls.authorization
        part = "orgs" if stranger and self._access.hides_users else "users"
        answer = self._signing.get(calls, list_of(part, self._path, 1))
        closed = answer.status == HTTPStatus.UNAUTHORIZED and not is_foreign(answer)
        if stranger and part == "users" and closed:
            self._access.hides_users, part = True, "orgs"
            calls.resent()
            answer = self._signing.get(calls, list_of(part, self._path, 1))
        if says_missing(answer):
            if part == "orgs":
                reason = "it has no such organization, and shows users only to those who are signed in."
                raise wants_account(reason, "", self._access.host)
            return None
        return sheet_of(answer, self._signing.json(calls, answer), f"page 1 of the list of {self._name}", stranger)


def list_of(part: str, path: str, number: int) -> str:
    """The address of a page of an owner's list; `part`: users, which has organizations too, or orgs."""
    return f"/{part}/{path}/repos?limit={ASKED}&page={number}"
