"""What was probably meant by a text that is no profile URL; a guess is shown, and never counted."""

import difflib
import re
from collections.abc import Mapping
from urllib.parse import unquote

from from_git.profiles.reading import MAX_URL, OTHER_FORGES, BadHost, SeveralUrls, host_at
from from_git.values.host import Host
from from_git.values.kind import BadUrl
from from_git.values.words import listed

# what comes along when an address is copied out of a text
_AROUND = "\"'`<>()[]|*,;:.!?\u201c\u201d\u2018\u2019\u00ab\u00bb"
_LINK = re.compile(r"\]\(<?([^)>\s]+)")  # Markdown's [words](address)
_SCHEMES = r"(?:(?:git\+)?(?:h?t?tps?|htt?ps?|ssh|git|ftps?)(?::/{0,3}|//))*"
_ADDRESS = re.compile(
    rf"{_SCHEMES}/*(?:[^@/?#]*@)?(?P<host>[a-z0-9.-]+)(?P<port>:\d+)?(?:[:/]+(?P<path>[^?#]*))?",
    re.IGNORECASE | re.ASCII,
)
# in front of an owner, in addresses of a forge's API and of its own pages
_BEFORE = frozenset(
    "2.0 api organizations orgs rest repos repositories sponsors teams users v3 workspaces".split(" "),
)
_ALIKE = 0.75  # of difflib's ratio; a host with another end or one other letter is, example.org is not


def explained(error: BadUrl, text: str, hosts: Mapping[str, Host]) -> BadUrl:
    """The error with what was probably meant by `text`."""
    host, url = (None, None) if isinstance(error, SeveralUrls) else guess(text, hosts)
    if not isinstance(error, BadHost):
        return BadUrl(error.reason, url)
    if host is None:
        return BadUrl(f"{error.reason}; profiles are on {listed(list(hosts), 'or')}")
    return BadUrl(error.reason, url, host)  # it is enough to say which host is right


def guess(text: str, hosts: Mapping[str, Host]) -> tuple[str | None, str | None]:
    """The host, and the URL of the profile, that `text` probably means; None where there is nothing to go by."""
    if len(text) > MAX_URL:
        return None, None
    found = _ADDRESS.match(_bare(text))
    if found is None:
        return None, None
    segments = [one for one in (found["path"] or "").split("/") if one]
    host = _host(found["host"].lower(), (found["port"] or ""), "/".join(["", *segments]), hosts)
    if host is None:
        return None, None
    inside = host.split("/")[1:]
    if [one.lower() for one in segments[: len(inside)]] == inside:
        del segments[: len(inside)]
    while segments and segments[0].lower() in _BEFORE:
        del segments[0]
    name = segments[0].strip("@~").rstrip(_AROUND) if segments else ""
    urls = hosts[host].kind.urls
    owner = urls.owner(name.removesuffix(".git"))
    if owner is None or owner.lower() in urls.reserved:
        return host, None
    return host, f"https://{host}/{owner}"


def _bare(text: str) -> str:
    """The address in `text`, without what does not belong to it: its last word, decoded, without what is around it."""
    seen = "".join(one for one in text if one.isprintable() or one.isspace())  # no zero-width space
    word = (seen.split() or [""])[-1]
    if link := _LINK.search(word):
        word = link[1]
    for _ in range(2):  # some programs encode twice
        word = unquote(word, errors="replace").strip()
    return word.strip(_AROUND).replace("\\", "/")


def _host(name: str, port: str, path: str, hosts: Mapping[str, Host]) -> str | None:
    plain = name.removeprefix("www.").rstrip(".")
    places: dict[str, str] = {}
    for one in hosts:
        places.setdefault(one.partition("/")[0], one)
    for place in (plain + port, plain):
        if host := host_at(place, path, hosts):
            return host.name
        if place in places:
            return places[place]
    if plain in OTHER_FORGES:
        return None
    near = [one for one in places if one.partition(":")[0] == plain]
    near = near or [one for one in places if plain.endswith(f".{one}")]
    near = near or difflib.get_close_matches(plain, list(places), n=1, cutoff=_ALIKE)
    return places[near[0]] if near else None
