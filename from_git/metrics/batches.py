"""What is told of batches; all processes say the same, since it stands in the database.

The gauges are made when they are first set: where batches are off, there is nothing to tell.
"""

from collections.abc import Mapping
from functools import cache

from from_git.metrics.library import Metric

_TEXTS = {
    "database_reachable": "Whether the database has answered",
    "batches_under_way": "Batches with items to be done",
    "batch_items_running": "Items of batches that workers hold",
    "batch_items_dead": "Items of batches that failed because their workers died",
    "batch_hosts_due": "Hosts at which an item waits that may be fetched now",
    "batch_oldest_seconds": "Since the oldest batch under way began",
    "batch_workers": "Processes that work on batches",
}


@cache
def _gauge(name: str, text: str, *labels: str) -> Metric:
    return Metric("Gauge", name, text, *labels, multiprocess_mode="livemostrecent")


def told(figures: Mapping[str, float]) -> None:
    """Set gauges, by their names without `from_git_`."""
    for name, value in figures.items():
        _gauge(name, _TEXTS[name]).child().set(value)


def waiting(items: Mapping[tuple[str, str], int]) -> None:
    """How many items wait, by the labels of their hosts; hosts without any are to be named too."""
    gauge = _gauge("batch_items_waiting", "Items of batches that wait", "upstream", "host")
    for labels, number in items.items():
        gauge.child(*labels).set(number)
