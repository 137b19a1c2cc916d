"""Languages and topics by the number of repositories in which they occur."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from from_git.aggregator import Answer
from from_git.pictures import text, words
from from_git.pictures.drawing import LINE, MARGIN, SMALL, Frame, below, drawn, nobody, said
from from_git.values.found import untold
from from_git.values.words import counted

_TOP, _BOTTOM = 78, 310
_MOST = 10  # bars
_PITCH, _THICK = 56, 24  # pixels at most, from one bar to the next and of one bar
_SHARE = 52  # pixels for a share at the end of its line


class Amount(NamedTuple):
    """One name of a chart."""

    name: str
    repos: int
    share: str = ""
    """Of all bytes, in words; empty where no forge says."""


class Words(NamedTuple):
    """The words that differ between the two charts."""

    key: str
    """One of KEYS."""
    plural: str
    none: str
    """The sentence for a picture without bars; `{who}` stands for the owners."""


_LANGS = Words("langs", "Languages", "No public repository of {who} has a language that its forge would know.")
_TOPICS = Words("topics", "Topics", "No public repository of {who} has a topic.")


def langs(answer: Answer, frame: Frame, now: float) -> bytes:
    """The languages in most repositories, each with its share of the bytes where a forge knows them."""
    found = answer.stats.langs
    total = sum(one.bytes or 0 for one in found.values())
    amounts = [Amount(name, one.repos, _share(one.bytes, total)) for name, one in found.items()]
    return _chart(answer, frame, now, amounts, _LANGS)


def topics(answer: Answer, frame: Frame, now: float) -> bytes:
    """The topics of most repositories."""
    return _chart(answer, frame, now, [Amount(name, repos) for name, repos in answer.stats.topics.items()], _TOPICS)


def ranked(amounts: Sequence[Amount]) -> list[Amount]:
    """The most frequent first, equals by name; their names cleaned."""
    ordered = sorted(amounts, key=lambda one: (-one.repos, one.name))
    return [one._replace(name=text.clean(one.name)) for one in ordered]


def spread(rows: int, top: int, bottom: int) -> tuple[int, float, int]:
    """Pixels: where the middle of the first of so many rows is, from one to the next, and how thick a bar is."""
    pitch = min(_PITCH, (bottom - top) / rows)
    return round(top + (bottom - top - pitch * (rows - 1)) / 2), pitch, min(_THICK, int(pitch * 0.62))


def most_of_names(frame: Frame) -> int:
    """Pixels for the names at the left at most."""
    return frame.width // 3


def column(names: Iterable[str], frame: Frame) -> int:
    """Pixels from the margin to where bars begin, so that the names fit, or most of each."""
    return round(min(most_of_names(frame), max(text.width(name, SMALL) for name in names))) + 12


def _chart(answer: Answer, frame: Frame, now: float, amounts: list[Amount], own: Words) -> bytes:
    if not answer.found:
        return nobody(frame, answer, now)
    who, notes = words.subject(answer), words.notes(answer, now)
    nothing = f"No {own.plural.lower()}"
    if own.key in untold(answer.found):
        return said(frame, nothing, f"{own.plural} are not told by {words.forges_of(answer.found)}.", notes)
    if answer.filter and not answer.counted:
        return said(frame, nothing, answer.subtitle, notes)
    if not amounts:
        return said(frame, nothing, words.within(own.none.format(who=who), answer), notes)
    every = ranked(amounts)
    shown, left = every[:_MOST], len(every[_MOST:])
    rest = f"and {left:,} more" if left else ""
    listing = "; ".join([*map(_said, shown), *filter(None, [rest])])
    side = "Share of bytes" if any(one.share for one in shown) else ""
    sub = below(frame, "By number of repositories", answer.which, text.width(side, SMALL))
    return drawn(
        "bars",
        frame,
        frame.look.title or f"{own.plural} of {who}",
        words.within(f"{own.plural} by number of repositories, the most frequent first: {listing}.", answer),
        notes,
        sub=sub,
        side=side,
        **_rows(shown, rest, frame, len(sub)),
    )


def _rows(shown: list[Amount], rest: str, frame: Frame, lines: int) -> dict[str, Any]:
    """The rows that the template draws; all other names are one more row without a bar."""
    middle, pitch, thick = spread(len(shown) + bool(rest), _TOP + LINE * (lines - 1), _BOTTOM)
    begin = MARGIN + column((one.name for one in shown), frame)
    values = [text.number(one.repos, SMALL, frame.width / 5) for one in shown]
    numbers = max(text.width(one, SMALL) for one in values)
    shares = _SHARE if any(one.share for one in shown) else 0
    room = frame.right - shares - numbers - 8 - begin
    most = max(1, *(one.repos for one in shown))
    rows = []
    for number, one in enumerate(shown):
        y, long = round(middle + pitch * number), max(3, round(room * one.repos / most))
        rows.append(
            {
                "name": text.cut(one.name, SMALL, most_of_names(frame)),
                "bar": {"x": begin, "y": y - thick // 2, "long": long, "thick": thick},
                "baseline": y + 4,
                "value": values[number],
                "value_x": begin + long + 8,
                "share": one.share,
                "said": _said(one),
            }
        )
    return {"rows": rows, "rest": rest, "rest_y": round(middle + pitch * len(shown)) + 4}


def _share(size: int | None, total: int) -> str:
    return "" if size is None or not total else text.percent(size, total)


def _said(one: Amount) -> str:
    share = f", {text.spoken(one.share)} of all bytes" if one.share else ""
    return f"{one.name}: {counted(one.repos, 'repository', 'repositories')}{share}"
