"""What is put on a server: owners and repositories of every sort, as a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from emulator import Owner, Repository

CODE_OFF, ORGANIZATION_RENAMED = "code switched off", "an organization renamed"
"""What not every version's API can do."""

MOST_TOPICS = 25
"""Of a repository, as many as the API takes."""

_SPOKEN = ("Python", "Go", "Dart", "Java", "Ruby", "Shell", "Kotlin", "Lua", "CSS")


@dataclass(frozen=True)
class Way:
    """How a repository comes to be what it is.

    Attributes:
        how: "made", "forked", "mirrored", "generated" from a template, "renamed", or "transferred" from another owner.
        source: the path of the parent, of what is mirrored, of the template, or its own former path; owners have their
            first names there.
        fate: of a parent: "", "deleted", or "hidden" together with its owner.
    """

    how: str = "made"
    source: str = ""
    fate: str = ""


MADE = Way()


@dataclass(frozen=True)
class Plan:
    """What there is at the end.

    Attributes:
        owners: each as it is at the end.
        ways: path of a repository, its owner with the first name → how it comes to be; others are just made.
        people: the accounts that star and watch, the first so many of them each repository.
        stranger: an account that owns nothing and is nobody's member.
    """

    owners: tuple[Owner, ...]
    ways: Mapping[str, Way]
    people: tuple[str, ...]
    stranger: str

    def made(self) -> Iterator[tuple[Owner, Repository, Way]]:
        """The repositories in the order in which they are made, which is that of their ids."""
        every = [(owner, one) for owner in self.owners for one in owner.repositories]
        for owner, one in sorted(every, key=lambda pair: pair[1].created_at):
            yield owner, one, self.ways.get(f"{first_name(owner)}/{one.name}", MADE)

    def without(self, missing: Sequence[str]) -> Plan:
        """What there is at the end where the server cannot do some of it."""
        owners = self.owners
        if CODE_OFF in missing:
            owners = tuple(
                replace(owner, repositories=[_with_code(one) for one in owner.repositories]) for owner in owners
            )
        if ORGANIZATION_RENAMED in missing:
            owners = tuple(_not_renamed(owner) if owner.kind == "Organization" else owner for owner in owners)
        return replace(self, owners=owners)


def _with_code(one: Repository) -> Repository:
    return replace(one, marks=one.marks - {"no-code"})


def first_name(owner: Owner) -> str:
    """The login under which an owner is made."""
    return owner.former[0] if owner.former else owner.login


def _not_renamed(owner: Owner) -> Owner:
    return replace(owner, login=first_name(owner), former=())


