"""How often one client may ask; off unless CLIENT_RATE says otherwise."""

from redis import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView
from structlog.contextvars import bind_contextvars

from from_git.conf import settings


class ClientThrottle(SimpleRateThrottle):
    """CLIENT_RATE for each client's address, counted in Django's cache; while that is down, nobody is refused."""

    scope = "client"

    def get_rate(self) -> str | None:
        """CLIENT_RATE as it is now, None for no bound."""
        return settings.CLIENT_RATE or None

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """The client's address: of the connection, or what NUM_PROXIES proxies say."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this client may ask now; counts the request if so."""
        try:
            return super().allow_request(request, view)
        except (RedisError, OSError) as error:
            bind_contextvars(throttle=f"off: {type(error).__name__}")
            return True
