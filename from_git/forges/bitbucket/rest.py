"""Bitbucket's REST API: what its answers mean, and what their parts are."""

import time
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from from_git.errors import CredentialsError, LimitError, MalformedAnswer, UpstreamError, of_repository
from from_git.forges.compact import dumped, loaded
from from_git.forges.listing import Page
from from_git.forges.reading import (
    REFUSALS,
    described,
    foreign,
    get,
    is_foreign,
    maybe,
    object_in,
    retry_after,
    seconds,
    unanswered,
)
from from_git.upstream import Response

_ADVICE = {
    "none": "It may be private, or wants credentials: set BITBUCKET_USERNAME and BITBUCKET_API_TOKEN.",
    "API token": "Look at BITBUCKET_USERNAME (the account's e-mail address) and BITBUCKET_API_TOKEN (an API token with"
    " read:repository:bitbucket; app passwords ended in July 2026).",
    "access token": "BITBUCKET_ACCESS_TOKEN reaches only the workspace it was made for; for others use"
    " BITBUCKET_USERNAME and BITBUCKET_API_TOKEN.",
}
_ADVICE_LIMIT = "Without credentials it allows 60 calls an hour: set BITBUCKET_USERNAME and BITBUCKET_API_TOKEN."


def refusal(answer: Response, credentials: str) -> UpstreamError:
    """The error that an answer of another status than 200 means; `credentials`: none, API token or access token."""
    status, said, now = answer.status, _error(answer).get("message"), time.time()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        hint = _ADVICE_LIMIT if credentials == "none" else ""
        wait = retry_after(answer.headers, now)
        return LimitError("its limit of calls in an hour is used up.", wait or 0.0, guessed=wait is None, advice=hint)
    if status in REFUSALS and is_foreign(answer):
        return foreign(answer, "BITBUCKET_API_URL")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        error = CredentialsError(f"it refused access ({described(status)}).", said, _ADVICE[credentials])
        error.doubtful, error.refused = True, status == HTTPStatus.UNAUTHORIZED
        return error
    if says_missing(answer):
        return UpstreamError(f"the workspace vanished while it was being read ({status}).", said, "Ask again.")
    if status == HTTPStatus.NOT_FOUND:
        return UpstreamError("it does not know what was asked for (404).", said, "Look at BITBUCKET_API_URL.")
    if status == HTTPStatus.GONE:
        return UpstreamError("it has removed this part of its API (410).", said, "Update from-git.")
    return unanswered(answer, said if isinstance(said, str) else "", "BITBUCKET_API_URL", now)


def says_missing(answer: Response) -> bool:
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
    is_private: bool
    slug: str = ""
    link: str | None = None
    """To its watchers; without one they are asked for by the slug."""
    path: str | None = None
    """`WORKSPACE/SLUG`, by the names that Bitbucket uses; None where it does not say so."""
    is_fork: bool = False
    language: str = ""
    """Empty where it has none."""
    created: int | None = None
    """In whole seconds since the epoch."""


def _entry(value: object) -> Entry:
    uuid = get(value, "uuid", kind=str)
    # our own look as well: one ignored parameter would leak private counts
    if get(value, "is_private", kind=bool):
        return Entry(uuid, is_private=True)
    link, path = maybe(value, "links", "watchers", "href", kind=str), maybe(value, "full_name", kind=str)
    slug = get(value, "slug", kind=str) if link is None or not path else ""
    # lists leave `parent` out for originals, other answers say null: a value makes a fork, not the key
    is_fork, language = bool(maybe(value, "parent", kind=dict)), maybe(value, "language", kind=str) or ""
    created = value.get("created_on") if isinstance(value, dict) else None
    try:
        return Entry(uuid, False, slug, link, path, is_fork, language, None if created is None else seconds(created))
    except (TypeError, ValueError):
        raise of_repository(MalformedAnswer("created_on is not a time"), path or slug) from None


class Kept(NamedTuple):
    """What a fetch keeps of a public repository, for which it may have to wait for an hour."""

    path: str
    """`WORKSPACE/SLUG`."""
    link: str
    """To its watchers; empty where `watchers_of` is the same."""
    is_fork: bool
    language: str
    created: int | None

    def dumped(self) -> bytes:
        """The same in few bytes, from which `kept_in` makes it again."""
        return dumped(*self)


def kept_in(row: bytes) -> Kept:
    """The `Kept` that was dumped as these bytes."""
    return Kept._make(loaded(row))


