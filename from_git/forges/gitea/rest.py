"""The REST API of Gitea and Forgejo: what its answers mean, and what their parts are."""

import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from from_git.errors import CredentialsError, LimitError, MalformedAnswer, UpstreamError, of_repository
from from_git.forges.compact import dumped, loaded
from from_git.forges.reading import (
    REFUSALS,
    described,
    foreign,
    get,
    get_time,
    is_foreign,
    maybe,
    object_in,
    retry_after,
    texts_in,
    unanswered,
)
from from_git.upstream import Response
from from_git.values.host import Host

ASKED = 50
"""Repositories of one page of a list, as they are asked for; a site may give fewer."""
_SCOPES = "read:user, read:repository and read:organization"  # that a token needs
# what a status does not tell: a token with too little, where everybody may be served; one that is kept from owners who
# are not public; and, as text in place of JSON, an old name of one of these
_LACKS, _KEPT_OUT, _NO_USER = "at least one of required scope", "scope is limited to public", b"user does not exist"
# seconds to wait where a limit does not say: it is that of a proxy in front, of which no window is known
_UNTOLD = 60.0
_LAST = re.compile(r'<[^>]*[?&]page=([1-9][0-9]{0,8})(?:&[^>]*)?>\s*;\s*rel="last"')
_PUBLIC = "public"


class Owner(NamedTuple):
    """An owner, as a row, `/orgs/NAME` or `/users/NAME` tells of it."""

    id: int
    login: str
    visibility: str
    """`public`, `limited` (to those with an account) or `private`."""

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.visibility == _PUBLIC


class Kept(NamedTuple):
    """What a fetch keeps of a public repository, until its languages are known."""

    path: str
    """`OWNER/NAME`."""
    is_fork: bool
    is_archived: bool
    stars: int
    watchers: int
    topics: list[str] | None
    """None: the server is too old to tell them in a list."""
    license: str | None
    created: int
    is_empty: bool
    """Whether nothing was ever pushed to it."""
    updated: int
    """When it was changed last, in whole seconds since the epoch, as `mirrored`."""
    mirrored: int
    """When a mirror took in its original last, whose times of changes are the original's own; else 0."""
    language: str
    """The most usual one; empty where none is known."""

    @property
    def name(self) -> str:
        """Its name below the owner."""
        return self.path.rpartition("/")[2]

    def dumped(self) -> bytes:
        """The same in few bytes, from which `kept_in` makes it again."""
        return dumped(*self)


def kept_in(row: bytes) -> Kept:
    """The `Kept` that was dumped as these bytes."""
    return Kept._make(loaded(row))


class Sheet(NamedTuple):
    """One page of a list, as it came."""

    rows: dict[str, bytes | None]
    """By id: `Kept` of those that are public, None for others."""
    shown: int
    """Rows on it."""
    total: int | None
    """Rows of the whole list, and with a token those too that nobody is shown; None where it is not told."""
    last: int | None
    """The number of the last page; None where it is not told, as on the last one."""
    owner: Owner | None
    """None without a row."""
    is_old: bool
    """Whether the server is too old to tell topics here."""
    is_exact: bool
    """Whether `total` counts what everybody may see and nothing else."""


def refusal(answer: Response, host: Host, signed_in: bool) -> UpstreamError:
    """The error that an answer of another status than 200 means; `signed_in`: whether the call carried a token."""
    status, said, now = answer.status, message_of(answer), time.time()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = retry_after(answer.headers, now)
        return LimitError("its limit of calls is used up.", _UNTOLD if wait is None else wait)
    if status in REFUSALS and is_foreign(answer):
        return foreign(answer, host.setting("api"))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _refused(status, said, host, signed_in)
    if status == HTTPStatus.NOT_FOUND:
        return UpstreamError("it does not know what was asked for (404).", said, f"Look at {host.setting('api')}.")
    return unanswered(answer, said, host.setting("api"), now)


def wants_account(reason: str, said: str, host: Host) -> CredentialsError:
    """The error for what strangers are not shown."""
    return CredentialsError(reason, said, f"Give it a token with the scopes {_SCOPES}, in {host.setting('accounts')}.")


