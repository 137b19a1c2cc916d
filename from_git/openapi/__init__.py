"""The API's description (OpenAPI 3.1), as far as drf-spectacular cannot read it from the views.

Shared schemas and headers stand once, in `components`; errors come from the tree in `errors`,
examples from a file that `python -m from_git.tests.kit.outcomes` writes by asking the service.
"""

import json
from pathlib import Path
from typing import Any

from drf_spectacular.openapi import AutoSchema

from from_git.errors import FromGitError, kinds, meaning
from from_git.forges.registry import labels
from from_git.openapi import batches, components
from from_git.openapi.rows import AT_PARAMETER, FILTER_PARAMETERS, TABLE_PARAMETERS, Json
from from_git.spreadsheet import MEDIA_TYPE

EXAMPLES = Path(__file__).parent / "examples.json"
"""What the service said when it was asked over the emulator: name, status, media type and value of each."""

_SUMMARY = "Add up the repositories of any number of profiles"
_DESCRIPTION = (
    "Asks {forges} for all profiles at the same time and adds up what their public repositories have: exact"
    " numbers, or an error; never a partial total. Profiles that their forge does not have are named in `missing`,"
    " and so are repositories that it lists and cannot find."
    " A parameter, or a member of the body, that nobody knows is a 400 that names it."
)
_FORMATS = (
    "json, csv (one row for each profile, then one for each missing repository), xlsx (a workbook with the totals, and"
    " with a row for each profile, repository, language and topic), html (a page of tables) or api (the JSON in a page"
    " that asks too); wins over `Accept`."
)
_OF_OTHERS = {"from_git.errors.batches"}  # whose routes have them
_HEADERS = ("If-None-Match", "If-Modified-Since", "Cache-Control", "X-Request-ID")


class HealthCheckSchema(AutoSchema):
    """`/health-check`: the same answers for GET and POST."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for GET or POST; `complete` makes HEAD and OPTIONS of it."""
        operation: Json = {
            "operationId": f"health_check_{method.lower()}",
            "summary": _SUMMARY,
            "description": _DESCRIPTION.format(forges=labels()),
            "tags": ["answers"],
            "parameters": [*([components.url_parameter()] if method == "GET" else []), *_parameters()],
        }
        if method == "POST":
            operation["requestBody"] = _body()
        return {**operation, "responses": _responses()}


def complete(result: Json, **kwargs: Any) -> Json:
    """drf-spectacular's hook: adds the components, and HEAD and OPTIONS, which it leaves out."""
    result["components"] = {"schemas": components.schemas() | batches.schemas(), "headers": components.HEADERS}
    for path, operations in result["paths"].items():
        name, first = components.operation_name(path), next(iter(operations.values()))
        if got := operations.get("get"):
            operations["head"] = _head(name, got)
        headers = components.headers("Allow", "X-Request-ID")
        in_path = [one for one in first["parameters"] if one["in"] == "path"]
        operations["options"] = {
            "operationId": f"{name}_options",
            "summary": "The methods that there are",
            "tags": first["tags"],
            **({"parameters": in_path} if in_path else {}),
            "responses": {"204": {"description": "`Allow` has them.", "headers": headers}},
        }
    return result


def _head(name: str, got: Json) -> Json:
    bare = {
        status: {key: value for key, value in response.items() if key != "content"}
        for status, response in got["responses"].items()
    }
    return {
        **got,
        "operationId": f"{name}_head",
        "summary": "The headers of GET",
        "description": "What GET would answer, without its body.",
        "responses": bare,
    }


def _parameters() -> list[Json]:
    form = {
        "name": "format",
        "in": "query",
        "description": _FORMATS,
        "schema": {"type": "string", "enum": ["json", "csv", "xlsx", "html", "api"]},
    }
    told = [
        {"name": name, "in": "header", "description": components.TOLD[name], "schema": {"type": "string"}}
        for name in _HEADERS
    ]
    return [*FILTER_PARAMETERS, components.EXPAND_PARAMETER, form, *TABLE_PARAMETERS, AT_PARAMETER, *told]


def _body() -> Json:
    json_body = {"schema": components.ref("Question"), "example": {"url": components.example_urls()}}
    form = {"schema": components.ref("Form")}
    return {
        "required": True,
        "description": "The `url` parameters of GET, for lists too long for an address, and those that choose and add.",
        "content": {
            "application/json": json_body,
            "application/x-www-form-urlencoded": form,
            "multipart/form-data": form,
        },
    }


def _responses() -> Json:
    caching = ("ETag", "Last-Modified", "Age", "Cache-Control", "Vary", "X-Request-ID")
    answer = {
        "description": "Answered, even if all profiles are missing.",
        "headers": components.headers(*caching, "Content-Disposition"),
        "content": {
            "application/json": {"schema": components.ref("Answer"), **_examples(200, "application/json")},
            "text/csv": {"schema": {"type": "string"}, **_examples(200, "text/csv")},
            MEDIA_TYPE: {"schema": {"type": "string", "contentMediaType": MEDIA_TYPE}},
            "text/html": {"schema": {"type": "string", "description": "A page of tables."}},
        },
    }
    unchanged = {"description": "The answer is the one that the client has.", "headers": components.headers(*caching)}
    found: dict[int, list[type[FromGitError]]] = {}
    for kind in kinds():
        if kind.__module__ not in _OF_OTHERS:
            found.setdefault(kind.status, []).append(kind)
    errors = {str(status): _error(status, found[status]) for status in sorted(found)}
    return {"200": answer, "304": unchanged, **errors}


def _error(status: int, sorts: list[type[FromGitError]]) -> Json:
    names = ["X-Request-ID"]
    if any("retryAfter" in kind.members for kind in sorts):
        names.append("Retry-After")
    if status == 405:
        names.append("Allow")
    return {
        "description": "\n".join(dict.fromkeys(meaning(kind) for kind in sorts)),
        "headers": components.headers(*names),
        "content": {
            "application/json": {
                "schema": components.ref(components.error_name(status)),
                **_examples(status, "application/json"),
            },
            "text/html": {"schema": {"type": "string", "description": "For a browser: a page."}},
        },
    }


def _examples(status: int, media_type: str) -> Json:
    produced = json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.exists() else []
    fitting = [one for one in produced if (one["status"], one["type"]) == (status, media_type)]
    return {"examples": {one["name"]: {"summary": one["summary"], "value": one["value"]} for one in fitting}}
