"""A cache that counts how often somebody looks for what is kept."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.cache.backends.locmem import LocMemCache

CACHES = {"default": {"BACKEND": "from_git.tests.kit.looks.CountingCache"}}
"""For the setting of this name."""


class CountingCache(LocMemCache):
    """Django's LocMem; all looks of the process are counted, since each thread has an object of its own."""

    looks: ClassVar[int] = 0
    """How often several keys were asked for together, which is how profiles are looked up."""

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """As the base class."""
        CountingCache.looks += 1
        return super().get_many(keys, version)
