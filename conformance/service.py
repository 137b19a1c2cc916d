"""The service's own answer about a server, from a process of its own, against what was put there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.comparing import Check, differences
from emulator import World

HOST = "forge.conformance.example"
"""The host of the profile URLs; nobody looks it up."""

_PATIENCE = 300  # seconds, of a whole answer
_NUMBERS = ("originalRepos", "forkedRepos", "watchers", "followers", "langs", "langsNum", "topics", "topicsNum")
_ROW = ("name", "isFork", "isArchived", "watchers", "stars", "langs", "topics")


class Failed(Exception):
    """The service gave no answer."""


def answer(kind: str, url: str, tokens: Sequence[str], logins: Sequence[str]) -> Any:
    """The JSON about these owners of the server at that address.

    Raises:
        Failed: an error in its place, in its words.
    """
    entry = {"kind": kind, "host": HOST, "api": url, "accounts": [{"token": token} for token in tokens]}
    command = [sys.executable, "manage.py", "aggregate", "--json", "--repositories", "--expand", "profiles"]
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, *(f"https://{HOST}/{login}" for login in logins)],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "FORGES": json.dumps([entry])},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    if done.returncode != 0:
        raise Failed(f"{done.stderr.strip()[-300:]}")
    return json.loads(done.stdout)


def checks(
    world: World, kind: str, url: str, callers: Mapping[str, Sequence[str]], requests: Iterable[Sequence[str]]
) -> Iterator[Check]:
    """Compare the answers with the straight sum over the world, which has what was put there.

    Args:
        callers: who asks → the tokens.
        requests: owners to ask for together; the missing and the hidden ones are to be told as missing.
    """
    for logins in requests:
        for caller, tokens in callers.items() if logins else ():
            group = f"the service, {caller}"
            try:
                told = answer(kind, url, tokens, logins)
            except Failed as failure:
                yield Check(group, ", ".join(logins), (str(failure),))
                continue
            for login in logins:
                found = differences(_shown(told, login), _expected(world, kind, login), lambda path: False)
                yield Check(group, login, tuple(found))


def _shown(told: Any, login: str) -> Any:
    profile = f"https://{HOST}/{login}".lower()
    if profile in [url.lower() for url in told["missing"]]:
        return "missing"
    [found] = [one for one in told["profiles"] if one["url"].lower() == profile]
    rows = [row for row in told["repositories"] if row["profile"].lower() == profile]
    return {
        "numbers": {key: found[key] for key in _NUMBERS},
        "rows": sorted(({key: row[key] for key in _ROW} for row in rows), key=_name),
        "kind": found["kind"],
        "notTold": found["notTold"],
    }


def _expected(world: World, kind: str, login: str) -> Any:
    owner = world.owner(kind, login) or world.heir(kind, login)
    if owner is None or owner.visibility != "public":
        return "missing"
    profiles = [(kind, owner.login)]
    rows = [{key: row[key] for key in _ROW} for row in world.rows(profiles)]
    return {"numbers": world.sum(profiles), "rows": sorted(rows, key=_name), "kind": owner.kind, "notTold": []}


def _name(row: Mapping[str, Any]) -> str:
    return str(row["name"])
