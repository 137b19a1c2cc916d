"""Colours that others have chosen: those of languages, from Linguist, and the names that shields takes.

They are in colours.json, with their packages, versions and licences. Tests compare that file with the packages;
`python -m from_git.tests.kit.colours` makes it anew.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_PART, _LINEAR = 255, 0.04045  # WCAG 2's relative luminance
_DATA: dict[str, Any] = json.loads(Path(__file__).with_name("colours.json").read_bytes())
_LANGUAGES: dict[str, str] = _DATA["languages"]["colours"]
NAMED = frozenset(_DATA["badges"]["names"])
"""The names that shields has for its own shades, such as `brightgreen` and `critical`."""
CSS = frozenset(_DATA["badges"]["css"])
"""The names that CSS has, such as `tomato`; shields takes them too."""


def of_language(name: str) -> str | None:
    """Linguist's colour of a language, by its name in lower case, as `#rrggbb`; None: it has none."""
    return _LANGUAGES.get(name)


@lru_cache(maxsize=1024)
def contrast(one: str, other: str) -> float:
    """The contrast of two colours `#rrggbb`, from 1 to 21, as WCAG 2 has it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / _PART for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= _LINEAR else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
