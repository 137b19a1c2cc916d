"""All routes are from_git's, but for Django's admin where DJANGO_ADMIN is on."""

from django.urls import include, path

from from_git.conf import settings

urlpatterns = [path("", include("from_git.urls"))]
if settings.DJANGO_ADMIN:
    from django.contrib import admin

    urlpatterns.append(path("admin/", admin.site.urls))

handler400 = "from_git.views.failures.bad_request"
handler404 = "from_git.views.failures.not_found"
handler500 = "from_git.views.failures.server_error"
