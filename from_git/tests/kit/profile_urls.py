"""What schemathesis is told of strings that are profile URLs: a schema cannot say which owners the emulator has."""

from typing import Any

import schemathesis
from hypothesis import strategies as st

_PROFILES = ["https://github.com/user-3", "GitHub.com/mfem/", "bitbucket.org/team-5", "https://bitbucket.org/nobody"]

schemathesis.openapi.format("profile-url", st.sampled_from(_PROFILES))


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Give them a format of their own, for which there are values."""
    _mark(raw_schema)


def _mark(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("title") == "Profile URL":
            node["format"] = "profile-url"
        for below in node.values():
            _mark(below)
    elif isinstance(node, list):
        for below in node:
            _mark(below)
