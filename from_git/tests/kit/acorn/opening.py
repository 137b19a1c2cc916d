"""The adapter of Acorn: one list by numbered pages, which says all of its repositories."""

import time
from functools import partial
from typing import Any

from from_git.askers import Asker
from from_git.calls.accounts import Accounts
from from_git.calls.authorization import ANONYMOUS, Authorization
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.opening import Bound
from from_git.calls.sending import Calls
from from_git.errors import CredentialsError, LimitError, UpstreamError
from from_git.forges.listing import Listing, Page, Place, rows_of
from from_git.forges.once import Once
from from_git.forges.opening import Pools, opening, way
from from_git.forges.reading import get, maybe, retry_after, unanswered
from from_git.upstream import Response, Upstream
from from_git.values.found import Found
from from_git.values.host import Host
from from_git.values.progress import Cost, Progress
from from_git.values.repository import Repository

_PAGE_SIZE, _READINGS = 20, 4


def opened(host: Host, conf: Any) -> "Acorn":
    """The adapter with its pool, which live until it is closed."""
    return Acorn(host, conf)


class Acorn:
    """See `Forge`."""

    pace = None

    def __init__(self, host: Host, conf: Any) -> None:
        self.has_credentials = bool(host.credentials)
        setting = host.setting("ACORN_CALLS_PER_HOUR")
        bound = Bound(host.bounds["ACORN_CALLS_PER_HOUR"] or None, conf.TEMPO.hour, "calls", setting)
        make = opening(host, conf)
        carried = [Authorization(f"Bearer {one.token}", one.username) for one in host.credentials] or [ANONYMOUS]
        pools, accounts = Pools(host, make, conf, start=4), [make.account(one.header, one, bound) for one in carried]
        self.accounts: Accounts = make.accounts(accounts, pools.narrowed.refresh)
        self.pool = pools.pool("NUM_THREADS_ACORN")
        self.width = self.pool.most
        self.upstream = Upstream(host.api, host.setting("api"), self.width, conf.UPSTREAM_TIMEOUT, way(host))

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """See `Forge.foresee`."""
        self.accounts.foresee(asker, profiles, profiles, seconds)

    def fetch(self, owner: str, group: FetchGroup) -> "AcornFetch":
        """See `Forge.fetch`."""
        fetch = AcornFetch(self, owner, group)
        fetch.ask()
        return fetch

    def close(self) -> None:
        """See `Forge.close`."""
        self.pool.close()
        self.upstream.close()


class AcornFetch:
    """See `Fetch`."""

    def __init__(self, forge: Acorn, owner: str, group: FetchGroup) -> None:
        self._forge, self._group = forge, group
        self._calls = Calls(group, forge.accounts)
        self._url = f"{forge.upstream.base_url}/owners/{owner}/repositories"
        nothing: Once[None, None] = Once(lambda ids: None)
        self._listing: Listing[Repository] = Listing(self.ask, nothing, _PAGE_SIZE, _READINGS, shifts=True)

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        listed = self._listing.outcome()
        if listed is None:
            return None
        return Found("Grove", rows_of(listed.values()))

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        return self._calls.progress(*self._listing.pages(), 0, 0, found=self._listing.found)

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return self._calls.spending.cost()

    def ask(self, place: Place = None) -> None:
        """Have a page of the list asked for."""
        self._calls.start(self._forge.pool, partial(self._read, place), partial(self._take, place))

    def _read(self, place: Place) -> Page[Repository] | None:
        answer = self._forge.upstream.call(self._calls, "GET", f"{self._url}?page={place or 1}")
        if answer.status == 404 and place is None and not self._listing.found:
            return None
        if answer.status != 200:
            raise _refusal(answer)
        body = get(answer.json(), kind=dict)
        rows = {get(one, "id", kind=str): _row(one) for one in get(body, "repositories", kind=list)}
        total, following = get(body, "total", kind=int), maybe(body, "next", kind=int)
        return Page(rows, total, following is not None, None if following is None else str(following), numbered=True)

    def _take(self, place: Place, page: Page[Repository] | None) -> None:
        begins = page is not None and not self._listing.found
        if begins and page is not None:
            self._calls.plan(2 * -(-(page.total or 0) // _PAGE_SIZE) - 1)
        self._listing.take(place, page)
        if begins:
            self._group.found()


def _row(value: object) -> Repository:
    return Repository(
        get(value, "id", kind=str),
        get(value, "name", kind=str),
        get(value, "fork", kind=bool),
        get(value, "archived", kind=bool),
        stars=get(value, "stars", kind=int),
        watchers=get(value, "watchers", kind=int),
        langs=tuple((name, None) for name in get(value, "languages", kind=list)),
    )


def _refusal(answer: Response) -> UpstreamError:
    if answer.status == 429:
        wait = retry_after(answer.headers, time.time())
        return LimitError("its limit of calls is used up.", wait or 0.0, guessed=wait is None)
    if answer.status == 401:
        error = CredentialsError("it refused our token (401).", "", "Set ACORN_TOKEN to one that is valid.")
        error.refused = True
        return error
    return unanswered(answer, "", "ACORN_URL", time.time())
