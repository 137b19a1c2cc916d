"""The time that a forge takes for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Latency:
    """The time that passes before an answer, in seconds.

    Attributes:
        base: for every call of every forge.
        jitter: up to so much more, evenly spread, from a fixed seed.
        per_repository: for each repository of which a GraphQL query returns details (objects such as watchers,
            languages, topics).
        max_weight: a GraphQL query that returns details of more repositories than this fails after its time, and costs
            its points twice; None = never.
        timeout: a GraphQL query that would take longer is ended after this time, and costs its points twice; None =
            never.
        object: the part of `per_repository` that each object of it takes more that is no connection, such as a licence.
            Measured: five repositories with three such objects each took 0.1 s more than none, thirty with two counts
            of connections 3 s; so at most 7 ms of 90 ms.
    """

    base: float = 0.0
    jitter: float = 0.0
    per_repository: float = 0.0
    max_weight: int | None = None
    timeout: float | None = 10.0
    object: float = 0.075

    def seconds(self, random: Random, detailed: int = 0, objects: int = 0) -> float:
        """The time for one call that returns details of so many repositories, so many single objects among them."""
        work = self.per_repository * (detailed + self.object * objects)
        return self.base + self.jitter * random.random() + work

    def too_heavy(self, detailed: int) -> bool:
        """Whether a query that returns details of so many repositories fails."""
        return self.max_weight is not None and detailed > self.max_weight
