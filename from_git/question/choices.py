"""Parameters that take one value: the filter, what a table holds, and how all others of that sort are read."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from from_git import forges
from from_git.errors import Complaint, RequestError
from from_git.question.fields import NAMED, Fields, shown
from from_git.values.filters import Filter
from from_git.values.host import Host
from from_git.values.profile import Profile
from from_git.values.words import FORGES, enumerated, listed, so_are

MOST_DAYS = 36_500
"""The largest value of `active`: some hundred years, before which no forge was."""
_DAY = 86_400  # seconds
_DAYS = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_SIDES = ("no", "only")
_UNTOLD = {
    "forks": "which repositories are forks",
    "archived": "which repositories are archived",
    "active": "when a repository was pushed to",
}


class Table(NamedTuple):
    """What a CSV is to be."""

    repositories: bool = False
    """Whether it has a row for each repository, instead of one for each profile."""
    mark: bool = False
    """Whether it begins with a byte order mark, without which some spreadsheets take UTF-8 for something else."""


def filter_asked(given: Fields, now: float) -> Filter:
    """The filter that the parameters `forks`, `archived` and `active` make.

    Args:
        now: the time of the request, in seconds since the epoch.

    Raises:
        RequestError: names each of them that is wrong.
    """
    found, wrong = each({"forks": _side, "archived": _side, "active": _days}, given)
    if wrong:
        raise refusal(wrong, "Give forks and archived no or only, active a number of days, or leave them out.")
    days = found.get("active")
    since = None if days is None else int(now) - days * _DAY
    return Filter(found.get("forks"), found.get("archived"), since, days)


def table_asked(given: Fields, format: str) -> Table:
    """What the parameters `rows` and `bom` say of the CSV.

    Args:
        format: the format of the answer, which they need to be `csv`.

    Raises:
        RequestError: names each of them that is wrong, or is given for another format.
    """
    found, wrong = each({"rows": only("repositories"), "bom": only("1")}, given)
    if format != "csv":
        wrong = [Complaint(name, "needs format=csv") for name in ("rows", "bom") if name in given]
    if wrong:
        raise refusal(wrong, "Ask with format=csv&rows=repositories, format=csv&bom=1, both, or without them.")
    return Table("rows" in found, "bom" in found)


def refuse_untold(profiles: Iterable[Profile], wanted: Filter) -> None:
    """Refuse a filter on what the forge of a profile does not tell: whatever it let through would be wrong.

    Raises:
        RequestError: names the parameters and the first NAMED profiles.
    """
    asked = wanted.facts()
    silent: dict[str, list[Host]] = {}
    urls: list[Complaint] = []
    wrong = 0
    for profile in profiles if asked else ():
        if untold := [name for name in asked if name not in profile.kind.tells.filters]:
            wrong += 1
            for name in untold:
                silent.setdefault(name, []).append(profile.host)
            if wrong <= NAMED:
                what = listed([_UNTOLD[name] for name in untold])
                urls.append(Complaint(profile.url, f"{profile.host.label} does not tell {what}"))
    if urls:
        said = [f"{one.subject} cannot be filtered so: {one.reason}." for one in urls]
        if more := wrong - len(urls):
            said.append(so_are(more, "profile"))
        complaints = [Complaint(name, _unusable(name, hosts)) for name, hosts in silent.items()]
        advice = f"Leave out {listed(list(silent))}, or ask without these profiles."
        raise RequestError(" ".join(said), advice, urls=urls, urls_more=more, parameters=complaints)


def _unusable(name: str, hosts: Iterable[Host]) -> str:
    labels = forges.labels_of(hosts)
    verb = "does" if len(labels) == 1 else "do"
    return f"cannot be used here: {enumerated(labels, FORGES)} {verb} not tell {_UNTOLD[name]}"


Reader = Callable[[object], Any]
"""Makes the value of a parameter of what was sent, or raises a ValueError, a phrase that says what is wrong."""


def each(readers: Mapping[str, Reader], given: Fields) -> tuple[dict[str, Any], list[Complaint]]:
    """The value of each parameter that is given, and what is wrong with the others."""
    found: dict[str, Any] = {}
    wrong: list[Complaint] = []
    for name, read in readers.items():
        if name not in given:
            continue
        values = given[name]
        if not values:
            wrong.append(Complaint(name, "is there without a value"))
            continue
        try:
            different = list(dict.fromkeys(map(read, values)))
        except ValueError as error:
            wrong.append(Complaint(name, str(error)))
            continue
        if len(different) > 1:
            twice = listed([shown(str(one)) for one in different[:2]])  # a body may have 36,500 different ones
            wrong.append(Complaint(name, f"is there twice: {twice}"))
        else:
            found[name] = different[0]
    return found, wrong


def only(*allowed: str) -> Reader:
    """A reader of a parameter that takes one of these values."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise ValueError(f"takes {listed(allowed, 'or')}, not {told(value)}")
        return value

    return read


_side = only(*_SIDES)


def _days(value: object) -> int:
    """Days as text, or as a number of a JSON body, where 90.0 is a whole number too."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    text = str(whole) if type(whole) is int else whole
    if not isinstance(text, str) or not _DAYS.fullmatch(text) or int(text) > MOST_DAYS:
        raise ValueError(f"takes whole days from 1 to {MOST_DAYS:,}, not {told(value)}")
    return int(text)


def told(value: object) -> str:
    """A value as an error tells it back."""
    if type(value) in (int, float):
        return shown(str(value))
    return shown(value) if isinstance(value, str) else "what is no text"


def refusal(wrong: Sequence[Complaint], advice: str) -> RequestError:
    """The error for parameters that are wrong."""
    said = " ".join(f"{one.subject} {one.reason}." for one in wrong)
    return RequestError(said, advice, parameters=wrong)
