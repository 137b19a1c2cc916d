"""Ways to call an emulator with any of its credentials."""

from __future__ import annotations

import base64
from typing import Any

import requests

from emulator import Emulator
from emulator.tests.helpers import PATIENCE, EmulatorCase

VIEWER = "{ viewer { login id } rateLimit { limit remaining } }"
LIST = "/repositories/acme"


def basic(username: str, token: str) -> str:
    """The header of a user name and a token."""
    return f"Basic {base64.b64encode(f'{username}:{token}'.encode()).decode()}"


class AccountsCase(EmulatorCase):
    """Ways to call with any credential."""

    def emulate(self, **options: Any) -> Emulator:
        """An emulator with these options."""
        return self.enterContext(Emulator(self.world, **options))

    def ask(self, emulator: Emulator, token: str, query: str = VIEWER) -> requests.Response:
        """Ask a query of GitHub."""
        headers = {"Authorization": f"bearer {token}"}
        url = emulator["github"].url
        return requests.post(url, json={"query": query}, headers=headers, timeout=PATIENCE)

    def read(self, emulator: Emulator, authorization: str | None, path: str = LIST) -> requests.Response:
        """Read from Bitbucket."""
        headers = {"Authorization": authorization} if authorization else {}
        return requests.get(emulator["bitbucket"].url + path, headers=headers, timeout=PATIENCE)
