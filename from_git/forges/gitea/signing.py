"""Gitea and Forgejo: the calls of one fetch, without a token as long as the site lets strangers in.

With a token the forge counts what it does not show, so strangers are told better.
"""

import threading
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.errors import UpstreamError
from from_git.fanout import Pool
from from_git.forges.gitea.access import GiteaAccess
from from_git.forges.gitea.rest import lacks_scope, refusal, vanished
from from_git.forges.reading import foreign, is_foreign
from from_git.upstream import Response
from from_git.values.progress import Cost

T = TypeVar("T")
_CLOSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_MOVED = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.TEMPORARY_REDIRECT)  # repositories by the first in newer Gitea
_MOST_REDIRECTS = 2  # an owner may have been renamed twice


class Turned(Exception):
    """The call was refused, and is to be asked the other way: with a token, or without."""


class Signing:
    """The calls of one fetch. Safe from any thread."""

    def __init__(self, access: GiteaAccess, group: FetchGroup) -> None:
        self._access, self._group = access, group
        self._lock = threading.Lock()
        self._signed_in = access.signed_in
        self._was_stranger = False  # whether the fetch has asked without a token
        self._before: list[Calls] = []  # of which some may still be under way
        self.begun = False
        """Whether the owner was found; what is refused from now on has vanished."""
        self.calls = self._new()
        """Those that are sent from now on."""

    def _new(self) -> Calls:
        given = self._access.given if self._signed_in else None
        self._was_stranger |= given is None
        return Calls(self._group, given or self._access.everybody)

    def cost(self) -> Cost:
        """What the fetch has cost so far."""
        with self._lock:
            return sum((one.spending.cost() for one in (*self._before, self.calls)), Cost())

    def start(self, pool: Pool, ask: Callable[[Calls], T], then: Callable[[T], object], subject: str = "") -> None:
        """Have a call made on `pool`, and once more where it is refused and can be asked the other way.

        Args:
            ask: asks by `get`; see `Calls.start` for the others.
        """
        calls = self.calls
        again = partial(self.start, pool, ask, then, subject)
        calls.start(pool, partial(_tried, ask, calls), partial(self._made, calls, again, then), subject=subject)

    def _made(self, calls: Calls, again: Callable[[], object], then: Callable[[T], object], found: T | Turned) -> None:
        if not isinstance(found, Turned):
            then(found)
            return
        with self._lock:
            if calls is self.calls:  # else another call was refused before
                self._before.append(calls)
                self._signed_in = self._access.signed_in = not self._signed_in
                self.calls = self._new()
        again()

    def get(self, calls: Calls, path: str) -> Response:
        """The answer to a GET below the API; where the owner was renamed, that under the new name.

        Raises:
            Turned: it was refused, and asking the other way may be better.
            UpstreamError: it redirects elsewhere; or see `Upstream.call`.
            DeadlineError, Cancelled: see `Upstream.call`.
        """
        redirects, call = 0, partial(self._access.upstream.call, calls, "GET")
        answer = call(f"{self._access.api}{path}")
        while answer.status in _MOVED and redirects < _MOST_REDIRECTS:
            path, redirects = _moved(path, answer), redirects + 1
            calls.resent()
            answer = call(f"{self._access.api}{path}")
        if not self.begun and self._turns(calls, answer):
            raise Turned
        return answer

    def _turns(self, calls: Calls, answer: Response) -> bool:
        if answer.status not in _CLOSED or is_foreign(answer):
            return False
        if calls is not self.calls:
            return True  # another call of the fetch was refused before
        if calls.authorization:
            return lacks_scope(answer) and not self._was_stranger
        return self._access.given is not None

    def json(self, calls: Calls, answer: Response) -> Any:
        """The JSON of a good answer.

        Raises:
            UpstreamError: it is none; see `refusal`.
        """
        signed_in = bool(calls.authorization)
        gone = HTTPStatus.NOT_FOUND, *(() if signed_in else _CLOSED)
        if self.begun and answer.status in gone and not is_foreign(answer):
            raise vanished(answer)
        if answer.status != HTTPStatus.OK:
            raise refusal(answer, self._access.host, signed_in)
        if is_foreign(answer):
            raise foreign(answer, self._access.host.setting("api"))
        return answer.json()


def _moved(path: str, answer: Response) -> str:
    """The path to which an old name leads, below the API: the same question about the new name.

    Raises:
        UpstreamError: elsewhere, as for a name that is a part of the address besides.
    """
    location = answer.headers.get("location", "")
    _, api, target = location.partition("/api/v1")
    before, after = path.partition("?")[0].split("/"), target.partition("?")[0].split("/")
    # an owner, or a repository of one, has another name; all else stays
    named = (2, 3) if before[1] == "repos" else (2,)
    same = len(before) == len(after) and all(
        one == other or (place in named and other) for place, (one, other) in enumerate(zip(before, after, strict=True))
    )
    relative = location.startswith("/") and not location.startswith("//")
    if not (api and relative and same and path.partition("?")[2] == target.partition("?")[2]):
        raise UpstreamError(
            f"it redirects ({answer.status}) to something else, which is not followed.",
            advice="The owner may have been renamed: ask for it by its new name.",
        )
    return target


def _tried(ask: Callable[[Calls], T], calls: Calls) -> T | Turned:
    try:
        return ask(calls)
    except Turned as turned:
        return turned
