"""The card: owners, six numbers, the main languages, and the time of the count."""

from itertools import accumulate
from typing import Any

from from_git.aggregator import Answer
from from_git.pictures import text, words
from from_git.pictures.bars import Amount, ranked
from from_git.pictures.drawing import INNER, MARGIN, SMALL, Frame, drawn, nobody
from from_git.values.found import untold
from from_git.values.keys import KEYS, NOTHING

_LABELS = {"originalRepos": "original", "forkedRepos": "forked"}  # the others as in `KEYS`
_COLUMNS = (74, 66, 76, 86, 76, 54)  # pixels; stars have the largest numbers
_SIZES = (20, 18, 16, 14, 13, 12, 11, 10)
_MOST = 5  # languages
_STRIP, _LEGEND = 116, 142
_GAP, _LEAST = 2, 2


def card(answer: Answer, frame: Frame, now: float) -> bytes:
    """The sum over all profiles at a glance."""
    if not answer.found:
        return nobody(frame, answer, now)
    numbers = _numbers(answer)
    langs = ranked([Amount(name, one.repos) for name, one in answer.stats.langs.items()])
    silent = f"not told by {words.forges_of(answer.found)}"
    said = "; ".join(f"{label}: {silent if value is None else f'{value:,}'}" for label, value in numbers.items())
    most = [f"{one.name} ({text.counted(one.repos, 'repository', 'repositories')})" for one in langs[:_MOST]]
    main = f" Main languages: {', '.join(most)}." if langs else ""
    profiles = text.counted(len(answer.found), "profile", "profiles")
    return drawn(
        "card",
        frame,
        words.subject(answer),
        f"{profiles} on {words.forges_of(answer.found)}. {said[0].upper()}{said[1:]}.{main}",
        words.notes(answer, now),
        sub=f"{profiles} on {words.forges_of(answer.found)}",
        columns=_columns(numbers),
        strip=_strip(langs),
        strip_y=_STRIP,
        legend_y=_LEGEND,
        **_legend(langs),
    )


def _numbers(answer: Answer) -> dict[str, int | None]:
    stats, silent = answer.stats, untold(answer.found)
    return {
        _LABELS.get(key, KEYS[key].label.lower()): None if key in silent else value
        for key, value in stats.numbers().items()
    }


def _columns(numbers: dict[str, int | None]) -> list[dict[str, Any]]:
    values = [_fitting(value, wide - 6) for value, wide in zip(numbers.values(), _COLUMNS, strict=True)]
    room = [(one, wide - 6) for one, wide in zip(values, _COLUMNS, strict=True)]
    fits = (size for size in _SIZES if all(text.width(one, size, True) <= most for one, most in room))
    size = next(fits, _SIZES[-1])
    begins = accumulate(_COLUMNS[:-1], initial=MARGIN)
    return [
        {"x": x, "value": value, "label": label, "size": size}
        for x, label, value in zip(begins, numbers, values, strict=True)
    ]


def _fitting(value: int | None, most: float) -> str:
    """A number with its thousands; in millions and more where it would be longer than its column."""
    if value is None:
        return NOTHING
    if text.width(f"{value:,}", _SIZES[-1], True) <= most:
        return f"{value:,}"
    for power, letter in ((15, "P"), (12, "T"), (9, "G")):
        if value >= 10**power:
            return f"{value / 10**power:,.1f} {letter}"
    return f"{value / 10**6:,.1f} M"


def _strip(langs: list[Amount]) -> list[dict[str, float]]:
    amounts = [one.repos for one in langs[:_MOST]]
    if rest := sum(one.repos for one in langs[_MOST:]):
        amounts.append(rest)
    # the smallest is seen as well, and none lies over another
    room, x, parts = INNER - _LEAST * len(amounts) - _GAP * (len(amounts) - 1), float(MARGIN), []
    for number, amount in enumerate(amounts):
        long = _LEAST + room * amount / sum(amounts)
        parts.append({"x": round(x, 1), "long": round(long, 1), "colour": number})
        x += long + _GAP
    return parts


def _legend(langs: list[Amount]) -> dict[str, Any]:
    entries: list[dict[str, Any]] = []
    more = f"+{len(langs):,}"
    x, end = float(MARGIN), MARGIN + INNER - text.width(more, SMALL) - 6
    for number, one in enumerate(langs[:_MOST]):
        name = text.cut(one.name, SMALL, 110)
        wide = 14 + text.width(name, SMALL) + 4 + text.width(f"{one.repos:,}", SMALL)
        if x + wide > end:
            break
        entries.append({"x": round(x), "name": name, "value": f"{one.repos:,}", "colour": number})
        x += wide + 10
    left = len(langs) - len(entries)
    return {"legend": entries, "more": f"+{left:,}" if left else ""}
