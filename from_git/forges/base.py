"""What a forge adapter is, and what all adapters share."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol, TypeVar

from from_git.askers import Asker
from from_git.errors import MalformedAnswer, TransientError, UpstreamError
from from_git.fanout import TaskGroup
from from_git.forges.account import Account
from from_git.forges.cost import Cost, Pace
from from_git.stats import LARGEST, Stats, SumTooLarge, Tally
from from_git.upstream import Answer

T = TypeVar("T")
E = TypeVar("E", bound=UpstreamError)
_OF_REPOSITORY = "for its repository"
_BARREN = 3  # pages in a row that bring no new repositories
_KINDS: dict[Any, str] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    int: "a whole number",
    bool: "true or false",
}


@dataclass(frozen=True)
class Found:
    """A profile that exists."""

    kind: str
    """Organization, User or Workspace."""
    stats: Stats
    """Its public repositories, each once."""
    missing: tuple[str, ...] = ()
    """Repositories that the forge lists and cannot find, as `OWNER/NAME`, sorted; they are not in `stats`."""
    identity: str | None = None
    """What is the same for one profile under different names (a workspace by its name and by its UUID); None: its
    name is all that identifies it, or the forge did not tell."""
    oldest: float | None = None
    """When the oldest number in it was counted, in seconds since the epoch; None: all of them by this fetch."""


@dataclass(frozen=True)
class Progress:
    """How far a fetch is; `known` numbers may grow."""

    pages: int = 0
    pages_known: int = 0
    watchers: int = 0
    """Repositories whose watchers are counted."""
    watchers_known: int = 0
    retries: int = 0
    note: str = ""
    """What it last had to wait for, or try again because of, in words; empty before."""
    wait: float = 0.0
    """Seconds that a call still has to wait for a limit or a budget."""
    found: bool = False
    """Whether the forge has the owner, and has said how large it is."""
    advice: str = ""
    """What to do about `note`, where it is a failure."""

    @property
    def done(self) -> tuple[int, int]:
        """Pages and repositories that are read, and how many of both are known."""
        return self.pages + self.watchers, self.pages_known + self.watchers_known


class Trail:
    """Where the pages of one reading of a list led to, for one thread at a time."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._barren = 0

    def follow(self, place: str | None, fresh: bool) -> None:
        """Note that a page leads to `place` (a cursor or a link, None: nowhere); `fresh`: whether it had repositories.

        A page without any may come, as long as the next one is another.

        Raises:
            UpstreamError: it leads where another page led, or several in a row had nothing.
        """
        self._barren = 0 if fresh else self._barren + 1
        if place is None or self._barren > _BARREN or (self._barren and place in self._seen):
            raise UpstreamError("its list of repositories goes on without bringing new ones.")
        self._seen.add(place)


class Fetch(Protocol):
    """One owner's fetch under way."""

    def outcome(self) -> Found | None:
        """What was found, None when the forge says that there is no such owner.

        To be asked after the group has ended without an error; an outcome is exact.
        """
        ...

    def progress(self) -> Progress:
        """How far it is; from any thread, at any time."""
        ...

    def cost(self) -> Cost:
        """What it has cost so far; from any thread, at any time."""
        ...


class Unnamed(NamedTuple):
    """What a forge does for somebody without credentials."""

    served: bool
    """Whether it can be asked."""
    words: str
    """What it does then and what to set, as the end of a sentence that begins with its name."""


class Forge(Protocol):
    """One forge; safe from any thread, serves any number of fetches at once."""

    secrets: tuple[str, ...]
    """Its credentials, which no message may show."""

    account: Account
    """What may be spent there."""

    without_credentials: Unnamed | None
    """What it does for us, who have no credentials; None where we have some."""

    width: int
    """Calls that can be under way at the same time: the threads of all its pools."""

    @property
    def pace(self) -> Pace | None:
        """What its queries take, learned from its answers; None where all cost the same."""
        ...

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """Look whether so many profiles can be paid within `seconds` at all, and learn of limits that others have met.

        To be called once for each request, before its fetches: it may ask a shared cache.

        Args:
            asker: the request, which is the `asker` of the task groups of its fetches.

        Raises:
            BudgetError: they cannot.
        """
        ...

    def fetch(self, owner: str, group: TaskGroup) -> Fetch:
        """Start to fetch `owner`, as tasks of `group` on the forge's pools; returns at once.

        The tasks end the group with an UpstreamError when the forge fails or the numbers are in doubt: a partial
        answer, a list that never adds up. They wait for nothing but the upstream.
        """
        ...

    def close(self) -> None:
        """Let go of threads and idle connections."""
        ...


