"""What a fetch knows of repositories, in few bytes each: an owner may have thousands. Of no forge in particular."""

from typing import Any

import orjson


def dumped(*members: Any) -> bytes:
    """What is known of one repository: texts, numbers, None and lists of them, which `loaded` gives again.

    As objects they take five times as much. It is a copy, since what orjson gives holds a buffer of at least 1 kB.
    """
    return memoryview(orjson.dumps(members)).tobytes()


def loaded(repository: bytes) -> list[Any]:
    """The members of a repository."""
    members: list[Any] = orjson.loads(repository)
    return members
