"""The card: owners, six numbers, the main languages, and the time of the count."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from from_git.aggregator import Answer
from from_git.pictures import text, words
from from_git.pictures.drawing import LINE, MARGIN, SMALL, SUB, Frame, below, drawn, foot, nobody
from from_git.values.found import untold
from from_git.values.keys import KEYS, NOTHING
from from_git.values.words import counted

_SIZES = (22, 20, 18, 16)
_NARROW = 480  # pixels; a narrower card has its numbers in two rows
_HEIGHTS = {False: 244, True: 330}  # pixels, of narrow cards the second
_BELOW = {False: 2, True: 3}  # lines below the heading
_MOST = 5  # languages
_NUMBERS, _APART = 38, 50  # pixels: a row of numbers with their labels, and from one to the next
# pixels: from the numbers to the languages, and there to a line of text, to the strip, to names, and from name to name
_BETWEEN, _CAPTION, _STRIP, _LEGEND, _ROW = 14, 9, 16, 40, 18
_COLUMNS, _COLUMN = (6, 3, 2), 125  # of names with their shares, as many as have so many pixels each
_GAP, _LEAST = 2, 3


class Share(NamedTuple):
    """A language, or several together, as a part of all of them."""

    name: str
    part: int
    """Bytes of code, or repositories."""
    percent: str
    repos: str = ""
    """In how many repositories it occurs, in words."""

    def __str__(self) -> str:
        return f"{self.name} {text.spoken(self.percent)}{f' ({self.repos})' if self.repos else ''}"


class Languages(NamedTuple):
    """All languages of an answer."""

    by: str
    """What their parts are parts of, in words."""
    shares: list[Share]
    """The largest first, and after them the others as one."""


def height(width: int) -> int:
    """Pixels."""
    return _HEIGHTS[width < _NARROW]


def card(answer: Answer, frame: Frame, now: float) -> bytes:
    """The sum over all profiles at a glance."""
    if not answer.found:
        return nobody(frame, answer, now)
    hidden, notes, sub = frame.look.hide, words.notes(answer, now), answer.subtitle
    numbers = {key: value for key, value in _numbers(answer).items() if key not in hidden}
    langs = Languages("", []) if "langs" in hidden else _languages(answer)
    said = {key: _exact(key, value, answer) for key, value in numbers.items()}
    lines, rows = _sub(answer, frame), _rows(numbers, said, frame)
    legend = _legend(langs.shares, frame)
    above = _APART * len(rows) - _APART + _NUMBERS + _BETWEEN if rows else 0
    high = above + (_LEGEND + 4 + _ROW * legend[-1]["row"] if legend else _CAPTION if langs.by else -_BETWEEN)
    begin = SUB + LINE * (len(lines) - 1) + 6
    top = begin + max(0, (foot(frame, notes) - 12 - begin - high) // 2)
    told = f"{langs.by}: {', '.join(map(str, langs.shares))}" if langs.shares else langs.by
    return drawn(
        "card",
        frame,
        frame.look.title or words.subject(answer),
        " ".join(f"{one.rstrip('.')}." for one in (sub, "; ".join(said.values()), told) if one),
        notes,
        sub=lines,
        languages=[one.name for one in langs.shares[:_MOST]],
        rows=[(top + 20 + _APART * number, top + 37 + _APART * number, row) for number, row in enumerate(rows)],
        by=langs.by,
        by_y=top + above + _CAPTION,
        strip=_strip(langs.shares, frame),
        strip_y=top + above + _STRIP - 0.5,
        legend=[{**one, "y": top + above + _LEGEND + _ROW * one["row"]} for one in legend],
    )


def _sub(answer: Answer, frame: Frame) -> list[str]:
    """What was counted, without profiles and forges where they leave no room for the filter."""
    most = _BELOW[frame.width < _NARROW]
    lines = below(frame, answer.subtitle)
    return lines if len(lines) <= most else below(frame, words.shorter(answer))


def _numbers(answer: Answer) -> dict[str, int | None]:
    silent = untold(answer.found)
    return {key: None if key in silent else value for key, value in answer.stats.numbers().items()}


def _exact(key: str, value: int | None, answer: Answer) -> str:
    told = f"not told by {words.forges_of(answer.found)}" if value is None else f"{value:,}"
    return f"{KEYS[key].short}: {told}"


def _rows(numbers: Mapping[str, int | None], said: Mapping[str, str], frame: Frame) -> list[list[dict[str, Any]]]:
    """The numbers side by side, each with the place of its column."""
    if not numbers:
        return []
    most = 3 if frame.width < _NARROW else len(numbers)
    keys = list(numbers)
    wide = frame.inner / min(most, len(keys))
    values = {key: NOTHING if (one := numbers[key]) is None else text.compact(one) for key in keys}
    fits = (size for size in _SIZES if all(text.width(one, size, True) <= wide - 6 for one in values.values()))
    size = next(fits, _SIZES[-1])
    cells = [
        {
            "x": round(MARGIN + wide * (number % most)),
            "value": values[key],
            "label": KEYS[key].short,
            "size": size,
            "said": said[key],
        }
        for number, key in enumerate(keys)
    ]
    return [cells[at : at + most] for at in range(0, len(cells), most)]


def _languages(answer: Answer) -> Languages:
    """By bytes, as the forges have it; by repositories where one of them does not tell bytes."""
    langs = answer.stats.langs
    by_bytes = all(profile.kind.tells.bytes for profile in answer.found) and any(one.bytes for one in langs.values())
    parts = {name: (one.bytes or 0) if by_bytes else one.repos for name, one in langs.items()}
    if not parts:
        return Languages("No languages that the forge would know", [])
    total, ordered = sum(parts.values()), sorted(parts, key=lambda name: (-parts[name], name))
    shares = [
        Share(text.clean(name), parts[name], text.percent(parts[name], total), _repositories(langs[name].repos))
        for name in ordered[:_MOST]
    ]
    if left := ordered[_MOST:]:
        rest = sum(parts[name] for name in left)
        shares.append(Share(f"{len(left):,} more", rest, text.percent(rest, total)))
    return Languages(f"Languages by {'bytes of code' if by_bytes else 'repositories'}", shares)


def _repositories(number: int) -> str:
    return counted(number, "repository", "repositories")


def _strip(shares: Sequence[Share], frame: Frame) -> list[dict[str, Any]]:
    # the smallest is seen as well, none lies over another, and edges are half outside
    room = frame.inner - (_LEAST + _GAP) * len(shares) + _GAP
    total, x, parts = sum(one.part for one in shares), float(MARGIN), []
    for number, one in enumerate(shares):
        long = _LEAST + room * one.part / total
        parts.append({"x": round(x + 0.5, 1), "long": round(long - 1, 1), "colour": _colour(number), "said": str(one)})
        x += long + _GAP
    return parts


def _legend(shares: Sequence[Share], frame: Frame) -> list[dict[str, Any]]:
    columns = next(one for one in _COLUMNS if frame.inner >= one * _COLUMN)
    wide = frame.inner / columns
    return [
        {
            "x": round(MARGIN + wide * (number % columns)),
            "row": number // columns,
            "name": text.cut(one.name, SMALL, wide - 14 - text.width(f" {one.percent}", SMALL) - 8),
            "percent": one.percent,
            "colour": _colour(number),
        }
        for number, one in enumerate(shares)
    ]


def _colour(number: int) -> str:
    return f"l{number}" if number < _MOST else "rest"
