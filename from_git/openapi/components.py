"""Schemas and headers that occur more than once in the API's description; errors come from the tree in `errors`."""

import re

from from_git.errors import kinds
from from_git.forges.registry import KINDS
from from_git.openapi.rows import FILTER, HISTORY, REPOSITORY, Json
from from_git.serializers import EXPANSIONS
from from_git.values.keys import described

_COUNT: Json = {"type": "integer", "minimum": 0}
_NAMES: Json = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
_MOMENT: Json = {"type": "string", "format": "date-time"}
EXPAND: Json = {"type": "array", "items": {"type": "string", "enum": list(EXPANSIONS)}}
EXPAND_PARAMETER: Json = {
    "name": "expand",
    "in": "query",
    "description": "What to add to the JSON: `profiles`, `langsDetail`, `topicsDetail` and `repositories`, separated"
    " by commas.",
    "schema": EXPAND,
    "style": "form",
    "explode": False,
}
TOLD = {
    "If-None-Match": "An `ETag` that the client has: 304 if the answer is still the same.",
    "If-Modified-Since": "A `Last-Modified` that the client has: 304 if nothing has been counted since.",
    "Cache-Control": "`no-cache` and `max-age=0` ask the forges anew, for each profile at most once in 10 s.",
    "Last-Event-ID": "Of the last event that the client has had: 204 if it was the last one of a stream.",
    "X-Request-ID": "Up to 128 letters, digits, `.`, `_`, `-`; comes back with the answer. Another is replaced.",
}
"""What each header of a request does."""


def example_urls() -> list[str]:
    """The URLs of the examples, of each kind of forge; the first one exists."""
    return [kind.url(owner) for kind in KINDS.values() for owner in kind.examples.api]


def url_parameter() -> Json:
    """The `url` of a question in an address."""
    return {
        "name": "url",
        "in": "query",
        "required": True,
        "description": "A profile's URL as people paste it; any number of them, or several in one value, one a line.",
        "schema": _urls(),
        "style": "form",
        "explode": True,
        "example": example_urls(),
    }


def _url() -> Json:
    return {"title": "Profile URL", "type": "string", "examples": example_urls()[:1]}


def _urls() -> Json:
    return {"type": "array", "items": _url(), "minItems": 1}


def _header(description: str, schema: Json | None = None, required: bool = False) -> Json:
    return {"description": description, "schema": schema or {"type": "string"}, "required": required}


HEADERS: Json = {
    "ETag": _header("The same as long as the answer is."),
    "Last-Modified": _header("When the newest of the numbers was counted."),
    "Age": _header("Seconds since the oldest of the numbers was counted.", _COUNT),
    "Cache-Control": _header("For how long the answer may be kept, and shown when no new one is to be had."),
    "Vary": _header("`Accept`."),
    "Link": _header("Where the points that follow are, with `rel=next`; absent where there are none."),
    "Content-Disposition": _header("The name of the file, for CSV."),
    "Location": _header("The address of what was begun."),
    "Allow": _header("The methods that there are.", required=True),
    "Retry-After": _header(
        "Seconds after which asking again can help; absent where time does not.", {"type": "integer"}
    ),
    "X-Request-ID": _header("The request's own, or one made for it; in every line of the log.", required=True),
}


def ref(name: str) -> Json:
    """A reference to the schema of this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def headers(*names: str) -> Json:
    """References to the headers of these names, by name."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def refused(status: int, description: str, *names: str) -> Json:
    """The response for an error, with the headers of these names."""
    content = {"application/json": {"schema": ref(error_name(status))}}
    return {"description": description, "headers": headers(*names), "content": content}


def operation_name(path: str) -> str:
    """The beginning of the names of a route's operations."""
    return re.sub(r"\W+", "_", path).strip("_")


_SIZE: Json = {"type": ["integer", "null"], "minimum": 0, "description": "Of code; null where no forge says."}


def error_name(status: int) -> str:
    """The name of the schema of the errors with this status."""
    return f"Error{status}"


