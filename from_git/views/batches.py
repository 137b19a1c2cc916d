"""`/from-git/batches`: lists of profiles of any length, worked on after their answers, and what becomes of each."""

import json
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, cast
from urllib.parse import urlsplit

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from from_git.baseview import BaseView, parameters
from from_git.batches import engine, states
from from_git.batches.answer import answer_of
from from_git.batches.filling import fill, open_of
from from_git.batches.told import batch_of, item_members, items_page, state_members, table_rows
from from_git.conf import settings
from from_git.errors import DatabaseAway, ForeignOrigin, TooManyBatches
from from_git.models import Batch, ItemState, Purpose
from from_git.openapi.batches import BatchesSchema, BatchSchema, ItemsSchema
from from_git.question import both
from from_git.question.fields import refuse_unknown
from from_git.question.items import batch_table_asked, items_asked
from from_git.question.uploads import profiles_in
from from_git.renderers import AnswerCSV, Answering, AnswerJSON, AnswerPage, AnswerXLSX
from from_git.responses import Spooled, Streamed, nothing
from from_git.serializers import BATCH_COLUMNS
from from_git.spreadsheet import spooled_batch
from from_git.spreadsheet.commas import csv_parts
from from_git.throttle import client, client_hash
from from_git.views.batchpage import batch_page
from from_git.views.counting import Counting, refuse_body
from from_git.views.uploads import blocks, one_of_few

_OURS = ("same-origin", "none")
_PORTS = {"http": 80, "https": 443}


class OfBatches(Counting):
    """A view that there is where BATCHES is on."""

    renderer_classes: Sequence[type[Answering]] = (AnswerJSON, AnswerPage)
    keeps_errors = (*BaseView.keeps_errors, AnswerPage)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As for every counting view.

        Raises:
            Http404: BATCHES is off.
        """
        if not settings.BATCHES:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As for every counting view, after a look where a request that changes something comes from.

        Raises:
            ForeignOrigin: from a page of another site.
        """
        if request.method in ("POST", "DELETE"):
            refuse_foreign(request._request)
        super().initial(request, *args, **kwargs)

    def get_renderer_context(self) -> dict[str, Any]:
        """As in REST framework, and what the page of an error keeps: nothing."""
        return {**super().get_renderer_context(), "given": {}}


class Batches(OfBatches):
    """Begins a batch: POST with URLs as JSON, as a form, as text or as CSV."""

    schema = BatchesSchema()

    @property
    def most_bytes(self) -> int:
        """Bytes that a body may have."""
        return int(settings.BATCH_UPLOAD_BYTES)

    def post(self, request: Request) -> HttpResponseBase:
        """Store all profiles of the body, each once, and say where their batch is.

        Raises:
            TooManyBatches: the client has BATCHES_PER_CLIENT under way.
        """
        refuse_unknown("batches", parameters(request._request))
        who = client_hash(client(request))
        if open_of(who) >= settings.BATCHES_PER_CLIENT:  # looked at again as it is stored; this spares the reading
            raise TooManyBatches(settings.BATCHES_PER_CLIENT)
        with one_of_few(request), closing(blocks(request, self.asking(request).deadline)) as some:
            profiles = profiles_in(some)
            batch = fill(profiles, who, Purpose.ASKED)
        engine.wake({one.host.name for one in profiles})
        address = reverse("batch", kwargs={"batch": batch.id})
        if request.accepted_renderer.format == "html":
            return HttpResponse(status=303, headers={"Location": address})
        told = state_members(batch, {ItemState.WAITING: batch.total}, _absolute(request, address))
        return Response({"error": "OK", **told}, status=202, headers={"Location": address})


