"""From values to the bytes of an SVG: the frame that all pictures share, and the one with words instead of numbers."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from from_git.aggregator import Answer
from from_git.errors import FromGitError, RequestError
from from_git.pictures import text, words

MARGIN = 24
WIDTH = 480
INNER = WIDTH - 2 * MARGIN
HEADING, SMALL = 17, 12
"""Sizes of fonts in pixels."""
_LINE, _GAP = 19, 5  # pixels between two baselines of a message, and besides before what to do
_MOST = 9  # lines of a message
_SHOWN = 40  # characters of a theme that there is not


@dataclass(frozen=True)
class Palette:
    """The colours of a theme as `#rrggbb`: text has a contrast of at least 4.5 to its ground, bars of at least 3."""

    ground: str
    line: str
    """Around the picture, and behind bars; carries no meaning."""
    ink: str
    soft: str
    """Text that matters less."""
    warn: str
    series: tuple[str, ...]
    """Of bars, in their order; the last is for the rest."""


LIGHT = Palette(
    ground="#ffffff",
    line="#dddad4",
    ink="#1d2329",
    soft="#56616b",
    warn="#9c3d0c",
    series=("#0b7a63", "#2b6cb0", "#7a4fbf", "#96670a", "#b23a77", "#6b7680"),
)
DARK = Palette(
    ground="#171c20",
    line="#363f47",
    ink="#e8eaec",
    soft="#a3adb6",
    warn="#f2a972",
    series=("#4cc2a5", "#6fb1f0", "#b79bf0", "#e0b04c", "#f08db8", "#8c98a4"),
)
THEMES = {"light": LIGHT, "dark": DARK}
"""By the name that `theme` has."""


def theme_asked(values: Iterable[str]) -> str | None:
    """The theme that the values of the `theme` parameters name; None: both, as the reader's system likes it.

    Raises:
        RequestError: there is no such theme, or two are named.
    """
    wanted = list(dict.fromkeys(values))
    unknown = [text.clean(one)[:_SHOWN] if one.strip() else one for one in wanted if one not in THEMES]
    if unknown or len(wanted) > 1:
        named = ", ".join(f"'{one}'" for one in unknown) or "both at once"
        raise RequestError(f"theme knows {' and '.join(THEMES)}, not {named}. Without it a picture has both.")
    return wanted[0] if wanted else None


def palettes(theme: str | None) -> tuple[Palette, Palette | None]:
    """The colours of a picture, and those that it has besides where the reader likes it dark."""
    return (LIGHT, DARK) if theme is None else (THEMES[theme], None)


@dataclass(frozen=True)
class Frame:
    """The frame of a picture, in pixels; the same for all contents."""

    height: int
    theme: str | None
    """As of `theme_asked`."""


def drawn(
    template: str,
    frame: Frame,
    heading: str,
    description: str,
    notes: Sequence[words.Note],
    sub: str = "",
    **parts: Any,
) -> bytes:
    """The picture that a template makes of its parts; the same parts give the same bytes."""
    light, dark = palettes(frame.theme)
    whole = text.clean(" ".join([description, *(f"{note.text}." for note in notes)]))
    first = frame.height - 16 - 16 * (len(notes) - 1)
    context = {
        "width": WIDTH,
        "height": frame.height,
        "margin": MARGIN,
        "right": WIDTH - MARGIN,
        "light": light,
        "dark": dark,
        "title": heading,
        "description": whole,
        # another one in each, should a page have several of them inside
        "id": f"from-git-{zlib.crc32(f'{frame} {heading} {whole}'.encode()):08x}",
        "heading": text.cut(heading, HEADING, INNER, bold=True),
        "sub": text.cut(sub, SMALL, INNER),
        "notes": [
            {"y": first + 16 * number, "text": _fitting(note, INNER - 16), "warns": note.warns}
            for number, note in enumerate(notes)
        ],
        **parts,
    }
    return render_to_string(f"from_git/pictures/{template}.svg", context).encode()


def _fitting(note: words.Note, most: int) -> str:
    forms = (note.text, *note.shorter)
    return text.cut(next((one for one in forms if text.width(one, SMALL) <= most), forms[-1]), SMALL, most)


def said(
    frame: Frame, heading: str, message: str, notes: Sequence[words.Note] = (), warns: bool = False, advice: str = ""
) -> bytes:
    """A picture with words in the place of numbers, the whole message and advice in its description."""
    room = min((frame.height - 100 - 16 * len(notes)) // _LINE, _MOST)
    happened, to_do = text.told(text.clean(message), advice and text.clean(advice), 13, INNER - 52, room)
    lines = [*((line, "soft", 0) for line in happened), *((line, "ink", _GAP) for line in to_do)]
    block = 30 + _LINE * (len(lines) - 1) + (_GAP if to_do else 0)
    top = (frame.height - 12 * len(notes) - block) // 2 + 8
    return drawn(
        "message",
        frame,
        heading,
        text.clean(f"{message} {advice}"),
        notes,
        heading_y=top,
        said_heading=text.cut(heading, HEADING, INNER - 52, bold=True),
        lines=[
            {"y": top + 26 + _LINE * number + gap, "text": line, "ink": ink}
            for number, (line, ink, gap) in enumerate(lines)
        ],
        alarms=warns,
    )


def failed(frame: Frame, error: FromGitError) -> bytes:
    """An error as a picture."""
    summary = words.short(error)
    return said(frame, summary[0].upper() + summary[1:], error.message, warns=True, advice=error.advice)


def nobody(frame: Frame, answer: Answer, now: float) -> bytes:
    """The picture where none of the profiles exists."""
    heading = "No such profile" if len(answer.missing) == 1 else "No such profiles"
    there = text.enumerated(words.addresses(one.url for one in answer.missing), words.NAMED)
    verb = "does" if len(answer.missing) == 1 else "do"
    return said(frame, heading, f"{there} {verb} not exist.", [words.counted_at(answer, now)])
