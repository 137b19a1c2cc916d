"""Numbers over time as lines in steps, one below the other, since their sizes have nothing in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from from_git.errors import FromGitError
from from_git.pictures import drawing, text, words
from from_git.pictures.drawing import LINE, MARGIN, SMALL, Frame, below, drawn, said
from from_git.pictures.look import Look
from from_git.values.keys import KEYS, NOTHING
from from_git.values.profile import Profile
from from_git.values.words import counted, titled

REPOSITORIES = "repositories"
"""What is drawn beside the keys of an answer: original and forked ones together."""
USUAL = ("followers", "watchers", REPOSITORIES)
"""What is drawn where nothing is asked for."""
_HEAD, _FOOT, _PITCH = 76, 50, 84  # pixels: above the first line, below the last one, and from one to the next
_TALL = 44  # pixels from the largest number of a line to its smallest
_SCALE = 11  # size of the fonts of scales
_DOT = 3

Step = tuple[float, Mapping[str, int | None]]


@dataclass(frozen=True)
class Past:
    """What is drawn."""

    profiles: Sequence[Profile]
    steps: Sequence[Step]
    """Moments in seconds since the epoch, and the numbers from each to the next one, in their order; None is what
    nobody tells, or nobody has."""
    keys: Sequence[str] = USUAL


class _Line(NamedTuple):
    """One number over time."""

    label: str
    values: Sequence[int | None]

    @property
    def known(self) -> list[int]:
        return [one for one in self.values if one is not None]


def height(keys: Sequence[str]) -> int:
    """Of the picture with these lines, in pixels."""
    return _HEAD + _PITCH * len(keys) + _FOOT - (_PITCH - _TALL - 28)


def history(past: Past, look: Look) -> bytes:
    """The SVG; the same numbers and look give the same bytes."""
    frame, who = Frame(height(past.keys), look), titled(one.owner for one in past.profiles)
    if not past.steps:
        return said(frame, "No numbers yet", f"There is no snapshot of {who} in this time.")
    lines = [_line(key, past.steps) for key in past.keys]
    begin, end = (words.moment(past.steps[at][0]) for at in (0, -1))
    many = counted(len(past.steps), "moment")
    sub = below(frame, f"{begin[:10]} to {end[:10]}" if len(past.steps) > 1 else begin[:10])
    told = "; ".join(_told(one) for one in lines)
    return drawn(
        "history",
        frame,
        look.title or f"{who} over time",
        f"Numbers over time, by {many} from {begin} to {end}. {told}.",
        [words.Note(f"counted {end}")],
        sub=sub,
        lines=_drawn(lines, past.steps, frame, _HEAD + LINE * (len(sub) - 1)),
    )


def history_of_error(error: FromGitError, keys: Sequence[str], look: Look) -> bytes:
    """The SVG of the same size for an error."""
    return drawing.failed(Frame(height(keys), look), error)


def _line(key: str, steps: Sequence[Step]) -> _Line:
    if key != REPOSITORIES:
        return _Line(KEYS[key].label, [numbers[key] for _, numbers in steps])
    both = [(numbers["originalRepos"], numbers["forkedRepos"]) for _, numbers in steps]
    return _Line("Repositories", [None if one is None else one + (other or 0) for one, other in both])


def _told(line: _Line) -> str:
    known = line.known
    if not known:
        return f"{line.label}: not told"
    ends = f"{line.label}: {known[-1]:,}"
    if len(known) == 1:
        return ends
    return f"{ends}, {known[0]:,} at first, between {min(known):,} and {max(known):,}"


def _drawn(lines: Sequence[_Line], steps: Sequence[Step], frame: Frame, top: int) -> list[dict[str, Any]]:
    """What the template draws of each line; all of them end at the same place, before the widest scale."""
    scales = [_scale(one, frame) for one in lines]
    wide = max((text.width(mark, _SCALE) for scale in scales for mark in scale), default=0.0)
    right = frame.right - (round(wide) + 10 if wide else 0)
    return [
        _one(line, scale, steps, frame, (top + _PITCH * number, right))
        for number, (line, scale) in enumerate(zip(lines, scales, strict=True))
    ]


def _scale(line: _Line, frame: Frame) -> list[str]:
    known = line.known
    ends = (max(known), min(known)) if known and max(known) > min(known) else ()
    return [text.number(one, _SCALE, frame.width / 5) for one in ends]


def _one(
    line: _Line, scale: Sequence[str], steps: Sequence[Step], frame: Frame, place: tuple[int, int]
) -> dict[str, Any]:
    (top, right), known, now = place, line.known, line.values[-1]
    begin = top + 14
    ends = (begin, min(known), max(known)) if known else (begin, 0, 0)
    return {
        "label": line.label,
        "label_y": top + 4,
        "value": NOTHING if now is None else text.number(now, SMALL, frame.inner / 3, bold=True),
        "gained": "" if now is None else signed(now - known[0]),
        "path": _path(line.values, steps, (MARGIN, right), ends),
        "dot": None if now is None else {"x": right, "y": _y(now, *ends), "r": _DOT},
        "scale": [{"text": mark, "y": begin + 4 + _TALL * at} for at, mark in enumerate(scale)],
        "ground_y": begin + _TALL,
        "right": right,
        "said": _told(line),
    }


def signed(number: int) -> str:
    """A number with its sign, which is a true minus; nothing for 0."""
    return f"{number:+,}".replace("-", "\N{MINUS SIGN}") if number else ""


def _path(
    values: Sequence[int | None], steps: Sequence[Step], ends: tuple[int, int], scale: tuple[int, int, int]
) -> str:
    """The data of an SVG path: of all values of a column of pixels the last one, with gaps where nothing is told."""
    left, right = ends
    begin, whole = steps[0][0], max(1.0, steps[-1][0] - steps[0][0])
    columns: dict[int, int | None] = {}
    for (at, _), value in zip(steps, values, strict=True):
        columns[left + round((right - left) * (at - begin) / whole)] = value
    parts: list[str] = []
    before: int | None = None
    for x, value in columns.items():
        if before is not None:
            parts.append(f"H{x}")
        if value is not None and value != before:
            y = _y(value, *scale)
            parts.append(f"M{x} {y}" if before is None else f"V{y}")
        before = value
    return "".join([*parts, "" if before is None else f"H{right}"])


def _y(value: int, top: int, least: int, most: int) -> int:
    return top + (_TALL // 2 if most == least else round(_TALL * (most - value) / (most - least)))
