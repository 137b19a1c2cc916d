"""From values to the bytes of an SVG: the frame that all pictures share, and the one with words instead of numbers."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from from_git.aggregator import Answer
from from_git.errors import FromGitError
from from_git.pictures import text, words
from from_git.pictures.themes import palettes

MARGIN = 24
WIDTH = 480
HEADING, SMALL = 17, 12
"""Sizes of fonts in pixels."""
_LINE, _GAP = 19, 5  # pixels between two baselines of a message, and besides before what to do
_MOST = 9  # lines of a message


@dataclass(frozen=True)
class Frame:
    """The frame of a picture, in pixels; the same for all contents."""

    height: int
    theme: str | None
    """As of `themes.theme_asked`."""

    @property
    def inner(self) -> int:
        """Pixels between the margins."""
        return WIDTH - 2 * MARGIN


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
        "heading": text.cut(heading, HEADING, frame.inner, bold=True),
        "sub": text.cut(sub, SMALL, frame.inner),
        "notes": [
            {"y": first + 16 * number, "text": _fitting(note, frame.inner - 16), "warns": note.warns}
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
    happened, to_do = text.told(text.clean(message), advice and text.clean(advice), 13, frame.inner - 52, room)
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
        said_heading=text.cut(heading, HEADING, frame.inner - 52, bold=True),
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
