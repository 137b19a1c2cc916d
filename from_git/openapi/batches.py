"""Batches in the API's description."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from from_git.models import BatchState, ItemState
from from_git.openapi import components
from from_git.openapi.rows import TABLE_PARAMETERS, Json, paged
from from_git.spreadsheet import MEDIA_TYPE

_WHERE = " There is no such address unless BATCHES is on."
_POST = (
    "Stores a list of profiles, each once, and answers before any forge is asked; the service works on it from then on,"
    " whatever is restarted meanwhile. Nothing is stored of a list that is refused. The address of the batch is its"
    " only key: no route lists batches. A browser that accepts a page is led to that of the batch (303)." + _WHERE
)
_GET = (
    "The body of `/health-check` for those profiles that are done or missing so far, then `failed` and the state. Each"
    " number is exact for them. `complete` says whether they are all." + _WHERE
)
_FORMATS = "json, csv or xlsx (a row for each profile that is done, missing or failed), or html (a page)."
_ID: Json = {
    "name": "batch",
    "in": "path",
    "required": True,
    "description": "The id of the batch.",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}
_STATE: Json = {
    "name": "state",
    "in": "query",
    "description": "Only items in this state.",
    "schema": {"type": "string", "enum": list(ItemState.values)},
}
_AFTER: Json = {
    "name": "after",
    "in": "query",
    "description": "Only items behind this position; `next` has the one that is due.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
}
_COUNT: Json = {"type": "integer", "minimum": 0}
_MOMENT: Json = {"type": ["string", "null"], "format": "date-time"}
_REFUSED = {
    400: ("The question is wrong.", ()),
    403: ("It comes from a page of another site.", ()),
    404: ("There is no such batch, or BATCHES is off.", ()),
    405: ("The address does not take this method.", ("Allow",)),
    406: ("None of the media types in `Accept` is available.", ()),
    411: ("Chunked bodies are not supported.", ()),
    413: ("The body is larger than 64 MiB, or has more profiles than BATCH_MAX_URLS.", ()),
    414: ("The address is too long.", ()),
    415: ("The media type of the body is not supported.", ()),
    429: ("This client has BATCHES_PER_CLIENT under way, or asks too often.", ("Retry-After",)),
    500: ("A fault of the service itself.", ()),
    502: ("A sum is too large to be told exactly.", ()),
    503: ("The database is away, or the service is full.", ("Retry-After",)),
    504: ("There was no time to read the list, or to add up the batch.", ()),
}


class BatchesSchema(AutoSchema):
    """`/from-git/batches`."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for POST; `complete` makes OPTIONS of it."""
        headers = components.headers("Location", "Cache-Control", "X-Request-ID")
        return {
            "operationId": "from_git_batches_post",
            "summary": "Begin a batch: count a list of profiles of any length",
            "description": _POST,
            "tags": ["batches"],
            "parameters": [],
            "requestBody": {"required": True, "description": "At most 64 MiB in UTF-8.", "content": _bodies()},
            "responses": {
                "202": {"description": "All of it is stored.", "headers": headers, "content": _json("Batch")},
                "303": {"description": "Likewise, for a browser.", "headers": headers},
                **_refused(400, 403, 404, 405, 406, 411, 413, 414, 415, 429, 500, 503, 504),
            },
        }


class BatchSchema(AutoSchema):
    """`/from-git/batches/ID`."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for GET or DELETE; `complete` makes HEAD and OPTIONS of the former."""
        headers = components.headers("Cache-Control", "X-Request-ID")
        if method == "DELETE":
            return {
                "operationId": "from_git_batch_delete",
                "summary": "Cancel a batch",
                "description": "No profile is begun any more; what is done stays. It changes nothing about a batch that"
                " has ended." + _WHERE,
                "tags": ["batches"],
                "parameters": [_ID],
                "responses": {
                    "200": {"description": "Its state.", "headers": headers, "content": _json("Batch")},
                    **_refused(400, 403, 404, 405, 411, 413, 414, 429, 500, 503),
                },
            }
        form: Json = {
            "name": "format",
            "in": "query",
            "description": f"{_FORMATS} Wins over `Accept`.",
            "schema": {"type": "string", "enum": ["json", "csv", "xlsx", "html"]},
        }
        mark = next(one for one in TABLE_PARAMETERS if one["name"] == "bom")
        content = {
            **_json("BatchAnswer"),
            "text/csv": {"schema": {"type": "string"}},
            MEDIA_TYPE: {"schema": {"type": "string", "contentMediaType": MEDIA_TYPE}},
            "text/html": {"schema": {"type": "string", "description": "A page that shows it live."}},
        }
        return {
            "operationId": "from_git_batch_get",
            "summary": "What becomes of a batch, and its answer",
            "description": _GET,
            "tags": ["batches"],
            "parameters": [_ID, form, mark],
            "responses": {
                "200": {"description": "The answer, so far or whole.", "headers": headers, "content": content},
                **_refused(400, 404, 405, 406, 414, 429, 500, 502, 503, 504),
            },
        }


