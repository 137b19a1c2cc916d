"""How clients are told apart, and how often one may ask: without a bound unless CLIENT_RATE sets one."""

import hmac
import ipaddress
import re

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from from_git.conf import settings
from from_git.logfacts import bind_facts
from from_git.memory import redis_py

_NETWORK = 64  # bits of an IPv6 address that a provider gives to one customer
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


class ClientThrottle(SimpleRateThrottle):
    """CLIENT_RATE for each client, counted in Django's cache; while the cache is away, no client is refused."""

    scope = "client"

    def get_rate(self) -> str | None:
        """CLIENT_RATE at this moment, None for no bound."""
        return settings.CLIENT_RATE or None

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """See `client`."""
        return self.cache_format % {"scope": self.scope, "ident": client(request)}

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this client may ask now; counts the request if so."""
        try:
            return super().allow_request(request, view)
        except (redis_py().RedisError, OSError) as error:
            bind_facts(throttle=f"off: {type(error).__name__}")
            return True


def client(request: Request) -> str:
    """The address of the client, from the connection or from X-Forwarded-For with NUM_PROXIES proxies.

    An IPv4 address, or the /64 network of an IPv6 address, in one spelling. Where a proxy gives no address, the
    connection's address decides.
    """
    connection = request.META.get("REMOTE_ADDR", "")
    proxies = settings.NUM_PROXIES
    said = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")] if proxies else []
    forwarded = said[-min(proxies, len(said))] if said else ""
    return _network(forwarded) or _network(connection) or connection


def client_hash(address: str) -> str:
    """What stands for a client wherever something is kept or counted for it: 32 hexadecimal digits.

    Keyed by SECRET_KEY, so that whoever reads the cache or the database finds no address, and can try none out.
    """
    return hmac.digest(settings.SECRET_KEY.encode(), address.encode("utf-8", "replace"), "sha256").hex()[:32]


def _network(text: str) -> str | None:
    """The address or network that the text names, with or without port and brackets; None where it names none."""
    parts = _WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((parts[1] or parts[2]) if parts else text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), _NETWORK), strict=False))
