"""A fault as a value: which calls it strikes, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

from emulator.changes import check
from emulator.exchange import Call


@dataclass(frozen=True)
class Fault:
    """A fault to switch on.

    Attributes:
        kind: the name of a kind of fault; `Faults.add` refuses one that no forge of the emulator knows.
        path: glob on the request's path, for example "/2.0/repositories/*/watchers".
        contains: text that must be in the request's body or URL, to hit one owner or one query.
        method: the method that it strikes; None = any.
        times: how many calls it strikes; None = every one.
        after: how many matching calls pass before it strikes.
        for_seconds: it is on for so long since it was added: an outage that ends by itself; None = for ever.
        chance, seed: the probability with which it strikes a call that it could strike, and the seed of the schedule.
        status, headers, body, content_type: the answer, for the kinds `status` and `body`; `headers` also for
            `headers`, `graphql_errors`, `bomb` and `flood`. A header "@now+60" is the epoch's second in a minute,
            "@date+60" the same as a date.
        seconds: the delay of `slow`, or the time for one byte of `drip` and `drip_head`.
        errors, data: the answer of `graphql_errors`; without `data` the answer has no such key.
        edit: for `edit`: from the forge's own JSON answer to the one that is sent. Not available over HTTP.
        size: body bytes of `flood`, and of `bomb` once unpacked.
        cut: for `chunked`: end before the last chunk.
        url: the address that links in the answer lead to, for faults of links.
        at: places in the forge's own JSON answer, for `wrong_type` and `nulls`: keys and list indexes with dots between
            them; `*` is any one, `{}` any one whose value is an object, `**` any number of them.
        most: for `wrong_type` and `nulls`: how many of those places; None = all.
        value: for `wrong_type`: any JSON, or a name in `places.SPECIAL` such as "@nan".
        type, message, extensions: the errors that `nulls` puts beside its nulls: no error without a message, none with
            a `type` where that is empty.
        owner, change: for `world`: the login at the forge that is called, and the arguments of `World.change`.
        repository: for `lost` and `rotten`: the name of one of the `owner`'s repositories.
        account: the account whose calls it strikes, see `Meter.accounts`; empty = any.

    Raises:
        ValueError: `edit` without a function, or a change of the world that does not exist.
    """

    kind: str
    path: str = "*"
    contains: str = ""
    method: str | None = None
    times: int | None = None
    after: int = 0
    for_seconds: float | None = None
    chance: float = 1.0
    seed: int = 0
    status: int = 502
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    seconds: float = 0.0
    errors: tuple[Mapping[str, Any], ...] = ()
    data: Any = ...
    edit: Callable[[Any], Any] | None = None
    size: int = 100_000_000
    cut: bool = False
    url: str = ""
    at: str = ""
    most: int | None = None
    value: Any = None
    type: str = ""
    message: str = ""
    extensions: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""
    change: Mapping[str, Any] = field(default_factory=dict)
    repository: str = ""
    account: str = ""

    def __post_init__(self) -> None:
        if self.kind == "edit" and self.edit is None:
            raise ValueError("the fault 'edit' needs a function")
        check(self.change)

    def matches(self, call: Call) -> bool:
        """Whether the fault may strike this call; `after`, `times` and `chance` are not looked at."""
        return (
            (self.method is None or self.method == call.method)
            and self.account in ("", call.account)
            and fnmatchcase(call.path, self.path)
            and (self.contains in call.body or self.contains in call.url)
        )

    def as_json(self) -> dict[str, Any]:
        """The fault as `from_json` takes it, without attributes that have their default; a function is left out."""
        value: dict[str, Any] = {}
        for one in fields(self):
            given = getattr(self, one.name)
            default = one.default_factory() if one.default_factory is not MISSING else one.default
            if one.name != "edit" and given != default:
                value[one.name] = given.decode("utf-8", "replace") if isinstance(given, bytes) else given
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Fault:
        """A fault from its JSON form: the same names, `body` as text.

        Raises:
            ValueError: an unknown key, a value of the wrong type, or the kind `edit`, which needs a Python function.
        """
        given = dict(value)
        unknown = sorted(set(given) - {one.name for one in fields(cls)})
        if unknown or "kind" not in given:
            raise ValueError(f"a fault has no {unknown[0]!r}" if unknown else "a fault needs a kind")
        if given["kind"] == "edit" or "edit" in given:
            raise ValueError("the fault 'edit' is for Python only")
        for name in given:
            _check_type(name, given[name])
        if isinstance(given.get("body"), str):
            given["body"] = given["body"].encode()
        return cls(**{**given, "errors": tuple(given.get("errors", ()))})


# attributes without a default that shows their type
_NUMBERS = ("times", "for_seconds", "most", "chance", "seconds")
_TEXTS = ("kind", "method", "body")
_FREE = ("data", "value")


def _check_type(name: str, value: Any) -> None:
    """Refuse a value of the wrong type: it would break every later call that the fault is compared with."""
    default = getattr(Fault, name, None)
    wanted: tuple[type, ...] = (type(default),)
    if name in _NUMBERS:
        wanted = (int, float)
    elif name in _TEXTS:
        wanted = (str,)
    elif name == "errors":
        wanted = (list, tuple)
    elif default is None:
        wanted = (dict,)
    if name not in _FREE and (not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted)):
        raise ValueError(f"the {name!r} of a fault is no {type(value).__name__}")
