"""All routes are from_git's."""

from django.urls import include, path

urlpatterns = [path("", include("from_git.urls"))]

handler400 = "from_git.views.failures.bad_request"
handler404 = "from_git.views.failures.not_found"
handler500 = "from_git.views.failures.server_error"
