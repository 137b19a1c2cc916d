"""Errors in the API's description: their members, from the tree in `errors`."""

from typing import Any

from from_git.errors import kinds
from from_git.forges.registry import KINDS

Json = dict[str, Any]


def _complaints(name: str, subject: str, reason: str) -> Json:
    """The schema of a list of wrong URLs or parameters."""
    members: Json = {
        name: {"type": "string", "description": subject},
        "reason": {"type": "string", "description": reason},
        "suggestion": {"type": ["string", "null"], "description": "What was probably meant."},
    }
    one = {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}
    return {"type": "array", "items": one}


_MEMBERS: dict[str, Json] = {
    "upstream": {"type": "string", "enum": [], "description": "The forge that failed."},
    "profile": {"type": "string", "description": "The profile's URL as asked."},
    "retryAfter": {"type": "integer", "minimum": 1, "description": "Seconds after which asking again can help."},
    "urls": {
        **_complaints("url", "As asked; cut where it is longer than any URL.", "What is wrong with it."),
        "description": "The first 20 URLs that are not profiles.",
    },
    "urlsMore": {"type": "integer", "minimum": 0, "description": "How many other URLs are not profiles."},
    "parameters": {
        **_complaints("name", "Of the parameter, or of the member of the body.", "What is wrong with it."),
        "description": "The first 20 parameters that nobody knows, and those whose value is wrong.",
    },
}
_FIRST: Json = {
    "message": {"type": "string", "description": "What happened."},
    "advice": {"type": "string", "description": "What to do about it, in whole sentences."},
}


def error_schema(status: int) -> Json:
    """The schema of all errors of a status; members beyond the first three are absent where they are not known."""
    sorts = [kind for kind in kinds() if kind.status == status]
    [code] = {kind.code for kind in sorts}
    first: Json = {"error": {"const": code}, **_FIRST}
    known = {**_MEMBERS, "upstream": {**_MEMBERS["upstream"], "enum": list(KINDS)}}
    members = {name: known[name] for kind in sorts for name in kind.members}
    return {
        "type": "object",
        "properties": {**first, **members},
        "required": list(first),
        "additionalProperties": False,
    }
