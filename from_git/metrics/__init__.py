"""What is counted for Prometheus; every name begins with `from_git_`, and docs/metrics.md says what each means.

With PROMETHEUS_MULTIPROC_DIR in the environment when this is imported, all processes of one server are counted
together: each writes into files of that folder, and whoever is asked reads all of them. Labels come from short lists of
ours, never from a client. All functions are safe from any thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from from_git.metrics.library import SEVERAL, Metric, exposed, library, off

Labels = tuple[str, str]
"""Of a host: the name of its kind, and its own."""
__all__ = ["SEVERAL", "Allowance", "Labels", "PoolGauges", "exposed", "off"]

_METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}
_REQUEST_BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)
_CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0)
_HOST = ("upstream", "host")
_ACCOUNT = (*_HOST, "account")  # its place in the setting, so that nothing of a credential is told


_counter = partial(Metric, "Counter")


def _gauge(name: str, text: str, *labels: str, mode: str) -> Metric:
    return Metric("Gauge", name, text, *labels, multiprocess_mode=mode)


def _seconds(name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Metric:
    return Metric("Histogram", f"{name}_seconds", text, *labels, buckets=buckets)


_REQUESTS = _counter("requests", "Requests answered", "route", "method", "status")
_REQUEST_SECONDS = _seconds("request", "Time until a request's response was made", "route", buckets=_REQUEST_BUCKETS)
_REFUSED = _counter("answers_refused", "Requests refused because all places for answers were taken")
_CALLS = _counter("upstream_calls", "Calls to a forge by how they ended", *_HOST, "outcome")
_CALL_SECONDS = _seconds("upstream_call", "Time that a call to a forge took", *_HOST, buckets=_CALL_BUCKETS)
_RETRIES = _counter("upstream_retries", "Failed calls that were sent again, whole or in halves", *_HOST)
_POINTS = _counter("upstream_points", "Points that a forge has charged", *_HOST)
_LOOKUPS = _counter("cache_lookups", "Profiles looked up in what is kept", *_HOST, "result")

# of those that live: what a process that is gone was doing, nobody does
_POOL_SIZE = _gauge("pool_threads", "Threads that a pool may have", "host", "pool", mode="livesum")
_POOL_WIDTH = _gauge(
    "pool_width", "Threads of a pool that may serve at the same time now", "host", "pool", mode="livesum"
)
_POOL_BUSY = _gauge("pool_threads_busy", "Threads of a pool that serve tasks", "host", "pool", mode="livesum")
_POOL_QUEUED = _gauge("pool_tasks_queued", "Tasks that wait for a thread of a pool", "host", "pool", mode="livesum")
_UNDER_WAY = _gauge("answers_under_way", "Answers and streams that hold a place", mode="livesum")
_PLACES = _gauge("answers_at_most", "Places for answers and streams", mode="livesum")
# the forge's word, which outlives the process that heard it
_POINTS_LEFT = _gauge("upstream_points_left", "Points that a forge said to be left", *_ACCOUNT, mode="mostrecent")
_POINTS_RESET = _gauge(
    "upstream_points_reset_timestamp_seconds", "When a forge's points begin anew", *_ACCOUNT, mode="mostrecent"
)


@dataclass(frozen=True)
class Allowance:
    """What may be spent at a forge, and what is."""

    unit: str
    """`seconds` or `calls`."""
    setting: str
    """Where the limit comes from."""
    limit: float | None
    """None: no bound."""
    spent: float
    """In the window that ends now."""
    wait: float
    """Seconds until the smallest call fits again, 0 when it does."""
    largest: float = 0.0
    """The most that one client has spent in the window, of those that this process has served."""


class PoolGauges:
    """What a pool of `size` threads for a host is doing; those of one name are counted together.

    Its methods are not safe between threads.
    """

    def __init__(self, pool: str, size: int, width: int, host: str = "") -> None:
        self.busy = _POOL_BUSY.child(host, pool)
        self.queued = _POOL_QUEUED.child(host, pool)
        self._sizes, self._widths = _POOL_SIZE.child(host, pool), _POOL_WIDTH.child(host, pool)
        self._sizes.inc(size)
        self._size, self._width = size, 0  # no size: closed
        self.wide(width)

    def wide(self, width: int) -> None:
        """So many of its threads may serve now."""
        if width != self._width and self._size:
            self._widths.inc(width - self._width)
            self._width = width

    def closed(self) -> None:
        """There is no such pool any more; a second call does nothing."""
        self.wide(0)
        self._sizes.dec(self._size)
        self._size = 0


class _Forges:
    """Gauges that are set when somebody looks, and with parts of a limit also from time to time."""

    def __init__(self, shared: bool) -> None:
        sums, most = ("livemostrecent", "livemostrecent") if shared else ("livesum", "livemax")
        budget = (*_ACCOUNT, "unit")
        self.limit = _gauge("budget_limit", "What may be spent at a forge in a window", *budget, mode=sums)
        self.spent = _gauge("budget_spent", "What counts against that limit now", *budget, mode=sums)
        self.largest = _gauge(
            "budget_largest_client", "What the client that has spent most has spent", *budget, mode=most
        )
        self.blocked = _gauge("limit_blocked_seconds", "Until a forge's limit has passed", *_ACCOUNT, mode=most)
        self.aside = _gauge(
            "account_set_aside_seconds",
            "Until an account that a forge has refused is tried again",
            *_ACCOUNT,
            mode=most,
        )

        self.units: dict[tuple[str, ...], list[str]] = {}  # of the budgets of an account


_forges: _Forges | None = None


def request(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request. `route`: its name in the table of routes."""
    _REQUESTS.child(route, method if method in _METHODS else "other", str(status)).inc()
    _REQUEST_SECONDS.child(route).observe(seconds)


