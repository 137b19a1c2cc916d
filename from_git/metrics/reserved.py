"""Files of metrics that never have holes: a write into a hole of a full disk would kill the process."""

import functools
import logging
import os
from collections.abc import Callable
from functools import partial

from prometheus_client.mmap_dict import MmapedDict

logger = logging.getLogger(__name__)
_FILE = 1 << 16  # bytes of a file that the library makes
_ENTRY = 64  # bytes of a value beside its name, and some more


class Reserved(MmapedDict):
    """A file of metrics whose blocks are reserved before they are written; memory instead, where the disk is full.

    The library makes files with holes, and a process that writes into a hole when the disk is full dies of SIGBUS. The
    numbers that a process counts in memory are in no sum.
    """

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        self._memory = -1 if read_mode else _memory_unless(partial(_reserve_file, filename))
        super().__init__(filename if self._memory < 0 else f"/proc/self/fd/{self._memory}", read_mode)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> None:
        room = self._capacity
        while self._used + len(key.encode()) + _ENTRY > room:
            room *= 2
        if room > self._capacity and self._memory < 0:
            self._memory = _memory_unless(partial(os.posix_fallocate, self._f.fileno(), 0, room))
            if self._memory >= 0:
                os.write(self._memory, self._m[:])
                self._f.close()
                self._f = open(f"/proc/self/fd/{self._memory}", "r+b")  # noqa: SIM115 - as the library does
        super()._init_value(key)  # type: ignore[no-untyped-call]


def _reserve_file(filename: str) -> None:
    # under its own name only with its blocks: another process that sums up cannot read an empty file
    place = filename if os.path.exists(filename) else f"{filename}.new"
    with open(place, "a+b") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, max(os.fstat(file.fileno()).st_size, _FILE))
        except OSError:
            if place != filename:
                os.unlink(place)
            raise
    os.replace(place, filename)


def _memory_unless(reserve: Callable[[], None]) -> int:
    """The descriptor of a file in memory where the disk is full, else -1."""
    try:
        reserve()
    except OSError as error:
        _say_once(str(error.strerror))
        return os.memfd_create("metrics")
    return -1


@functools.cache
def _say_once(reason: str) -> None:
    logger.error("There is no room for metrics (%s), and what this process counts now is not shown", reason)
