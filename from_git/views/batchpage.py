"""The page of a batch."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from from_git.models import Batch


def batch_page(request: HttpRequest, batch: Batch, told: Mapping[str, Any]) -> HttpResponse:
    """The page that shows a batch, and what becomes of it.

    Args:
        told: its state, as the JSON has it.
    """
    return render(request, "from_git/batch.html", {"batch": told})
