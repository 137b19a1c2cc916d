"""How a picture or a badge is to look, as the parameters of its address say."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from from_git.pictures import colours, text
from from_git.question.choices import Reader, each, only, refusal, told
from from_git.question.fields import Fields
from from_git.values.keys import KEYS
from from_git.values.words import listed

THEMES = ("light", "dark")
"""The values of `theme`."""
WIDTH, NARROWEST, WIDEST = 480, 300, 1200
"""Pixels: of a picture without `width`, and the bounds of `width`."""
LONGEST_TITLE, LONGEST_LABEL = 100, 60
"""Characters."""
HIDEABLE = tuple(key for key in KEYS if key != "topics")
"""The values of `hide`: what a card shows; `langs` is its strip of languages."""
STYLES = ("flat", "flat-square", "plastic", "for-the-badge", "social")
"""The values of `style`, which are shields' own."""
_WIDTH = re.compile(r"[1-9][0-9]{2,3}", re.ASCII)
_HEX = re.compile(r"#?(?:[0-9a-f]{3}){1,2}", re.ASCII | re.IGNORECASE)
_ALPHA = r"(?:,\s*(?:0|1|0?\.\d{1,4}|\d{1,3}%)\s*)?"
_FUNCTION = re.compile(
    rf"(?:rgba?\((?:\s*\d{{1,3}}\s*,){{2}}\s*\d{{1,3}}\s*{_ALPHA}"
    rf"|rgba?\((?:\s*\d{{1,3}}%\s*,){{2}}\s*\d{{1,3}}%\s*{_ALPHA}"
    rf"|hsla?\(\s*\d{{1,3}}\s*(?:,\s*\d{{1,3}}%\s*){{2}}{_ALPHA})\)",
    re.ASCII,
)


@dataclass(frozen=True)
class Look:
    """How a picture is to look; what is not asked for is as usual."""

    theme: str | None = None
    """One of THEMES; None: both, as the reader's system likes it."""
    width: int = WIDTH
    """Pixels."""
    title: str = ""
    """The heading instead of the owners' names."""
    hide: frozenset[str] = frozenset()
    """Those of HIDEABLE that a card does not show."""


@dataclass(frozen=True)
class Face:
    """How a badge is to look; None: as usual."""

    label: str | None = None
    """The text at the left."""
    color: str | None = None
    style: str | None = None
    """One of STYLES."""


def look_asked(given: Fields) -> Look:
    """The look of a picture that the parameters of its address ask for.

    Raises:
        RequestError: names each of them that is wrong.
    """
    return Look(**_asked(CARD, given))


def chart_look_asked(given: Fields) -> Look:
    """The same of a chart, which takes no `hide`.

    Raises:
        RequestError: names each of them that is wrong.
    """
    return Look(**_asked(CHART, given))


def size_and_theme(given: Fields) -> Look:
    """What of `look_asked` an error's picture has too, as far as it is right."""
    return Look(**each(_readers(CHART, "theme", "width"), given)[0])


def face_asked(given: Fields) -> Face:
    """The look of a badge that the parameters of its address ask for.

    Raises:
        RequestError: names each of them that is wrong.
    """
    return Face(**_asked(BADGE, given))


def face_of_error(given: Fields) -> Face:
    """What of `face_asked` an error's badge has too, as far as it is right; its colour is its own."""
    return Face(**each(_readers(BADGE, "label", "style"), given)[0])


class Option(NamedTuple):
    """One parameter."""

    read: Callable[[str], Any]
    """Its value from the address, or a ValueError that says what is wrong."""
    does: str
    """What it does, as a sentence."""
    schema: dict[str, Any]
    """Its values, as JSON Schema has it."""


def _asked(options: Mapping[str, Option], given: Fields) -> dict[str, Any]:
    found, wrong = each(_readers(options, *options), given)
    if wrong:
        raise refusal(wrong, f"Correct {listed([one.subject for one in wrong])}, or ask without.")
    return found


def _readers(options: Mapping[str, Option], *names: str) -> dict[str, Reader]:
    # an address has nothing but text
    return {name: partial(lambda read, value: read(str(value)), options[name].read) for name in names}


def _line(most: int) -> Callable[[str], str]:
    """A reader of one line of text."""

    def read(value: str) -> str:
        if any(unicodedata.category(one) in ("Cc", "Zl", "Zp") for one in value):
            raise ValueError("takes one line of text, without control characters")
        line = text.clean(value)
        if line == text.INVISIBLE:
            raise ValueError("takes text that is seen")
        if len(value) > most:
            raise ValueError(f"takes at most {most} characters, not {len(value):,}")
        return line

    return read


def _width(value: str) -> int:
    if not _WIDTH.fullmatch(value) or not NARROWEST <= int(value) <= WIDEST:
        raise ValueError(f"takes whole pixels from {NARROWEST} to {WIDEST:,}, not {told(value)}")
    return int(value)


def _hide(value: str) -> frozenset[str]:
    names = value.split(",")
    unknown = [name for name in names if name not in HIDEABLE]
    if unknown:
        raise ValueError(f"takes any of {', '.join(HIDEABLE)} with commas between them, not {told(unknown[0])}")
    if set(names) == set(HIDEABLE):
        raise ValueError("leaves nothing to show")
    return frozenset(names)


def _color(value: str) -> str:
    known = value in colours.NAMED or value in colours.CSS or _HEX.fullmatch(value) or _FUNCTION.fullmatch(value)
    if not known:
        raise ValueError(f"takes a name of shields or CSS, rrggbb, rgb(…) or hsl(…), not {told(value)}")
    return value


CHART: Mapping[str, Option] = {
    "theme": Option(
        only(*THEMES),
        "Fixes the colours; without it the picture has both, and the reader's system decides.",
        {"type": "string", "enum": list(THEMES)},
    ),
    "width": Option(
        _width,
        "Pixels. The contents follow.",
        {"type": "integer", "minimum": NARROWEST, "maximum": WIDEST, "default": WIDTH},
    ),
    "title": Option(
        _line(LONGEST_TITLE),
        "The heading, instead of the owners' names.",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_TITLE},
    ),
}
"""The parameters of charts, by name."""
CARD: Mapping[str, Option] = {
    **CHART,
    "hide": Option(
        _hide,
        f"What not to show, separated by commas: any of {', '.join(HIDEABLE)}. `langs` are the languages by name.",
        {"type": "array", "items": {"type": "string", "enum": list(HIDEABLE)}, "minItems": 1},
    ),
}
"""The parameters of cards."""
BADGE: Mapping[str, Option] = {
    "label": Option(
        _line(LONGEST_LABEL),
        "The text at the left.",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL},
    ),
    "color": Option(
        _color,
        "Of the right: a name that shields or CSS knows, `rrggbb`, `rgb(…)` or `hsl(…)`. An error keeps its own.",
        {"type": "string", "examples": ["brightgreen", "tomato", "0b7a63"]},
    ),
    "style": Option(only(*STYLES), "As shields draws it.", {"type": "string", "enum": list(STYLES)}),
}
"""The parameters of badges."""
