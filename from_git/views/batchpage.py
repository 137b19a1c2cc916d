"""The page of a batch: how far it is, its numbers so far, and what failed; a script keeps it fresh where it may run."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from from_git import forges
from from_git.batches import figures, items
from from_git.batches.answer import answer_of
from from_git.batches.figures import HostFigures
from from_git.errors import DeadlineError, UpstreamError, when
from from_git.models import Batch, BatchState, ItemState
from from_git.renderers import relax
from from_git.serializers import printable
from from_git.values.keys import KEYS
from from_git.values.words import counted

_POLICY = {name: ["'self'"] for name in ("script-src", "connect-src")}
_SOON = 2.0  # seconds that may be taken for adding up; the page goes without the numbers then
_LISTED = 20  # profiles that failed or are missing
_TITLES = {
    BatchState.RUNNING: "{} under way",
    BatchState.DONE: "{} done",
    BatchState.CANCELLED: "{} cancelled",
}


def batch_page(request: HttpRequest, batch: Batch, told: Mapping[str, Any]) -> HttpResponse:
    """The page that shows a batch, and what becomes of it.

    Args:
        told: its state, as the JSON has it.

    Raises:
        DatabaseAway, NoSuchBatch: see `answer_of`.
    """
    counts, running = told["counts"], batch.state == BatchState.RUNNING
    answer = _answer(batch)
    left = counts[ItemState.WAITING] + counts[ItemState.RUNNING]
    context = {
        "title": _TITLES[BatchState(batch.state)].format(f"Batch of {counted(batch.total, 'profile')}"),
        "here": request.path,
        "running": running,
        "ended": batch.total - left,
        "total": batch.total,
        "summary": _summary(counts, batch.total, told["complete"]),
        "partial": not told["complete"],
        "done": counted(counts[ItemState.DONE], "profile"),
        "numbers": [(key.label, f"{answer['data'][name]:,}") for name, key in KEYS.items() if not key.names]
        if answer
        else [],
        "hosts": [_host(name, one) for name, one in figures.of_batch(batch.id).items()],
        "failed": _listed(batch, counts, ItemState.FAILED),
        "missing": _listed(batch, counts, ItemState.MISSING),
    }
    response = render(request, "from_git/tables/batch.html", context)
    relax(response, _POLICY)
    return response


def _answer(batch: Batch) -> dict[str, Any] | None:
    """The answer so far; None where it takes longer than a page may."""
    with suppress(DeadlineError, UpstreamError):
        found: dict[str, Any] = json.loads(b"".join(answer_of(batch, time.monotonic() + _SOON)))
        return found
    return None


def _summary(counts: Mapping[str, int], total: int, complete: bool) -> str:
    words = {
        ItemState.DONE: "found",
        ItemState.MISSING: "missing",
        ItemState.FAILED: "failed",
        ItemState.RUNNING: "being fetched",
        ItemState.WAITING: "waiting",
        ItemState.CANCELLED: "cancelled",
    }
    parts = [f"{counts[state]:,} {word}" for state, word in words.items() if counts[state]]
    return f"Of {total:,}: {', '.join(parts)}."


def _host(name: str, one: HostFigures) -> tuple[str, str, str, str, str]:
    host = forges.hosts().get(name)
    wait = f"goes on {when(one.wait)}: {printable(one.reason)}" if one.wait >= 1 else ""
    return host.label if host else name, f"{one.done:,}", f"{one.failed:,}", f"{one.open:,}", wait


def _listed(batch: Batch, counts: Mapping[str, int], state: ItemState) -> dict[str, Any]:
    """The first profiles in this state, and the number of others."""
    number = counts[state]
    found = items.page(batch.id, state, -1, _LISTED) if number else []
    rows = [(one.url, printable(one.reason)) for one in found]
    return {"rows": rows, "number": f"{number:,}", "more": f"{number - len(rows):,}" if number > len(rows) else ""}
