"""The bytes of recent answers, by exactly what they depend on."""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from django.http import HttpRequest

from from_git import flights
from from_git.conf import settings
from from_git.httpcache.rendered import Rendered

_NO_AGE = re.compile(r"0+")
# further in, a body may be refused, and so is what `middleware.REFUSED_CHARSET` marks
_NOT_PLAIN = ("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "from_git.refused_charset")
_MOST, _MOST_KEY, _MOST_BODY = 128, 4_096, 131_072  # answers, and bytes of each: 17 MB in all at most


def wants_anew(request: HttpRequest) -> bool:
    """Whether the client wants all profiles fetched anew: `no-cache` or `max-age=0` (RFC 9111, 5.2.1).

    `no-store` does not mean that. A proxy that revalidates says what its configuration says: Squid sends `max-age` with
    the largest age in its `refresh_pattern`.
    """
    header = request.META.get("HTTP_CACHE_CONTROL")
    if not header:
        return False
    parts = (one.partition("=") for one in header.lower().split(","))
    said = {name.strip(): value.strip().strip('"') for name, _, value in parts}
    return "no-cache" in said or bool(_NO_AGE.fullmatch(said.get("max-age", "")))


class Recent:
    """The bytes of recent answers by question, of this process. Safe from any thread.

    They are used for `TEMPO.recent` seconds, in which other processes may have asked anew, and only as long as this
    process has fetched nothing since.

    Args:
        monotonic: the clock of those seconds.
        now: seconds since the epoch, by which an answer expires.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, now: Callable[[], float] = time.time) -> None:
        self._monotonic, self._now = monotonic, now
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, ...], tuple[object, float, Rendered]] = OrderedDict()

    def get(self, request: HttpRequest) -> Rendered | None:
        """The answer to the same question, if it is recent and the request needs no other look."""
        key = _question(request)
        found = self._answers.get(key) if key else None
        if found is None or settings.CLIENT_RATE:
            return None
        version, until, one = found
        in_time = self._monotonic() < until and self._now() < one.expires
        return one if in_time and version is flights.version() else None

    def put(self, request: HttpRequest, version: object, one: Rendered) -> None:
        """Remember an answer that was made when the cache had this `version`."""
        key = _question(request)
        if key is None or sum(map(len, key)) > _MOST_KEY or len(one.body) > _MOST_BODY:
            return
        with self._lock:
            self._answers[key] = version, self._monotonic() + settings.TEMPO.recent, one
            self._answers.move_to_end(key)
            while len(self._answers) > _MOST:
                self._answers.popitem(last=False)


def _question(request: HttpRequest) -> tuple[str, ...] | None:
    """The parts of a request that its answer depends on; None for a request that is no plain question."""
    meta = request.META
    if request.method not in ("GET", "HEAD") or any(map(meta.get, _NOT_PLAIN)):
        return None
    if wants_anew(request):
        return None
    # scheme and host, because the middleware further in may redirect or refuse them
    host = meta.get("HTTP_HOST", ""), meta.get("HTTP_X_FORWARDED_HOST", "")
    # an empty Accept takes nothing, none takes anything
    return request.scheme or "", *host, request.path_info, meta.get("QUERY_STRING", ""), meta.get("HTTP_ACCEPT", "*/*")
