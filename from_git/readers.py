"""What may be written for a setting, and the value it becomes; each raises WrongSetting for anything else."""

import ipaddress
import json
import math
import os
import re
import ssl
from collections.abc import Mapping
from configparser import ConfigParser
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, urlsplit

from from_git.values.option import WrongSetting
from from_git.values.words import listed

_MAX_SECONDS = 10_000_000
_MAX_THREADS = 1_000
_MAX_RATE = 10_000  # requests; the time of each is kept
_RATE = re.compile(r"([0-9]{1,9})/(?:second|minute|hour|day)")
_SWITCH = {"": False, **ConfigParser.BOOLEAN_STATES}  # true, yes, on, 1 and their opposites
_HOST_PATTERN = re.compile(r"\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


def text(value: object) -> str:
    """Text without control characters and the blanks that a secret from a file ends with; else raises WrongSetting."""
    if not isinstance(value, str):
        raise WrongSetting("expected text")
    value = value.strip()
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise WrongSetting("expected text without control characters")
    return value


def header_text(value: object) -> str:
    """Text that fits into an HTTP header; else raises WrongSetting."""
    value = text(value)
    if "\N{HORIZONTAL ELLIPSIS}" in value:
        raise WrongSetting("expected the value itself where the documents have \N{HORIZONTAL ELLIPSIS}")
    if not value.isascii():
        raise WrongSetting("expected ASCII characters only")
    return value


def whole(value: object) -> int:
    """A whole number; else raises WrongSetting."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongSetting("expected a whole number")
    return value


def calls(value: object) -> int | str:
    """A number of calls, or `auto`; else raises WrongSetting."""
    return "auto" if isinstance(value, str) and value.strip().lower() == "auto" else whole(value)


def threads(value: object) -> int:
    """A number of threads that a machine can have; else raises WrongSetting."""
    value = whole(value)
    if value > _MAX_THREADS:
        raise WrongSetting(f"expected at most {_MAX_THREADS:,} threads")
    return value


def seconds(value: object) -> float:
    """A number of seconds, less than the longest that a thread can wait for; else raises WrongSetting."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise WrongSetting("expected a number of seconds")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise WrongSetting("expected a number of seconds") from None
    if not math.isfinite(number) or abs(number) > _MAX_SECONDS:
        raise WrongSetting(f"expected a number of seconds up to {_MAX_SECONDS:,}")
    return number


def entries(value: object) -> list[Mapping[str, Any]]:
    """A list of mappings, from one or from JSON; the text for none may be empty; else raises WrongSetting."""
    if isinstance(value, str):
        try:
            value = json.loads(value, object_pairs_hook=_each_once) if value.strip() else []
        except (ValueError, RecursionError) as error:
            raise WrongSetting(f"expected a list of objects as JSON ({error})") from None
    if not isinstance(value, list | tuple):
        raise WrongSetting("expected a list")
    for number, one in enumerate(value, 1):
        if not isinstance(one, Mapping):
            raise WrongSetting(f"expected a mapping as entry {number}")
    return list(value)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("one of its objects has a key twice")
    return found


def share(value: object) -> float:
    """A part of a whole, at most 1; else raises WrongSetting."""
    with suppress(WrongSetting):
        if (number := seconds(value)) <= 1:
            return number
    raise WrongSetting("expected a number from 0.01 to 1")


def switch(value: object) -> bool:
    """True or false; else raises WrongSetting."""
    word = str(value).strip().lower() if isinstance(value, bool | str) else None
    if word not in _SWITCH:
        raise WrongSetting("expected true or false")
    return _SWITCH[word]


def names(value: object) -> list[str]:
    """Host names as Django compares them, in lower case and without ports, from a list or from text with commas.

    Raises WrongSetting for anything else.
    """
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        raise WrongSetting("expected a list of host names, or text with commas between them")
    return [_host_pattern(part.strip().lower()) for part in value]


def _host_pattern(name: str) -> str:
    """`*`, `.example.org`, a host name, or an IP address (IPv6 in brackets, which may be left out)."""
    try:
        address = ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        return f"[{address}]" if address.version == 6 else str(address)
    except ValueError:
        if name == "*" or _HOST_PATTERN.fullmatch(name):
            return name
    # anything else, a port too, would silently never match
    raise WrongSetting("expected host names like example.org, .example.org or [::1], without scheme or port, or *")


def web_address(value: object) -> str:
    """An http or https URL without user name, query or fragment; else raises WrongSetting."""
    value = text(value)
    parts = _address(value, "http", "https")
    if parts is None or "@" in parts.netloc or parts.query or parts.fragment:
        raise WrongSetting("expected an address like https://host/path, without user name, query or fragment")
    return value.rstrip("/")


def public_address(value: object) -> str:
    """As `web_address`; empty for none; else raises WrongSetting."""
    value = header_text(value)
    return web_address(value) if value else ""


def proxy_address(value: object) -> str:
    """The address of an HTTP proxy, maybe with user name and password; empty for none; else raises WrongSetting."""
    value = header_text(value)
    if not value:
        return ""
    parts = _address(value, "http")
    if parts is None or parts.path.strip("/") or parts.query or parts.fragment:
        raise WrongSetting(
            "expected an address like http://proxy.example:3128 or http://user:password@proxy.example:3128, special"
            " characters of user name and password as %XX"
        )
    return value.rstrip("/")


def _address(text: str, *schemes: str) -> SplitResult | None:
    """The parts of an address with a host and one of these schemes; None for anything else."""
    try:
        parts = urlsplit(text)
        odd = any(one.isspace() or one == "\\" for one in text)
        return parts if parts.scheme in schemes and parts.hostname and parts.port != 0 and not odd else None
    except ValueError:
        return None


def authorities(value: object) -> str:
    """The absolute path of a PEM file with at least one certificate; empty for none; else raises WrongSetting."""
    value = text(value)
    if not value:
        return ""
    path = os.path.abspath(os.path.expanduser(value))
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        found.load_verify_locations(path)
    except ssl.SSLError:
        raise WrongSetting("expected a PEM file with certificates, and there are none in it") from None
    except OSError as error:
        raise WrongSetting(f"expected a file that can be read ({error.strerror})") from None
    if not found.cert_store_stats()["x509"]:
        raise WrongSetting("expected a PEM file with certificates, and there are none in it")
    return path


def cache_address(value: object) -> str:
    """locmem://, or a redis:// or rediss:// URL; else raises WrongSetting."""
    return _server(text(value), ("locmem", "redis", "rediss"), "locmem:// or an address like redis://host:6379/0")


def broker_address(value: object) -> str:
    """Empty, or the URL of a Redis or of RabbitMQ; else raises WrongSetting."""
    like = "an address like redis://host:6379/1 or amqp://user:password@host//, # in a password as %23"
    return _server(found, ("redis", "rediss", "amqp", "amqps"), like) if (found := text(value)) else ""


def _server(value: str, schemes: tuple[str, ...], like: str) -> str:
    with suppress(ValueError):  # of a wrong port; a library's words would show a part of the password
        if value.startswith(tuple(f"{one}://" for one in schemes)) and [urlsplit(one).port for one in value.split(";")]:
            return value
    raise WrongSetting(f"expected {like}")


def log_level(value: object) -> str:
    """One of the standard library's levels; else raises WrongSetting."""
    return _one_of(text(value).upper(), "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def log_format(value: object) -> str:
    """`text` or `json`; else raises WrongSetting."""
    return _one_of(text(value).lower(), "text", "json")


def pool_width(value: object) -> str:
    """`auto` or `fixed`; else raises WrongSetting."""
    return _one_of(text(value).lower(), "auto", "fixed")


def _one_of(value: str, *words: str) -> str:
    if value not in words:
        raise WrongSetting(f"expected {listed(words, 'or')}")
    return value


def rate(value: object) -> str:
    """How many requests in a time, like `60/minute`; empty for no bound; else raises WrongSetting."""
    value = text(value).lower().replace(" ", "")
    if not value:
        return ""
    parts = _RATE.fullmatch(value)
    if parts is None or not 1 <= int(parts[1]) <= _MAX_RATE:
        raise WrongSetting(
            f"expected a rate like 60/minute: 1 to {_MAX_RATE:,} requests in a second, minute, hour or day"
        )
    return value
