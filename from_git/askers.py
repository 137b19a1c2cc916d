"""Requests and their turns: pools and budgets serve clients in turn, then a client's requests, then their fetches."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(eq=False)
class Asker:
    """One request of a client; equal to itself alone."""

    client: str = ""
    """A hash of the address of the client, or the name of a command such as `terminal`."""
    background: bool = False
    """Whether nobody waits for it at this moment: it comes after all requests that somebody waits for."""


class RoundRobin(Generic[T]):
    """Things that wait, taken in turn over clients, then over the requests of a client.

    A client with 5,000 waiting things delays another client by one thing. Not safe from threads.
    """

    def __init__(self) -> None:
        self._clients: OrderedDict[str, OrderedDict[Asker, deque[T]]] = OrderedDict()

    def add(self, asker: Asker, thing: T) -> None:
        """Add a thing of the request `asker`, behind its others."""
        requests = self._clients.setdefault(asker.client, OrderedDict())
        requests.setdefault(asker, deque()).append(thing)

    def take(self) -> T | None:
        """Remove and return the thing whose turn it is; None without any."""
        if not self._clients:
            return None
        client, requests = self._clients.popitem(last=False)
        asker, things = requests.popitem(last=False)
        thing = things.popleft()
        if things:
            requests[asker] = things
        if requests:
            self._clients[client] = requests
        return thing

    def clear(self) -> list[T]:
        """Remove and return all things, in any order."""
        things = [one for requests in self._clients.values() for queue in requests.values() for one in queue]
        self._clients.clear()
        return things

    def __bool__(self) -> bool:
        return bool(self._clients)
