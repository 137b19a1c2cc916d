"""Foreign words, secrets and times in messages."""

import json
import math
import re
import time
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from from_git.values.words import counted

_MOST_WORDS = 200  # characters
_LEAST_CLOCK = 90  # seconds; a shorter wait needs no clock
_DAY = 86_400  # seconds
_MOST_MINUTES = 120  # a longer wait is told in hours


def struck(text: str, secret: str) -> str:
    """`text` without the secret, in whatever letter case, as JSON writes it or as an address holds it."""
    return _forms(secret).sub("***", text)


@lru_cache(maxsize=64)
def _forms(secret: str) -> re.Pattern[str]:
    forms = {secret, json.dumps(secret)[1:-1], quote(secret), quote(secret, safe="")}
    # the longer ones first, since one may begin with another
    return re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)), re.IGNORECASE)


def quoted(words: str) -> str:
    """A forge's own words, cut after a whole word, as the end of a phrase; nothing when there are none."""
    if len(words) > _MOST_WORDS:
        beginning = words[:_MOST_WORDS]
        # half of a number would be another number
        words = f"{beginning.rpartition(' ')[0].rstrip() or beginning}…"
    return f": “{words}”" if words else ""


def ask_again(seconds: float, now: float | None = None) -> str:
    """The sentence that says when asking again can help: `Ask again at 21:00 UTC, in 57 minutes.`; see `when`."""
    return f"Ask again {when(seconds, now)}."


def when(seconds: float, now: float | None = None) -> str:
    """A moment to come as the end of a sentence: `in 12 seconds`, `at 21:00 UTC, in 57 minutes`.

    Args:
        seconds: from `now`; times are rounded up, so that the moment named is never too early.
        now: in seconds since the epoch; None: this moment.
    """
    whole = max(1, math.ceil(seconds))
    if whole < _LEAST_CLOCK:
        return f"in {counted(whole, 'second')}"
    begun = time.time() if now is None else now
    # not of `whole`, with which a moment named again and again would change
    ready = math.ceil((begun + seconds) / 60) * 60
    form = "%H:%M UTC" if ready // _DAY == begun // _DAY else "%H:%M UTC on %Y-%m-%d"
    minutes = math.ceil(whole / 60)
    duration = counted(minutes, "minute") if minutes < _MOST_MINUTES else counted(math.ceil(minutes / 60), "hour")
    return f"at {datetime.fromtimestamp(ready, UTC):{form}}, in {duration}"


def lasted(seconds: float) -> str:
    """A time that has passed: `45 s`, `12 min 34 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