def get(value: object, *keys: str, kind: type[T]) -> T:
    """The value at `keys` in decoded JSON, which must be a `kind` (an int from 0 to 2^53).

    Raises:
        MalformedAnswer: names the place.
    """
    found: Any = value
    try:
        for key in keys:
            found = found[key]
    except (KeyError, TypeError):
        raise _absent(value, keys) from None
    if type(found) is not kind:  # `is`: a bool is no count
        raise MalformedAnswer(f"{'.'.join(keys) or 'the answer'} is not {_KINDS.get(kind, kind.__name__)}")
    wanted: T = found
    if isinstance(found, int) and not 0 <= found <= LARGEST:
        raise MalformedAnswer(f"{'.'.join(keys)} is out of range")
    return wanted


def _absent(value: Any, keys: tuple[str, ...]) -> MalformedAnswer:
    """The error for the first of `keys` at which there is nothing."""
    known: list[str] = []
    for key in keys:
        known.append(key)
        if not isinstance(value, dict) or key not in value:
            break
        value = value[key]
    return MalformedAnswer(f"{'.'.join(known)} is absent")


def maybe(value: object, *keys: str, kind: type[T]) -> T | None:
    """As `get`, but None when the value or one on the way to it is absent or null."""
    for key in keys[:-1]:
        value = value.get(key) if isinstance(value, dict) else value
    if value is None or (isinstance(value, dict) and value.get(keys[-1]) is None):
        return None
    return get(value, keys[-1], kind=kind)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a Retry-After header asks for (as a number or a date; `now` since the epoch), None without one."""
    value = headers.get("retry-after", "")
    if value.isdecimal() and len(value) < 10:
        return float(value)
    try:
        return max(1.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def stats_of(tally: Tally) -> Stats:
    """What was counted of one profile.

    Raises:
        UpstreamError: a sum is too large to be told exactly.
    """
    try:
        return tally.stats()
    except SumTooLarge as error:
        raise UpstreamError(f"its {error}.", advice="Ask for the other profiles without it.") from None


def of_repository(error: E, name: str) -> E:
    """The error, which says of which repository it is, where its name (`OWNER/NAME`) is known."""
    if name and not error.reason.startswith(_OF_REPOSITORY):
        error.reason = f"{_OF_REPOSITORY} {name} {error.reason}"
    return error


def never_added_up(listed: int, totals: set[int], readings: int) -> UpstreamError:
    """The error for a list that did not agree with itself in any of `readings` readings."""
    total = " or ".join(map(str, sorted(totals))) or "unknown"
    return UpstreamError(
        f"its list never added up: {listed} repositories against a total of {total}, after {readings} readings."
    )


def keeps_changing(readings: int) -> UpstreamError:
    """The error for a list that had other vanished repositories in each of `readings` readings."""
    return UpstreamError(
        f"its list changes faster than it can be read: in each of {readings} readings a listed repository was gone"
        " when it was asked for."
    )


def unanswered(answer: Answer, said: str, setting: str, now: float) -> UpstreamError:
    """The error for a status that means the same at every forge; `setting`: where its address comes from."""
    status = answer.status
    if 300 <= status < 400:
        between = "what lies between sends us elsewhere, a log-in page of the network or a proxy (UPSTREAM_PROXY)."
        advice = f"Look at {setting}; if it is right, {between}"
        return UpstreamError(f"it redirects ({status}), which is not followed.", advice=advice)
    reason = f"it answered with status {described(status)}."
    if status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT:
        return TransientError(reason, said, wait=retry_after(answer.headers, now))
    return UpstreamError(reason, said, f"Asking again will hardly help: look at {setting}, or update from-git.")


def described(status: int) -> str:
    """A status with its name, as far as it has one."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
