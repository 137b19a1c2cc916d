"""The bytes of recent answers, by exactly what they depend on."""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

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


@dataclass(slots=True)
class _Kept:
    version: object
    until: float
    one: Rendered
    asked_late: bool = False


class Recent:
    """The bytes of recent answers by question, of this process. Safe from any thread.

    They are used for `TEMPO.recent` seconds, in which other processes may have asked anew, and only as long as this
    process has fetched nothing since. Then one request makes the answer anew; others that come meanwhile, for a quarter
    of that time at most, still get these bytes, since many that make the same answer at once hold all others up.

    Args:
        monotonic: the clock of those seconds.
        now: seconds since the epoch, by which an answer expires.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, now: Callable[[], float] = time.time) -> None:
        self._monotonic, self._now = monotonic, now
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()

    def get(self, request: HttpRequest) -> Rendered | None:
        """The answer to the same question, if it is recent and the request needs no other look."""
        key = _question(request)
        return self._find(key, self._is_first) if key else None

    def again(self, request: HttpRequest) -> Callable[[], Rendered | None]:
        """What gives the answer to the same question later, if it is recent then; for a plain question.

        Whoever is given none by it makes the answer anew only if `get` gives none either.
        """
        return partial(self._find, _question(request) or (), lambda found: not found.asked_late)

    def _find(self, key: tuple[str, ...], is_first: "Callable[[_Kept], bool]") -> Rendered | None:
        found = self._answers.get(key)
        if found is None or settings.CLIENT_RATE:
            return None
        late = self._monotonic() - found.until
        if late >= 0 and (late >= settings.TEMPO.recent / 4 or is_first(found)):
            return None
        return found.one if self._now() < found.one.expires and found.version is flights.version() else None

    def _is_first(self, found: "_Kept") -> bool:
        """Whether nobody has asked for it after its time before."""
        with self._lock:
            first, found.asked_late = not found.asked_late, True
        return first

    def put(self, request: HttpRequest, version: object, one: Rendered) -> bool:
        """Remember an answer that was made when the cache had this `version`; whether it is remembered."""
        key = _question(request)
        if key is None or sum(map(len, key)) > _MOST_KEY or len(one.body) > _MOST_BODY:
            return False
        with self._lock:
            self._answers[key] = _Kept(version, self._monotonic() + settings.TEMPO.recent, one)
            self._answers.move_to_end(key)
            while len(self._answers) > _MOST:
                self._answers.popitem(last=False)
        return True


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
