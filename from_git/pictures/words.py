"""Words that pictures and badges share: owners, age of the numbers, missing profiles, errors."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from from_git import errors, forges
from from_git.aggregator import Answer
from from_git.values.profile import Profile
from from_git.values.words import FORGES, WITH_INTERNAL, counted, enumerated, titled

NAMED = 20
"""Names of what is missing in a picture's description; more are counted."""
SHORT: dict[type[errors.FromGitError], str] = {
    errors.RequestError: "bad request",
    errors.LineTooLong: "address too long",
    errors.AskedTooOften: "asked too often",
    errors.OwnFault: "internal error",
    errors.ServerFull: "server busy",
    errors.DatabaseAway: "no database",
    errors.UpstreamError: "failed",
    errors.CredentialsError: "credentials refused",
    errors.BrokenError: "not reachable",
    errors.TooHeavyError: "no answer",
    errors.MalformedAnswer: "answer not understood",
    errors.LimitError: "rate limit",
    errors.UnfinishedError: "still counting",
    errors.DeadlineError: "timed out",
}
"""An error in two or three words, by its class or the nearest one above it."""


class Note(NamedTuple):
    """A line at the foot of a picture."""

    text: str
    warns: bool = False
    shorter: tuple[str, ...] = ()
    """What stands there where `text` does not fit: the first of them that does."""


def short(error: errors.FromGitError) -> str:
    """An error in a few words, with the name of the host that it is about, as `FORGE: rate limit`."""
    words = next((SHORT[kind] for kind in type(error).__mro__ if kind in SHORT), "failed")
    profile = error.profile if isinstance(error, errors.UpstreamError) else None
    return f"{profile.host.label}: {words}" if profile else words


def subject(answer: Answer) -> str:
    """The owners of the numbers; the owners asked for, where none of them exists."""
    return titled(profile.owner for profile in answer.found or answer.fetched)


def shorter(answer: Answer) -> str:
    """`Answer.subtitle` without profiles and forges: `14 public repositories, no forks`."""
    said = counted(answer.counted, "public repository", "public repositories")
    return f"{said}, {answer.which}" if answer.which else said


def within(sentence: str, answer: Answer) -> str:
    """A sentence, and after it which repositories count, if not all do."""
    internal = f" {WITH_INTERNAL.capitalize()}." if answer.which.startswith(WITH_INTERNAL) else ""
    filtered = f" Only repositories that pass the filter: {answer.filter.words}." if answer.filter else ""
    return f"{sentence}{internal}{filtered}"


def brief(answer: Answer) -> str:
    """The answer's filter in fewer words: `no forks and last 90 days`."""
    return answer.filter.words.replace("pushed to in the ", "")


def forges_of(profiles: Iterable[Profile]) -> str:
    """The names of their forges, in the order of the settings; of many the first ones."""
    return enumerated(forges.labels_of(profile.host for profile in profiles), FORGES)


def absent(answer: Answer) -> Note | None:
    """The missing profiles and repositories: `no such profile: HOST/nobody; repository not found: HOST/a/b`, if any."""
    profiles, repositories = addresses(one.url for one in answer.missing), addresses(answer.missing_repositories)
    if not profiles and not repositories:
        return None

    def named(most: int) -> str:
        parts = [_named("no such profile", "no such profiles", profiles, most)] if profiles else []
        if repositories:
            parts.append(_named("repository not found", "repositories not found", repositories, most))
        return "; ".join(parts)

    counts = [f"{counted(len(profiles), 'profile does', 'profiles do')} not exist"] if profiles else []
    if repositories:
        counts.append(f"{counted(len(repositories), 'repository', 'repositories')} not found")
    return Note(named(NAMED), warns=True, shorter=(*map(named, (4, 3, 2, 1)), "; ".join(counts)))


def _named(one: str, more: str, names: Sequence[str], most: int) -> str:
    return f"{one if len(names) == 1 else more}: {enumerated(names, most)}"


def addresses(urls: Iterable[str]) -> list[str]:
    """The URLs without scheme and query."""
    return [re.split(r"[?#]", url.partition("://")[2] or url, maxsplit=1)[0] for url in urls]


def moment(seconds: float) -> str:
    """Seconds since the epoch as `2026-11-28 15:32 UTC`, the begun minute left out."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def age(seconds: float) -> str:
    """A time that has passed, in its largest unit, rounded down: `45 s ago`, `12 min ago`, `2 h ago`, `3 days ago`."""
    whole = max(0, int(seconds))
    for most, unit, word in ((60, 1, "s"), (3_600, 60, "min"), (48 * 3_600, 3_600, "h")):
        if whole < most:
            return f"{whole // unit} {word} ago"
    return f"{whole // 86_400} days ago"


def oldest(answer: Answer, profiles: Iterable[Profile]) -> float:
    """When the oldest number of these profiles was counted, in seconds since the epoch."""
    return min(answer.fetched[profile].oldest for profile in profiles)


def counted_at(answer: Answer, now: float) -> Note:
    """The time of the count; for last good numbers also their age, and the forges that give no new ones."""
    if not answer.old:
        return Note(f"counted {moment(oldest(answer, answer.fetched))}")
    then = oldest(answer, answer.old)
    names = forges_of(answer.old)
    verb = "give" if " and " in names else "gives"
    at = moment(then)
    if at[:10] == moment(now)[:10]:
        at = at[11:]
    since = f"no new numbers; as of {at}, {age(now - then)}"
    return Note(f"{names} {verb} {since}", warns=True, shorter=(f"N{since[1:]}", f"last numbers: {age(now - then)}"))


def notes(answer: Answer, now: float) -> list[Note]:
    """The one or two lines at the foot of a picture."""
    return [counted_at(answer, now), *filter(None, [absent(answer)])]
