"""Repositories of which a fetch knows the details, in few bytes each; of no forge in particular."""

import threading
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from from_git.values.repository import Repository


def dumped(value: tuple[Any, ...]) -> bytes:
    """The JSON of a small value that is kept: a copy, since what orjson gives holds a buffer of at least 1 kB."""
    return memoryview(orjson.dumps(value)).tobytes()


class Numbered(dict[str, int]):
    """A number for each text that is looked up, so that one which thousands of repositories have is kept once.

    Safe from any thread. In the order of the numbers, from 0. Looking up what is no text is a TypeError.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def __missing__(self, text: str) -> int:
        if type(text) is not str:
            raise TypeError("not a text")
        with self._lock:
            return self.setdefault(text, len(self))


class Compact:
    """The repositories of one fetch as bytes: an owner may have thousands, each with many names of its own.

    As objects the names, the numbers and what holds them take five times as much. Safe from any thread.

    Attributes:
        names: numbers of languages, topics and licences, as `packed` takes them.
    """

    def __init__(self) -> None:
        self.names = Numbered()

    @staticmethod
    def packed(
        is_fork: bool,
        is_archived: bool,
        stars: int,
        watchers: int,
        langs: list[int],
        sizes: list[int],
        topics: list[int],
        license: int | None,
        created: int,
        pushed: int | None,
    ) -> bytes:
        """What is known of one repository; names by their numbers, `sizes` are the bytes of each of `langs`."""
        return dumped((is_fork, is_archived, stars, watchers, langs, sizes, topics, license, created, pushed))

    def renamed(self, packed: bytes, langs: Iterable[str], sizes: Iterable[int], topics: Iterable[str]) -> bytes:
        """The same repository with these languages, their bytes, and these topics."""
        is_fork, is_archived, stars, watchers, _, _, _, *rest = orjson.loads(packed)
        numbers = self.names
        named = [numbers[one] for one in langs], list(sizes), [numbers[one] for one in topics]
        return dumped((is_fork, is_archived, stars, watchers, *named, *rest))

    def repositories(self, packed: Iterable[tuple[str, str, bytes]]) -> Iterator[Repository]:
        """The repositories with these ids, names and bytes, one after the other."""
        names = list(self.names)
        for identity, name, one in packed:
            is_fork, is_archived, stars, watchers, langs, sizes, topics, license, created, pushed = orjson.loads(one)
            yield Repository(
                *(identity, name, is_fork, is_archived, stars, watchers),
                tuple(zip([names[number] for number in langs], sizes, strict=True)),
                tuple([names[number] for number in topics]),
                None if license is None else names[license],
                *(created, pushed),
            )
