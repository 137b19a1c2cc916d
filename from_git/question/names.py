"""The names of parameters by route, and the error for all others."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from from_git.errors import Complaint, RequestError
from from_git.values.words import listed

_DRAWN = ("url", "theme", "format")
PARAMETERS: Mapping[str, Sequence[str]] = {
    "health-check": ("url", "expand", "format"),
    "body": ("url", "expand"),
    "stream": ("url", "expand", "format"),
    "card": _DRAWN,
    "chart": _DRAWN,
    "badge": ("url", "format"),
    "page": ("url",),
}
"""By the name of a route: what it takes; `body` is what a POST has in its body.

`format` is there where only one is sent, and changes nothing.
"""
_PASSED = re.compile(r"utm_.*|fbclid|gclid|_|t|v|cachebust", re.DOTALL)
"""What others append to any address, to follow it or to get around a cache."""
NAMED = 20
"""So many of what is wrong are named, of URLs and of parameters."""
_CUT = 200  # characters of a name


def refuse_unknown(route: str, names: Iterable[str]) -> None:
    """Refuse names that are not in PARAMETERS: a question that is half understood would get wrong numbers.

    Raises:
        RequestError: names each, and the parameter that was probably meant.
    """
    known = PARAMETERS[route]
    unknown = [name for name in names if name not in known and not _PASSED.fullmatch(name)]
    if not unknown:
        return
    complaints = [_complaint(name, known, route) for name in unknown[:NAMED]]
    said = [f"'{one.subject}' {one.reason}{_meant(one)}" for one in complaints]
    if more := len(unknown) - len(complaints):
        said.append(f"So are {more} more.")
    raise RequestError(
        " ".join(said), f"Known here: {listed(known)}. Correct or remove the rest.", parameters=complaints
    )


def _complaint(name: str, known: Sequence[str], route: str) -> Complaint:
    bare = name.strip().lower()
    escaped = bare.startswith("amp;")
    while bare.startswith("amp;"):
        bare = bare.removeprefix("amp;")
    bare = bare.partition("[")[0].strip(" ?&")
    meant = next(iter(difflib.get_close_matches(bare, list(known), n=1, cutoff=0.7)), None)
    shown = name if len(name) <= _CUT else f"{name[:_CUT]}…"
    reason = "is not known in a body" if route == "body" else "is not a parameter here"
    if escaped and meant:
        reason += ": & was sent as &amp;"
    return Complaint(shown, reason, meant)


def _meant(one: Complaint) -> str:
    return f"; did you mean '{one.suggestion}'?" if one.suggestion else "."
