"""Languages and topics by the number of repositories in which they occur."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from from_git.aggregator import Answer
from from_git.pictures import text, words
from from_git.pictures.drawing import MARGIN, SMALL, WIDTH, Frame, drawn, nobody, said
from from_git.values.found import untold

_TOP, _BOTTOM = 78, 310
NAMES = 160
"""Pixels for the names at the left at most."""
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


def column(names: Iterable[str]) -> int:
    """Pixels from the margin to where bars begin, so that the names fit, or most of each."""
    return round(min(NAMES, max(text.width(name, SMALL) for name in names))) + 12


def _chart(answer: Answer, frame: Frame, now: float, amounts: list[Amount], own: Words) -> bytes:
    if not answer.found:
        return nobody(frame, answer, now)
    who, notes = words.subject(answer), words.notes(answer, now)
    if own.key in untold(answer.found):
        none = f"{own.plural} are not told by {words.forges_of(answer.found)}."
        return said(frame, f"No {own.plural.lower()}", none, notes)
    if not amounts:
        return said(frame, f"No {own.plural.lower()}", own.none.format(who=who), notes)
    every = ranked(amounts)
    shown, left = every[:_MOST], len(every[_MOST:])
    rest = f"and {left:,} more" if left else ""
    parts = [f"{one.name}: {text.counted(one.repos, 'repository', 'repositories')}{_said(one)}" for one in shown]
    listing = "; ".join([*parts, *filter(None, [rest])])
    return drawn(
        "bars",
        frame,
        f"{own.plural} of {who}",
        f"{own.plural} by number of repositories, the most frequent first: {listing}.",
        notes,
        sub="By number of repositories",
        side="Share of bytes" if any(one.share for one in shown) else "",
        **_rows(shown, rest),
    )


def _rows(shown: list[Amount], rest: str) -> dict[str, Any]:
    """The rows that the template draws; all other names are one more row without a bar."""
    middle, pitch, thick = spread(len(shown) + bool(rest), _TOP, _BOTTOM)
    begin = MARGIN + column(one.name for one in shown)
    numbers = max(text.width(f"{one.repos:,}", SMALL) for one in shown)
    shares = _SHARE if any(one.share for one in shown) else 0
    room = WIDTH - MARGIN - shares - numbers - 8 - begin
    most = max(1, *(one.repos for one in shown))
    rows = []
    for number, one in enumerate(shown):
        y, long = round(middle + pitch * number), max(3, round(room * one.repos / most))
        rows.append(
            {
                "name": text.cut(one.name, SMALL, NAMES),
                "bar": {"x": begin, "y": y - thick // 2, "long": long, "thick": thick},
                "baseline": y + 4,
                "value": f"{one.repos:,}",
                "value_x": begin + long + 8,
                "share": one.share,
            }
        )
    return {"rows": rows, "rest": rest, "rest_y": round(middle + pitch * len(shown)) + 4}


def _share(size: int | None, total: int) -> str:
    if size is None or not total:
        return ""
    percent = 100 * size / total
    return "< 1 %" if percent < 1 else f"{percent:.0f} %"


def _said(one: Amount) -> str:
    return f", {one.share.replace('<', 'less than')} of all bytes" if one.share else ""
