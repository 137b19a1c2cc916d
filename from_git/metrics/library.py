"""The library that counts, and its metrics; made when something is counted first."""

import functools
import os
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

SEVERAL = "PROMETHEUS_MULTIPROC_DIR" in os.environ
"""Whether several processes are counted together."""

_counts = True
_making = threading.Lock()


def off() -> None:
    """Count nothing in this process from now on: for one that nobody can ask."""
    global _counts
    _counts = False


@functools.cache
def library() -> Any:
    """prometheus_client, which takes 15 ms and 1.3 MB that a process without `/metrics` can do without."""
    import prometheus_client

    if SEVERAL:
        from from_git.metrics.reserved import Reserved

        prometheus_client.values.MmapedDict = Reserved  # type: ignore[attr-defined]  # the class of its own files
    prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # several processes have none
    return prometheus_client


@functools.cache
def registry() -> Any:
    """Ours, not the library's own: its process_… would be those of whichever worker is asked."""
    return library().CollectorRegistry()


class Metric:
    """A metric of the library, or nothing where this process counts nothing."""

    all: ClassVar[list["Metric"]] = []

    def __init__(self, kind: str, name: str, text: str, *labels: str, **options: Any) -> None:
        self._kind, self._named = kind, (f"from_git_{name}", text, labels)
        self._options = options
        self._made: Any = None
        self.all.append(self)

    @property
    def made(self) -> Any:
        """The library's."""
        if self._made is None:
            with _making:  # the library refuses a second one of a name, and since Python 3.12 no cache has a lock
                self._made = self._made or getattr(library(), self._kind)(
                    *self._named, registry=registry(), **self._options
                )
        return self._made

    @functools.cache  # noqa: B019 - metrics live as long as the process; as many as labels, which come from short lists
    def child(self, *labels: str) -> Any:
        """The part with these labels; the library's `labels` itself takes longer than to count."""
        if not _counts:
            return _Nothing()
        return self.made.labels(*labels) if labels else self.made


class _Nothing:
    """Counts nothing."""

    def inc(self, amount: float = 1.0) -> None:
        """Do nothing, as its other names."""

    dec = set = observe = inc

    def track_inprogress(self) -> AbstractContextManager[None]:
        """Nothing around a block."""
        return nullcontext()


def exposed() -> bytes:
    """Everything, in the text format of the library's CONTENT_TYPE_LATEST."""
    for metric in Metric.all:  # also those that nothing was counted in yet
        _ = metric.made
    found = registry()
    if SEVERAL:
        from prometheus_client.multiprocess import MultiProcessCollector

        found = library().CollectorRegistry()
        MultiProcessCollector(found)  # type: ignore[no-untyped-call]
    written: bytes = library().generate_latest(found)
    return written
