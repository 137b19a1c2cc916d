"""Which items are claimed next: hosts in turn, batches in turn, and alone those whose workers died."""

import math
import time
from collections.abc import Sequence
from typing import Any, Protocol

from from_git.batches import LEASE
from from_git.batches.air import Air, Held
from from_git.batches.doors import Door
from from_git.conf import settings

_LOOK = 1.0  # seconds between two looks for items where there were none
_FEW = 0.1  # seconds between two claims of few items
_PART = 4  # one of so many parts of what a host may have in the air is not few
_LONG = 10.0  # seconds in the air after which an item makes room for another host; a forge that hangs holds for minutes


class Work(Protocol):
    """Where items come from."""

    host: str
    batch: str | None
    """Only items of this one; None: of any."""
    fresh: bool
    """Whether nothing was claimed for it yet."""


_Key = tuple[str, str | None]


class Claiming:
    """What one worker claims. Not safe from threads.

    What may be in the air is divided equally among the hosts that can be asked now and for which something is due.
    While an item is due whose worker died, no other is claimed until nothing is held, and then that one alone.

    Args:
        worker: the name of the process.
        store: the statements; see `leases`.
        air: what is in the air.
    """

    def __init__(self, worker: str, store: Any, air: Air) -> None:
        self._worker, self._store, self._air = worker, store, air
        self._doors: dict[str, Door] = {}
        self._none: dict[_Key, float] = {}  # until when no item is looked for, as there was none
        self._claimed: dict[str, float] = {}  # when each host had its last claim
        self._suspects: set[_Key] = set()
        self._looks = False
        self._turn = 0
        self.wants_all_landed = False
        """Whether an item waits until this worker holds nothing."""
        self.again = math.inf
        """When there may be something to claim without news, on the monotonic clock."""
        self.late: list[Held] = []
        """Items in the air that are to be given back, for a host with nothing in the air and no room."""

    def look(self) -> None:
        """Let the next claim look for items whose workers died."""
        self._looks = True

    def refused(self, host: str, seconds: float) -> None:
        """Take in that a limit of a host refused what was claimed, for so many seconds."""
        self._door(host).refused(seconds)

    def may_claim(self, work: Work) -> bool:
        """Whether something may be due, as far as it is known."""
        return time.monotonic() >= self._none.get((work.host, work.batch), 0.0)

    def claim(self, works: Sequence[Work], busy: bool) -> list[Held]:
        """Items that are to begin now.

        Args:
            busy: whether something is held that is not in the air.
        """
        self.again, now = math.inf, time.monotonic()
        self.late = []
        keys = dict.fromkeys((work.host, work.batch) for work in works)
        for work in works:
            if work.fresh:
                self._none.pop((work.host, work.batch), None)
                work.fresh = False
        self._none = {key: until for key, until in self._none.items() if key in keys}
        self._look_for_suspects(list(keys))
        alone = [key for key in keys if key in self._suspects and self._door(key[0]).admits(1)]
        self.wants_all_landed = bool(alone)
        holds_alone = any(held.item.alone for held in self._air)
        if alone or holds_alone:
            self.late = self._silent()
        if holds_alone:
            return []
        if alone:
            return [] if busy or len(self._air) else self._take_alone(alone)
        return self._take([key for key in keys if self._none.get(key, 0.0) <= now])

    def _look_for_suspects(self, keys: Sequence[_Key]) -> None:
        if self._looks:
            self._looks = False
            self._suspects = set()
            for batch in {batch for _, batch in keys}:
                hosts = self._store.suspects_due([host for host, one in keys if one == batch], batch)
                self._suspects |= {(host, batch) for host in hosts}

    def _take_alone(self, keys: Sequence[_Key]) -> list[Held]:
        for key in keys:
            if held := self._claim(key, 1, alone=True):
                return held
            self._suspects.discard(key)
        self.again = time.monotonic()
        return []

    def _take(self, keys: Sequence[_Key]) -> list[Held]:
        now, taken, hosts = time.monotonic(), list[Held](), dict[str, list[_Key]]()
        for key in keys:
            if self._door(key[0]).admits(1):
                hosts.setdefault(key[0], []).append(key)
        opens = [self._door(host).opens for host, _ in keys if host not in hosts]
        if len(hosts) > settings.PROFILES_IN_FLIGHT:  # in turn, where not each can have one
            turned = [*hosts][self._turn % len(hosts) :] + [*hosts][: self._turn % len(hosts)]
            hosts = {host: hosts[host] for host in turned[: settings.PROFILES_IN_FLIGHT]}
        begun = dict(self._air.hosts)
        for host in sorted(hosts, key=lambda one: begun.get(one, 0)):
            share = settings.PROFILES_IN_FLIGHT // len(hosts) or 1
            others = [max(begun.get(one, 0), share if one in hosts else 0) for one in {*begun, *hosts} - {host}]
            room = settings.PROFILES_IN_FLIGHT - sum(others) - begun.get(host, 0)
            next_claim = self._claimed.get(host, -math.inf) + _FEW
            if room <= 0 and not begun.get(host) and not self.late:
                self.late = self._longest(share)
            if 0 < room < share / _PART and begun.get(host) and now < next_claim:
                self.again = min(self.again, next_claim)
                continue
            most = self._door(host).admits(room)
            held = self._take_of(hosts[host], most) if most > 0 else []
            begun[host] = begun.get(host, 0) + len(held)
            taken += held
        self.again = min([self.again, *opens, *(until for until in self._none.values() if until > now)])
        return taken

    def _silent(self) -> list[Held]:
        """Those that have been in the air for long and have read nothing: a forge that hangs must not stop others."""
        before = time.monotonic() + settings.FLIGHT_SECONDS - _LONG
        return [one for one in self._air if one.deadline < before and one.flight and not one.flight.progress().pages]

    def _longest(self, share: int) -> list[Held]:
        """Those longest in the air of the hosts that have more than their share there, a part of all at most."""
        before = time.monotonic() + settings.FLIGHT_SECONDS - _LONG
        over = {host: number - share for host, number in self._air.hosts.items()}
        found = list[Held]()
        for one in sorted(self._air, key=lambda held: held.deadline):
            if one.deadline < before and over[one.item.host] > 0:
                over[one.item.host] -= 1
                found.append(one)
        return found[: max(1, settings.PROFILES_IN_FLIGHT // _PART)]

    def _take_of(self, keys: Sequence[_Key], most: int) -> list[Held]:
        """Items of one host, of each of these batches about equally many."""
        self._turn += 1
        first, held = self._turn % len(keys), list[Held]()
        for left, key in zip(range(len(keys), 0, -1), [*keys[first:], *keys[:first]], strict=True):
            if part := math.ceil((most - len(held)) / left):
                held += self._claim(key, part)
        return held

    def _claim(self, key: _Key, most: int, alone: bool = False) -> list[Held]:
        host, batch = key
        begun, door = time.monotonic(), self._door(host)
        items = self._store.claim(self._worker, host, most, alone, batch)
        self._claimed[host] = begun
        door.entered(len(items))
        if items:
            door.client = items[-1].client
        if len(items) < most and not alone:
            if not items and self._store.suspects_due([host], batch):
                self._suspects.add(key)
            else:
                self._none[key] = time.monotonic() + _LOOK
        return [Held(item, begun + LEASE) for item in items]

    def _door(self, host: str) -> Door:
        return self._doors.setdefault(host, Door(host))