def _refused(status: int, said: str, host: Host, signed_in: bool) -> CredentialsError:
    accounts = host.setting("accounts")
    if not signed_in:
        error = wants_account(f"it shows this only to those who are signed in ({described(status)}).", said, host)
    elif status == HTTPStatus.UNAUTHORIZED:
        error = CredentialsError(f"it does not know the token ({described(status)}).", said, f"Look at {accounts}.")
        error.refused = True
    else:
        reason = f"it does not let the token read this ({described(status)})."
        error = CredentialsError(reason, said, f"It needs the scopes {_SCOPES}: look at {accounts}.")
    error.doubtful = True
    return error


def vanished(answer: Response) -> UpstreamError:
    """The error for an owner that was there at the beginning."""
    reason = f"the owner vanished while it was being read ({answer.status})."
    return UpstreamError(reason, message_of(answer), "Ask again.")


def message_of(answer: Response) -> str:
    """What the forge itself says about a failure; empty where it says nothing."""
    said = object_in(answer).get("message")
    return said if isinstance(said, str) else ""


def lacks_scope(answer: Response) -> bool:
    """Whether the answer refuses a token for what it may read."""
    return answer.status == HTTPStatus.FORBIDDEN and _LACKS in message_of(answer)


def says_missing(answer: Response) -> bool:
    """Whether the forge itself says that there is no such thing, or that it is hidden; not a page of somebody else."""
    if answer.status == HTTPStatus.NOT_FOUND:
        return bool(message_of(answer)) or answer.body.strip() == _NO_USER
    return answer.status == HTTPStatus.FORBIDDEN and _KEPT_OUT in message_of(answer)


def owner_of(value: object, name: str = "login") -> Owner:
    """An owner; `name`: the key of its name.

    Raises:
        MalformedAnswer: names the place.
    """
    # servers before 1.14 have no visibility of users, and show nobody else's
    return Owner(
        get(value, "id", kind=int), get(value, name, kind=str), maybe(value, "visibility", kind=str) or _PUBLIC
    )


def sheet_of(answer: Response, rows: Any, whose: str, is_exact: bool) -> Sheet:
    """A page of repositories.

    Args:
        rows: the list that it holds.
        whose: the owner's name and the page's number in words, for messages.
        is_exact: see `Sheet`.

    Raises:
        MalformedAnswer: names the place, or the page where a row is null: whoever skips it has a wrong sum.
    """
    values = get(rows, kind=list)
    if None in values:
        raise MalformedAnswer(f"a row of {whose} is null, as where the forge cannot load a repository")
    found = dict(_row(value) for value in values)
    total = answer.headers.get("x-total-count", "")
    last = _LAST.search(answer.headers.get("link", ""))
    return Sheet(
        found,
        len(values),
        int(total) if total.isdecimal() and len(total) < 10 else None,
        int(last[1]) if last else None,
        owner_of(get(values[0], "owner", kind=dict)) if values else None,
        any("topics" not in value for value in values),
        is_exact,
    )


def _row(value: object) -> tuple[str, bytes | None]:
    """The id of a repository, and its `Kept` where it is public."""
    number = str(get(value, "id", kind=int))
    owner = owner_of(get(value, "owner", kind=dict))
    if get(value, "private", kind=bool) or not owner.is_public:
        return number, None
    path = f"{owner.login}/{get(value, 'name', kind=str)}"
    try:
        return number, _kept(get(value, kind=dict), path).dumped()
    except MalformedAnswer as error:
        raise of_repository(error, path) from None


def _kept(value: Mapping[str, Any], path: str) -> Kept:
    licenses = maybe(value, "licenses", kind=list) or []
    return Kept(
        path,
        get(value, "fork", kind=bool),
        get(value, "archived", kind=bool),
        get(value, "stars_count", kind=int),
        get(value, "watchers_count", kind=int),
        texts_in(value, "topics") if "topics" in value else None,
        licenses[0] if len(licenses) == 1 and isinstance(licenses[0], str) else None,
        get_time(value, "created_at"),
        maybe(value, "empty", kind=bool) or False,
        _time(value, "updated_at"),
        _time(value, "mirror_updated") if maybe(value, "mirror", kind=bool) else 0,
        maybe(value, "language", kind=str) or "",
    )


def _time(value: Mapping[str, Any], key: str) -> int:
    """A time that need not be there; 0 for never, which is told as the year 1."""
    try:
        return get_time(value, key)
    except MalformedAnswer:
        return 0
