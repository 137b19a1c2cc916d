"""Numbers over time for a person: a chart, what has changed since the snapshots before, and a table.

A section of this page also stands in the page at `/from-git/test`, whose script has no part in making it.
"""

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string

from from_git.aggregator import Answer
from from_git.history import series
from from_git.history.at import changes
from from_git.history.series import Span
from from_git.models import Profile as Row
from from_git.pictures import WIDTH
from from_git.pictures.history import USUAL, height, signed
from from_git.question.moments import NUMERIC
from from_git.values.found import untold
from from_git.values.keys import KEYS, NOTHING
from from_git.values.profile import Profile
from from_git.values.words import enumerated, titled

_ROWS = 30  # of the table
_NAMED = 20  # languages, and topics
_LONGEST = 50_000  # characters of a question in a link


def page(known: Mapping[Profile, Row], span: Span) -> str:
    """The page for watched profiles, none of which is a part of another one.

    Raises:
        UpstreamError: a sum is too large to be told exactly.
    """
    steps: deque[tuple[datetime, Mapping[str, int | None]]] = deque(series.sums(known, span), _ROWS)
    asked = [("url", one.url) for one in known]
    asked += [(name, one.isoformat()) for name, one in zip(span._fields, span, strict=True) if one]
    query = urlencode([(name, value.replace("+00:00", "Z")) for name, value in asked], safe=":/")
    context = {
        "title": f"{titled(one.owner for one in known)} over time",
        "asked": query if len(query) <= _LONGEST else "",
        "form": urlencode([("url", one.url) for one in known], safe=":/"),
        "size": (WIDTH, height(USUAL)),
        "changes": _changes(list(known)),
        "labels": [KEYS[key].short for key in NUMERIC],
        "rows": [(_moment(at), [_number(numbers[key]) for key in NUMERIC]) for at, numbers in reversed(steps)],
    }
    return render_to_string("from_git/tables/history.html", context)


def _changes(profiles: list[Profile]) -> dict[str, Any] | None:
    """What has changed; None where there is nothing to compare."""
    found = changes(profiles)
    if found is None:
        return None
    now, before = found.now.stats, found.before.stats
    silent = untold(found.now.found) | untold(found.before.found)
    numbers, earlier = now.numbers(), before.numbers()
    return {
        "begin": _moment(datetime.fromtimestamp(_newest(found.before), UTC)),
        "end": _moment(datetime.fromtimestamp(_newest(found.now), UTC)),
        "numbers": [
            (KEYS[key].label, f"{numbers[key]:,}", signed(gained))
            for key in NUMERIC
            if key not in silent and (gained := numbers[key] - earlier[key])
        ],
        "names": [
            (words, enumerated(names, _NAMED))
            for words, names in (
                ("New languages", [one for one in now.langs if one not in before.langs]),
                ("Languages that are gone", [one for one in before.langs if one not in now.langs]),
                ("New topics", [one for one in now.topics if one not in before.topics]),
                ("Topics that are gone", [one for one in before.topics if one not in now.topics]),
            )
            if names
        ],
    }


def _newest(answer: Answer) -> float:
    return max(one.at for one in answer.fetched.values())


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _number(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"
