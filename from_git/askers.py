"""Who asks, and whose turn it is: pools and budgets serve clients in turn, then their requests, then their fetches."""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Asker:
    """One request of a client; equal to itself alone.

    Attributes:
        client: whom the request counts for: a client's address, or the name of a command such as `terminal`.
    """

    def __init__(self, client: str = "") -> None:
        self.client = client


class Round(Generic[T]):
    """Things that wait, one after the other in turn over clients, then over the requests of a client.

    A client that waits with 5,000 things delays another one by one thing. Not safe from threads.
    """

    def __init__(self) -> None:
        self._clients: OrderedDict[str, OrderedDict[Asker, deque[T]]] = OrderedDict()

    def add(self, asker: Asker, thing: T) -> None:
        """Let a thing of `asker` wait, behind the others of the same request."""
        requests = self._clients.setdefault(asker.client, OrderedDict())
        requests.setdefault(asker, deque()).append(thing)

    def take(self) -> T | None:
        """The thing whose turn it is, which no longer waits; None where none does."""
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
        """All that waited, in no order that matters."""
        things = [one for requests in self._clients.values() for queue in requests.values() for one in queue]
        self._clients.clear()
        return things

    def __bool__(self) -> bool:
        return bool(self._clients)
