"""Foreign text as a picture can hold it: cleaned, measured without a font, cut and wrapped."""

import re
import unicodedata

INVISIBLE = "\N{REPLACEMENT CHARACTER}"
"""What `clean` makes of text in which nothing can be seen."""
_MARKS = 2  # combining ones on one character; a tower of them would reach into other lines
# of the font's size, as wide as in DejaVu Sans, the widest font that the style's list may end in
_NARROW, _WIDE = frozenset("iljI.,:;|!'`()[]/-t fr"), frozenset("mwMW@%&")
_BOLD = 1.1
_LETTERS = "kMGTP"  # thousands of each other
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z'\"“])")


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
            kept.append(one if one.isprintable() else INVISIBLE)
    return " ".join("".join(kept).split()) or INVISIBLE


def width(text: str, size: float, bold: bool = False) -> float:
    """Pixels that `text` takes at most in a font of `size` pixels: an estimate that is rather too large."""
    return sum(map(_em, text)) * size * (_BOLD if bold else 1.0)


def cut(text: str, size: float, most: float, bold: bool = False) -> str:
    """`text`, or its beginning and "…", so that it takes at most `most` pixels; never half of a number in it."""
    if width(text, size, bold) <= most:
        return text
    taken, room = 0, most - width("…", size, bold)
    for one in text:
        room -= width(one, size, bold)
        if room < 0:
            break
        taken += 1
    return f"{beginning(text, taken)}…"


def beginning(text: str, taken: int) -> str:
    """The first `taken` characters at most, without the half of a number at their end."""
    split = next((one for one in _NUMBER.finditer(text) if one.end() > taken), None)
    if split and 0 < split.start() < taken:  # what is nothing but digits is a name
        taken = split.start()
    return text[:taken].rstrip()


def wrapped(text: str, size: float, most: float, lines: int) -> list[str]:
    """`text` in at most so many `lines` of at most `most` pixels, broken at spaces.

    Where something is left out, the last line ends with "…" after a whole word, which is no number without its unit; a
    word alone that is longer than a line is broken inside.
    """
    made: list[list[str]] = []
    words, blank = text.split(" ")[::-1], width(" ", size)
    while words and len(made) < lines:
        line, room = [words.pop()], most
        room -= width(line[0], size)
        while words and room >= blank + width(words[-1], size):
            room -= blank + width(words[-1], size)
            line.append(words.pop())
        if room < 0:  # one long word, such as an address
            head = cut(line[0], size, most)[:-1]
            words.append(line[0][len(head) :])
            line = [head]
        made.append(line)
    return [" ".join(line) for line in (_ended(made, size, most) if words else made)]


def _ended(lines: list[list[str]], size: float, most: float) -> list[list[str]]:
    """The lines with "…" at their end, without last words that have no room beside it or lack their unit."""
    while True:
        last = lines[-1]
        is_number = _NUMBER.fullmatch(last[-1].rstrip(",;:"))
        if len(last) > 1 and (is_number or width(" ".join(last) + "…", size) > most):
            last.pop()
        elif len(lines) > 1 and is_number:
            lines.pop()
        else:
            return [*lines[:-1], [cut(" ".join(last) + "…", size, most)]]


def told(happened: str, to_do: str, size: float, most: float, lines: int) -> tuple[list[str], list[str]]:
    """Message and advice as lines, in whole sentences; "…" stands for sentences that have no room.

    The advice has room first, but for two lines. Of the message there is at least a beginning.
    """
    least = len(wrapped(happened, size, most, 2))
    below = _whole(to_do, size, most, lines - least)
    above = _whole(happened, size, most, lines - len(below)) or wrapped(happened, size, most, lines - len(below))
    return above, below


def _whole(text: str, size: float, most: float, lines: int) -> list[str]:
    """The lines of as many sentences as fit, from the first on."""
    everything = wrapped(text, size, most, lines + 1) if text else []
    if len(everything) <= lines:
        return everything
    made: list[str] = []
    parts = _SENTENCE.split(text)
    for count in range(1, len(parts)):
        longer = wrapped(" ".join([*parts[:count], "…"]), size, most, lines + 1)
        if len(longer) > lines:
            break
        made = longer
    return made


def compact(number: int) -> str:
    """A number in three digits at most: `999`, `5.4k`, `123k`, `1M`; rounded to the nearest, halves up.

    What would round to a thousand of a unit is one of the next: 999,499 is `999k`, and 999,500 is `1M`.
    """
    whole, letter = number, ""
    for power, letter in enumerate(_LETTERS if number >= 1_000 else "", 1):
        unit = 1_000**power
        tenths, whole = (10 * number + unit // 2) // unit, (number + unit // 2) // unit
        if tenths < 1_000:
            return f"{tenths // 10}{f'.{tenths % 10}' if tenths % 10 else ''}{letter}"
        if whole < 1_000:
            break
    return f"{whole:,}{letter}"


def number(value: int, size: float, most: float, bold: bool = False) -> str:
    """A number with its thousands, or `compact` where that would take more than `most` pixels."""
    exact = f"{value:,}"
    return exact if width(exact, size, bold) <= most else compact(value)


def percent(part: int, whole: int) -> str:
    """`34 %`, or `< 1 %` and `> 99 %` where a rounded one would say nothing or all."""
    share = 100 * part / whole
    if share < 1:
        return "< 1 %"
    return "> 99 %" if part < whole and share >= 99.5 else f"{share:.0f} %"


def spoken(share: str) -> str:
    """What `percent` says, without signs that not every screen reader reads out."""
    return share.replace("<", "less than").replace(">", "more than")


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
