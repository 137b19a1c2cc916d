"""From the parameters of a request to a question: its profiles, and the details to add to the answer."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar

from from_git import forges
from from_git.conf import settings
from from_git.errors import Complaint, RequestError
from from_git.forges.registry import example_urls, labels
from from_git.profiles import parse_profiles
from from_git.profiles.reading import hosts_in_words
from from_git.question.choices import filter_asked, refuse_untold
from from_git.question.fields import NAMED, Fields, refuse_unknown, shown
from from_git.serializers import EXPANSIONS
from from_git.values.filters import FILTERS, Filter
from from_git.values.kind import BadUrl
from from_git.values.profile import Profile
from from_git.values.words import listed, so_are

_CUT = 200  # characters of a URL in a message
_LONGEST = 2_000  # characters of a URL that is told back whole
_T = TypeVar("_T")
_U = TypeVar("_U")


def example(path: str = "/health-check") -> str:
    """A right question to the route at this path."""
    return f"{path}?{'&'.join(f'url={url}' for url in example_urls())}"


class Question(NamedTuple):
    """A question: profiles, details to add, and which repositories count."""

    profiles: list[Profile]
    """Each once, in the order asked."""
    expansions: frozenset[str]
    """Those of EXPANSIONS that the answer has besides."""
    filter: Filter
    """Which repositories count; every profile's forge tells what it needs."""


def asked(route: str, parameters: Fields, body: Fields | None = None) -> Question:
    """The question in an address and a body together.

    Args:
        route: a key of PARAMETERS.

    Raises:
        RequestError: names all that is wrong, at once.
    """
    members = body or {}

    def names() -> None:
        both(lambda: refuse_unknown(route, parameters), lambda: refuse_unknown("body", members))

    # not put together in a list of their own: there may be 450,000
    urls, expand = (chain(parameters.get(name, ()), members.get(name, ())) for name in ("url", "expand"))
    there = (name for name in FILTERS if name in parameters or name in members)
    given = {name: [*parameters.get(name, ()), *members.get(name, ())] for name in there}
    _, found = both(names, lambda: question(urls, expand, given))
    return found


def question(urls: Iterable[object], expand: Iterable[object], given: Fields, right: str = "") -> Question:
    """The question in the values of the parameters `url` and `expand`, and of FILTERS, which `given` has by name.

    See `profiles_asked`, `expand_asked`, `filter_asked` and `refuse_untold`.

    Raises:
        RequestError: names all that is wrong with any of them, at once.
    """

    def details() -> tuple[frozenset[str], Filter]:
        return both(lambda: expand_asked(expand), lambda: filter_asked(given, time.time()))

    profiles, (expansions, wanted) = both(lambda: profiles_asked(urls, right), details)
    refuse_untold(profiles, wanted)
    return Question(profiles, expansions, wanted)


def both(one: Callable[[], _T], other: Callable[[], _U]) -> tuple[_T, _U]:
    """The results of both functions.

    Raises:
        RequestError: the error of one of them, or one that joins both errors.
    """
    try:
        first = one()
    except RequestError as error:
        try:
            other()
        except RequestError as second:
            raise _together(error, second) from None
        raise
    return first, other()


def profiles_asked(values: Iterable[object], right: str = "") -> list[Profile]:
    """The profiles in the values of the `url` parameters, each once, in the order asked; `right` is a right question.

    Raises:
        RequestError: no URL at all, too many profiles, URLs that are no profiles, the first NAMED of them named, or
            values that are no text (an uploaded file, a number in JSON).
    """
    profiles, bad, more = parse_profiles(_texts("url", values), forges.hosts(), NAMED)
    if bad:
        raise wrong_urls(bad, more)
    if not profiles:
        raise no_url(right or example())
    if 0 < settings.MAX_PROFILES < len(profiles):
        raise RequestError(
            f"{len(profiles)} profiles are more than one request may have ({settings.MAX_PROFILES}, MAX_PROFILES).",
            "Ask for fewer profiles at once.",
        )
    return profiles


def wrong_urls(bad: Sequence[tuple[str, BadUrl]], more: int) -> RequestError:
    """The error for texts that are no profiles, and why, and for so many others."""
    wanted = labels("or")
    said = [f"{shown(url)} is not a {wanted} profile: {why}{'' if str(why).endswith('?') else '.'}" for url, why in bad]
    if more:
        said.append(so_are(more, "URL"))
    complaints = [
        Complaint(url if len(url) <= _LONGEST else f"{url[:_CUT]}…", why.reason, why.suggestion) for url, why in bad
    ]
    forms = hosts_in_words([f"{host.site}/OWNER" for host in forges.hosts().values()])
    advice = f"Correct these URLs, or leave them out, and ask again: a profile's URL is like {forms}."
    return RequestError(" ".join(said), advice, urls=complaints, urls_more=more)


def no_url(right: str) -> RequestError:
    """The error for a question without a URL; `right` is one that has some."""
    return RequestError("No url was given.", f"Ask like this: {right}")


def expand_asked(values: Iterable[object]) -> frozenset[str]:
    """Those of EXPANSIONS that are named in the values of the `expand` parameters, which may hold several with commas.

    Raises:
        RequestError: others are named too, or a value is no text.
    """
    wanted: dict[str, None] = {}  # a set that keeps the order
    for value in _texts("expand", values):
        wanted |= dict.fromkeys(name for part in value.split(",") if (name := part.strip()))
    unknown = [name for name in wanted if name not in EXPANSIONS]
    if unknown:
        more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
        reason = f"knows {listed(EXPANSIONS)}, not {', '.join(map(shown, unknown[:NAMED]))}{more}"
        raise RequestError(
            f"expand {reason}.",
            f"Give any of {', '.join(EXPANSIONS)}, or leave expand out.",
            parameters=[Complaint("expand", reason)],
        )
    return frozenset(wanted)


def _texts(name: str, values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if not isinstance(value, str):
            reason = "is a file, or another thing that is no text"
            raise RequestError(
                f"A value of {name} {reason}.",
                f'Send text: form fields {name}=…, or JSON like {{"{name}": ["…"]}}.',
                parameters=[Complaint(name, reason)],
            )
        yield value


def _together(one: RequestError, other: RequestError) -> RequestError:
    return RequestError(
        f"{one.message} {other.message}",
        " ".join(dict.fromkeys((one.advice, other.advice))),
        urls=one.urls + other.urls,
        urls_more=one.urls_more + other.urls_more,
        parameters=one.parameters + other.parameters,
    )
