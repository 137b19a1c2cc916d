"""One key of an answer in the form of shields' endpoint badge (https://shields.io/badges/endpoint-badge)."""

from from_git.aggregator import Answer
from from_git.errors import FromGitError, RequestError
from from_git.pictures import text, words
from from_git.pictures.bars import Amount, ranked
from from_git.pictures.look import Face
from from_git.values.found import untold
from from_git.values.keys import KEYS, NOTHING

Badge = dict[str, str | int | bool]
_USUAL = Face()
_LONGEST = 40  # characters of names
# shields' own names, for which it draws the shades that it likes at the time
_COLOURS = {"told": "blue", "old": "orange", "absent": "lightgrey", "failed": "lightgrey"}


def badge(key: str, answer: Answer, now: float, face: Face = _USUAL) -> Badge:
    """The value of `key`, one of KEYS, with the filter and the age of last good numbers behind it.

    It is a dash where no forge tells it, and an error where no profile exists.
    """
    if not answer.found:
        return _badge(key, "not found", _COLOURS["absent"], face, is_error=True)
    colour = face.color or _COLOURS["absent" if key in untold(answer.found) else "old" if answer.old else "told"]
    behind = [one for one in (words.brief(answer), _age(answer, now)) if one]
    value = _value(key, answer)
    return _badge(key, f"{value} ({'; '.join(behind)})" if behind else value, colour, face)


def failed_badge(key: str, error: FromGitError, face: Face = _USUAL) -> Badge:
    """An error in a few words."""
    colour = "critical" if isinstance(error, RequestError) else _COLOURS["failed"]
    return _badge(key, words.short(error), colour, face, is_error=True)


def _age(answer: Answer, now: float) -> str:
    return words.age(now - words.oldest(answer, answer.old)) if answer.old else ""


def _value(key: str, answer: Answer) -> str:
    if key in untold(answer.found):
        return NOTHING
    numbers = answer.stats.numbers()
    return f"{numbers[key]:,}" if key in numbers else _names(key, answer)


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


def _badge(key: str, message: str, colour: str, face: Face, is_error: bool = False) -> Badge:
    made: Badge = {
        "schemaVersion": 1,
        "label": face.label or KEYS[key].label.lower(),
        "message": message,
        "color": colour,
    }
    if face.style:
        made["style"] = face.style
    return {**made, "isError": True} if is_error else made
