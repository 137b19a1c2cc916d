"""The contract of a kind of forge: everything that the emulator needs to know about it."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from emulator.accounts import Accounts, Login
from emulator.exchange import Answer, Call
from emulator.faults.presets import Preset
from emulator.faults.table import FaultKind, Strike
from emulator.latency import Latency
from emulator.owners import Owners
from emulator.traits import Traits

Answering = Callable[[Call], Awaitable[Answer]]
"""A forge's server: from a call to its answer, after the time that the forge takes. It runs in the emulator's loop."""


@dataclass(frozen=True)
class Place:
    """The surroundings that an emulator gives to a forge's server.

    Attributes:
        owners: the owners that the forges hold.
        accounts: the credentials that the forge takes at the moment.
        latency: gives the latency of the moment, which may change at run time.
        spend: counts (account, points, queries) in the forge's meter.
        now: the clock of the forge's limits, in seconds from any start.
        hour, minute: seconds of an hour and of a minute of the forge's limits.
    """

    owners: Owners
    accounts: Accounts
    latency: Callable[[], Latency]
    spend: Callable[[str, int, int], None]
    now: Callable[[], float] = time.monotonic
    hour: float = 3600.0
    minute: float = 60.0


@dataclass(frozen=True)
class Kind(ABC):
    """A kind of forge. A subclass is a frozen dataclass whose fields, all with defaults, are the forge's options.

    Attributes:
        traits: the facts that the world needs.
        root: the forge answers all paths that begin like this; of several forges the one with the longest root.
        address: the path of the API's address.
        shares: resources that the meter counts also by themselves: name → pattern of the whole path.
        strikes: how a fault strikes this forge: fault's name → function, in place of the function of `faults.table`.
        faults: kinds of faults that only this forge knows.
        presets: faults made ready, as this forge was seen to fail.
        arguments: the options that the command line sets, texts and whole numbers: field → help of `--NAME-FIELD`.
        schemes: the schemes of `Authorization`, in lower case, with which the forge takes a token alone.
    """

    traits: ClassVar[Traits]
    root: ClassVar[str] = ""
    address: ClassVar[str] = ""
    shares: ClassVar[Mapping[str, re.Pattern[str]]] = {}
    strikes: ClassVar[Mapping[str, Strike]] = {}
    faults: ClassVar[Mapping[str, FaultKind]] = {}
    presets: ClassVar[Mapping[str, Preset]] = {}
    arguments: ClassVar[Mapping[str, str]] = {}
    schemes: ClassVar[Sequence[str]] = ("bearer",)

    @abstractmethod
    def answering(self, place: Place) -> Answering:
        """A new server with these options."""

    def unlimited(self) -> Self:
        """The kind with those limits switched off that a forge can be without."""
        return self

    def secrets(self) -> Mapping[str, str]:
        """The first credentials that the forge takes, by name; empty where it takes none."""
        return {}

    def logins(self) -> Sequence[Login]:
        """All credentials that the forge takes, each with its account, in the order in which they were given."""
        return ()

    def authorization(self, headers: Mapping[str, str]) -> str | None:
        """What a call has for an `Authorization`; None = nothing."""
        return headers.get("Authorization")

    def introduction(self, url: str) -> str:
        """The line of `python -m emulator` about a forge at this address."""
        return f"{self.traits.name}: {url}"