class OneBatch(OfBatches):
    """`/from-git/batches/ID`: the answer so far, or the whole one; DELETE cancels."""

    schema = BatchSchema()
    renderer_classes = (AnswerJSON, AnswerCSV, AnswerXLSX, AnswerPage)

    def get(self, request: Request, batch: str) -> HttpResponseBase:
        """The answer, or a table of its profiles."""
        refuse_body(request)
        renderer = cast(Answering, request.accepted_renderer)
        given = parameters(request._request)
        _, mark = both(lambda: refuse_unknown("batch", given), lambda: batch_table_asked(given, renderer.format))
        one = batch_of(batch)
        until = self.asking(request).deadline
        if renderer.format == "html":
            return batch_page(request._request, one, self._told(request, one))
        headers = dict(renderer.headers)
        if request.method == "HEAD":
            return Streamed(nothing(), content_type=renderer.content_type, headers=headers)
        if renderer.format == "xlsx":
            file = spooled_batch(table_rows(one.id), self._told(request, one), until)
            return Spooled(file, b"", renderer.content_type, headers, settings.FLIGHT_SECONDS)
        parts = (
            csv_parts(BATCH_COLUMNS, table_rows(one.id), mark)
            if renderer.format == "csv"
            else _spliced(answer_of(one, until), self._told(request, one))
        )
        return _sent(parts, renderer.content_type, headers)

    def delete(self, request: Request, batch: str) -> Response:
        """Cancel it, unless it has ended; no more of it is begun from now on."""
        refuse_unknown("batches", parameters(request._request))
        one = batch_of(batch)
        if states.mark_cancelled(one.id):
            # a hundred seconds for a million items
            rest = threading.Thread(target=_cancel_items, args=(one.id,), name="batch-cancel", daemon=True)
            rest.start()
            rest.join(settings.TEMPO.patience)
        return Response({"error": "OK", **self._told(request, batch_of(batch))})

    def _told(self, request: Request, batch: Batch) -> dict[str, Any]:
        address = reverse("batch", kwargs={"batch": batch.id})
        return state_members(batch, states.counts(batch.id), _absolute(request, address))


class Items(OfBatches):
    """`/from-git/batches/ID/items`: what has become of each profile, a page at a time."""

    schema = ItemsSchema()
    renderer_classes = (AnswerJSON,)

    def get(self, request: Request, batch: str) -> Response:
        """The page behind `after`."""
        refuse_body(request)
        given = parameters(request._request)
        _, (state, after) = both(lambda: refuse_unknown("batch-items", given), lambda: items_asked(given))
        one = batch_of(batch)
        found, more = items_page(one.id, state, after)
        query = f"{f'state={state}&' if state else ''}after={found[-1].position}" if more else ""
        here = reverse("batch-items", kwargs={"batch": one.id})
        next_page = _absolute(request, f"{here}?{query}") if more else None
        return Response({"error": "OK", "items": item_members(found), "next": next_page})


def _cancel_items(batch_id: str) -> None:
    try:
        states.cancel_items(batch_id)
    except DatabaseAway:
        pass  # the log says so, and `housekeeping.tidy` does the rest
    finally:
        connection.close()


def refuse_foreign(request: HttpRequest) -> None:
    """Refuse what a page of another site has a browser send; who is no browser sends neither header.

    Raises:
        ForeignOrigin: `Origin` is neither that of the request's Host nor that of PUBLIC_URL, or `Sec-Fetch-Site` is
            neither `same-origin` nor `none`.
    """
    if request.headers.get("Sec-Fetch-Site", _OURS[0]).strip().lower() not in _OURS:
        raise ForeignOrigin
    origin = request.headers.get("Origin")
    if origin is not None:
        ours = (_place(f"//{request.get_host()}", origin), _place(settings.PUBLIC_URL))
        if (place := _place(origin)) is None or place not in ours:
            raise ForeignOrigin


def _place(address: str, like: str = "") -> tuple[str, int | None] | None:
    """Host and port of an address, None where it has none.

    Args:
        like: an address with the scheme of the first one, which a proxy knows that has ended TLS.
    """
    try:
        parts = urlsplit(address)
        scheme = parts.scheme or urlsplit(like).scheme
        port = parts.port or _PORTS.get(scheme)
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and scheme in _PORTS else None


def _absolute(request: Request, address: str) -> str:
    public = settings.PUBLIC_URL.rstrip("/")
    return public + address if public else request._request.build_absolute_uri(address)


def _spliced(parts: Iterator[bytes], told: dict[str, Any]) -> Generator[bytes, None, None]:
    """The members of an answer, and those of the state behind them."""
    last = b""
    for part in parts:
        yield last
        last = part
    yield last.removesuffix(b"}") + b"," + json.dumps(told, separators=(",", ":")).encode()[1:]


def _sent(parts: Generator[bytes, None, None], content_type: str, headers: dict[str, str]) -> HttpResponseBase:
    """The whole response where it is short; what goes wrong before its first part is an error."""
    first: list[bytes] = []
    length = 0
    for part in parts:
        first.append(part)
        length += len(part)
        if length > _SHORT:
            break
    else:
        return HttpResponse(b"".join(first), content_type, headers=headers)

    def whole() -> Generator[bytes, None, None]:
        yield from first
        yield from parts

    return Streamed(whole(), content_type=content_type, headers=headers, seconds=settings.FLIGHT_SECONDS)


_SHORT = 262_144  # bytes of a response that is whole before it is sent