def call_ended(host: Labels, outcome: str, seconds: float) -> None:
    """Count a call to a forge. `outcome`: `ok`, or the `outcome` of an error."""
    _CALLS.child(*host, outcome).inc()
    _CALL_SECONDS.child(*host).observe(seconds)


def call_resent(host: Labels) -> None:
    """Count what was sent on a connection that turned out to be closed, and goes out again at once."""
    _CALLS.child(*host, "resent").inc()


def retried(host: Labels) -> None:
    """Count a failed call that is sent again."""
    _RETRIES.child(*host).inc()


def points(host: Labels, charged: int) -> None:
    """Count what a forge has charged."""
    _POINTS.child(*host).inc(charged)


def points_left(host: Labels, place: int, left: int, reset: float) -> None:
    """What a forge says to be left of an account's until `reset` (seconds since the epoch); `place`: in the setting."""
    _POINTS_LEFT.child(*host, str(place)).set(left)
    _POINTS_RESET.child(*host, str(place)).set(reset)


def cache(result: str, host: Labels) -> None:
    """Count a profile that was looked up. `result`: `hit`, `miss` or `join` (of a fetch that was under way)."""
    _LOOKUPS.child(*host, result).inc()


def answers(under_way: int, at_most: int) -> None:
    """How many places are taken in this process, of how many."""
    _UNDER_WAY.child().set(under_way)
    _PLACES.child().set(at_most)


def answer_refused() -> None:
    """Count a request for which there was no place."""
    _REFUSED.child().inc()


def account(
    host: Labels, place: int, blocked: float, set_aside: float, allowances: Sequence[Allowance], shared: bool
) -> None:
    """How we stand with a forge.

    Args:
        place: of the credential in the setting, from 1.
        blocked: seconds until its limit has passed.
        set_aside: seconds until it is tried again; 0 where the forge has not refused it.
        allowances: none where the forge counts it with an earlier one.
        shared: whether all processes know the same, so that the last word counts; else each knows its part. The first
            call decides for the process.
    """
    global _forges
    if _forges is None:
        _forges = _Forges(shared)
    labels = (*host, str(place))
    _forges.blocked.made.labels(*labels).set(blocked)
    _forges.aside.made.labels(*labels).set(set_aside)
    for one in allowances:
        _forges.spent.made.labels(*labels, one.unit).set(one.spent)
        _forges.largest.made.labels(*labels, one.unit).set(one.largest)
        if one.limit is not None:
            _forges.limit.made.labels(*labels, one.unit).set(one.limit)
        elif not SEVERAL:  # files forget nothing; there the settings stay as they are
            _forges.limit.made.remove(*labels, one.unit)
    for unit in _forges.units.get(labels, ()) if not allowances else ():
        for gauge in (_forges.limit, _forges.spent, _forges.largest):
            gauge.made.labels(*labels, unit).set(0.0)  # counted with the earlier one now, and sums count it once
    _forges.units[labels] = [one.unit for one in allowances]


def content_type() -> str:
    """The media type of `exposed`."""
    return str(library().CONTENT_TYPE_LATEST)
