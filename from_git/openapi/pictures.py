"""Charts, cards and badges in the API's description."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from drf_spectacular.openapi import AutoSchema

from from_git.openapi import components
from from_git.openapi.components import Json
from from_git.values.keys import KEYS

_DRAWN = (
    "An error is drawn too, in the same size: with status 200, since what shows pictures shows nothing else, and with"
    " `Cache-Control: no-store`. So is a picture that shows last good numbers because a forge gives no new ones; it"
    " says how old they are."
)
_CACHING = ("ETag", "Last-Modified", "Age", "Cache-Control", "X-Request-ID")
_KEY: Json = {
    "name": "key",
    "in": "path",
    "required": True,
    "description": "Which key of an answer's `data`.",
    "schema": {"type": "string", "enum": list(KEYS)},
}


class Shown(Protocol):
    """The description of a picture."""

    @property
    def shows(self) -> str:
        """The contents of the picture, as a sentence."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Its width and height in pixels."""
        ...


class PictureSchema(AutoSchema):
    """`/from-git/chart/NAME.svg` and `/from-git/card.svg`.

    Args:
        pictures: by the name in their address.
        themes: the values of `theme`.
    """

    def __init__(self, pictures: Mapping[str, Shown], themes: Iterable[str]) -> None:
        super().__init__()
        self._pictures = pictures
        self._theme: Json = {
            "name": "theme",
            "in": "query",
            "description": "Fixes the colours; without it the picture has both, and the reader's system decides.",
            "schema": {"type": "string", "enum": list(themes)},
        }

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for GET; `complete` makes HEAD and OPTIONS of it."""
        picture = self._pictures[path.rpartition("/")[2].removesuffix(".svg")]
        wide, high = picture.size
        shown = {"image/svg+xml": {"schema": {"type": "string"}}}
        return {
            "operationId": f"{components.operation_name(path)}_get",
            "summary": picture.shows,
            "description": f"A picture of {wide} by {high} pixels for `<img>`. {_DRAWN}",
            "tags": ["pictures"],
            "parameters": [components.url_parameter(), self._theme],
            "responses": _responses("The picture.", shown),
        }


class BadgeSchema(AutoSchema):
    """`/from-git/badge/KEY`."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Json:
        """The operation for GET; `complete` makes HEAD and OPTIONS of it."""
        shown = {"application/json": {"schema": components.ref("Badge")}}
        missing = components.refused(404, "There is no such key.", "X-Request-ID")
        return {
            "operationId": "from_git_badge_get",
            "summary": "One key of an answer for shields' endpoint badge",
            "description": f"What https://shields.io/badges/endpoint-badge draws. {_DRAWN} It has `isError`.",
            "tags": ["pictures"],
            "parameters": [_KEY, components.url_parameter()],
            "responses": {**_responses("The badge.", shown), "404": missing},
        }


def _responses(description: str, content: Json) -> Json:
    changed = "It is not the one that the request's `If-Match` names."
    return {
        "200": {"description": description, "headers": components.headers(*_CACHING), "content": content},
        "304": {"description": "The client has it already.", "headers": components.headers(*_CACHING)},
        "405": components.refused(405, "The address does not take this method.", "Allow", "X-Request-ID"),
        "412": components.refused(412, changed, "X-Request-ID"),
    }
