"""Parameters of questions about numbers over time: moments, keys, and the place after which a list goes on."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from from_git.errors import Complaint
from from_git.question.choices import Reader, each, refusal, told
from from_git.question.fields import Fields
from from_git.values.filters import FILTERS
from from_git.values.keys import KEYS
from from_git.values.words import listed

NUMERIC = tuple(name for name, key in KEYS.items() if not key.names)
"""The values of `key`: the keys of an answer that are numbers."""
SHAPE = "YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_CURSOR = re.compile(r"([1-9][0-9]{0,11})\.([1-9][0-9]{0,18})", re.ASCII)
_LARGEST = 2**63 - 1  # number of a row
_ENDS_AT = timedelta(days=1) - timedelta(microseconds=1)
_NOT_YET = "is in the future"


def past_asked(given: Fields, now: float, body: Fields | None = None, format: str = "") -> datetime | None:
    """The moment that `at` names; None where it is not given.

    Args:
        given: the parameters of the address.
        now: the time of the request, in seconds since the epoch.
        body: the members of the request's body.
        format: of the answer.

    Raises:
        RequestError: it is wrong, or in the future; or something else needs repositories, of which nothing is kept.
    """
    if "at" not in given:
        return None
    found: datetime | None = _asked({"at": partial(moment, now=now)}, given).get("at")
    every = {**given, **(body or {})}
    expanded = [*given.get("expand", ()), *(body or {}).get("expand", ())]
    needs = [name for name in (*FILTERS, "rows") if name in every]
    if any("repositories" in str(one).split(",") for one in expanded):
        needs.append("expand")
    if format == "xlsx":
        needs.append("format")
    if needs:
        reason = "needs single repositories, of which nothing is kept"
        advice = f"Leave out {listed(needs)}, or ask without at."
        raise refusal([Complaint(name, reason) for name in needs], advice)
    return found


def series_asked(given: Fields, now: float) -> dict[str, Any]:
    """What `since`, `until`, `key` and `after` say, by name, of those that are given.

    `key` are the keys of an answer that were named, in its order; `after` are a moment and the number of a row.

    Args:
        now: the time of the request, in seconds since the epoch.

    Raises:
        RequestError: names each of them that is wrong.
    """
    read = partial(moment, now=now)
    found = _asked({"since": read, "until": read, "after": cursor_read}, given, {"key": given.get("key", ())})
    if found.get("since") and found.get("until") and found["since"] > found["until"]:
        raise refusal([Complaint("since", "is later than until")], "Ask for a time that begins before it ends.")
    return found


def moment(value: object, now: float) -> datetime:
    """A reader of a moment: a day stands for its end, UTC, and today for now.

    Raises:
        ValueError: a phrase that says what is wrong.
    """
    text = value if isinstance(value, str) else ""
    at = datetime.fromtimestamp(now, UTC)
    try:
        if _DAY.fullmatch(text):
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            if day > at:
                raise ValueError(_NOT_YET)
            return min(day + _ENDS_AT, at)
        if not _MOMENT.fullmatch(text):
            raise ValueError("none")
        found = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        if str(error) == _NOT_YET:
            raise
        raise ValueError(f"takes {SHAPE}, not {told(value)}") from None
    if found > at:
        raise ValueError(_NOT_YET)
    return found


def cursor(at: datetime, number: int) -> str:
    """The text of the place of a row among others, by its moment and its number; nobody should read more into it."""
    return urlsafe_b64encode(f"{int(at.timestamp())}.{number}".encode()).decode().rstrip("=")


def cursor_read(value: object) -> tuple[datetime, int]:
    """A reader of `cursor`.

    Raises:
        ValueError: it is none; the text is a phrase that says so.
    """
    text = value if isinstance(value, str) and len(value) <= 64 and value.isascii() else ""
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        found = _CURSOR.fullmatch(whole)
        if found is None or int(found[2]) > _LARGEST:
            raise ValueError("none")
        at, number = datetime.fromtimestamp(int(found[1]), UTC), int(found[2])
        if cursor(at, number) != text:
            raise ValueError("none")
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"takes what next has told, not {told(value)}") from None
    return at, number


def _asked(readers: Mapping[str, Reader], given: Fields, several: Fields | None = None) -> dict[str, Any]:
    found, wrong = each(readers, given)
    for name, values in (several or {}).items():
        unknown = [value for value in values if value not in NUMERIC]
        if unknown:
            wrong.append(Complaint(name, f"takes {listed(NUMERIC, 'or')}, not {told(unknown[0])}"))
        elif values:
            found[name] = tuple(key for key in NUMERIC if key in values)
    if wrong:
        raise refusal(wrong, f"Correct {listed([one.subject for one in wrong])}, or ask without.")
    return found
