"""Renderers of an answer: JSON, CSV, a workbook, a page of tables, and REST framework's browsable API."""

import math
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar, NamedTuple

import orjson
from csp.utils import build_policy
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer
from rest_framework.request import clone_request
from rest_framework.response import Response

from from_git import spreadsheet
from from_git.aggregator import Answer
from from_git.conf import settings
from from_git.errors import Complaint, RequestError
from from_git.question.choices import Table
from from_git.responses import Spooled, Streamed, nothing
from from_git.safejson import SafeJSON
from from_git.serializers import COLUMNS, REPOSITORY, answer_body, repository_rows, table_rows
from from_git.spreadsheet.commas import csv_parts
from from_git.tables import answer_parts, error_page

_FILTER = "filter"  # the column
_ROWS = 500  # in one part
_BROWSABLE_POLICY = {name: ["'self'"] for name in ("script-src", "connect-src", "img-src", "font-src")}

Wanted = Callable[[Streamed], bool]


class Details(NamedTuple):
    """What an answer has besides its sums, as it was asked for."""

    expand: Collection[str] = ()
    """Members of EXPANSIONS."""
    table: Table = Table()
    """What a CSV is to be."""

    @property
    def repositories(self) -> bool:
        """Whether each repository is shown, so that an answer of any length is sent as it is made."""
        return "repositories" in self.expand or self.table.repositories


class Answering(BaseRenderer):
    """A renderer that makes the whole 200 for an answer: in parts, while it is sent, where each repository is shown."""

    content_type: ClassVar[str]
    headers: ClassVar[Mapping[str, str]] = {}
    shows: ClassVar[Collection[str]] = ()
    """Members of EXPANSIONS that are shown even if nobody asks for them."""

    def response(
        self, answer: Answer, details: Details, wanted: Wanted = lambda bare: True, until: float = math.inf
    ) -> HttpResponseBase:
        """The 200 for an answer; no other place makes its bytes.

        Args:
            wanted: whether the client wants the body of a response that has none yet, because it takes long to make.
            until: the time on the monotonic clock by which what must be whole before it is sent has to be there.

        Raises:
            RequestError: this renderer shows no repositories, or not so many.
            DeadlineError: the time is over.
            OwnFault: there is no place for temporary files.
        """
        if not details.repositories:
            whole = b"".join(self.parts(answer, details))
            return HttpResponse(whole, self.content_type, headers=dict(self.headers))
        bare = self._bare(answer, details)
        if not wanted(bare):
            return bare
        parts = self.parts(answer, details)
        return Streamed(parts, bare.seed, self.content_type, dict(self.headers), settings.FLIGHT_SECONDS)

    def parts(self, answer: Answer, details: Details) -> Generator[bytes, None, None]:
        """The bytes of a 200, one part after the other."""
        raise NotImplementedError

    def _bare(self, answer: Answer, details: Details) -> Streamed:
        """The response without its body, with what its bytes follow from."""
        # rows of repositories do not tell when they were fetched, which is news every few minutes
        body = answer_body(answer, () if details.table.repositories else {*details.expand, *self.shows})
        seed = orjson.dumps([body, list(details.table)]) + answer.fingerprint()
        return Streamed(nothing(), seed, self.content_type, dict(self.headers))


class AnswerJSON(Answering, SafeJSON):
    """An answer as JSON, the default."""

    content_type = SafeJSON.media_type

    def parts(self, answer: Answer, details: Details) -> Generator[bytes, None, None]:
        """The members of the answer, then its repositories, a few hundred at a time."""
        body: bytes = self.render(answer_body(answer, details.expand))
        if "repositories" not in details.expand:
            yield body
            return
        yield body.removesuffix(b"}") + b',"repositories":['
        rows, sign = repository_rows(answer), b""
        while some := [orjson.dumps(row) for row in islice(rows, _ROWS)]:
            yield sign + b",".join(some)
            sign = b","
        yield b"]}"


