"""Who waits for a budget, and who goes before whom."""

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from from_git.askers import Asker
from from_git.calls.fetchgroup import FetchGroup

K = TypeVar("K")
_MOST_CLIENTS = 1_000  # remembered before those that have no advantage any more are forgotten
_LATE = 1.0  # seconds by which a group may ask later than it was told: a pool may be busy
_AT_ONCE = 0.05  # seconds within which a group that was served asks for its next call, if it has one


class _Tags(Generic[K]):
    """Start-time fair queueing: each key's tag is what it was served so far, one that comes new begins at the present.

    So each gets its turn by amount, not by number, and one that was not there has saved up nothing.
    """

    def __init__(self, tags: MutableMapping[K, float]) -> None:
        self.tags = tags
        self.present = 0.0

    def tag(self, key: K) -> float:
        """The lower it is, the sooner is its turn."""
        return max(self.tags.get(key, 0.0), self.present)

    def serve(self, key: K, amount: float) -> None:
        """It was served so much."""
        self.present = self.tag(key)
        self.tags[key] = self.present + amount


@dataclass(frozen=True)
class Place:
    """One group that waits."""

    group: FetchGroup
    amount: float
    """What its next call needs."""
    gone: float
    """When it waits no more, should it not have asked by then."""
    for_room: bool
    """Whether it waits for room, not only for its own client's part of it."""


class Line:
    """The groups that wait for a budget, and turns over clients, then requests, then groups. For its owner's lock.

    A group that waits asks again by itself at the time that it was told, and one that was served may at once; one that
    does not is forgotten.
    """

    def __init__(self) -> None:
        self._places: WeakKeyDictionary[FetchGroup, Place] = WeakKeyDictionary()
        self._clients: _Tags[str] = _Tags({})
        self._requests: dict[str, _Tags[Asker]] = {}
        self._groups: WeakKeyDictionary[Asker, _Tags[FetchGroup]] = WeakKeyDictionary()

    def wait(self, group: FetchGroup, amount: float, due: float, for_room: bool) -> None:
        """Let a group wait; see `Place`."""
        self._places[group] = Place(group, amount, due + _LATE, for_room)

    def serve(self, group: FetchGroup, amount: float, now: float) -> None:
        """The group got so much; where it had to wait, its next call may follow at once."""
        if place := self._places.get(group):
            self._places[group] = replace(place, gone=now + _AT_ONCE)
        asker = group.asker
        self._clients.serve(asker.client, amount)
        self._below(asker.client).serve(asker, amount)
        groups = self._groups.get(asker)
        if groups is None:
            groups = self._groups[asker] = _Tags(WeakKeyDictionary())
        groups.serve(group, amount)

    def call(self, place: Place, now: float) -> None:
        """Let a group ask now; it loses its place if it does not do so soon."""
        self._places[place.group] = replace(place, gone=min(place.gone, now + _LATE))
        place.group.hurry()

    def __len__(self) -> int:
        return len(self._places)

    def first(self, group: FetchGroup, now: float) -> list[Place]:
        """Those that go before `group`: the first of its client, and the first of others.

        Of other clients' those alone that wait for room: what they have used themselves is no concern of this one.
        """
        if not self._places:
            return []
        rank, best = self._rank(group), dict[bool, tuple[tuple[bool, float, float, float], Place]]()
        for place in list(self._places.values()):
            if place.group.ended or place.gone < now:
                del self._places[place.group]
                continue
            own = place.group.asker.client == group.asker.client
            if place.group is group or not (own or place.for_room):
                continue
            theirs = self._rank(place.group)
            if theirs < rank and (own not in best or theirs < best[own][0]):
                best[own] = theirs, place
        return [place for _, place in best.values()]

    def _rank(self, group: FetchGroup) -> tuple[bool, float, float, float]:
        """The lower it is, the sooner is its turn; last are those that nobody waits for."""
        asker = group.asker
        requests, groups = self._requests.get(asker.client), self._groups.get(asker)
        return (
            not group.wanted,
            self._clients.tag(asker.client),
            requests.tag(asker) if requests else 0.0,
            groups.tag(group) if groups else 0.0,
        )

    def _below(self, client: str) -> _Tags[Asker]:
        requests = self._requests.get(client)
        if requests is None:
            if len(self._requests) >= _MOST_CLIENTS:
                self._forget()
            requests = self._requests[client] = _Tags(WeakKeyDictionary())
        return requests

    def _forget(self) -> None:
        """Forget clients without a request."""
        self._requests = {client: one for client, one in self._requests.items() if one.tags}
        tags = self._clients.tags
        for client in [client for client, tag in tags.items() if tag <= self._clients.present]:
            del tags[client]
