"""What one URL says: the profile that it names, or why it names none."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NoReturn

from from_git.values.host import Host
from from_git.values.kind import BadUrl
from from_git.values.profile import Profile
from from_git.values.words import enumerated, listed

_OTHER_FORGES = ("gitee.com", "sourceforge.net", "sr.ht")
_URL = re.compile(r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>[^/?#]*)(?P<path>[^?#]*)", re.IGNORECASE)
_SECOND = re.compile(r"[?&;](?:amp;)?url=", re.IGNORECASE)
_ODD = re.compile(r"""[^!-~]|["'<>`]""")
_ADDRESS = re.compile(r"[^?#]*")
_NAMED = 8  # hosts in a sentence
MAX_URL = 2_000
"""Characters; the longest profile URL of any forge has fewer than 200."""


class BadHost(BadUrl):
    """No profile URL has this host."""


class SeveralUrls(BadUrl):
    """The text holds more than one URL, so that no single one can be suggested."""


def read(text: str, hosts: Mapping[str, Host]) -> Profile:
    """The profile that `text` (without surrounding blanks) names.

    Raises:
        BadUrl: says why not, and nothing of what was meant.
    """
    _refuse_odd_characters(text)
    parts = _URL.match(text)
    if parts is None:  # every part of the pattern may be empty
        raise BadUrl("it is not a URL")
    scheme, name, path = parts["scheme"], parts["host"].lower().removeprefix("www."), parts["path"]
    if scheme and scheme.lower() not in ("http", "https"):
        raise BadUrl(f"profile pages have http or https addresses, not {scheme.lower()}")
    host = host_at(name, path, hosts)
    if host is None:
        _refuse_host(name, hosts)
    path = path[len(host.name) - len(name) :]
    segments = [] if path in ("", "/") else path.removeprefix("/").removesuffix("/").split("/")
    if "" in segments:
        raise BadUrl("its path has an empty part (//)")
    owner = _owner(host, segments)
    if _SECOND.search(text):  # the owner is fine, and a whole profile behind it would be lost
        raise SeveralUrls("it has another url in its query; write & between parameters")
    key = owner.lower()
    return Profile(host=host, key=owner if key == owner else key, owner=owner, url=text)


def host_at(name: str, path: str, hosts: Mapping[str, Host]) -> Host | None:
    """The host whose site an address lies in, by its lower-case host and its path; None: it lies in none."""
    whole = f"{name}{path.lower()}/"
    names = [one for one in hosts if whole.startswith(f"{one}/")]
    return hosts[max(names, key=len)] if names else None


def is_other_forge(name: str) -> bool:
    """Whether a host is one of a known forge of none of our kinds, and so no misspelling of ours."""
    return any(f".{name}".endswith(f".{one}") for one in _OTHER_FORGES)


def hosts_in_words(hosts: Iterable[str]) -> str:
    """The first few hosts, and the number of the others: somebody may have declared 100."""
    return enumerated(list(hosts), _NAMED, "or")


def _refuse_odd_characters(text: str) -> None:
    if len(text) > MAX_URL:
        raise BadUrl(f"it is longer than {MAX_URL} characters")
    if found := _ODD.search(text):
        character = found[0]
        if character.isspace():
            raise BadUrl("it has a blank inside; write one URL a line")
        if character in "\"'<>`":
            raise BadUrl("it has a quote or a bracket; give the address alone")
        name = unicodedata.name(character, "a control character")
        raise BadUrl(f"it has a character that no profile URL has: U+{ord(character):04X} ({name})")
    address = _ADDRESS.match(text)[0]  # type: ignore[index]  # it may be empty, and matches always
    if "@" in address:
        raise BadUrl("it has an @; give the profile's web address, without a user name, not a clone address")
    if "\\" in text:
        raise BadUrl("it has a backslash")
    if "," in address:
        raise BadUrl("it has a comma; write one URL a line")


def _refuse_host(host: str, hosts: Mapping[str, Host]) -> NoReturn:
    name, below = host.split(":")[0].rstrip("."), [one for one in hosts if one.startswith(f"{host}/")]
    if not host:
        raise BadUrl("it names no host; write https:// in front")
    if host in ("http:", "https:"):
        raise BadUrl("it has its scheme twice or without //; write https:// once in front")
    if below:
        raise BadHost(f"profiles of {host} lie below {listed(below, 'or')}")
    if name in hosts:
        raise BadHost(f"the port or dot after {name} does not belong there")
    if is_other_forge(name):
        raise BadUrl(f"{name} is not supported; profiles are on {hosts_in_words(hosts)}")
    if "%" in name:
        raise BadUrl("it is percent-encoded; write it as an address")
    if "." not in name:
        raise BadUrl(f"it is no address; write one like {next(iter(hosts.values())).site}/OWNER")
    raise BadHost(f"unknown host {name}")


def _owner(host: Host, segments: list[str]) -> str:
    kind = host.kind
    if not segments:
        raise BadUrl(f"it names no owner; write {host.site}/OWNER")
    text, first = kind.urls.owner_in(segments), segments[0].lower()
    if text is None:
        if first in kind.urls.reserved:
            raise BadUrl(
                f"{host.name}/{first} is a page of {host.label} itself, not a profile; write {host.site}/OWNER"
            )
        if len(segments) > 1:
            raise BadUrl("it looks like a repository, not a profile")
        text = segments[0]
    owner = kind.urls.owner(text)
    if owner is None:
        raise BadUrl(f"{text!r} cannot be an owner on {host.label} ({kind.urls.rule})")
    return owner
