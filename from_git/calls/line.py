"""The groups that wait for a budget, and which of them goes before which."""

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from from_git.askers import Asker
from from_git.calls.fetchgroup import FetchGroup

K = TypeVar("K")
_MOST_CLIENTS = 1_000  # remembered before those whose tags no longer matter are forgotten
_LATE = 1.0  # seconds by which a group may ask later than it was told: a pool may be busy
_AT_ONCE = 0.05  # seconds within which a group that was served asks for its next call, if it has another


class _Tags(Generic[K]):
    """Start-time fair queueing: the tag of a key is the amount that it was served; a new key begins at the present.

    So turns go by amount, not by number, and a key saves up nothing while it is away.
    """

    def __init__(self, tags: MutableMapping[K, float]) -> None:
        self.tags = tags
        self.present = 0.0

    def tag(self, key: K) -> float:
        """The tag of a key; the key with the lowest tag is served next."""
        return max(self.tags.get(key, 0.0), self.present)

    def serve(self, key: K, amount: float) -> None:
        """Count an amount that the key was served."""
        self.present = self.tag(key)
        self.tags[key] = self.present + amount


@dataclass(frozen=True)
class Place:
    """The place of one group in the line."""

    group: FetchGroup
    amount: float
    """Amount of its next call."""
    gone: float
    """When the place is lost, unless the group has asked by then."""
    for_room: bool
    """Whether it waits for room of any client, not only for the part of its own."""


class Line:
    """The groups that wait for a budget, in turn over clients, then requests, then groups. Its owner holds a lock.

    A group that waits asks again by itself at the time that it was given, and one that was served may ask at once; a
    group that does not is forgotten.
    """

    def __init__(self) -> None:
        self._places: WeakKeyDictionary[FetchGroup, Place] = WeakKeyDictionary()
        self._clients: _Tags[str] = _Tags({})
        self._requests: dict[str, _Tags[Asker]] = {}
        self._groups: WeakKeyDictionary[Asker, _Tags[FetchGroup]] = WeakKeyDictionary()

    def wait(self, group: FetchGroup, amount: float, due: float, for_room: bool) -> None:
        """Give a group a place that waits until `due`; see `Place`."""
        self._places[group] = Place(group, amount, due + _LATE, for_room)

    def serve(self, group: FetchGroup, amount: float, now: float) -> None:
        """Count an amount that the group was served; where it had to wait, its next call may follow at once."""
        if place := self._places.get(group):
            self._places[group] = replace(place, gone=now + _AT_ONCE)
        asker = group.asker
        self._clients.serve(asker.client, amount)
        self._below(asker.client).serve(asker, amount)
        groups = self._groups.get(asker)
        if groups is None:
            groups = self._groups[asker] = _Tags(WeakKeyDictionary())
        groups.serve(group, amount)

    def leave(self, group: FetchGroup) -> None:
        """Take the place of a group away, if it has one: it was served elsewhere."""
        self._places.pop(group, None)

    def call(self, place: Place, now: float) -> None:
        """Tell a group to ask now; it loses its place unless it does so soon."""
        self._places[place.group] = replace(place, gone=min(place.gone, now + _LATE))
        place.group.hurry()

    def __len__(self) -> int:
        return len(self._places)

    def first(self, group: FetchGroup, now: float) -> list[Place]:
        """The places that go before `group`: the first of its own client, and the first of other clients.

        Of other clients only groups that wait for room count: a group that waits for its client's part delays no other.
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
        """The group with the lowest rank is served next; groups that no request waits for come last."""
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
        """Forget the clients that have no request."""
        self._requests = {client: one for client, one in self._requests.items() if one.tags}
        tags = self._clients.tags
        for client in [client for client, tag in tags.items() if tag <= self._clients.present]:
            del tags[client]
