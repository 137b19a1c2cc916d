"""Foreign text as a picture can hold it: cleaned, measured without a font, cut and wrapped."""

import unicodedata
from collections.abc import Sequence

_MARKS = 2  # combining ones on one character; a tower of them would reach into other lines
# of the font's size, as wide as in DejaVu Sans, the widest font that the style's list may end in
_NARROW, _WIDE = frozenset("iljI.,:;|!'`()[]/-t fr"), frozenset("mwMW@%&")
_BOLD = 1.1


def clean(text: str) -> str:
    """`text` without what XML forbids or what could reorder, hide or overlay other text; never empty.

    Blanks of any kind become one space, format characters (the bidirectional ones too) vanish, and what cannot be shown
    becomes U+FFFD.
    """
    kept: list[str] = []
    marks = 0
    for one in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(one)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if one.isspace():
            kept.append(" ")
        elif kind != "Cf" and marks <= _MARKS:
            kept.append(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}")
    return " ".join("".join(kept).split()) or "\N{REPLACEMENT CHARACTER}"


def width(text: str, size: float, bold: bool = False) -> float:
    """Pixels that `text` takes at most in a font of `size` pixels: an estimate that is rather too large."""
    return sum(map(_em, text)) * size * (_BOLD if bold else 1.0)


def cut(text: str, size: float, most: float, bold: bool = False) -> str:
    """`text`, or its beginning and "…", so that it takes at most `most` pixels."""
    if width(text, size, bold) <= most:
        return text
    taken, room = 0, most - width("…", size, bold)
    for one in text:
        room -= width(one, size, bold)
        if room < 0:
            break
        taken += 1
    return text[:taken].rstrip() + "…"


def wrapped(text: str, size: float, most: float, lines: int) -> list[str]:
    """`text` in at most so many `lines` of at most `most` pixels, broken at spaces; "…" where something is left out."""
    made: list[str] = []
    words = text.split(" ")
    while words and len(made) < lines:
        if len(made) == lines - 1:
            made.append(cut(" ".join(words), size, most))
            break
        taken = 1
        while taken < len(words) and width(" ".join(words[: taken + 1]), size) <= most:
            taken += 1
        line, words = " ".join(words[:taken]), words[taken:]
        if width(line, size) > most:  # one long word, such as an address
            head = cut(line, size, most)[:-1]
            words = [line[len(head) :], *words]
            line = head
        made.append(line)
    return made


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def enumerated(names: Sequence[str], most: int) -> str:
    """`a, b and c`, or the first of them: `a, b and 7 more`."""
    return listed(names) if len(names) <= most else f"{', '.join(names[:most])} and {len(names) - most:,} more"


def counted(number: int, one: str, more: str) -> str:
    """`1 profile`, `1,234 profiles`."""
    return f"{number:,} {one if number == 1 else more}"


def biggest(text: str, sizes: Sequence[int], most: float) -> int:
    """The first of `sizes` (falling) in which `text`, in bold, takes at most `most` pixels; else the last."""
    return next((size for size in sizes if width(text, size, True) <= most), sizes[-1])


def _em(one: str) -> float:
    if one in _NARROW:
        return 0.42
    if one in _WIDE:
        return 1.0
    if one.isascii():
        return 0.77 if one.isupper() else 0.64
    if unicodedata.category(one) in ("Mn", "Me"):
        return 0.0
    if ord(one) > 0xFFFF:  # emoji and rare scripts
        return 1.4
    # full-width ones and what fonts draw broadly: Arabic, Indic scripts, symbols
    return 1.0 if unicodedata.east_asian_width(one) in "WFA" or ord(one) > 0x58F else 0.8
