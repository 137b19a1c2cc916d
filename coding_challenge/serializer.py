"""The form of the values in Redis."""

from typing import Any

import orjson


class JsonSerializer:
    """JSON instead of Django's pickle: whoever can write to Redis must not be able to run code here.

    Whole numbers stand as digits, so that Redis can add to them. What is no JSON reads as None, as if it were absent.
    """

    def dumps(self, value: Any) -> bytes:
        """The value as JSON; dicts, lists, texts, numbers, booleans and None come back as they were."""
        return orjson.dumps(value)

    def loads(self, data: bytes) -> Any:
        """The value that `dumps` was given, None for anything else."""
        try:
            return orjson.loads(data)
        except ValueError:
            return None
