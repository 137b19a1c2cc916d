"""Charts, cards, badges and the stream in the API's description."""

from collections.abc import Mapping
from typing import Any, Protocol

from drf_spectacular.openapi import AutoSchema

from from_git.forges.registry import KINDS
from from_git.openapi import components
from from_git.openapi.rows import AT_PARAMETER, FILTER_PARAMETERS, Json
from from_git.values.keys import KEYS

DRAWN = (
    "An error is drawn too, in the same size: with status 200, since what shows pictures shows nothing else, and with"
    " `Cache-Control: no-store`. So is a picture that shows last good numbers because a forge gives no new ones; it"
    " says how old they are."
)
"""What is said of errors wherever they are drawn."""
_CACHING = ("ETag", "Last-Modified", "Age", "Cache-Control", "X-Request-ID")
_KEY: Json = {
    "name": "key",
    "in": "path",
    "required": True,
    "description": "Which key of an answer's `data`.",
    "schema": {"type": "string", "enum": list(KEYS)},
}
_DESCRIPTION = (
    "Server-sent events. `progress` at the start, when the size of a profile is known, at the end, and in between at"
    " most once in 100 ms, where there is news; then one `answer` with the body of `/health-check`, or one"
    " `failure` with the body of an error and its `status`. That last event has an `id`: a browser's EventSource, which"
    " connects again after every end, sends it as `Last-Event-ID` and is told by a 204 that there is no more. A comment"
    " line every 2 s keeps proxies awake. It may take FLIGHT_SECONDS; whoever closes the connection ends the work,"
    " unless others wait for it."
)
_EVENT: Json = {
    "type": "object",
    "description": "Each of them.",
    "properties": {
        "id": {"type": "string", "description": "Of the last one only."},
        "event": {"type": "string", "enum": ["progress", "answer", "failure"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
_EXAMPLE = (
    'event: progress\ndata: {"profiles":{"done":0,"found":1,"known":1,"kept":0},"pages":{"done":1,"known":3},'
    '"watchers":{"done":20,"known":240},"retries":0,"waits":[],"cost":{"FORGE":{"calls":22,"seconds":1.3,"points":0,'
    '"retries":0}},"elapsed":0.412}\n\n'
)
_LAST_ID: Json = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": components.TOLD["Last-Event-ID"],
    "schema": {"type": "string"},
}
# errors that keep a stream from beginning, and their headers
_REFUSED = {405: ["Allow"], 414: [], 429: ["Retry-After"], 503: ["Retry-After"]}


class _Option(Protocol):
    """A parameter: what it does as a sentence, and its values."""

    @property
    def does(self) -> str: ...

    @property
    def schema(self) -> Json: ...


Options = Mapping[str, _Option]
"""Parameters by name."""


class PictureSchema(AutoSchema):
    """`/from-git/chart/NAME.svg` and `/from-git/card.svg`.

    Args:
        pictures: by the name in their address: the contents as a sentence, width and height in pixels, and the
            parameters beside those of the question.
    """

    def __init__(self, pictures: Mapping[str, tuple[str, tuple[int, int], Options]]) -> None:
        super().__init__()
        self._pictures = pictures

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for GET; `complete` makes HEAD and OPTIONS of it."""
        name = path.rpartition("/")[2].removesuffix(".svg")
        shows, (wide, high), options = self._pictures[name]
        shown = {"image/svg+xml": {"schema": {"type": "string"}}}
        return {
            "operationId": f"{components.operation_name(path)}_get",
            "summary": shows,
            "description": f"A picture of {wide} by {high} pixels for `<img>`, unless `width` is given. {DRAWN}",
            "tags": ["pictures"],
            "parameters": [components.url_parameter(), *FILTER_PARAMETERS, AT_PARAMETER, *described(options)],
            "responses": drawn_responses("The picture.", shown),
        }


class BadgeSchema(AutoSchema):
    """`/from-git/badge/KEY`.

    Args:
        options: the parameters beside those of the question.
    """

    def __init__(self, options: Options) -> None:
        super().__init__()
        self._options = options

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for GET; `complete` makes HEAD and OPTIONS of it."""
        shown = {"application/json": {"schema": components.ref("Badge")}}
        missing = components.refused(404, "There is no such key.", "X-Request-ID")
        return {
            "operationId": "from_git_badge_get",
            "summary": "One key of an answer for shields' endpoint badge",
            "description": f"What https://shields.io/badges/endpoint-badge draws. {DRAWN} It has `isError`.",
            "tags": ["pictures"],
            "parameters": [
                _KEY,
                components.url_parameter(),
                *FILTER_PARAMETERS,
                AT_PARAMETER,
                *described(self._options),
            ],
            "responses": {**drawn_responses("The badge.", shown), "404": missing},
        }


class StreamSchema(AutoSchema):
    """`/from-git/stream`."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for GET; `complete` makes HEAD and OPTIONS of it."""
        example = {"summary": "One event", "value": _EXAMPLE.replace("FORGE", list(KINDS)[-1])}
        events = {"schema": _EVENT, "examples": {"progress": example}}
        return {
            "operationId": "from_git_stream_get",
            "summary": "The progress of an answer, and then the answer",
            "description": _DESCRIPTION,
            "tags": ["stream"],
            "parameters": [
                components.url_parameter(),
                *FILTER_PARAMETERS,
                components.EXPAND_PARAMETER,
                _LAST_ID,
            ],
            "responses": {
                "200": {
                    "description": "The events; a failure is one of them.",
                    "headers": components.headers("Cache-Control", "X-Request-ID"),
                    "content": {"text/event-stream": events},
                },
                "204": {
                    "description": "The client has had the last event.",
                    "headers": components.headers("Cache-Control", "X-Request-ID"),
                },
                **{
                    str(status): components.refused(status, "The stream does not begin.", "X-Request-ID", *names)
                    for status, names in _REFUSED.items()
                },
            },
        }


def described(options: Options) -> list[Json]:
    """The parameters of an operation; lists are separated by commas."""
    lists = {"style": "form", "explode": False}
    return [
        {
            "name": name,
            "in": "query",
            "description": one.does,
            "schema": one.schema,
            **(lists if one.schema["type"] == "array" else {}),
        }
        for name, one in options.items()
    ]


def drawn_responses(description: str, content: Json) -> Json:
    """The responses of a route that draws its errors too."""
    changed = "It is not the one that the request's `If-Match` names."
    return {
        "200": {"description": description, "headers": components.headers(*_CACHING), "content": content},
        "304": {"description": "The client has it already.", "headers": components.headers(*_CACHING)},
        "405": components.refused(405, "The address does not take this method.", "Allow", "X-Request-ID"),
        "412": components.refused(412, changed, "X-Request-ID"),
    }
