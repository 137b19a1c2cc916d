"""The forges of a class, on an emulator of its own, and the settings that point a process at them."""

import json
from typing import Any, ClassVar
from unittest import TestCase

from emulator import Emulator
from from_git.forges.registry import KINDS


def settings_for(emulator: Emulator) -> dict[str, Any]:
    """The settings with the addresses of the emulated forges, and the token that one of them needs."""
    emulated = {kind.traits.name for kind in emulator.world.kinds}
    others = [one for one in KINDS.values() if one.name in emulated and not one.options.address]
    return {
        "GITHUB_GRAPHQL_URL": emulator["github"].url,
        "GITHUB_API_TOKEN": emulator["github"].credentials["token"],
        "BITBUCKET_API_URL": emulator["bitbucket"].url,
        "FORGES": [
            {
                "kind": one.name,
                "host": one.host,
                "api": emulator[one.name].url,
                # a test spends in seconds what is meant for minutes
                "bounds": {bound.name: 0 for bound in one.options.bounds},
            }
            for one in others
        ],
    }


def environment_for(emulator: Emulator) -> dict[str, str]:
    """The same as environment variables."""
    return {name: one if isinstance(one, str) else json.dumps(one) for name, one in settings_for(emulator).items()}


def entry_for(emulator: Emulator, forge: str, host: str, **more: Any) -> dict[str, Any]:
    """An entry of FORGES for an emulated forge, with all credentials that it takes under a user name, or else all."""
    logins = emulator[forge].accounts.logins
    used = [one for one in logins if one.username] or logins
    accounts = [{"token": one.token} | ({"username": one.username} if one.username else {}) for one in used]
    return {"kind": forge, "host": host, "api": emulator[forge].url, "accounts": accounts, **more}


class ForgesTestCase(TestCase):
    """Forges for the class; each test begins without faults, and with counters at zero."""

    emulator: ClassVar[Emulator]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the forges."""
        super().setUpClass()
        cls.emulator = cls.enterClassContext(Emulator(limits=False))

    def setUp(self) -> None:
        """Begin without faults."""
        super().setUp()
        self.emulator.faults.clear()
        self.emulator.meter.reset()
        self.addCleanup(self.emulator.faults.clear)
