"""Bitbucket's REST API: what its answers mean, and what their parts are."""

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from from_git.errors import CredentialsError, LimitError, MalformedAnswer, TransientError, UpstreamError
from from_git.forges.base import described, get, maybe, retry_after, unanswered
from from_git.upstream import Answer

_ADVICE = {
    "none": "It may be private, or wants credentials: set BITBUCKET_USERNAME and BITBUCKET_API_TOKEN.",
    "API token": "Look at BITBUCKET_USERNAME (the account's e-mail address) and BITBUCKET_API_TOKEN (an API token with"
    " read:repository:bitbucket; app passwords ended in July 2026).",
    "access token": "BITBUCKET_ACCESS_TOKEN reaches only the workspace it was made for; for others use"
    " BITBUCKET_USERNAME and BITBUCKET_API_TOKEN.",
}
_ADVICE_LIMIT = "Without credentials it allows 60 calls an hour: set BITBUCKET_USERNAME and BITBUCKET_API_TOKEN."
Shape = tuple[bool, str]
"""Whether a repository is a fork, and its language or nothing."""


def refusal(answer: Answer, credentials: str) -> UpstreamError:
    """The error that an answer of another status than 200 means; `credentials`: none, API token or access token."""
    status, said, now = answer.status, _error(answer).get("message"), time.time()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        hint = _ADVICE_LIMIT if credentials == "none" else ""
        wait = retry_after(answer.headers, now)
        return LimitError("its limit of calls in an hour is used up.", wait or 0.0, guessed=wait is None, advice=hint)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return CredentialsError(f"it refused access ({described(status)}).", said, _ADVICE[credentials])
    if says_missing(answer):
        return UpstreamError(f"the workspace vanished while it was being read ({status}).", said, "Ask again.")
    if status == HTTPStatus.NOT_FOUND:
        return UpstreamError("it does not know what was asked for (404).", said, "Look at BITBUCKET_API_URL.")
    if status == HTTPStatus.GONE:
        return UpstreamError("it has removed this part of its API (410).", said, "Update from-git.")
    return unanswered(answer, said if isinstance(said, str) else "", "BITBUCKET_API_URL", now)


def says_missing(answer: Answer) -> bool:
    """Whether Bitbucket itself says that the thing does not exist: 404, or 410 for spam, with its error JSON.

    A 404 for an address that is no API, a 410 for a removed API (CHANGE-nnnn) and other people's error pages leave
    the question open.
    """
    error = _error(answer)
    text = f"{error.get('message')} {error.get('detail')}"
    if not isinstance(error.get("message"), str) or "no API hosted" in text:
        return False
    return answer.status == HTTPStatus.NOT_FOUND or (answer.status == HTTPStatus.GONE and "CHANGE-" not in text)


class Entry(NamedTuple):
    """One repository of a list; nothing but `uuid` is said of a private one."""

    uuid: str
    shape: Shape | None
    """None: private."""
    slug: str
    link: str | None
    """To its watchers; without one they are asked for by the slug."""
    path: str | None
    """`WORKSPACE/SLUG`, by the names that Bitbucket uses; None where it does not say so."""

    @property
    def quoted_slug(self) -> str:
        """The slug as a part of an address."""
        return quote(self.slug, safe="")


def entry(value: object) -> Entry:
    """What a list says of one repository.

    Raises:
        MalformedAnswer: names the place.
    """
    uuid = get(value, "uuid", kind=str)
    # our own look as well: one ignored parameter would leak private counts
    if get(value, "is_private", kind=bool):
        return Entry(uuid, None, "", None, None)
    # lists leave `parent` out for originals, other answers say null: a value makes a fork, not the key
    shape = bool(maybe(value, "parent", kind=dict)), maybe(value, "language", kind=str) or ""
    link = maybe(value, "links", "watchers", "href", kind=str)
    path = maybe(value, "full_name", kind=str)
    return Entry(uuid, shape, get(value, "slug", kind=str) if link is None or not path else "", link, path)


@dataclass(frozen=True)
class Page:
    """One page of a list of repositories."""

    entries: list[Entry]
    size: int | None
    """How many the whole list has; optional in Bitbucket's lists."""
    following: str | None
    """The address of the next page, None on the last."""


def page_of(answer: Answer, credentials: str) -> Page:
    """What a page's answer says; raises as `members` and `entry`."""
    page = members(answer, credentials)
    return Page([entry(value) for value in get(page, "values", kind=list)], size_of(page), next_of(page))


def members(answer: Answer, credentials: str) -> dict[str, Any]:
    """The members of a good answer.

    Raises:
        UpstreamError: see `refusal`.
        MalformedAnswer: it has none.
    """
    if answer.status != HTTPStatus.OK:
        raise refusal(answer, credentials)
    return get(answer.json(), kind=dict)


def size_of(page: dict[str, Any]) -> int | None:
    """How many things the whole list has; optional."""
    return maybe(page, "size", kind=int)


def next_of(page: dict[str, Any]) -> str | None:
    """The address of the next page, None on the last."""
    return maybe(page, "next", kind=str)


def is_numbered(link: str) -> bool:
    """Whether the link to the second page asks for it by its number, so that others can be too."""
    return parse_qs(urlsplit(link).query).get("page") == ["2"]


def with_parameters(url: str, parameters: str) -> str:
    """The address with more parameters, given in their encoded form."""
    return f"{url}{'&' if '?' in url else '?'}{parameters}"


def _error(answer: Answer) -> dict[str, Any]:
    """The `error` member of Bitbucket's error JSON, or nothing."""
    try:
        return get(answer.json(), "error", kind=dict)
    except (MalformedAnswer, TransientError):
        return {}
