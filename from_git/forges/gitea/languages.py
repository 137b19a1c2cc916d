"""Gitea and Forgejo: languages of repositories, one call each, in a pool of their own; and topics of old servers."""

import time
from collections.abc import Callable, Iterable, Mapping
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from typing import NamedTuple, TypeVar
from urllib.parse import quote

from from_git.calls.sending import Calls
from from_git.errors import UpstreamError
from from_git.forges.gitea.access import GiteaAccess, Told, told_in
from from_git.forges.gitea.rest import Kept, kept_in, lacks_scope, message_of, says_missing
from from_git.forges.gitea.signing import Signing
from from_git.forges.once import Gone, Once
from from_git.forges.reading import get, texts_in
from from_git.upstream import Response

T = TypeVar("T")
_AT_ONCE = 2  # calls for each thread that are under way or wait for one; the others are no more than their row
_TOPICS = 50  # of a page
# seconds from a change to the end of the count in the background, which a real server ends within three (measured)
_SETTLED = 600.0


class Langs(NamedTuple):
    """What was told of a repository's languages."""

    pairs: list[list[str | int]]
    is_settled: bool = False
    """Whether it stays so as long as the repository does not change."""


class Languages:
    """The languages of each repository that is noted, and its topics where its row has none. Safe from any thread."""

    def __init__(self, access: GiteaAccess, signing: Signing) -> None:
        self._access, self._signing = access, signing
        self.remembered: Mapping[str, bytes] = {}
        """`Told` of earlier fetches by id; to be set before any repository is noted."""
        self.fresh: dict[str, bytes] = {}
        """`Told` by this one, as far as it can be remembered."""
        self.once: Once[bytes, bytes] = Once(self._begin, at_once=_AT_ONCE * access.languages.most)
        """By id: `Told` of the repository, of which the `Kept` is noted."""

    def note(self, rows: Mapping[str, bytes]) -> None:
        """Let these be asked for, each once: by id, with their `Kept`."""
        once = self.once
        new = {one: row for one, row in rows.items() if one not in once.known and one not in once.pending}
        known = {one: told for one, row in new.items() if (told := self._known(one, kept_in(row)))}
        if known:
            once.settle(known, ended=False)
        once.note({one: row for one, row in new.items() if one not in known})

    def to_ask(self, rows: Mapping[str, bytes | None]) -> int:
        """How many calls these will take, at least."""
        public = {one: kept_in(row) for one, row in rows.items() if row is not None}
        return sum(
            (not row.is_empty) + (row.topics is None) for one, row in public.items() if not self._known(one, row)
        )

    def _known(self, number: str, row: Kept) -> bytes | None:
        """The dumped `Told` of a repository of which nothing needs to be asked; None: it is to be asked for."""
        before = self.remembered.get(number)
        told = told_in(before) if before else None
        if row.topics is None and (told is None or told.topics is None):
            return None
        if told and (told.updated, told.mirrored) == (row.updated, row.mirrored):
            return before
        return Told(row.updated, row.mirrored, 0.0, [], None).dumped() if row.is_empty else None

    def kept(self, ids: Iterable[str]) -> dict[str, bytes]:
        """What can be remembered of these."""
        both, known = {**self.remembered, **self.fresh}, self.once.known
        return {one: both[one] for one in ids if one in both and known.get(one) is both[one]}

    def _begin(self, numbers: list[str]) -> None:
        for number in numbers:
            row = kept_in(self.once.pending[number])
            if row.is_empty:  # and its topics are not known
                self._ask_topics(number, row, Langs([], True), [], 1)
            else:
                self._start(row, partial(self._read, row), partial(self._languages_told, number, row))

    def _start(self, row: Kept, ask: Callable[[Calls], T], then: Callable[[T], object]) -> None:
        self._signing.start(self._access.languages, ask, then, subject=row.path)

    def _read(self, row: Kept, calls: Calls) -> Langs | Gone:
        answer = self._signing.get(calls, f"{_address(row)}/languages")
        if says_missing(answer):
            return Gone.ABSENT
        # the code is switched off, or for members only
        if answer.status == HTTPStatus.FORBIDDEN and message_of(answer) and not lacks_scope(answer):
            return Langs([])
        sizes = get(self._signing.json(calls, answer), kind=dict)
        pairs: list[list[str | int]] = [[name, get(sizes, name, kind=int)] for name in sizes]
        settled = _age(answer, row) >= _SETTLED and bool(pairs or not row.language)
        return Langs(pairs, settled)

    def _languages_told(self, number: str, row: Kept, found: Langs | Gone) -> None:
        if isinstance(found, Gone):
            self.once.settle({number: found})
        elif row.topics is None:
            self._ask_topics(number, row, found, [], 1)
        else:
            self._settle(number, row, found, None)

    def _settle(self, number: str, row: Kept, langs: Langs, topics: list[str] | None) -> None:
        told = Told(row.updated, row.mirrored, time.time(), langs.pairs, topics).dumped()
        if langs.is_settled:
            self.fresh[number] = told
        self.once.settle({number: told})

    def _ask_topics(self, number: str, row: Kept, langs: Langs, before: list[str], page: int) -> None:
        self._start(row, partial(self._topics, row, page), partial(self._topics_told, number, row, langs, before, page))

    def _topics(self, row: Kept, page: int, calls: Calls) -> tuple[list[str], int | None] | Gone:
        answer = self._signing.get(calls, f"{_address(row)}/topics?limit={_TOPICS}&page={page}")
        if says_missing(answer):
            return Gone.ABSENT
        found, total = texts_in(self._signing.json(calls, answer), "topics"), answer.headers.get("x-total-count", "")
        return found, int(total) if total.isdecimal() and len(total) < 6 else None

    def _topics_told(
        self,
        number: str,
        row: Kept,
        langs: Langs,
        before: list[str],
        page: int,
        found: tuple[list[str], int | None] | Gone,
    ) -> None:
        if isinstance(found, Gone):
            self.once.settle({number: found})
            return
        topics, total = [*before, *found[0]], found[1]
        if (total is None and not found[0]) or (total is not None and len(topics) >= total):
            self._settle(number, row, langs, topics)
        elif not found[0] or page > _TOPICS:
            raise UpstreamError(f"its list of topics of {row.path} never added up: {len(topics)} of {total}.")
        else:
            self._ask_topics(number, row, langs, topics, page + 1)


def _address(row: Kept) -> str:
    return f"/repos/{quote(row.path)}"


def _age(answer: Response, row: Kept) -> float:
    """Seconds since the repository changed, by the server's own clock; 0 where it tells no time."""
    try:
        now = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    return now - max(row.updated, row.mirrored)
