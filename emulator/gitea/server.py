"""The REST API v1 of Gitea and Forgejo, from the HTTP request to the answer: tokens, resources and a proxy's limit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from urllib.parse import quote, unquote

from emulator.exchange import Answer, Call
from emulator.gitea import errors, shapes
from emulator.gitea.asked import Asked, Options
from emulator.gitea.credentials import ORGANIZATION, PUBLIC_ONLY, REPOSITORY, USER, Token
from emulator.gitea.errors import Refusal, Refusals
from emulator.gitea.pages import Page
from emulator.gitea.views import Caller, OwnerView, Views
from emulator.kind import Place
from emulator.model import Repository

ROOT = "/gitea"
API = "/api/v1"

_KNOWN = {"orgs", "repos", "settings", "users", "version"}

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}


class GiteaServer:
    """Everything under `/gitea`. Lives in the emulator's loop.

    Args:
        tokens: the tokens by their text.
    """

    def __init__(self, place: Place, tokens: Mapping[str, Token], options: Options) -> None:
        self._place = place
        self._tokens = tokens
        self._options = options
        self._views = Views(place.owners, options.version)
        self._refusals = Refusals(options.version)
        cached = "max-age=0, private, must-revalidate" + ("" if options.version.terse else ", no-transform")
        self._headers = {**_HEADERS, "Cache-Control": cached}
        self._random = Random(5)  # noqa: S311 - jitter
        self._calls: dict[str, deque[float]] = {}

    async def answer(self, call: Call) -> Answer:
        """The answer to a call, after the latency."""
        answer = self._answer(call)
        await asyncio.sleep(self._place.latency().seconds(self._random))
        return answer

    def _answer(self, call: Call) -> Answer:
        if self._used_up(call.address):
            return self._options.limited
        try:
            if call.method != "GET" and not (call.method == "HEAD" and self._options.version.terse):
                raise Refusal(405, headers={"Allow": "GET"})
            value, headers = self._resource(self._asked(call))
        except Refusal as refusal:
            return refusal.answer({} if refusal.early and self._options.version.terse else self._headers)
        return Answer(200, errors.body(value), {**self._headers, **headers}, errors.JSON)

    def _used_up(self, address: str) -> bool:
        """Whether the address's calls of the last time are used up; this call is one of them if not."""
        if self._options.calls is None:
            return False
        now, calls = self._place.now(), self._calls.setdefault(address, deque())
        while calls and calls[0] <= now - self._options.seconds:
            calls.popleft()
        if len(calls) >= self._options.calls:
            return True
        calls.append(now)
        return False

    def _asked(self, call: Call) -> Asked:
        """Let a call in.

        Raises:
            Refusal: no resource of the API, a token that is not taken, or none where the site is for its users.
        """
        path = call.path.removeprefix(ROOT)
        if not path.startswith(f"{API}/"):
            raise errors.nothing_here()
        parts = tuple(unquote(part) for part in path.removeprefix(API).split("/") if part)
        if self._options.version.terse and not {*parts[:1]} <= _KNOWN:
            raise errors.nothing_here()
        token = self._token(call.headers.get("Authorization", ""))
        if token is None and self._options.signed_in_only:
            raise self._refusals.signed_in_only()
        return Asked(parts, call, self._caller(token), token, self._refusals)

    def _caller(self, token: Token | None) -> Caller:
        if token is None:
            return Caller()
        return Caller(True, token.admin, not (self._options.version.terse and PUBLIC_ONLY in token.scopes))

    def _token(self, header: str) -> Token | None:
        """The token in that header, None where it has none.

        Raises:
            Refusal: 401, it is not taken.
        """
        scheme, _, value = header.partition(" ")
        if not value.strip() or scheme.lower() not in ("token", "bearer", "basic"):
            return None
        login = self._place.accounts.taken(header)
        if login is None:
            raise self._refusals.wrong_token()
        return self._tokens[login.token]

    def _resource(self, asked: Asked) -> tuple[Any, Mapping[str, str]]:
        match asked.parts:
            case ["version"]:
                return {"version": self._options.version.text}, {}
            case ["settings", ("api" | "repository") as name]:
                return self._options.settings(name), {}
            case ["orgs", name, *rest]:
                return self._organization(asked, name, rest)
            case ["users", name, *rest]:
                return self._user(asked, name, rest)
            case ["repos", "search"]:
                return self._search(asked)
            case ["repos", owner, name, *rest]:
                return self._repository(asked, owner, name, rest)
        raise errors.nothing_here()

    def _organization(self, asked: Asked, name: str, rest: list[str]) -> tuple[Any, Mapping[str, str]]:
        asked.needs(ORGANIZATION)
        view = self._found(asked, name, self._refusals.no_organization)
        if view.owner.kind != "Organization":
            raise self._refusals.no_organization(name)
        asked.reaches(view.owner)
        if rest == ["repos"]:
            return self._list(asked, view)
        if rest:
            raise errors.nothing_here()
        if not asked.caller.sees(view.owner):
            raise self._refusals.hidden_organization()
        return shapes.organization(view.owner), {}

    def _user(self, asked: Asked, name: str, rest: list[str]) -> tuple[Any, Mapping[str, str]]:
        asked.needs(USER)
        view = self._found(asked, name, self._refusals.no_user)
        hidden = not asked.caller.sees(view.owner)
        if view.owner.kind == "User":
            asked.reaches(view.owner)
        if hidden and view.owner.kind == "User":
            raise self._refusals.hidden_user()
        if rest not in ([], ["repos"]):
            raise errors.nothing_here()
        if rest:
            asked.needs(REPOSITORY)
        if self._options.explore_signed_in_only and not asked.caller.signed_in:
            raise self._refusals.explore_signed_in_only()
        if rest:
            return self._list(asked, view)
        if hidden:
            raise self._refusals.hidden_account(name)
        return shapes.user(view.owner, self._options.version), {}

    def _found(self, asked: Asked, name: str, missing: Callable[[str], Refusal]) -> OwnerView:
        """The owner of that name.

        Raises:
            Refusal: 307 to the new name of one that was renamed, or what `missing` gives.
        """
        view = self._views.owner(name)
        if view is not None:
            return view
        heir = self._views.heir(name)
        if heir is None:
            raise missing(name)
        if self._options.version.terse and not asked.caller.sees(heir):
            raise self._refusals.hidden_heir()
        # the first occurrence of the name, wherever in the path that is
        path = asked.call.path.removeprefix(ROOT).replace(quote(name), quote(heir.login), 1)
        query = asked.call.url.partition("?")[2]
        raise errors.moved(f"{ROOT}{path}?{query}" if query else f"{ROOT}{path}")

    def _list(self, asked: Asked, view: OwnerView) -> tuple[Any, Mapping[str, str]]:
        page, rows = self._page(asked.call), view.counted(asked.caller)
        shown = view.shown(asked.caller, page.cut(rows))
        return shown, self._paged(asked.call, page, len(rows))

    def _page(self, call: Call) -> Page:
        return Page.of(dict(call.query), self._options.default_paging_num, self._options.max_response_items)

    def _paged(self, call: Call, page: Page, total: int) -> Mapping[str, str]:
        links = page.links(call.path.removeprefix(ROOT), call.query, total)
        told = _counted(total)
        return {**told, "Access-Control-Expose-Headers": "Link, X-Total-Count", "Link": links} if links else told

    def _search(self, asked: Asked) -> tuple[Any, Mapping[str, str]]:
        """The repositories of the owner with the id `uid`; other searches find nothing here."""
        asked.needs(REPOSITORY)
        query = dict(asked.call.query)
        # `private=false` asks what strangers would see, whoever asks
        caller = Caller() if query.get("private") == "false" else asked.caller
        view = self._views.numbered(query.get("uid", ""))
        rows = view.searched(caller) if view else []
        page = self._page(asked.call)
        return {"ok": True, "data": page.cut(rows)}, self._paged(asked.call, page, len(rows))

    def _repository(self, asked: Asked, owner: str, name: str, rest: list[str]) -> tuple[Any, Mapping[str, str]]:
        asked.needs(REPOSITORY)
        view = self._found(asked, owner, self._refusals.no_owner)
        one = view.find(name)
        if one is None or not asked.caller.reads(view.owner, one):
            raise self._refusals.no_repository()
        match rest:
            case []:
                return view.shape(one), {}
            case ["languages"]:
                return self._languages(asked, one), {}
            case ["topics"]:
                return self._topics(asked.call, sorted(set(one.topics)))
        raise errors.nothing_here()

    def _topics(self, call: Call, topics: list[str]) -> tuple[Any, Mapping[str, str]]:
        """A page of them, without links; all where an older version is not asked for a page."""
        paged = self._options.version.paged_topics or "page" in dict(call.query)
        shown = self._page(call).cut(topics) if paged else topics
        return {"topics": shown}, _counted(len(topics))

    def _languages(self, asked: Asked, one: Repository) -> Any:
        if "no-code" in one.marks and not asked.caller.admin:
            raise self._refusals.no_code()
        return shapes.languages(one)


def _counted(total: int) -> dict[str, str]:
    return {"X-Total-Count": str(total), "Access-Control-Expose-Headers": "X-Total-Count"}
