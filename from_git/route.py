"""What every view of REST framework has here."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from from_git.responses import methods_response


class Route(APIView):
    """A view of REST framework whose OPTIONS are bare and whose errors are JSON, whatever the client accepts."""

    keeps_errors: tuple[type, ...] = (JSONRenderer,)
    """Renderers that may show an error."""

    @property
    def allowed_methods(self) -> list[str]:
        """The methods that there are, in the order of every `Allow`."""
        found = super().allowed_methods
        return [name for name in ("GET", "HEAD", "POST", "OPTIONS") if name in found]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As REST framework does; OPTIONS are answered whatever else the request says."""
        if request.method == "OPTIONS":
            return methods_response(self.allowed_methods)
        return super().dispatch(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """As REST framework does, and choose how the error is shown."""
        response = super().handle_exception(exc)
        if not isinstance(getattr(self.request, "accepted_renderer", None), self.keeps_errors):
            self.request.accepted_renderer = JSONRenderer()
            self.request.accepted_media_type = JSONRenderer.media_type
        return response
