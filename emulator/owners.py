"""The owners that the forges hold: recorded, made up, generated, added and changed ones."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from itertools import count
from typing import Any

from emulator.changes import change
from emulator.generated import generate
from emulator.model import Owner
from emulator.recorded import Shelf
from emulator.traits import Traits


class Owners:
    """All owners of all forges.

    Args:
        traits: the kinds of forges.
        recorded: hold the recorded and the made-up owners of each kind's data.
        generated: let owners such as `org-300` exist by their name (see `generated.py`).

    Every method may be called from any thread; a change is seen by the next call to any forge.
    """

    def __init__(self, traits: Iterable[Traits], recorded: bool = True, generated: bool = True) -> None:
        self._traits = {one.name: one for one in traits}
        self._lock = threading.RLock()
        folders = {one.name: one.data for one in self._traits.values() if one.data} if recorded else {}
        self._shelves = [Shelf(folders, "recorded"), Shelf(folders, "made_up")]
        self._generated = generated
        self._owners: dict[tuple[str, str], Owner | None] = {}
        self._moved: dict[tuple[str, str, int], str] = {}
        # above the ids of generated repositories; an id made of a name may be there too, once in 2**31 times
        self._serial = count(1_000_000_000)

    def add(self, owner: Owner) -> None:
        """Hold an owner, in place of the one of that forge and name.

        Raises:
            ValueError: unknown forge, or a kind of owner that the forge does not have.
        """
        traits = self._traits.get(owner.forge)
        if traits is None or owner.kind not in traits.owner_kinds:
            raise ValueError(f"no such owner: forge {owner.forge!r}, kind {owner.kind!r}")
        with self._lock:
            self._owners[owner.key] = owner

    def remove(self, forge: str, login: str) -> None:
        """Let an owner be unknown from now on; no error where it already is."""
        with self._lock:
            self._owners[forge, login.lower()] = None

    def change(self, forge: str, login: str, **changes: Any) -> None:
        """Change an owner's repositories as one step, that no answer and no sum sees half done.

        Args:
            changes: see `changes.CHANGES`; done in its order.

        Raises:
            ValueError: no such owner, a part of one, or no such change.
        """
        if "/" in login:
            raise ValueError(f"{login!r} is a part of an owner, which changes as a whole")
        with self._lock:
            owner = self.owner(forge, login)
            if owner is None:
                raise ValueError(f"{forge} has no {login!r} to change")
            other = self.owner(forge, str(changes["transfer"])) if changes.get("transfer") else None
            changed = change(owner, other, changes, self._serial)
            for one in changed.owners:
                self.add(one)
            for identity in changed.moved:
                self._moved[forge, *identity] = str(changes["transfer"])
            if changes.get("vanish"):
                self.remove(forge, login)

    def home(self, forge: str, identity: tuple[str, int]) -> str:
        """The login of the owner that has the repository of that identity now, after all transfers."""
        with self._lock:
            return self._moved.get((forge, *identity), identity[0])

    def owner(self, forge: str, login: str) -> Owner | None:
        """The owner of that name, in any letter case, or None where the forge has none.

        `GROUP/SUBGROUP` is a part of an owner, see `Owner.part`.
        """
        login, _, folder = login.partition("/")
        if folder:
            whole = self.owner(forge, login)
            return whole.part(folder) if whole else None
        key = forge, login.lower()
        with self._lock:
            if key not in self._owners:
                found = self._find(key)
                if found is None:
                    return None
                self.add(found)
            return self._owners[key]

    def _find(self, key: tuple[str, str]) -> Owner | None:
        for shelf in self._shelves:
            if owner := shelf.read(key):
                return owner
        traits = self._traits.get(key[0])
        return generate(traits, key[1]) if traits and self._generated else None

    def held(self) -> list[Owner]:
        """The owners that were added, or asked for by their name."""
        with self._lock:
            return [owner for owner in self._owners.values() if owner]

    def heir(self, forge: str, login: str) -> Owner | None:
        """The owner held now that had that login before, in any letter case; None where there is none."""
        former = login.lower()
        held = (owner for owner in self.held() if owner.forge == forge)
        return next((owner for owner in held if former in map(str.lower, owner.former)), None)

    def owners(self) -> list[Owner]:
        """Every owner held now, sorted by forge and name; a generated one is held from its first reader on."""
        with self._lock:
            for key in [key for shelf in self._shelves for key in shelf.keys]:
                self.owner(*key)
            return [owner for _, owner in sorted(self._owners.items(), key=lambda item: item[0]) if owner]
