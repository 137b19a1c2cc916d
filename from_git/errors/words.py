"""Foreign words and secrets in messages."""

import json
import re
from functools import lru_cache
from urllib.parse import quote


def struck(text: str, secret: str) -> str:
    """`text` without the secret, in whatever letter case, as JSON writes it or as an address holds it."""
    return _forms(secret).sub("***", text)


@lru_cache(maxsize=64)
def _forms(secret: str) -> re.Pattern[str]:
    forms = {secret, json.dumps(secret)[1:-1], quote(secret), quote(secret, safe="")}
    # the longer ones first, since one may begin with another
    return re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)), re.IGNORECASE)


def quoted(words: str) -> str:
    """A forge's own words, cut, as the end of a phrase; nothing when there are none."""
    return f": “{words[:200]}”" if words else ""
