"""JSON as the views of REST framework send it."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

from from_git.serializers import error_text


class SafeJSON(JSONRenderer):
    """JSON in whose bytes control characters are escaped, since errors repeat texts that a client sent.

    A reader of the JSON gets each text as it was sent.
    """

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """The bytes, in UTF-8."""
        if isinstance(data, Mapping) and data.get("error") not in (None, "OK"):
            indent = self.get_indent(accepted_media_type or "", renderer_context or {})
            return error_text(data, indent).encode()
        rendered: bytes = super().render(data, accepted_media_type, renderer_context)
        return rendered
