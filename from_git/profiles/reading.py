"""What one URL says: the profile that it names, or why it names none."""

import re
import unicodedata
from collections.abc import Mapping
from typing import NoReturn

from from_git.values.profile import Profile

LABELS = {"github": "GitHub", "bitbucket": "Bitbucket"}
"""Forge to the name that people know it by."""

# Only what a forge serves as a page of its own, so that no account can stand there. Deliberately short: longer
# public lists hold names of real users too (`ghost`), and whether an owner exists is for the forge to say.
RESERVED = {
    "github": frozenset(
        (
            "about advisories apps blog codespaces collections contact copilot customer-stories dashboard enterprise "
            "enterprises events explore features issues join login logout marketplace mcp models new notifications "
            "orgs organizations pricing pulls resources search security settings signup site solutions sponsors stars "
            "team topics trending users"
        ).split(" ")
    ),
    "bitbucket": frozenset("account blog dashboard product repo site snippets support workspaces".split(" ")),
}
"""First parts of paths, in lower case, at which no profile is."""
_OWNER = {"github": re.compile(r"[A-Za-z0-9_-]{1,39}"), "bitbucket": re.compile(r"[A-Za-z0-9_-]{1,128}")}
_OWNER_RULE = {
    "github": "1 to 39 letters, digits, hyphens or underscores",
    "bitbucket": "1 to 128 letters, digits, hyphens or underscores, or a UUID in braces",
}
# Bitbucket's own answers link workspaces by it, with the braces escaped
_UUID = re.compile(r"(?:\{|%7b)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\}|%7d)", re.IGNORECASE | re.ASCII)
OTHER_FORGES = ("codeberg.org", "gitea.com", "gitee.com", "gitlab.com", "sourceforge.net", "sr.ht")
"""Hosts that are no misspelling of ours."""
_URL = re.compile(r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>[^/?#]*)(?P<path>[^?#]*)", re.IGNORECASE)
_SECOND = re.compile(r"[?&;](?:amp;)?url=", re.IGNORECASE)
_ODD = re.compile(r"""[^!-~]|["'<>`]""")
_ADDRESS = re.compile(r"[^?#]*")
MAX_URL = 2_000
"""Characters; the longest profile URL of either forge has fewer than 200."""


class BadUrl(ValueError):
    """The text is not a profile URL; str() says why, and what was probably meant.

    Attributes:
        reason: a phrase that says what is wrong.
        suggestion: the URL of the profile that was probably meant.
        host: the host that was probably meant, where the host is what is wrong.
    """

    def __init__(self, reason: str, suggestion: str | None = None, host: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.suggestion = suggestion
        self.host = host

    def __str__(self) -> str:
        meant = self.host or self.suggestion
        return f"{self.reason}; did you mean {meant}?" if meant else self.reason


class BadHost(BadUrl):
    """No profile URL has this host."""


class SeveralUrls(BadUrl):
    """The text holds more than one URL, so that no single one can be suggested."""


def read(text: str, hosts: Mapping[str, str]) -> Profile:
    """The profile that `text` (without surrounding blanks) names.

    Raises:
        BadUrl: says why not, and nothing of what was meant.
    """
    _refuse_odd_characters(text)
    parts = _URL.match(text)
    if parts is None:  # every part of the pattern may be empty
        raise BadUrl("it is not a URL")
    scheme, host, path = parts["scheme"], parts["host"].lower().removeprefix("www."), parts["path"]
    if scheme and scheme.lower() not in ("http", "https"):
        raise BadUrl(f"profile pages have http or https addresses, not {scheme.lower()}")
    forge = hosts.get(host, "")
    if not forge:
        _refuse_host(host, hosts)
    segments = [] if path in ("", "/") else path.removeprefix("/").removesuffix("/").split("/")
    if "" in segments:
        raise BadUrl("its path has an empty part (//)")
    owner = _owner(forge, host, segments)
    if _SECOND.search(text):  # the owner is fine, and a whole profile behind it would be lost
        raise SeveralUrls("it has another url in its query; write & between parameters")
    key = owner.lower()
    return Profile(forge=forge, key=owner if key == owner else key, owner=owner, url=text)


def owner_on(forge: str, text: str) -> str | None:
    """The owner of this name or UUID, as the forge may have it; None: no owner has such a name."""
    if forge == "bitbucket" and (found := _UUID.fullmatch(text)):
        return f"{{{found[1].lower()}}}"
    return text if _OWNER[forge].fullmatch(text) else None


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


def _refuse_host(host: str, hosts: Mapping[str, str]) -> NoReturn:
    name = host.split(":")[0].rstrip(".")
    if not host:
        raise BadUrl("it names no host; write https:// in front")
    if host in ("http:", "https:"):
        raise BadUrl("it has its scheme twice or without //; write https:// once in front")
    if name in hosts:
        raise BadHost(f"the port or dot after {name} does not belong there")
    if name in OTHER_FORGES:
        raise BadUrl(f"{name} is not supported; profiles are on {' or '.join(hosts)}")
    if "%" in name:
        raise BadUrl("it is percent-encoded; write it as an address")
    if "." not in name:
        raise BadUrl(f"it is no address; write {' or '.join(f'https://{one}/OWNER' for one in hosts)}")
    raise BadHost(f"unknown host {name}")


def _owner(forge: str, host: str, segments: list[str]) -> str:
    """The owner that the path names, or BadUrl."""
    match forge, [segment.lower() for segment in segments]:
        case "github", ["orgs", _] | ["orgs", _, "repositories"]:
            return _checked(forge, segments[1])
        case _, []:
            raise BadUrl(f"it names no owner; write https://{host}/OWNER")
        case "github", ["orgs", _, *_]:
            raise BadUrl("it is a page of an organization, not its profile")
        case _, [first, *_] if first in RESERVED[forge]:
            raise BadUrl(
                f"{host}/{first} is a page of {LABELS[forge]} itself, not a profile; write https://{host}/OWNER"
            )
        case (_, [_]) | ("bitbucket", [_, "workspace", "repositories"]):
            return _checked(forge, segments[0])
        case "bitbucket", [_, "workspace", *_]:
            raise BadUrl("it is a page of a workspace, not its profile")
        case _:
            raise BadUrl("it looks like a repository, not a profile")


def _checked(forge: str, text: str) -> str:
    owner = owner_on(forge, text)
    if owner is None:
        raise BadUrl(f"{text!r} cannot be an owner on {LABELS[forge]} ({_OWNER_RULE[forge]})")
    return owner
