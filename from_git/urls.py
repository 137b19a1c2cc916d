"""The routes."""

from django.urls import path

from from_git import probes
from from_git.pictures import CHARTS
from from_git.views.answers import HealthCheck
from from_git.views.batches import Batches, Items, OneBatch
from from_git.views.history import History, HistoryDrawing
from from_git.views.pages import Docs, home, openapi, page
from from_git.views.pictures import Badge, Drawing
from from_git.views.stream import Stream

urlpatterns = [
    path("", home, name="home"),
    path("health-check", HealthCheck.as_view(), name="health-check"),
    path("from-git/badge/<str:key>", Badge.as_view(), name="badge"),
    path("from-git/batches", Batches.as_view(), name="batches"),
    path("from-git/batches/<str:batch>", OneBatch.as_view(), name="batch"),
    path("from-git/batches/<str:batch>/items", Items.as_view(), name="batch-items"),
    path("from-git/card.svg", Drawing.as_view(), {"name": "card"}, name="card"),
    *(path(f"from-git/chart/{name}.svg", Drawing.as_view(), {"name": name}, name="chart") for name in CHARTS),
    path("from-git/chart/history.svg", HistoryDrawing.as_view(), name="history-chart"),
    path("from-git/docs", Docs.as_view(), name="docs"),
    path("from-git/history", History.as_view(), name="history"),
    path("from-git/openapi.json", openapi, name="openapi"),
    path("from-git/stream", Stream.as_view(), name="stream"),
    path("from-git/test", page, name="page"),
    # reached for any Host and without redirects: see probes.answered
    path("livez", probes.livez, name="livez"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
]
