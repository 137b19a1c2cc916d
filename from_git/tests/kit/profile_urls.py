"""What schemathesis is told that a schema cannot say: owners that the emulator has, parameters that go together."""

import os
import re
from datetime import UTC, datetime
from typing import Any

import schemathesis
from hypothesis import strategies as st

from from_git.question.moments import cursor

_ID = re.compile("[0-9a-f]{32}")
_TOLD = "https://github.com/mfem"  # a profile whose forge tells all that filters ask for
_FILTERS = {"forks": ("no", "only"), "archived": ("no", "only"), "active": tuple(map(str, range(1, 36_501)))}
_PROFILES = ["https://github.com/user-3", "GitHub.com/mfem/", "bitbucket.org/team-5", "https://bitbucket.org/nobody"]

_AFTER = cursor(datetime(2026, 1, 31, tzinfo=UTC), 1)
_FORMATS = {
    "Profile URL": ("profile-url", _PROFILES),
    "Moment": ("moment", ["2026-01-31", "2026-01-31T23:59:59.999999Z"]),
}
"""By the title of a schema: the name of a format, and its values."""

for name, values in _FORMATS.values():
    schemathesis.openapi.format(name, st.sampled_from(values))


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Give them a format of their own, for which there are values."""
    _mark(raw_schema)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Leave out of a right question what does not go with the rest of it, and ask for a batch that there is; what is
    wrong by itself stays."""
    if _ID.fullmatch(str((case.path_parameters or {}).get("batch"))):
        case.path_parameters["batch"] = os.environ["FROM_GIT_BATCH"]
    query = case.query if isinstance(case.query, dict) else {}
    if query.get("format") != "csv":
        for name, value in (("rows", "repositories"), ("bom", "1")):
            if query.get(name) == value:
                del query[name]
    if query.get("format") == "api" and isinstance(expand := query.get("expand"), list):
        query["expand"] = [name for name in expand if name != "repositories"]
    members = case.body if isinstance(case.body, dict) else {}
    _of_the_past(case.operation.path, query, members)
    right = [name for name, values in _FILTERS.items() if str(query.get(name)) in values]
    for name in set(right) & set(members):
        del query[name]
    if right or any(str(members.get(name)) in values for name, values in _FILTERS.items()):
        for part in (query, members):
            if _are_urls(part.get("url")):
                part["url"] = [_TOLD]


def _of_the_past(path: str, query: dict[str, Any], members: dict[str, Any]) -> None:
    """Leave out what does not go with a moment in the past, and go on after a place that there is."""
    if path == "/from-git/history" and isinstance(query.get("after"), str):
        query["after"] = _AFTER
    past = query.get("at") in _FORMATS["Moment"][1]
    if past and query.get("format") == "xlsx":
        del query["format"]
    for part in (query, members) if past else ():
        _drop_repositories(part)


def _drop_repositories(part: dict[str, Any]) -> None:
    """Leave out what is right by itself and needs single repositories."""
    for name, values in {**_FILTERS, "rows": ("repositories",)}.items():
        if str(part.get(name)) in values:
            del part[name]
    if isinstance(expand := part.get("expand"), list):
        part["expand"] = [name for name in expand if name != "repositories"]
    elif expand == "repositories":
        del part["expand"]


def _are_urls(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) and "/" in one for one in value)


def _mark(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("title") in _FORMATS:
            node["format"] = _FORMATS[node["title"]][0]
        for below in node.values():
            _mark(below)
    elif isinstance(node, list):
        for below in node:
            _mark(below)