class AnswerCSV(Answering):
    """One row for each profile, and then for each missing repository, as RFC 4180 has it; or one for each repository.

    `expand` changes nothing. A number that a profile's forge does not tell is an empty cell, and so are all numbers of
    a missing profile or repository. With a filter there is one more column, which has the filter.
    """

    media_type = "text/csv"
    format = "csv"
    content_type = "text/csv; charset=utf-8; header=present"
    headers: ClassVar[Mapping[str, str]] = {"Content-Disposition": 'attachment; filename="from-git.csv"'}

    def parts(self, answer: Answer, details: Details) -> Generator[bytes, None, None]:
        """The bytes of a 200: a header, then the rows, profiles in the order asked."""
        columns, rows = (
            (REPOSITORY, repository_rows(answer)) if details.table.repositories else (COLUMNS, table_rows(answer))
        )
        chosen = {_FILTER: answer.filter.query} if answer.filter else {}
        return csv_parts((*columns, *chosen), (row | chosen for row in rows), details.table.mark)


class AnswerXLSX(Answering):
    """A workbook, as `spreadsheet.write` has it; `expand` changes nothing."""

    media_type = spreadsheet.MEDIA_TYPE
    format = "xlsx"
    content_type = spreadsheet.MEDIA_TYPE
    headers: ClassVar[Mapping[str, str]] = {"Content-Disposition": 'attachment; filename="from-git.xlsx"'}
    shows = ("profiles", "langs", "topics")

    def response(
        self, answer: Answer, details: Details, wanted: Wanted = lambda bare: True, until: float = math.inf
    ) -> HttpResponseBase:
        """See `Answering.response`; a workbook is whole before anything is sent."""
        spreadsheet.refuse_large(answer)
        bare = self._bare(answer, details)
        if not wanted(bare):
            return bare
        file = spreadsheet.spooled(answer, until)
        return Spooled(file, bare.seed, self.content_type, dict(self.headers), settings.FLIGHT_SECONDS)


class AnswerPage(Answering):
    """A page of tables, for a browser that runs no script; an error is a page too."""

    media_type = "text/html"
    format = "html"
    content_type = "text/html; charset=utf-8"
    shows = ("profiles", "langs", "topics")

    def parts(self, answer: Answer, details: Details) -> Generator[bytes, None, None]:
        """See `tables.answer_parts`."""
        return answer_parts(answer, "repositories" in details.expand)

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """The page for the body of an error; the way back from it keeps the question in the address."""
        return error_page(data, renderer_context["response"].status_code, renderer_context["given"]).encode()


class Browsable(Answering, BrowsableAPIRenderer):
    """The JSON inside a page for a browser, without inline scripts and styles, which our policy forbids."""

    template = "from_git/api.html"

    def response(
        self, answer: Answer, details: Details, wanted: Wanted = lambda bare: True, until: float = math.inf
    ) -> HttpResponseBase:
        """The 200, whose page `render` makes.

        Raises:
            RequestError: each repository is to be shown.
        """
        if details.repositories:
            complaint = Complaint("expand", "cannot have repositories with format=api")
            raise RequestError(
                "The browsable API shows no repositories.", "Ask with format=json.", parameters=[complaint]
            )
        return Response(answer_body(answer, details.expand))

    def get_context(self, data: Any, accepted_media_type: str | None, renderer_context: Mapping[str, Any]) -> Any:
        """As REST framework's, without a button for OPTIONS, which shows nothing, and without an inline style."""
        context = super().get_context(data, accepted_media_type, renderer_context)
        if context["request"].method == "HEAD":
            context["request"] = clone_request(context["request"], "GET")  # the page shows the method, and is the same
        return {**context, "options_form": None, "code_style": None}

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        """The page; its response gets the Content-Security-Policy that REST framework's files need."""
        relax(renderer_context["response"], _BROWSABLE_POLICY)
        return super().render(data, accepted_media_type, renderer_context)


RENDERERS = (AnswerJSON, AnswerCSV, AnswerXLSX, AnswerPage, Browsable)
"""Of `/health-check`, the default first; the first for text/html is what a browser gets."""


def relax(response: HttpResponseBase, policy: Mapping[str, Sequence[str]]) -> None:
    """Give a response the Content-Security-Policy of all others, widened by these directives."""
    wider = {directive: list(sources) for directive, sources in policy.items()}
    response.headers["Content-Security-Policy"] = build_policy(update=wider)
