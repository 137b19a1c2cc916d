"""The words of messages about what a forge allows and what is left of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from from_git.calls.shares import Shortfall, Window

_WINDOWS = {60.0: "a minute", 1800.0: "in half an hour", 3600.0: "an hour"}


@dataclass(frozen=True)
class Terms:
    """What a budget counts, and where its limit comes from."""

    forge: str
    """The forge's name for people."""
    unit: str
    """What is counted, such as `calls`."""
    window: float
    """Seconds of the window."""
    setting: str
    """Name of the setting that gives the limit."""
    is_part: bool = False
    """Whether the limit is one worker process's part of the setting."""
    more: str = ""
    """What would allow more, as words of an advice; empty: a larger `setting`."""

    def used_up(self, limit: float, spent: float, window: Window | None, kept: float = 0.0) -> str:
        """Why a call cannot be sent.

        Args:
            window: as its client sees it, where there would be room for other clients.
            kept: what is left to requests, where nobody waits for this one.
        """
        if window is None:
            return f"{self._allows(limit)}{_lent(limit - kept, kept)}, and {number(spent)} are spent."
        return f"{self._allows(limit)}{_share(window)}, and this client has used {number(window.own)} of them."

    def refusal(self, lacking: Shortfall, limits: Sequence[float] = ()) -> tuple[str, str]:
        """Why an answer cannot be paid, and what to do about it; the advice is empty where time alone helps.

        Args:
            limits: those of the accounts that would pay it together, where there are several.
        """
        window = lacking.window
        needs = f"this answer needs about {number(lacking.amount)} more, and {number(lacking.left)}"
        there = "can be spent in time" if lacking.in_time else "are left"
        share, whose = _lent(window.limit, window.kept), ""
        if lacking.is_of_client:
            share, whose = _share(window), " for this client"
        reason = f"{self._allows(*(limits or [window.limit + window.kept]))}{share}; {needs} {there}{whose}."
        if lacking.wait is not None:
            return reason, ""
        raise_it = self.more or f"raise {self.setting} if the forge allows you more"
        if lacking.is_of_client and window.most < window.limit:
            raise_it = "raise CLIENT_SHARE"
        return reason, f"Ask for less at once, allow more time (FLIGHT_SECONDS, `--deadline`), or {raise_it}."

    def left(self, left: float, window: Window | None) -> str:
        """Why a call cannot be sent, by the number that the forge itself reports as left."""
        if window is None:
            return f"{self.forge} says that {number(left)} {self.unit} are left."
        own = f"this client has used {number(window.own)} lately"
        return f"{self.forge} says that {number(left)} {self.unit} are left{_share(window)}, and {own}."

    def needs(self, amount: float, left: float, accounts: int = 1) -> str:
        """Why an answer cannot be paid, by the number that the forge itself reports as left for so many accounts."""
        whose = f" of {accounts} accounts" if accounts > 1 else ""
        return (
            f"this answer needs about {number(math.ceil(amount))} more {self.unit}, and {number(left)} are left{whose}."
        )

    def _allows(self, *limits: float) -> str:
        whose = f"a part of {self.setting} for each worker" if self.is_part else self.setting
        window = _WINDOWS.get(self.window, f"in {self.window:g} s")
        limit, accounts = limits[0], ""
        if len(limits) > 1:
            alike = len(set(limits)) == 1
            limit = limits[0] if alike else sum(limits)
            accounts = f" for each of {len(limits)} accounts" if alike else f" for {len(limits)} accounts together"
        return f"{self.forge} allows {number(limit)} {self.unit} {window} ({whose}){accounts}"


def _lent(limit: float, kept: float) -> str:
    return f", of which batches may use {number(limit)} now" if kept else ""


def _share(window: Window) -> str:
    if window.most < window.limit:
        return f", of which one client may use {number(window.most)} (CLIENT_SHARE)"
    return ", of which one client may use half of what others leave"


def number(amount: float) -> str:
    """An amount for people: a whole number from 10 on, else with two digits at most."""
    return f"{amount:,.0f}" if amount >= 10 or amount == int(amount) else f"{amount:.2g}"
