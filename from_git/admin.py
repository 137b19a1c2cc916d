"""Django's admin for batches, their items, watched profiles and snapshots; imported only where DJANGO_ADMIN is on.

An operator reads there what the tables hold, cancels batches, and says which profiles are watched. All else is worked
out by from-git, and would only be spoilt by hand.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from from_git.models import Batch, BatchItem, BatchState, Profile, Snapshot
from from_git.renderers import relax

_MOST = 10_000  # rows that a list counts: 100,000s of items would be read through for their number alone
_POLICY = {name: ["'self'"] for name in ("script-src", "connect-src", "img-src", "font-src")}
_PREFIX = "/admin/"


def allowed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Widen the Content-Security-Policy of the admin's own pages by what their files need, all of them from here.

    No address of theirs goes to another place: some have the key of a batch.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(_PREFIX):
            relax(response, _POLICY)
            # "no-referrer" would send "Origin: null" with forms, which the check against forged ones refuses
            response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return middleware


class _Pages(Paginator):  # type: ignore[type-arg]
    """Pages of the newest rows, of which only so many are counted."""

    @cached_property
    def count(self) -> int:
        """The number of rows, at most _MOST."""
        rows: Any = self.object_list
        return int(rows[:_MOST].count())


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lists and pages that show and change nothing."""

    paginator = _Pages
    show_full_result_count = False
    actions_on_top = True
    list_per_page = 100

    def has_add_permission(self, request: HttpRequest) -> bool:
        """False: from-git makes the rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: what is old goes by itself (BATCH_KEEP_DAYS, SNAPSHOT_KEEP_DAYS)."""
        return False


class BatchAdmin(_ReadOnly):
    """Batches, the newest first."""

    list_display = ("created", "purpose", "state", "total", "finished", "worker")
    list_filter = ("state", "purpose")
    ordering = ("-created",)
    exclude = ("answer",)
    readonly_fields = ("shown_items",)
    actions = ("cancel",)

    @admin.display(description="items")
    def shown_items(self, batch: Batch) -> SafeString:
        """A link to the list of its items."""
        address = reverse("admin:from_git_batchitem_changelist")
        return format_html('<a href="{}?batch__id__exact={}">All {} items</a>', address, batch.pk, batch.total)

    @admin.action(description="Cancel the selected batches")
    def cancel(self, request: HttpRequest, chosen: "QuerySet[Batch]") -> None:
        """Have no more of these batches fetched; what is done stays."""
        from from_git.batches import states

        running = chosen.filter(state=BatchState.RUNNING).values_list("pk", flat=True)
        number = sum(states.cancel(batch) for batch in running)
        self.message_user(request, f"{number} cancelled.", messages.SUCCESS if number else messages.WARNING)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Whether the user may change batches."""
        return bool(request.user.has_perm("from_git.change_batch"))  # type: ignore[union-attr]


class BatchItemAdmin(_ReadOnly):
    """Items of all batches, or of the one that a link names."""

    list_display = ("url", "state", "attempts", "tries", "deaths", "not_before", "error", "reason")
    list_filter = ("state",)
    ordering = ("-pk",)
    exclude = ("result",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """As Django's; items may be chosen by their batch."""
        return lookup == "batch__id__exact" or super().lookup_allowed(lookup, value, request)


class ProfileAdmin(_ReadOnly):
    """Profiles that are, or once were, watched; whether they are can be changed."""

    list_display = ("url", "host", "watched", "added")
    list_editable = ("watched",)
    list_filter = ("watched",)
    fields = ("url", "host", "key", "watched", "added")
    readonly_fields = ("url", "host", "key", "added")
    search_fields = ("key",)
    ordering = ("host", "key")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the user may change profiles."""
        return bool(request.user.has_perm("from_git.change_profile"))  # type: ignore[union-attr]


class SnapshotAdmin(_ReadOnly):
    """Snapshots, the newest first."""

    list_display = ("profile", "at", "original_repos", "forked_repos", "watchers", "followers")
    list_select_related = ("profile",)
    ordering = ("-pk",)


if apps.is_installed("django.contrib.admin"):  # without it the module can be read, and does nothing
    admin.site.register(Batch, BatchAdmin)
    admin.site.register(BatchItem, BatchItemAdmin)
    admin.site.register(Profile, ProfileAdmin)
    admin.site.register(Snapshot, SnapshotAdmin)
