"""Filters, tables and single repositories in the API's description."""

from typing import Any

from from_git.question.choices import MOST_DAYS
from from_git.question.moments import NUMERIC

Json = dict[str, Any]

_SIDES: Json = {"type": "string", "enum": ["no", "only"]}
FILTER: Json = {
    "forks": {**_SIDES, "description": "Forks count not at all, or alone."},
    "archived": {**_SIDES, "description": "Archived repositories count not at all, or alone."},
    "active": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_DAYS,
        "description": "Repositories count that were pushed to within so many days before the request.",
    },
}
"""The schema of each parameter of a filter, by name."""
FILTER_PARAMETERS: list[Json] = [
    {
        "name": name,
        "in": "query",
        "description": f"{schema['description']} A 400 for a profile whose forge does not tell it.",
        "schema": {member: value for member, value in schema.items() if member != "description"},
    }
    for name, schema in FILTER.items()
]
"""Those that choose which repositories count."""
TABLE_PARAMETERS: list[Json] = [
    {
        "name": "rows",
        "in": "query",
        "description": "With `format=csv`: one row for each repository that counts, instead of one for each profile.",
        "schema": {"type": "string", "enum": ["repositories"]},
    },
    {
        "name": "bom",
        "in": "query",
        "description": "With `format=csv`: a byte order mark at its beginning, for spreadsheets that need one.",
        "schema": {"type": "string", "enum": ["1"]},
    },
]
"""Those that only a CSV has."""
_FLAG: Json = {"type": ["boolean", "null"]}
_COUNT: Json = {"type": ["integer", "null"], "minimum": 0}
_NAMES: Json = {"items": {"type": "string"}, "uniqueItems": True}
_MOMENT: Json = {"type": ["string", "null"], "format": "date-time"}
REPOSITORY: Json = {
    "url": {"type": "string"},
    "profile": {"type": "string", "description": "The profile's URL as asked."},
    "name": {"type": "string"},
    "isFork": _FLAG,
    "isArchived": _FLAG,
    "watchers": _COUNT,
    "stars": _COUNT,
    "langs": {"type": "array", **_NAMES, "description": "In lower case, sorted."},
    "topics": {"type": ["array", "null"], **_NAMES, "description": "Sorted."},
    "license": {"type": ["string", "null"], "description": "Its SPDX id."},
    "createdAt": _MOMENT,
    "pushedAt": {**_MOMENT, "description": "When something was last pushed to it."},
}
"""The schema of each member of a repository, in their order."""
_POINT: Json = {
    "url": {"type": "string", "description": "As asked."},
    "at": {"type": "string", "format": "date-time", "description": "When it was counted, in UTC."},
    "kind": {"type": ["string", "null"], "description": "As in an answer; null: there was no such profile."},
    **{key: {**_COUNT, "description": "There where it was asked for; null where nobody tells it."} for key in NUMERIC},
}
HISTORY: Json = {
    "points": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": _POINT,
            "required": ["url", "at", "kind"],
            "additionalProperties": False,
        },
    },
    "next": {"type": ["string", "null"], "description": "The `after` of the points that follow; null: there are none."},
}
"""The schema of each member of numbers over time, in their order."""
MOMENT = (
    "A day, `YYYY-MM-DD`, which stands for its end (UTC; today for now), or a moment as RFC 3339 has it,"
    " `2026-01-31T12:00:00Z`. A moment to come is a 400."
)
"""What a parameter takes that is a moment."""
MOMENT_SCHEMA: Json = {
    "title": "Moment",
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2}))?$",
    "examples": ["2026-01-31"],
}
"""The schema of such a parameter."""
AT_PARAMETER: Json = {
    "name": "at",
    "in": "query",
    "description": "The answer of a moment in the past, from the last snapshot of each profile at or before it."
    f" {MOMENT} A profile that is not watched, or has no snapshot so old, is a 404 that names it. Filters and what"
    " needs single repositories are a 400 beside it, and so is a group together with its own subgroup.",
    "schema": MOMENT_SCHEMA,
}
"""The `at` of answers, pictures and badges."""


def paged(refused: Json) -> Json:
    """The response for an error, where it is a page for a browser."""
    page = {"schema": {"type": "string", "description": "For a browser: a page."}}
    return {**refused, "content": {**refused["content"], "text/html": page}}