class _Days:
    """Times of creation, a day after another, so that ids and times are in one order."""

    def __init__(self) -> None:
        self._next = datetime(2020, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._next += timedelta(days=1)
        return self._next


def plan(prefix: str) -> Plan:
    """Some sixty repositories in one organization, eight of a user, and the hidden and empty owners beside them."""
    day = _Days()
    parents = [
        Repository("kept", languages={"Python": 400, "Shell": 60}, created_at=day()),
        Repository("secret", is_private=True, created_at=day()),
    ]
    sources = f"{prefix}-sources"
    hidden_later = f"{prefix}-later-hidden"
    behind = [Repository("parent", languages={"Go": 300}, created_at=day())]
    main, ways = _main(prefix, sources, hidden_later, day)
    ann, anns = _ann(prefix, sources, day)
    rest = _rest(prefix, day)
    owners = (
        Owner("gitea", sources, "Organization", parents),
        Owner("gitea", hidden_later, "Organization", behind, visibility="private"),
        main,
        ann,
        *rest,
    )
    people = tuple(f"{prefix}-folk-{number}" for number in range(1, 6))
    return Plan(owners, {**ways, **anns}, people, f"{prefix}-stranger")


def _main(prefix: str, sources: str, hidden_later: str, day: _Days) -> tuple[Owner, dict[str, Way]]:
    login, first = f"{prefix}-Main.Org", f"{prefix}-first-name"
    arrived = Repository("arrived", stars=1, watchers=1, created_at=day())
    many = [_plain(number, day) for number in range(1, 41)]
    sorts = [
        Repository("old-1", is_archived=True, languages={"Java": 200}, stars=2, created_at=day()),
        Repository("old-2", is_archived=True, created_at=day(), marks=["empty"], watchers=2),
        *(Repository(f"empty-{number}", marks=["empty"], pushed_at=None, created_at=day()) for number in (1, 2, 3)),
        *(Repository(f"secret-{number}", is_private=True, created_at=day()) for number in (1, 2, 3)),
        Repository("Mixed.Case_name-1", languages={"Ruby": 90}, topics=["case"], created_at=day()),
        Repository("new-name", languages={"Lua": 70}, stars=1, created_at=day()),
        Repository("template", topics=["template"], created_at=day()),
        Repository("generated", created_at=day()),
        Repository("mirror", marks=["mirror"], languages={"Python": 400, "Shell": 60}, watchers=1, created_at=day()),
        Repository("code-off", marks=["no-code"], watchers=2, created_at=day()),
        Repository("fork", is_fork=True, languages={"Python": 400, "Shell": 60}, stars=3, created_at=day()),
        Repository("fork-of-deleted", languages={"Dart": 120}, created_at=day()),
        Repository("fork-of-private", is_fork=True, is_private=True, created_at=day()),
        Repository("fork-of-hidden", is_fork=True, languages={"Go": 300}, marks=["hidden-parent"], created_at=day()),
    ]
    ways = {
        "arrived": Way("transferred", f"{prefix}-young-ann/arrived"),
        "new-name": Way("renamed", f"{first}/former-name"),
        "generated": Way("generated", f"{first}/template"),
        "mirror": Way("mirrored", f"{sources}/kept"),
        "fork": Way("forked", f"{sources}/kept"),
        "fork-of-deleted": Way("forked", f"{sources}/deleted", "deleted"),
        "fork-of-private": Way("forked", f"{sources}/secret"),
        "fork-of-hidden": Way("forked", f"{hidden_later}/parent", "hidden"),
    }
    owner = Owner("gitea", login, "Organization", [arrived, *many, *sorts], former=(first,))
    return owner, {f"{first}/{name}": way for name, way in ways.items()}


def _plain(number: int, day: _Days) -> Repository:
    """One of the many: with topics every fourth, 250 in all, and up to four languages."""
    spoken = [_SPOKEN[(number + step) % len(_SPOKEN)] for step in range(number % 5)]
    start = number // 4 * MOST_TOPICS
    topics = [f"topic-{place:03}" for place in range(start - MOST_TOPICS, start)] if number % 4 == 0 else []
    return Repository(
        f"plain-{number:02}",
        languages={name: 600 - 100 * step - number for step, name in enumerate(spoken)},
        topics=topics,
        stars=number % 6,
        watchers=(number + 2) % 6,
        created_at=day(),
    )


def _ann(prefix: str, sources: str, day: _Days) -> tuple[Owner, dict[str, Way]]:
    login = f"{prefix}-Ann"
    rows = [
        Repository(
            "tool", languages={"Kotlin": 500, "Shell": 50}, topics=["mine"], stars=4, watchers=3, created_at=day()
        ),
        Repository("notes", is_private=True, created_at=day()),
        Repository("blank", marks=["empty"], pushed_at=None, created_at=day()),
        Repository("kept", is_fork=True, languages={"Python": 400, "Shell": 60}, created_at=day()),
        Repository("past", is_archived=True, languages={"Go": 40}, created_at=day()),
        *(Repository(f"more-{number}", languages={"Dart": 30}, stars=number, created_at=day()) for number in (1, 2, 3)),
    ]
    owner = Owner("gitea", login, "User", rows, former=(f"{prefix}-young-ann",))
    return owner, {f"{first_name(owner)}/kept": Way("forked", f"{sources}/kept")}


def _rest(prefix: str, day: _Days) -> list[Owner]:
    """Hidden owners with a public and a private repository each, and empty ones."""
    owners = []
    for kind, word in (("Organization", "org"), ("User", "user")):
        for visibility in ("limited", "private"):
            rows = [
                # nobody else sees what is private
                Repository("inside", languages={"Go": 25}, stars=int(visibility == "limited"), created_at=day()),
                Repository("more-inside", is_private=True, created_at=day()),
            ]
            owners.append(Owner("gitea", f"{prefix}-{visibility}-{word}", kind, rows, visibility=visibility))
        owners.append(Owner("gitea", f"{prefix}-empty-{word}", kind))
    return owners
