"""The words for what a forge allows and what is left of it."""

import math
from dataclasses import dataclass

from from_git.calls.shares import Window

_WINDOWS = {60.0: "a minute", 3600.0: "an hour"}


@dataclass(frozen=True)
class Terms:
    """What a budget counts."""

    forge: str
    """The forge's name for people."""
    unit: str
    """What is counted, as `calls`."""
    window: float
    """In seconds."""
    setting: str
    """Where the limit comes from."""
    is_part: bool = False
    """Whether the limit is one worker process's part of the setting."""
    more: str = ""
    """What would allow more, in the words of an advice; empty: a larger `setting`."""

    def used_up(self, limit: float, spent: float, window: Window | None) -> str:
        """Why a call cannot be sent; `window`: what its client sees, where there would be room for others."""
        if window is None:
            return f"{self._allows(limit)}, and {number(spent)} are spent."
        return f"{self._allows(limit)}{_share(window)}, and this client has used {number(window.own)} of them."

    def refusal(
        self, window: Window, is_of_client: bool, amount: float, left: float, in_time: bool, helps: bool
    ) -> tuple[str, str]:
        """Why an answer cannot be paid, and what to do about it.

        Args:
            is_of_client: whether it is this client's part that does not suffice.
            amount: what the answer still needs.
            left: what there is for it.
            in_time: whether that is what will be there in time, which is more than there is now.
            helps: whether time alone helps.
        """
        needs = f"this answer needs about {number(amount)} more, and {number(left)}"
        there = "can be spent in time" if in_time else "are left"
        whose = " for this client" if is_of_client else ""
        reason = f"{self._allows(window.limit)}{_share(window) if is_of_client else ''}; {needs} {there}{whose}."
        if helps:
            return reason, ""
        raise_it = self.more or f"raise {self.setting} if the forge allows you more"
        if is_of_client and window.most < window.limit:
            raise_it = "raise CLIENT_SHARE"
        return reason, f"Ask for less at once, allow more time (FLIGHT_SECONDS, `--deadline`), or {raise_it}."

    def left(self, left: float, window: Window | None) -> str:
        """Why a call cannot be sent, by what the forge itself says to be left."""
        if window is None:
            return f"{self.forge} says that {number(left)} {self.unit} are left."
        own = f"this client has used {number(window.own)} lately"
        return f"{self.forge} says that {number(left)} {self.unit} are left{_share(window)}, and {own}."

    def needs(self, amount: float, left: float) -> str:
        """Why an answer cannot be paid, by what the forge itself says to be left."""
        return f"this answer needs about {number(math.ceil(amount))} more {self.unit}, and {number(left)} are left."

    def _allows(self, limit: float) -> str:
        whose = f"a part of {self.setting} for each worker" if self.is_part else self.setting
        window = _WINDOWS.get(self.window, f"in {self.window:g} s")
        return f"{self.forge} allows {number(limit)} {self.unit} {window} ({whose})"


def _share(window: Window) -> str:
    if window.most < window.limit:
        return f", of which one client may use {number(window.most)} (CLIENT_SHARE)"
    return ", of which one client may use half of what others leave"


def number(amount: float) -> str:
    """An amount as people write it: whole from 10 on, else with two digits at most."""
    return f"{amount:,.0f}" if amount >= 10 or amount == int(amount) else f"{amount:.2g}"
