"""Names and numbers in a sentence, and the title of an answer."""

from collections.abc import Iterable, Sequence

FORGES = 5
"""So many forges are named in a line."""


def listed(names: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def enumerated(names: Sequence[str], most: int, last: str = "and") -> str:
    """`a, b and c`, or the first of them: `a, b and 7 more`."""
    return listed(names, last) if len(names) <= most else f"{', '.join(names[:most])} {last} {len(names) - most:,} more"


def titled(owners: Iterable[str]) -> str:
    """The owners of an answer's numbers, each once: `a`, `a and b`, `a, b and c`, `a, b and 2 more`."""
    names = list({one.casefold(): one for one in reversed(list(owners))}.values())[::-1]
    return enumerated(names, 3 if len(names) < 4 else 2)


WITH_INTERNAL = "with internal repositories"
"""What is said of numbers in which those count that only people with an account at their forge see."""


def subtitled(repositories: int, profiles: int, forges: Sequence[str], filtered: str = "", which: str = "") -> str:
    """What stands below that title: `14 public repositories of 2 profiles on A and B, no forks`.

    Args:
        forges: the names of the profiles' forges, each once; of many the first are said.
        filtered: the words of the answer's filter, or nothing.
        which: those of all that chooses the repositories.
    """
    if filtered and not repositories:
        return f"No repository passes the filter ({filtered})."
    said = f"{counted(repositories, 'public repository', 'public repositories')} of {counted(profiles, 'profile')}"
    return f"{said}{f' on {enumerated(forges, FORGES)}' if forges else ''}{f', {which}' if which else ''}"


def so_are(number: int, one: str) -> str:
    """`So is 1 more URL.`, `So are 1,234 more URLs.`: what follows those that are named."""
    return f"So {'is' if number == 1 else 'are'} {counted(number, f'more {one}')}."


def counted(number: int, one: str, more: str = "") -> str:
    """`1 profile`, `1,234 profiles`; `more` where its plural is not `one` with an s."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
