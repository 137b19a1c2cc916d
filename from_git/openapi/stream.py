"""The stream of an answer in the API's description."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from from_git.forges.registry import KINDS
from from_git.openapi import components
from from_git.openapi.components import Json

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
            "parameters": [components.url_parameter(), components.EXPAND_PARAMETER, _LAST_ID],
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
