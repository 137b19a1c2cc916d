"""Numbers over time in the API's description."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from from_git.openapi import components
from from_git.openapi.routes import DRAWN, Options, described, drawn_responses
from from_git.openapi.rows import MOMENT, MOMENT_SCHEMA, Json, paged
from from_git.question.moments import NUMERIC

_SPAN: list[Json] = [
    {"name": name, "in": "query", "description": f"{words} {MOMENT}", "schema": MOMENT_SCHEMA}
    for name, words in (
        ("since", "Only snapshots of this moment and after it, so that a day leaves itself out."),
        ("until", "Only snapshots of this moment and before it, so that a day is the last one."),
    )
]
_KEY: Json = {
    "name": "key",
    "in": "query",
    "description": "Which numbers, any of them; without it all.",
    "schema": {"type": "array", "items": {"type": "string", "enum": list(NUMERIC)}},
    "style": "form",
    "explode": True,
}
_AFTER: Json = {
    "name": "after",
    "in": "query",
    "description": "Where to go on: the `next` of the points before.",
    "schema": {"type": "string"},
}
_FORMAT: Json = {
    "name": "format",
    "in": "query",
    "description": "json, csv (one row for each point) or html (a page with a chart); wins over `Accept`.",
    "schema": {"type": "string", "enum": ["json", "csv", "html"]},
}
_CACHING = ("ETag", "Last-Modified", "Age", "Cache-Control", "Vary", "X-Request-ID")


class HistorySchema(AutoSchema):
    """`/from-git/history`."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for GET; `complete` makes HEAD and OPTIONS of it."""
        content = {
            "application/json": {"schema": components.ref("History")},
            "text/csv": {"schema": {"type": "string"}},
            "text/html": {"schema": {"type": "string", "description": "A page with a chart and a table."}},
        }
        refusals = {
            400: ("The question is wrong.", ()),
            404: ("A profile is not watched; the message names it, the advice says how to watch it.", ()),
            503: ("The database is away or not migrated, or the server is full.", ("Retry-After",)),
        }
        return {
            "operationId": "from_git_history_get",
            "summary": "The numbers of watched profiles over time",
            "description": "The snapshots of each profile, the oldest first, at most 5,000 at once. There is one where"
            " a number, a language or a topic was another than before, and at least one a day (UTC).",
            "tags": ["history"],
            "parameters": [components.url_parameter(), *_SPAN, _KEY, _AFTER, _FORMAT],
            "responses": {
                "200": {
                    "description": "The points.",
                    "headers": components.headers(*_CACHING, "Content-Disposition", "Link"),
                    "content": content,
                },
                "304": {"description": "The client has them already.", "headers": components.headers(*_CACHING)},
                **{
                    str(status): paged(components.refused(status, words, "X-Request-ID", *names))
                    for status, (words, names) in refusals.items()
                },
            },
        }


class HistoryChartSchema(AutoSchema):
    """`/from-git/chart/history.svg`.

    Args:
        options: the parameters of its look.
        size: of the picture without `width` and `key`, in pixels.
    """

    def __init__(self, options: Options, size: tuple[int, int]) -> None:
        super().__init__()
        self._options, self._size = options, size

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for GET; `complete` makes HEAD and OPTIONS of it."""
        wide, high = self._size
        shown = {"image/svg+xml": {"schema": {"type": "string"}}}
        return {
            "operationId": f"{components.operation_name(path)}_get",
            "summary": "Stars, watchers and repositories of watched profiles over time, added up.",
            "description": f"A picture of {wide} by {high} pixels for `<img>`, unless `width` or `key` is given; it"
            f" begins where each profile has a snapshot. {DRAWN}",
            "tags": ["pictures"],
            "parameters": [components.url_parameter(), *_SPAN, _KEY, *described(self._options)],
            "responses": drawn_responses("The picture.", shown),
        }
