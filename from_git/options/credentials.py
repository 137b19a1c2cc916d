"""The strings that no line of the log and no error may hold, from the table of settings."""

import base64
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from from_git.forges.registry import KINDS
from from_git.options import table
from from_git.values.kind import Kind

_SHORTEST = 6  # characters; in the log a shorter one would blank out ordinary words, and no forge gives such a token
_HIDING = ("pass", "pwd", "secret", "token", "key")  # in the name of a parameter of an address


def secret_values(settings: Any, shortest: int = _SHORTEST) -> list[str]:
    """Our credentials of at least `shortest` characters, in the forms in which they travel, from the settings as now.

    Those are the values of each `Option(secret=True)`, and the passwords inside of any setting that is an address.
    """
    values = tuple(getattr(settings, option.name, option.default) for option in table())
    texts = tuple(value if isinstance(value, str) else "" for value in values)
    found = _found(tuple(KINDS.values()), texts, *_of_entries(getattr(settings, "FORGES", ())))
    return [value for value in found if len(value) >= shortest]


def remembered(settings: Any, when_changed: Callable[[Callable[..., None]], object]) -> Callable[[], list[str]]:
    """`secret_values` for each line of the log, found anew only after a change.

    Args:
        when_changed: is given what is to be called at each change of a setting.
    """
    changes, kept = 0, (-1, list[str]())

    def changed(**_: object) -> None:
        nonlocal changes
        changes += 1

    def known() -> list[str]:
        nonlocal kept
        begun = changes
        if kept[0] != begun:
            kept = begun, secret_values(settings)
        return kept[1]

    when_changed(changed)
    return known


def _of_entries(entries: object) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The tokens, the addresses of proxies, and the pairs of user name and token in FORGES, right or wrong."""
    texts, pairs = [], []
    for entry in _mappings(entries):
        texts.append(entry.get("proxy"))
        for one in _mappings(entry.get("accounts")):
            texts.append(one.get("token"))
            pairs.append((one.get("username"), one.get("token")))
    return (
        tuple(text.strip() for text in texts if isinstance(text, str) and text.strip()),
        tuple(
            (user.strip(), token.strip()) for user, token in pairs if isinstance(user, str) and isinstance(token, str)
        ),
    )


def _mappings(values: object) -> list[Mapping[str, Any]]:
    return [one for one in values if isinstance(one, Mapping)] if isinstance(values, list | tuple) else []


@lru_cache(maxsize=16)  # asked for each line of the log
def _found(
    kinds: tuple[Kind, ...], texts: tuple[str, ...], tokens: tuple[str, ...], more: tuple[tuple[str, str], ...]
) -> tuple[str, ...]:
    """The secrets in the values of all settings, in the order of the table, and in entries of FORGES."""
    named = {option.name: text for option, text in zip(table(), texts, strict=True)}
    written = ((option.secret, named[option.name]) for option in table())
    values: list[str] = []
    for secret, value in chain(written, ((True, token) for token in tokens)):
        if "://" in value:
            values += passwords(value)
        elif secret and value:
            values.append(value)
    opened = chain.from_iterable(kind.options.credentials(named) for kind in kinds)
    values += [_basic(one.username, one.token) for one in opened if one.username]
    values += [_basic(*pair) for pair in more]
    return tuple(dict.fromkeys(values))


def _basic(user: str, password: str) -> str:
    """The pair as a header `Authorization: Basic` has it."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def passwords(address: str) -> list[str]:
    """The passwords in an address: before the `@`, as written, as meant and as sent, and in its parameters."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return [address]
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    found = [password or user]  # `token@host` too
    if password:
        found.append(_basic(unquote(user), unquote(password)))
    found += [value for name, value in parse_qsl(parts.query) if any(word in name.lower() for word in _HIDING)]
    return [form for value in found if value for form in dict.fromkeys((value, unquote(value)))]
