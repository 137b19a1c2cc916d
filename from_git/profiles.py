"""From the URLs that people paste to profiles: parsing only, no I/O, no Django."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LABELS = {"github": "GitHub", "bitbucket": "Bitbucket"}
"""Forge to the name that people know it by."""

# Only what a forge serves as a page of its own, so that no account can stand there. Deliberately short: longer
# public lists hold names of real users too (`ghost`), and whether an owner exists is for the forge to say.
_RESERVED = {
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
_OWNER = {"github": re.compile(r"[A-Za-z0-9_-]{1,39}"), "bitbucket": re.compile(r"[A-Za-z0-9_-]{1,128}")}
_OWNER_RULE = {
    "github": "1 to 39 letters, digits, hyphens or underscores",
    "bitbucket": "1 to 128 letters, digits, hyphens or underscores",
}
_OTHER_FORGES = ("codeberg.org", "gitea.com", "gitee.com", "gitlab.com", "sourceforge.net", "sr.ht")
_URL = re.compile(r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>[^/?#]*)(?P<path>[^?#]*)", re.IGNORECASE)
_MAX_URL = 2_000  # characters; the longest profile URL of either forge has fewer than 200


@dataclass(frozen=True)
class Profile:
    """An organization, a user or a workspace on one forge; equal when forge and owner are, in any letter case."""

    forge: str
    """A key of LABELS."""
    key: str
    """The owner folded to one case."""
    owner: str = field(compare=False)
    """The owner as asked."""
    url: str = field(compare=False)
    """The URL as asked, without surrounding blanks."""


class BadUrl(ValueError):
    """The text is not a profile URL; str() says why."""


def parse_profiles(lines: Iterable[str], hosts: Mapping[str, str]) -> tuple[list[Profile], list[tuple[str, str]]]:
    """The profiles in `lines`, and what is wrong with the rest.

    Args:
        lines: URLs; each may hold several, one a line; blank ones are skipped.
        hosts: lower-case host of profile URLs (with its port, if any) to forge.

    Returns:
        Profiles, each once, in the order asked and in their first spelling; and (URL, reason) for each text that
        is not a profile, in the order asked.
    """
    profiles: dict[Profile, None] = {}
    bad: dict[str, str] = {}
    for value in lines:
        for line in re.split(r"\r\n|\r|\n", value):
            text = line.strip()
            if not text:
                continue
            try:
                profiles.setdefault(parse_profile(text, hosts))
            except BadUrl as error:
                bad.setdefault(text, str(error))
    return list(profiles), list(bad.items())


def parse_profile(text: str, hosts: Mapping[str, str]) -> Profile:
    """The profile that `text` (without surrounding blanks) names; `hosts` as in `parse_profiles`.

    Raises:
        BadUrl: says why not, and what was probably meant.
    """
    _refuse_odd_characters(text)
    parts = _URL.match(text)
    if parts is None:  # every part of the pattern may be empty
        raise BadUrl("it is not a URL")
    scheme, host, path = parts["scheme"], parts["host"].lower().removeprefix("www."), parts["path"]
    if scheme and scheme.lower() not in ("http", "https"):
        raise BadUrl(f"profile pages have http or https addresses, not {scheme.lower()}")
    forge = hosts.get(host)
    if forge is None:
        raise BadUrl(_about_host(host, hosts))
    segments = [] if path in ("", "/") else path.removeprefix("/").removesuffix("/").split("/")
    if "" in segments:
        raise BadUrl("its path has an empty part (//)")
    owner = _owner(forge, host, segments)
    return Profile(forge=forge, key=owner.lower(), owner=owner, url=text)


def _refuse_odd_characters(text: str) -> None:
    if len(text) > _MAX_URL:
        raise BadUrl(f"it is longer than {_MAX_URL} characters")
    for character in text:
        if character.isspace():
            raise BadUrl("it has a blank inside; write one URL a line")
        if character in "\"'<>`":
            raise BadUrl("it has a quote or a bracket; give the address alone")
        if not "!" <= character <= "~":
            name = unicodedata.name(character, "a control character")
            raise BadUrl(f"it has a character that no profile URL has: U+{ord(character):04X} ({name})")
    address = re.split(r"[?#]", text, maxsplit=1)[0]
    if "@" in address:
        raise BadUrl("it has an @; give the profile's web address, without a user name, not a clone address")
    if "\\" in text:
        raise BadUrl("it has a backslash")
    if "," in address:
        raise BadUrl("it has a comma; write one URL a line")


def _about_host(host: str, hosts: Mapping[str, str]) -> str:
    if not host:
        return "it names no host; write https:// in front"
    if host in ("http:", "https:"):
        return "it has its scheme twice or without //; write https:// once in front"
    name = host.split(":")[0].rstrip(".")
    known = list(hosts)
    if name in hosts:
        return f"the port or dot after {name} does not belong there; did you mean {name}?"
    if name in _OTHER_FORGES:
        return f"{name} is not supported; profiles are on {' or '.join(known)}"
    near = [k for k in known if name.endswith("." + k)] or difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    if near:
        return f"unknown host {name}; did you mean {near[0]}?"
    if "." not in name:
        return f"it is no address; write {' or '.join(f'https://{one}/OWNER' for one in known)}"
    return f"unknown host {name}; profiles are on {' or '.join(known)}"


def _owner(forge: str, host: str, segments: list[str]) -> str:
    """The owner that the path names, or BadUrl."""
    match forge, [segment.lower() for segment in segments]:
        case "github", ["orgs", _] | ["orgs", _, "repositories"]:
            return _checked(forge, segments[1])
        case _, []:
            raise BadUrl(f"it names no owner; write https://{host}/OWNER")
        case "github", ["orgs", _, *_]:
            raise BadUrl(_meant(forge, host, segments[1], "it is a page of an organization, not its profile"))
        case _, [first, *_] if first in _RESERVED[forge]:
            raise BadUrl(
                f"{host}/{first} is a page of {LABELS[forge]} itself, not a profile; write https://{host}/OWNER"
            )
        case (_, [_]) | ("bitbucket", [_, "workspace", "repositories"]):
            return _checked(forge, segments[0])
        case "bitbucket", [_, "workspace", *_]:
            raise BadUrl(_meant(forge, host, segments[0], "it is a page of a workspace, not its profile"))
        case _:
            raise BadUrl(_meant(forge, host, segments[0], "it looks like a repository, not a profile"))


def _checked(forge: str, owner: str) -> str:
    if not _OWNER[forge].fullmatch(owner):
        raise BadUrl(f"{owner!r} cannot be an owner on {LABELS[forge]} ({_OWNER_RULE[forge]})")
    return owner


def _meant(forge: str, host: str, owner: str, problem: str) -> str:
    if not _OWNER[forge].fullmatch(owner):
        return problem
    return f"{problem}; did you mean https://{host}/{owner}?"
