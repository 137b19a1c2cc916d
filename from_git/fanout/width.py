"""Widths: how many tasks the pools of a host may run at the same time."""


class Width:
    """How many tasks each pool of a host may run at the same time, if it has as many threads. Safe from any thread."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._now = most

    @property
    def now(self) -> int:
        """The tasks that one pool may run at the same time at this moment."""
        return self._now
