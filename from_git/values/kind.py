"""A kind of forge, as it says all of itself; see `from_git.forges.registry` for those that there are."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from from_git.values.option import KindOptions


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


@dataclass(frozen=True)
class ProfileUrls:
    """The rules of a kind's profile URLs; the usual one is `https://HOST/OWNER`."""

    name: str
    """What an owner's name looks like: a regular expression without groups, for ASCII in any letter case."""
    rule: str
    """The same in words, as `1 to 39 letters or digits`."""
    reserved: frozenset[str] = frozenset()
    """First parts of paths, in lower case, at which no profile is: only the forge's own pages. Deliberately short:
    longer public lists hold names of real users too (`ghost`), and whether an owner exists is for the forge to say."""
    other_owner: Callable[[str], str | None] = lambda text: None
    """The owner that is meant by what is no name, as the forge may have it; None: nobody."""
    owner_in: Callable[[Sequence[str]], str | None] = lambda path: None
    """The owner that is named by the parts of an unusual path; None: the path is none of those. It raises BadUrl for a
    page of an owner that is not the profile."""
    meant: Callable[[Sequence[str]], str] = lambda path: path[0]
    """The owner that is probably meant by the parts, at least one, of a path that names no profile."""
    recognises: Callable[[str, Sequence[str]], bool] = lambda host, path: False
    """Whether a host that nobody has declared surely is one of this kind, by its name, or by the parts of an address
    there; both in lower case. It raises BadUrl for a forge that is mistaken for this kind."""

    def owner(self, text: str) -> str | None:
        """The owner of this name, as the forge may have it; None: no owner has such a name."""
        if owner := self.other_owner(text):
            return owner
        return text if re.fullmatch(self.name, text, re.IGNORECASE | re.ASCII) else None


def called(host: str, *names: str) -> bool:
    """Whether a host has one of these names in its domain: `git` of `git.example.org`."""
    return host.partition(".")[0] in names


class NoCredentials(NamedTuple):
    """What a forge does for somebody without credentials."""

    served: bool
    """Whether it can be asked."""
    words: str
    """What it does then and what to set, as the end of a sentence that begins with its name; empty: nothing is lost."""
    hint: str = ""
    """How to set it, in whole sentences."""


class Examples(NamedTuple):
    """Owners of a forge in examples."""

    word: str
    """What stands for any owner, as `ORG`."""
    form: str
    """In the page's form."""
    api: tuple[str, ...] = ()
    """In the API's description; of all of them the first one exists and the last one does not."""


class Tells(NamedTuple):
    """What a forge tells of repositories."""

    not_told: frozenset[str] = frozenset()
    """The keys of an answer that it does not have at all: 0 in `data`, and no number wherever people read it."""
    filters: frozenset[str] = frozenset({"forks"})
    """The names of the filters for which it tells enough of each repository."""
    bytes: bool = True
    """Whether it says how many bytes of a language there are."""
    leaves_out: Mapping[str, str] = MappingProxyType({})
    """What its numbers leave out, a sentence for a key of an answer."""


_USUAL = Tells()


class Demo(NamedTuple):
    """What the demo's emulator has of a forge."""

    owners: tuple[str, ...]
    """To be asked for first."""
    data: str
    """Where their data come from, as a clause."""
    more: str
    """Other owners, with a word about each."""
    credentials: Mapping[str, str] = MappingProxyType({})
    """Setting to the name of what the emulator takes for it."""


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of forge; there is one object of each, so they are compared by identity."""

    name: str
    """Its key: in answers, metrics, logs and names of pools."""
    label: str
    """The name that people know it by."""
    host: str
    """Of its profile URLs, where no setting says another one."""
    urls: ProfileUrls
    options: KindOptions
    opening: str
    """The module whose `opened(host, settings)` makes an adapter; imported when the first one is made."""
    without: NoCredentials
    examples: Examples
    api: Callable[[str], str] = lambda host: ""
    """The address of its API, from the name of a host; empty where the name does not tell it. It raises WrongSetting
    for a name that no profile URL of it carries."""
    tells: Tells = _USUAL
    counts: tuple[str, ...] = ("public",)
    """The visibilities of repositories that may be told to count at a host of it."""
    hosted: str = ""
    """The name that people know `host` by, where that is not `label`."""
    demo: Demo | None = None

    def url(self, owner: str) -> str:
        """The usual URL of a profile."""
        return f"https://{self.host}/{owner}"
