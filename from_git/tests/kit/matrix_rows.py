"""A row of the fault matrix, the places at which a fault strikes, and how rows are made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emulator import Fault, preset

GITHUB, LIST, WATCHERS = "GitHub", "Bitbucket's list", "Bitbucket's watchers"
PAGES, TOTAL, USERS = "GitLab's pages", "GitLab's total", "GitLab's users"
ROWS, LANGUAGES = "Gitea's list", "Gitea's languages"
PATHS = {
    GITHUB: "/graphql",
    LIST: "/2.0/repositories/tiny",
    WATCHERS: "/2.0/repositories/tiny/*/watchers",
    PAGES: "/gitlab/api/graphql",
    TOTAL: "/gitlab/api/v4/groups/*/projects",
    USERS: "/gitlab/api/v4/users/tiny/projects",
    ROWS: "/gitea/api/v1/users/tiny/repos",
    LANGUAGES: "/gitea/api/v1/repos/tiny/*/languages",
}
EVERYWHERE = tuple(PATHS)
BITBUCKET = (LIST, WATCHERS)
GITLAB = (PAGES, TOTAL, USERS)
GITEA = (ROWS, LANGUAGES)
SMALL, LARGE = 3, 250
MIDDLE = 120  # three of Gitea's pages, whose languages cost a call each
LARGER = 450  # a list of GitHub's that needs a third query
_OF_ENTRIES = {"_URL": "`api` of FORGES entry"}  # what hosts call it that have no settings of their own
EXACT, MISSING, NAMED = "exact", "missing", "the rest, and it in `missing`"


@dataclass(frozen=True)
class Row:
    """One fault at one place.

    Attributes:
        once: the outcome when it strikes once: `exact`, `missing`, NAMED, or the error's class.
        always: when it strikes every call; empty where that means nothing.
        words: what message or advice say when it stays.
        size: repositories of the owner that is asked for.
    """

    group: str
    what: str
    place: str
    fault: Fault = field(repr=False)
    once: str
    always: str
    words: str
    size: int = SMALL


def rows_of(
    group: str, what: str, fault: Fault, once: str, always: str, words: str, at: tuple[str, ...], size: int = SMALL
) -> Iterator[Row]:
    """A row for each of these places."""
    for place in at:
        struck = replace(fault, path=fault.path if fault.path != "*" else PATHS[place])
        if fault.kind == "world" and place == GITHUB:
            # the second page of the list, and no call that is left of the row before
            struck = replace(struck, contains="query Repositories", after=0)
        said = _OF_ENTRIES.get(words, words) if place in (*GITLAB, *GITEA) else words
        yield Row(group, what, place, struck, once, always, said, size)


def of_status(number: int, body: bytes = b"", **headers: str) -> Fault:
    """An answer of that status."""
    return Fault("status", status=number, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


def with_value(at: str, value: object) -> Fault:
    """An answer with that value at that place."""
    return Fault("wrong_type", at=at, value=value)


def final(outcome: str) -> tuple[str, str]:
    """A fault that is final the first time."""
    return outcome, outcome


def of_values(values: Iterable[tuple[str, str, object, str]], above: str = "data.") -> Iterator[Row]:
    """A row for each place in an answer at which another value stands; `above`: what goes without saying of the place.

    Args:
        values: where the fault strikes, the place in the answer, the value, and the words of the error.
    """
    for place, at, value, words in values:
        what = f"`{at.removeprefix(above)}`: {'left out' if value == '@missing' else f'`{value!r}`'}"
        yield from rows_of("Values", what, with_value(at, value), EXACT, "MalformedAnswer", words, (place,))


def limits_of(what: Mapping[str, str], at: tuple[str, ...]) -> Iterator[Row]:
    """A row for each form of a limit at each of these places; `what`: name of the preset to what it is in words."""
    for name, words in what.items():
        yield from rows_of("Limits", words, replace(preset(name), path="*"), *final("LimitError"), "used up", at)


def changes(places: tuple[str, ...], size: int = LARGE) -> Iterator[Row]:
    """Repositories that come, go or move while a list of several pages is read."""
    made: list[tuple[dict[str, Any], str]] = [
        ({"create": 2}, "created"),
        ({"delete_oldest": 2}, "deleted"),
        ({"private": 2}, "made private"),
        ({"transfer": "other"}, "transferred"),
        ({"rename": 2}, "renamed"),
    ]
    for change, what in made:
        fault = Fault("world", owner="tiny", change=change, after=1)
        yield from rows_of("Changes", f"repositories are {what} meanwhile", fault, EXACT, "", "", places, size)
