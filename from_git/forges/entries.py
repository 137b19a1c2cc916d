"""The entries of the setting FORGES: hosts as somebody writes them, and what is wrong with them. Light to import."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from from_git import readers
from from_git.forges.registry import KINDS
from from_git.values.credential import Credential
from from_git.values.host import Host
from from_git.values.kind import Kind
from from_git.values.option import Option, WrongSetting
from from_git.values.words import listed

T = TypeVar("T")
KEYS = ("kind", "host", "api", "accounts", "ca_file", "proxy", "threads", "bounds", "count")
"""Of an entry; the first two are needed."""
_ACCOUNT = ("token", "username")
_SITE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::([1-9][0-9]{0,4}))?((?:/(?!\.{1,2}(?:/|$))[a-z0-9._~-]+)*)")
_LAST_PORT, _USUAL_PORT = 65_535, "443"
_SECRET = ("accounts", "proxy", "token")
# letters and digits without the marks of hosts, addresses and paths: probably a token in the wrong place
_TOKEN = re.compile(r"(?<!\S)(?=[\w=+-]*[0-9])(?=[\w=+-]*[A-Za-z])[\w=+-]{12,}(?!\S)")
_COUNT_FORM = 'expected a list like ["public", "internal"]'
_ACCOUNTS_FORM = 'expected a list of {"token": …} or {"username": …, "token": …}'


def read_entries(values: Mapping[str, Any]) -> tuple[list[Host], list[str]]:
    """The hosts of the entries that are right, and a sentence for each thing that is wrong.

    Args:
        values: name to value of the settings; FORGES is a list of mappings, in the order of which everything is told.
    """
    hosts: list[Host] = []
    sites: dict[str, str] = {}
    wrong: list[str] = []
    for number, written in enumerate(values["FORGES"], 1):
        entry = _Entry(number, written)
        host = entry.host(values)
        wrong += entry.wrong
        if entry.site and (before := sites.setdefault(entry.site, entry.name)) != entry.name:
            wrong.append(f"{entry.name}: `host` is {entry.site!r}, as in {before}.")
        elif host:
            hosts.append(host)
    return hosts, wrong


def _site(value: object) -> str:
    """A host as profile URLs carry it, in lower case; else raises WrongSetting."""
    name = readers.text(value).lower().removeprefix("www.").rstrip("/")
    found = _SITE.fullmatch(name)
    if found is None or int(found[1] or 0) > _LAST_PORT:
        raise WrongSetting("expected a host like git.example.org, git.example.org:8443 or git.example.org/path")
    # profile URLs need not say the port of https
    return name.replace(f":{_USUAL_PORT}", "", 1) if found[1] == _USUAL_PORT else name


def _shown(written: object) -> str:
    """What was written, unless it may be a secret."""
    text = str(written)
    return "a secret value" if {"@", "?"} & set(text) or _TOKEN.search(text) else repr(written)[:200]


def _meant(name: str, known: Sequence[str]) -> str:
    """What was probably meant, or what there is, as the end of a sentence."""
    folded = {one.lower(): one for one in known}
    near = difflib.get_close_matches(name.lower(), folded, n=1)
    return f"; did you mean {folded[near[0]]}?" if near else f": expected {listed(known, 'or')}."


class _Entry:
    """One entry.

    Attributes:
        name: what messages call it.
        site: its host; None where that is wrong.
        wrong: sentences, as far as it was read.
    """

    def __init__(self, number: int, written: Mapping[str, Any]) -> None:
        self.name = f"FORGES entry {number}"
        self.wrong: list[str] = []
        self.site: str | None = None
        self._written = written

    def host(self, values: Mapping[str, Any]) -> Host | None:
        """The host; None where anything is wrong."""
        self._look_at_keys(self._written, KEYS)
        kind = self._kind()
        name = self.site = self._read("host", _site, None)
        accounts = self._accounts()
        ca_file = self._read("ca_file", readers.authorities, values["UPSTREAM_CA_FILE"])
        proxy = self._read("proxy", readers.proxy_address, values["UPSTREAM_PROXY"])
        if kind is None:
            return None
        api = self._api(kind, name)
        threads = self._numbers("threads", kind.options.threads, {})
        usual = {} if name == kind.host else kind.options.bounds_elsewhere
        bounds = self._numbers("bounds", kind.options.bounds, usual)
        count = self._count(kind)
        if self.wrong or name is None:
            return None
        label = f"{kind.label} at {name}"
        return Host(kind, name, api, accounts, ca_file, proxy, threads, bounds, self._places(kind), label, count)

    def _complain(self, where: str, written: object, why: object) -> None:
        """Say what is wrong; a value that may be a secret is not shown."""
        shown = "a secret value" if any(key in where for key in _SECRET) else _shown(written)
        self.wrong.append(f"{self.name}: {where} is {shown}: {why}.")

    def _look_at_keys(self, written: Mapping[Any, Any], known: Sequence[str], where: str = "") -> None:
        for key in written:
            if key not in known:
                name = _shown(key) if _TOKEN.search(str(key)) else f"`{str(key)[:50]}`"
                self.wrong.append(f"{self.name}: {where}{name} is not a key{_meant(str(key), known)}")

    def _read(self, key: str, reader: Callable[[object], T], default: T) -> T:
        if key not in self._written:
            if key in KEYS[:2]:
                self.wrong.append(f"{self.name}: `{key}` is missing.")
            return default
        try:
            return reader(self._written[key])
        except WrongSetting as error:
            self._complain(f"`{key}`", self._written[key], error)
            return default

    def _kind(self) -> Kind | None:
        written = self._read("kind", readers.text, None)
        if written is None or written.lower() in KINDS:
            return KINDS[written.lower()] if written else None
        name = "-".join(written.lower().split())
        refused = {name: why for kind in KINDS.values() for name, why in kind.options.refused.items()}
        others = {name: kind.name for kind in KINDS.values() for name in kind.options.also}
        end = f": that is {refused[name]}." if name in refused else _meant(others.get(name, written), list(KINDS))
        self.wrong.append(f"{self.name}: `kind` is {_shown(written[:50])}{end}")
        return None

    def _api(self, kind: Kind, name: str | None) -> str:
        """The address of the API: the written one, else that of the kind at `name`, which None stands for none."""
        address = next((option for option in kind.options.access if option.name == kind.options.address), None)
        usual = ""
        try:
            usual = kind.api(name) if name else ""
        except WrongSetting as error:
            self._complain("`host`", self._written["host"], error)
        api = self._read("api", address.read if address else readers.web_address, usual)
        if name and not api and not self.wrong and "api" not in self._written and address:
            self.wrong.append(f"{self.name}: `api` is missing: {address.help}.")
        return api

    def _count(self, kind: Kind) -> tuple[str, ...]:
        """The visibilities that count, in the kind's order."""
        written, always = self._written.get("count", kind.counts[:1]), kind.counts[0]
        if not isinstance(written, list | tuple) or not all(isinstance(one, str) for one in written):
            self._complain("`count`", written, _COUNT_FORM)
            return kind.counts
        alone = f": at hosts of {kind.label} only {always} repositories count."
        for one in written:
            if one not in kind.counts:
                why = _meant(one, kind.counts) if kind.counts[1:] else alone
                self.wrong.append(f"{self.name}: `count` names {_shown(one[:50])}{why}")
        if always not in written:
            self.wrong.append(f'{self.name}: `count` lacks "{always}": {always} repositories count at every host.')
        return tuple(one for one in kind.counts if one in written)

    def _accounts(self) -> tuple[Credential, ...]:
        written = self._written.get("accounts", ())
        if not isinstance(written, list | tuple) or not all(isinstance(one, Mapping) for one in written):
            self._complain("`accounts`", written, _ACCOUNTS_FORM)
            return ()
        found = [self._account(f"account {number}", one) for number, one in enumerate(written, 1)]
        for number, one in enumerate(found):
            if one.token and one in found[:number]:
                self.wrong.append(f"{self.name}: account {number + 1} is account {found.index(one) + 1} once more.")
        return tuple(found)

    def _account(self, where: str, written: Mapping[str, Any]) -> Credential:
        self._look_at_keys(written, _ACCOUNT, f"{where}: ")
        texts = dict.fromkeys(_ACCOUNT, "")
        for key, reader in zip(_ACCOUNT, (readers.header_text, readers.text), strict=True):
            try:
                texts[key] = reader(written.get(key, ""))
            except WrongSetting as error:
                self._complain(f"`{key}` of {where}", written[key], error)
        token = written.get("token", "")
        if isinstance(token, str) and not token.strip():
            self.wrong.append(f"{self.name}: {where} has no `token`.")
        return Credential(**texts)

    def _numbers(self, key: str, options: Sequence[Option], usual: Mapping[str, Any]) -> dict[str, Any]:
        """The values of these options; one that is not written has its default, one for all may stand alone.

        Args:
            usual: defaults in place of the options' own.
        """
        written = self._written.get(key, {})
        values = {option.name: usual.get(option.name, option.default) for option in options}
        alone = not isinstance(written, Mapping)
        named = dict.fromkeys(values, written) if alone else {str(name).upper(): one for name, one in written.items()}
        self._look_at_keys(named, list(values), f"`{key}`: ")
        if not alone and len(named) < len(written):
            self.wrong.append(f"{self.name}: `{key}` has a key twice.")
        for option in options:
            if option.name not in named:
                continue
            try:
                values[option.name] = option.value(named[option.name])
            except WrongSetting as error:
                self._complain(f"`{key}`" if alone else f"`{option.name}` of `{key}`", named[option.name], error)
                if alone:
                    break
        return values

    def _places(self, kind: Kind) -> dict[str, str]:
        """See `Host.settings`."""
        places = {key: f"`{key}` of {self.name}" for key in KEYS}
        for key, setting in (("ca_file", "UPSTREAM_CA_FILE"), ("proxy", "UPSTREAM_PROXY")):
            if key not in self._written:
                places[key] = setting
            places[setting] = places[key]
        return {**places, **{name: place for name, place in self._kinds_own(kind) if name}}

    def _kinds_own(self, kind: Kind) -> Iterator[tuple[str, str]]:
        options = kind.options
        yield options.address, f"`api` of {self.name}"
        yield options.host, f"`host` of {self.name}"
        together = listed([f"`{key}`" for key in dict.fromkeys(options.account_keys.values())])
        yield options.accounts, f"{together} in `accounts` of {self.name}"
        for name, key in options.account_keys.items():
            yield name, f"`{key}` in `accounts` of {self.name}"
        for part, rows in (("threads", options.threads), ("bounds", options.bounds)):
            for row in rows:
                yield row.name, f"`{row.name}` in `{part}` of {self.name}"