class ItemsSchema(AutoSchema):
    """`/from-git/batches/ID/items`."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for GET; `complete` makes HEAD and OPTIONS of it."""
        headers = components.headers("Cache-Control", "X-Request-ID")
        return {
            "operationId": "from_git_batch_items_get",
            "summary": "What has become of each profile of a batch, 1,000 at a time",
            "description": "In the order asked." + _WHERE,
            "tags": ["batches"],
            "parameters": [_ID, _STATE, _AFTER],
            "responses": {
                "200": {"description": "One page.", "headers": headers, "content": _json("Items")},
                **_refused(400, 404, 405, 406, 414, 429, 500, 503),
            },
        }


def schemas() -> Json:
    """The schemas of batches, by name."""
    state = {"error": {"const": "OK"}, **_state()}
    answer = {"error": {"const": "OK"}, "data": components.ref("Data"), "missing": _texts(), "failed": _failed()}
    page = {
        "error": {"const": "OK"},
        "items": {"type": "array", "items": components.ref("Item"), "maxItems": 1_000},
        "next": {"type": ["string", "null"], "description": "The address of the next page; null behind the last one."},
    }
    upload: Json = {
        "url": {"type": "array", "items": _list("One URL, or several, one a line."), "minItems": 1},
        "file": {**_list("A file of text with one URL a line, or a CSV."), "contentMediaType": "text/csv"},
    }
    return {
        "Batch": components.object_of(state),
        "BatchAnswer": components.object_of({**answer, **_state()}),
        "Item": components.object_of(_item()),
        "Items": components.object_of(page),
        "BatchQuestion": components.object_of({"url": {"type": "array", "items": _list("One URL."), "minItems": 1}}),
        "Upload": {
            **components.object_of(upload),
            "required": [],
            "anyOf": [{"required": ["url"]}, {"required": ["file"]}],
        },
    }


def _state() -> Json:
    counts: Json = {state: _COUNT for state in ItemState.values}
    return {
        "id": {"type": "string", "pattern": "^[0-9a-f]{32}$", "description": "The only key of the batch."},
        "url": {"type": "string", "description": "The address of the batch."},
        "state": {"type": "string", "enum": list(BatchState.values)},
        "total": {**_COUNT, "description": "Its profiles, each once."},
        "counts": {**components.object_of(counts), "description": "How many of them are in each state."},
        "complete": {"type": "boolean", "description": "Whether each of them is done or missing."},
        "createdAt": {"type": "string", "format": "date-time"},
        "finishedAt": {**_MOMENT, "description": "When it was done or cancelled; null while it runs."},
    }


def _item() -> Json:
    text: Json = {"type": ["string", "null"]}
    return {
        "position": {**_COUNT, "description": "In the order asked, from 0."},
        "url": {"type": "string", "description": "As asked."},
        "state": {"type": "string", "enum": list(ItemState.values)},
        "attempts": {**_COUNT, "description": "How often it was begun."},
        "error": {**text, "description": "The code of the error, where it failed."},
        "message": {**text, "description": "Why it failed, or waits."},
        "notBefore": {**_MOMENT, "description": "When it is begun at the earliest; null: at any time."},
        "profile": {
            "anyOf": [components.ref("Profile"), {"type": "null"}],
            "description": "Its numbers, where it is done.",
        },
    }


def _failed() -> Json:
    members: Json = {"url": {"type": "string"}, "error": {"type": "string"}, "message": {"type": "string"}}
    return {
        "type": "array",
        "items": components.object_of(members),
        "description": "The profiles that could not be counted, in the order asked; they add nothing.",
    }


def _texts() -> Json:
    return {"type": "array", "items": {"type": "string"}, "description": "As at `/health-check`."}


def _list(description: str) -> Json:
    return {"title": "Profile URL", "type": "string", "description": description}


def _bodies() -> Json:
    form = {"schema": components.ref("Upload")}
    lines = _list("One URL a line.")
    return {
        "application/json": {
            "schema": components.ref("BatchQuestion"),
            "example": {"url": components.example_urls()},
        },
        "application/x-www-form-urlencoded": {"schema": components.ref("BatchQuestion")},
        "multipart/form-data": form,
        "text/plain": {"schema": lines, "example": "\n".join(components.example_urls())},
        "text/csv": {
            "schema": {**lines, "description": "The column `url`; without such a head the first column."},
            "example": "\n".join(["url", *components.example_urls()]),
        },
    }


def _json(name: str) -> Json:
    return {"application/json": {"schema": components.ref(name)}}


def _refused(*statuses: int) -> Json:
    responses = {one: components.refused(one, _REFUSED[one][0], "X-Request-ID", *_REFUSED[one][1]) for one in statuses}
    return {str(one): paged(response) for one, response in responses.items()}
