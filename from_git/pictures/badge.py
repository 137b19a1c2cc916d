"""One key of an answer in the form of shields' endpoint badge (https://shields.io/badges/endpoint-badge)."""

from collections.abc import Mapping
from typing import Any

from from_git.aggregator import Answer
from from_git.errors import FromGitError, RequestError
from from_git.pictures import text, words
from from_git.pictures.bars import Amount, ranked
from from_git.serializers import answer_body
from from_git.values.found import untold
from from_git.values.keys import KEYS, NOTHING

Badge = dict[str, str | int | bool]
_LONGEST = 40  # characters of names
_COLOURS = {"numbers": "0b7a63", "names": "2b6cb0", "old": "96670a", "absent": "lightgrey", "failed": "lightgrey"}


def badge(key: str, answer: Answer, now: float) -> Badge:
    """The value of `key`, one of KEYS, with the age of last good numbers.

    It is a dash where no forge tells it, and an error where no profile exists.
    """
    if not answer.found:
        return _badge(key, "not found", _COLOURS["absent"], is_error=True)
    if key in untold(answer.found):
        return _badge(key, NOTHING, _COLOURS["absent"])
    data: Mapping[str, Any] = answer_body(answer)["data"]
    names = isinstance(data[key], list)
    message = _names(key, answer) if names else f"{data[key]:,}"
    if not answer.old:
        return _badge(key, message, _COLOURS["names" if names else "numbers"])
    since = words.age(now - words.oldest(answer, answer.old))
    return _badge(key, f"{message} ({since})", _COLOURS["old"])


def failed_badge(key: str, error: FromGitError) -> Badge:
    """An error in a few words."""
    colour = "critical" if isinstance(error, RequestError) else _COLOURS["failed"]
    return _badge(key, words.short(error), colour, is_error=True)


def _names(key: str, answer: Answer) -> str:
    """The most frequent names, as many as are legible, and how many more there are."""
    stats = answer.stats
    repos = {name: one.repos for name, one in stats.langs.items()} if key == "langs" else stats.topics
    if not repos:
        return "none"
    ordered = [one.name for one in ranked([Amount(*pair) for pair in repos.items()])]
    shown = [ordered[0] if len(ordered[0]) <= _LONGEST else f"{text.beginning(ordered[0], _LONGEST - 1)}…"]
    for name in ordered[1:]:
        if len(", ".join([*shown, name])) > _LONGEST:
            break
        shown.append(name)
    left = len(ordered) - len(shown)
    return ", ".join(shown) + (f" +{left:,}" if left else "")


def _badge(key: str, message: str, colour: str, is_error: bool = False) -> Badge:
    made: Badge = {"schemaVersion": 1, "label": KEYS[key].label.lower(), "message": message, "color": colour}
    return {**made, "isError": True} if is_error else made
