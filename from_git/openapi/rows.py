"""Filters, tables and single repositories in the API's description."""

from typing import Any

from from_git.question.choices import MOST_DAYS

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
