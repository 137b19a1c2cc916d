"""The form of the values in Redis."""

from typing import Any

import orjson

_BYTES = b"\0"


class JsonSerializer:
    """JSON instead of Django's pickle: whoever can write to Redis must not be able to run code here.

    Whole numbers stand as digits, so that Redis can add to them; bytes stand as they are, after a byte with which no
    JSON begins. What is neither reads as None, as if it were absent.
    """

    def dumps(self, value: Any) -> bytes:
        """The value in its form; bytes, and dicts, lists, texts, numbers, booleans and None, come back as they were."""
        return _BYTES + value if isinstance(value, bytes) else orjson.dumps(value)

    def loads(self, data: bytes) -> Any:
        """The value that `dumps` was given, None for anything else."""
        if data[:1] == _BYTES:
            return data[1:]
        try:
            return orjson.loads(data)
        except ValueError:
            return None
