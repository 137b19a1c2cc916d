"""The routes."""

from django.urls import path

from from_git import probes, views
from from_git.pictures import CHARTS

urlpatterns = [
    path("", views.home, name="home"),
    path("health-check", views.HealthCheck.as_view(), name="health-check"),
    path("from-git/badge/<str:key>", views.Badge.as_view(), name="badge"),
    path("from-git/card.svg", views.Drawing.as_view(), {"name": "card"}, name="card"),
    *(path(f"from-git/chart/{name}.svg", views.Drawing.as_view(), {"name": name}, name="chart") for name in CHARTS),
    path("from-git/docs", views.Docs.as_view(), name="docs"),
    path("from-git/openapi.json", views.openapi, name="openapi"),
    path("from-git/stream", views.Stream.as_view(), name="stream"),
    path("from-git/test", views.page, name="page"),
    # reached for any Host and without redirects: see probes.answered
    path("livez", probes.livez, name="livez"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
]
