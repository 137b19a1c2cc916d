"""What was probably meant by a text that is no profile URL; a guess is shown, and never counted."""

import difflib
import json
import re
from collections.abc import Mapping
from urllib.parse import unquote

from from_git.profiles.reading import MAX_URL, BadHost, SeveralUrls, host_at, hosts_in_words, is_other_forge
from from_git.values.host import Host
from from_git.values.kind import BadUrl, Kind
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
_API = frozenset("2.0 api rest v1 v3 v4".split(" "))
_BEFORE = frozenset("organizations orgs repos repositories sponsors teams users workspaces".split(" "))
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE | re.ASCII)
_ALIKE = 0.75  # of difflib's ratio; a host with another end or one other letter is, example.org is not


def explained(error: BadUrl, text: str, hosts: Mapping[str, Host]) -> BadUrl:
    """The error with what was probably meant by `text`."""
    host, url = (None, None) if isinstance(error, SeveralUrls) else guess(text, hosts)
    if not isinstance(error, BadHost):
        return BadUrl(error.reason, url)
    try:
        words = _declaration(text, host, hosts)
    except BadUrl as refused:
        return refused.with_traceback(None)
    if words:
        return BadUrl(f"{error.reason}; {words}")
    return BadUrl(error.reason, url, host)  # it is enough to say which host is right


def _declaration(text: str, near: str | None, hosts: Mapping[str, Host]) -> str:
    """How to have a host that nobody has declared; empty: that of `near` is meant, which there is.

    Raises:
        BadUrl: it cannot be had.
    """
    kinds = dict.fromkeys(host.kind for host in hosts.values())
    name, path = _place(text)
    if not name or (near and not _is_alike(name, near)) or any(name.startswith(f"{one}.") for one in hosts):
        kind = None
    elif near and name.count(".") < 2:  # with another end it is a misspelling, with another name it is none
        others = [one for one in kinds if one is not hosts[near].kind]
        kind = next((one for one in others if one.urls.recognises(name.partition(":")[0], ())), None)
    else:
        kind = next((one for one in kinds if one.urls.recognises(name.partition(":")[0], path)), None)
    if kind:
        return f"it looks like {kind.label}: declare it in FORGES, {_entry(kind, name)}"
    if near:
        return ""
    names = listed([one.name for one in kinds], "or")
    return f"profiles are on {hosts_in_words(hosts)}; other hosts are declared in FORGES, with their kind ({names})"


def _place(text: str) -> tuple[str, list[str]]:
    """The host, with its port, and the parts of the path of the address in a text, in lower case."""
    found = _ADDRESS.match(_bare(text))
    if found is None or not _DOMAIN.fullmatch(found["host"]):
        return "", []
    name = found["host"].lower().removeprefix("www.") + (found["port"] or "")
    return name, [one.lower() for one in (found["path"] or "").split("/") if one]


def _is_alike(name: str, near: str) -> bool:
    """Whether a host is taken for another one by their letters alone."""
    plain, place = name.partition(":")[0], near.partition("/")[0].partition(":")[0]
    return not f".{plain}".endswith(f".{place}")


def _entry(kind: Kind, name: str) -> str:
    entry: dict[str, object] = {"kind": kind.name, "host": name}
    if not kind.without.served:
        entry["accounts"] = [{"token": "…"}]
    return json.dumps(entry, ensure_ascii=False)


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
    while segments and segments[0].lower() in _API:
        del segments[0]
    urls = hosts[host].kind.urls
    while segments and urls.meant(segments).lower() in _BEFORE:
        del segments[0]
    name = urls.meant(segments).strip("@~").rstrip(_AROUND) if segments else ""
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
    if is_other_forge(plain):
        return None
    near = [one for one in places if one.partition(":")[0] == plain]
    near = near or [one for one in places if plain.endswith(f".{one}")]
    near = near or difflib.get_close_matches(plain, list(places), n=1, cutoff=_ALIKE)
    return places[near[0]] if near else None
