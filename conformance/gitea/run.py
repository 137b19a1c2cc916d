"""A server filled and compared: the service's answers with what was put there, and the emulator's with the server's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from conformance import service
from conformance.comparing import Check
from conformance.gitea.plan import Plan, first_name, plan
from conformance.gitea.questions import compare
from conformance.gitea.site import Refused, Site, is_there
from conformance.gitea.steps import ends, steps
from emulator import Emulator, World
from emulator.gitea.credentials import Token

KIND = "gitea"
WRONG = "0" * 40


@dataclass(frozen=True)
class Done:
    """What was put on a server.

    Attributes:
        plan: what there is.
        stranger: a token of the account that owns nothing.
        users_only: another one, whose scope is for users alone.
        notes: what could not be done.
    """

    plan: Plan
    stranger: str
    users_only: str
    notes: tuple[str, ...]


def filled(site: Site, prefix: str) -> Done:
    """Put everything on a server, and wait until it has counted the languages.

    Raises:
        Refused: a call that must not fail was refused, or there are owners of these names.
    """
    site.check()
    wanted = plan(prefix)
    if there := is_there(site, wanted):
        raise Refused(f"The server has {there[0]} already: choose another --prefix.")
    missing = site.do(steps(wanted))
    uncounted = site.count(wanted)
    missing += site.do(ends(wanted))
    notes = (
        *(f"{one}, which this version's API cannot" for one in missing),
        *(f"counted at {one}" for one in uncounted),
    )
    stranger, users_only = (site.token_of(wanted.stranger, [scope]) for scope in ("all", "read:user"))
    return Done(wanted.without(missing), stranger, users_only, notes)


def world_of(made: Plan) -> World:
    """A world that has what was put on the server, and nothing else."""
    world = World(recorded=False, generated=False)
    for owner in made.owners:
        world.add(owner)
    return world


def checked(site: Site, done: Done) -> Iterator[Check]:
    """Compare everything."""
    world = world_of(done.plan)
    sys.stderr.write("the service's answers …\n")
    now = [owner.login for owner in done.plan.owners]
    before = [first_name(owner) for owner in done.plan.owners if owner.former]
    callers: dict[str, list[str]] = {"anonymous": [], "stranger": [done.stranger], "administrator": [site.token]}
    yield from service.checks(world, KIND, site.url, callers, [[*now, "no-such-owner"], before])
    sys.stderr.write("the emulator's answers …\n")
    yield from emulated(site, done, world)


def emulated(site: Site, done: Done, world: World) -> Iterator[Check]:
    """Compare the emulator's answers with the server's."""
    version = site.call("GET", "/version", site.token).json()["version"]
    settings = site.call("GET", "/settings/api", site.token).json()
    sizes = {key: settings[key] for key in ("max_response_items", "default_paging_num")}
    admin = Token("admin", "admin", admin=True)
    users_only = Token("users", "stranger", scopes=("read:user",))
    options = {"version": version, "token": "stranger", "users": [admin, users_only], **sizes}
    with Emulator(world, limits=False, gitea=options) as emulator:
        ours = Site(emulator[KIND].url, admin.token)
        tokens = {
            "anonymous": ("", ""),
            "stranger": (done.stranger, "stranger"),
            "administrator": (site.token, admin.token),
            "token for users": (done.users_only, users_only.token),
            "wrong token": (WRONG, WRONG),
        }
        yield from compare(done.plan, site, ours, tokens)