def object_of(properties: Json) -> Json:
    """The schema of an object that has these members, all of them and no others."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _complaints(name: str, subject: str, reason: str) -> Json:
    members: Json = {
        name: {"type": "string", "description": subject},
        "reason": {"type": "string", "description": reason},
        "suggestion": {"type": ["string", "null"], "description": "What was probably meant."},
    }
    return {"type": "array", "items": object_of(members)}


_MEMBERS: dict[str, Json] = {
    "upstream": {"type": "string", "enum": [], "description": "The kind of forge that failed."},
    "profile": {"type": "string", "description": "The profile's URL as asked."},
    "retryAfter": {"type": "integer", "minimum": 1, "description": "Seconds after which asking again can help."},
    "host": {"type": "string", "description": "Of the profile's URL: where the forge that failed runs."},
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
    return {**object_of({**first, **members}), "required": list(first)}


def schemas() -> Json:
    """The schemas of answers, forms and errors, by name."""
    sums = _sums()
    errors = {error_name(status): error_schema(status) for status in sorted({kind.status for kind in kinds()})}
    question: Json = {"url": {"anyOf": [_urls(), _url()]}, "expand": {"anyOf": [EXPAND, EXPAND["items"]]}, **FILTER}
    return {
        "Answer": _answer(),
        "Data": object_of(sums),
        "Profile": _profile(sums),
        "Language": object_of({"name": {"type": "string"}, "repos": _COUNT, "bytes": _SIZE}),
        "Topic": object_of({"name": {"type": "string"}, "repos": _COUNT}),
        "Badge": _badge(),
        "History": object_of({"error": {"const": "OK"}, **HISTORY}),
        "Question": {**object_of(question), "required": ["url"]},
        "Filter": {**object_of(FILTER), "required": [], "minProperties": 1},
        "Repository": {**object_of(REPOSITORY), "description": "null is what its forge does not tell, or it has not."},
        "Form": {**object_of({"url": _urls(), "expand": EXPAND, **FILTER}), "required": ["url"]},
        **errors,
    }


def _sums() -> Json:
    kinds_of = {"langs": _NAMES, "topics": _NAMES}
    return {
        name: {**kinds_of.get(name, _COUNT), "description": f"{key.counts} {key.leaves_out}"}
        for name, key in described(list(KINDS.values())).items()
    }


def _profile(sums: Json) -> Json:
    profile: Json = {
        "url": {"type": "string", "description": "As asked."},
        "forge": {"type": "string", "enum": list(KINDS)},
        "owner": {"type": "string"},
        "kind": {
            "type": "string",
            "description": "What it is at its forge, such as Organization, Group, User or Workspace.",
        },
        **sums,
        "fetchedAt": {**_MOMENT, "description": "When the oldest of these numbers was counted, in UTC."},
        "host": {"type": "string", "description": "Where its forge runs."},
        "notTold": {
            "type": "array",
            "items": {"enum": list(sums)},
            "uniqueItems": True,
            "description": "The keys above that its forge does not tell, which add nothing.",
        },
    }
    counted = {
        "type": "array",
        "items": {"enum": list(dict.fromkeys(one for kind in KINDS.values() for one in kind.counts))},
        "uniqueItems": True,
        "description": "At a host where not just public repositories count: those that do.",
    }
    return {**object_of({**profile, "counted": counted}), "required": list(profile)}


def _answer() -> Json:
    answer: Json = {
        "error": {"const": "OK"},
        "data": ref("Data"),
        "missing": {
            "type": "array",
            "items": {"type": "string"},
            "description": "URLs of profiles that do not exist, as first asked, in the order asked; then URLs of"
            " repositories that their forge lists and cannot find, by profile asked and URL. None adds anything.",
        },
    }
    added: Json = {
        "filter": {**ref("Filter"), "description": "With a filter: the parameters that chose the repositories."},
        "at": {**_MOMENT, "description": "With `at`: the moment whose answer this is, in UTC."},
        "profiles": _list("Profile", "With `expand=profiles`: those that exist, in the order asked."),
        "langsDetail": _list("Language", "With `expand=langs`, sorted by name."),
        "topicsDetail": _list("Topic", "With `expand=topics`, sorted by name."),
        "repositories": _list(
            "Repository", "With `expand=repositories`: each that counts, once, by profile asked, then by name."
        ),
    }
    return {**object_of({**answer, **added}), "required": list(answer)}


def _badge() -> Json:
    badge: Json = {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "description": "The value, and behind it the filter, and its age if it is old."},
        "color": {"type": "string"},
    }
    style: Json = {"type": "string", "description": "There where it was asked for."}
    error: Json = {"type": "boolean", "description": "There where the message is an error."}
    return {**object_of({**badge, "style": style, "isError": error}), "required": list(badge)}


def _list(name: str, description: str) -> Json:
    return {"type": "array", "items": ref(name), "description": description}
