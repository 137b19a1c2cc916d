"""From values to the bytes of an SVG: the frame that all pictures share, and the one with words instead of numbers."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from from_git.aggregator import Answer
from from_git.errors import FromGitError
from from_git.pictures import colours, text, words
from from_git.pictures.look import THEMES, Look
from from_git.values.words import enumerated

MARGIN = 24
HEADING, SMALL = 17, 12
"""Sizes of fonts in pixels."""
SUB, LINE = 58, 15
"""Pixels: the first line below the heading, and from there to the next."""
_ROW, _GAP = 19, 5  # pixels between two baselines of a message, and besides before what to do
_MOST = 9  # lines of a message
_MOST_BELOW = 4  # lines below the heading
_SEEN = 3.0  # the least contrast of a colour to the ground that needs no edge


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
_PALETTES = dict(zip(THEMES, (LIGHT, DARK), strict=True))


@dataclass(frozen=True)
class Frame:
    """The frame of a picture, the same for all contents."""

    height: int
    """Pixels."""
    look: Look

    @property
    def width(self) -> int:
        """Pixels."""
        return self.look.width

    @property
    def right(self) -> int:
        """The pixel at which contents end."""
        return self.width - MARGIN

    @property
    def inner(self) -> int:
        """Pixels between the margins."""
        return self.width - 2 * MARGIN

    @property
    def palettes(self) -> list[Palette]:
        """The colours, and after them those that the picture has where the reader likes it dark, if it has any."""
        return [LIGHT, DARK] if self.look.theme is None else [_PALETTES[self.look.theme]]


def tints(palette: Palette, languages: Sequence[str]) -> list[dict[str, str]]:
    """For each language its colour, and that of its edge, without which some could not be told from the ground.

    A language without a colour of its own is grey.
    """
    fills = [colours.of_language(name) or palette.series[-1] for name in languages]
    return [
        {"fill": one, "edge": one if colours.contrast(one, palette.ground) >= _SEEN else palette.series[-1]}
        for one in fills
    ]


def drawn(
    template: str,
    frame: Frame,
    heading: str,
    description: str,
    notes: Sequence[words.Note],
    sub: Sequence[str] = (),
    languages: Sequence[str] = (),
    **parts: Any,
) -> bytes:
    """The picture that a template makes of its parts; the same parts give the same bytes.

    Args:
        sub: the lines below the heading.
        languages: those that have the classes `l0`, `l1` and so on.
    """
    whole = text.clean(" ".join([description, *(f"{note.text}." for note in notes)]))
    context = {
        "frame": frame,
        "margin": MARGIN,
        "palettes": [{"colours": one, "tints": tints(one, languages)} for one in frame.palettes],
        "title": heading,
        "description": whole,
        # another one in each, should a page have several of them inside
        "id": f"from-git-{zlib.crc32(f'{frame} {heading} {whole}'.encode()):08x}",
        "heading": text.cut(heading, HEADING, frame.inner, bold=True),
        "sub": [{"y": SUB + LINE * number, "text": line} for number, line in enumerate(sub)],
        "notes": [
            {"y": foot(frame, notes) + 16 * number, "text": _fitting(note, frame.inner - 16), "warns": note.warns}
            for number, note in enumerate(notes)
        ],
        **parts,
    }
    return render_to_string(f"from_git/pictures/{template}.svg", context).encode()


def below(frame: Frame, said: str, filtered: str = "", beside: float = 0) -> list[str]:
    """What stands below the heading, in as many lines as it takes, and then the words of a filter, if any.

    Args:
        beside: pixels at the right of `said` that are taken.
    """
    lines = text.wrapped(said, SMALL, frame.inner - beside, _MOST_BELOW)
    return [*lines, *(text.wrapped(filtered, SMALL, frame.inner, _MOST_BELOW) if filtered else [])]


def foot(frame: Frame, notes: Sequence[words.Note]) -> int:
    """The baseline of the first of the notes, in pixels."""
    return frame.height - 16 - 16 * (len(notes) - 1)


def _fitting(note: words.Note, most: int) -> str:
    forms = (note.text, *note.shorter)
    return text.cut(next((one for one in forms if text.width(one, SMALL) <= most), forms[-1]), SMALL, most)


def said(
    frame: Frame, heading: str, message: str, notes: Sequence[words.Note] = (), warns: bool = False, advice: str = ""
) -> bytes:
    """A picture with words in the place of numbers, the whole message and advice in its description."""
    room = min((frame.height - 100 - 16 * len(notes)) // _ROW, _MOST)
    happened, to_do = text.told(text.clean(message), advice and text.clean(advice), 13, frame.inner - 52, room)
    lines = [*((line, "soft", 0) for line in happened), *((line, "ink", _GAP) for line in to_do)]
    block = 30 + _ROW * (len(lines) - 1) + (_GAP if to_do else 0)
    top = (frame.height - 12 * len(notes) - block) // 2 + 8
    return drawn(
        "message",
        frame,
        heading,
        text.clean(f"{message} {advice}"),
        notes,
        heading_y=top,
        said_heading=text.cut(heading, HEADING, frame.inner - 52, bold=True),
        lines=[
            {"y": top + 26 + _ROW * number + gap, "text": line, "ink": ink}
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
    there = enumerated(words.addresses(one.url for one in answer.missing), words.NAMED)
    verb = "does" if len(answer.missing) == 1 else "do"
    return said(frame, heading, f"{there} {verb} not exist.", [words.counted_at(answer, now)])