def kept_of(one: Entry, base: str, workspace: str) -> Kept:
    """What is kept of a public repository in the list at `base`, whatever its `workspace` was asked for by.

    Raises:
        MalformedAnswer: the workspace was asked for by its UUID, and its name is not there; or see `_check_watchers`.
    """
    if one.path is None and workspace.startswith("{"):
        raise MalformedAnswer("values.full_name is absent")
    path = (one.path or f"{workspace}/{one.slug}").lower()
    link = one.link or f"{base}/{quote(one.slug, safe='')}/watchers"
    if link == watchers_of(path, base):
        link = ""
    else:
        _check_watchers(one, base)
    return Kept(path, link, one.is_fork, one.language, one.created)


def watchers_of(path: str, base: str) -> str:
    """The usual address of the watchers of the repository `WORKSPACE/SLUG`, beside the list at `base`."""
    return f"{base.rpartition('/')[0]}/{path}/watchers"


def repositories_page(answer: Response, credentials: str, url: str) -> Page[Entry]:
    """What the answer to the page at `url` says.

    Where the link to the next page leads is looked at only as far as it can be one to the same list: `Upstream.owns`
    decides which addresses are asked.

    Raises:
        UpstreamError: see `members`.
        MalformedAnswer: names the place, or says what is wrong with the link to the next page.
    """
    page = members(answer, credentials)
    entries, following = [_entry(value) for value in get(page, "values", kind=list)], maybe(page, "next", kind=str)
    wrong = _wrong(following, url) if following is not None else ""
    if wrong:
        shown = "".join(filter(str.isprintable, following or ""))[:200]
        raise MalformedAnswer(f"the link to the next page {wrong}: {shown}")
    rows, size = {one.uuid: one for one in entries}, maybe(page, "size", kind=int)
    # a link that asks for the second page by its number shows that others can be asked for so too
    numbered = following is not None and parse_qs(urlsplit(following).query).get("page") == ["2"]
    return Page(rows, size, following is not None, following, numbered)


def _check_watchers(one: Entry, base: str) -> None:
    """Whether the link to a repository's watchers can be one, where it is an address of the API; `base`: of the list.

    A link that is a little wrong would be answered with a 404, as if the repository were not there.

    Raises:
        MalformedAnswer: it cannot.
    """
    root = base.rpartition("/")[0]
    address, _, _ = (one.link or "").partition("?")
    if address.startswith(f"{root}/") and (not address.endswith("/watchers") or {"&", "#", " "} & set(address)):
        raise of_repository(
            MalformedAnswer(f"links.watchers.href leads to no watchers ({address[:200]})"), one.path or ""
        )


def _wrong(link: str, url: str) -> str:
    """What is wrong with the link, as the end of a sentence; nothing for a good one or one out of the API."""
    if any(character.isspace() or not character.isprintable() for character in link):
        return "has a blank or a control character"
    try:
        parts, ours = urlsplit(link), urlsplit(url)
    except ValueError:
        return "is not an address"
    if not parts.scheme or not parts.netloc:
        return "is not a whole address"
    root = f"{ours.path.partition('/repositories/')[0]}/"
    if parts.netloc != ours.netloc or parts.scheme != ours.scheme or not parts.path.startswith(root):
        return ""
    if not parts.query and "&" in parts.path:
        return "has “&” where “?” belongs"
    if "?" in parts.query:
        return "has “?” twice"
    if parts.fragment:
        return "has a “#”"
    if _place(parts.path) != _place(ours.path) and not {"{"} & {_place(parts.path)[-1][:1], _place(ours.path)[-1][:1]}:
        return "leads to another list"
    if not parts.query:
        return "does not say which page"
    return ""


def _place(path: str) -> list[str]:
    """The parts of a path, whatever its letter case, its encoding and the slash at its end."""
    return [unquote(part).lower() for part in path.rstrip("/").split("/")]


def members(answer: Response, credentials: str) -> dict[str, Any]:
    """The members of a good answer.

    Raises:
        UpstreamError: see `refusal`.
        MalformedAnswer: it has none.
    """
    if answer.status != HTTPStatus.OK:
        raise refusal(answer, credentials)
    if is_foreign(answer):
        raise foreign(answer, "BITBUCKET_API_URL")
    return get(answer.json(), kind=dict)


def with_parameters(url: str, parameters: str) -> str:
    """The address with more parameters, given in their encoded form."""
    return f"{url}{'&' if '?' in url else '?'}{parameters}"


def _error(answer: Response) -> dict[str, Any]:
    found = object_in(answer).get("error")
    return found if isinstance(found, dict) else {}
