"""What an answer must be: a slow sum over the emulator's data that shares nothing with the service but `Stats`."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from emulator import Owner, Repository
from emulator.bitbucket.shapes import repository_uuid
from emulator.gitea.shapes import repository_number
from emulator.github.opaque import node_id
from emulator.gitlab.views import project_number
from emulator.kinds import KINDS
from from_git.values.repository import Repository as Row
from from_git.values.stats import Language, Stats

TRAITS = {kind.traits.name: kind.traits for kind in KINDS}
"""What each kind of forge tells, by its name."""
_IDS: dict[str, Callable[[Owner, Repository], str]] = {
    "github": lambda owner, one: node_id("R", *one.identity(owner.login)),
    "bitbucket": repository_uuid,
    "gitlab": lambda owner, one: str(project_number(owner, one)),
    "gitea": lambda owner, one: str(repository_number(owner, one)),
}


def owner_of(forge: str, login: str, repositories: Iterable[Repository] = ()) -> Owner:
    """An owner of the kind that the forge has first."""
    return Owner(forge, login, TRAITS[forge].owner_kinds[0], tuple(repositories))


def expected(owner: Owner) -> Stats:
    """The sum of an owner."""
    return of(owner.forge, owner.repositories)


def of(forge: str, repositories: Iterable[Repository]) -> Stats:
    """The sum of these repositories of a forge: public ones, and of each what the forge tells."""
    told = TRAITS[forge]
    public = [one for one in repositories if one.counts]
    pairs = [[(name.lower(), size) for name, size in one.languages[: told.languages]] for one in public]
    langs = [{name for name, _ in one} for one in pairs]
    topics = [set(one.topics if told.topics else ()) for one in public]
    return Stats(
        original_repos=sum(not one.is_fork for one in public),
        forked_repos=sum(one.is_fork for one in public),
        watchers=sum(one.watchers for one in public) if told.watchers else 0,
        followers=sum(one.stars for one in public) if told.stars else 0,
        langs={
            name: Language(
                sum(name in one for one in langs),
                sum(size for one in pairs for other, size in one if other == name) if told.bytes else None,
            )
            for name in sorted(set().union(*langs))
        },
        topics={name: sum(name in one for one in topics) for name in sorted(set().union(*topics))},
    )


def rows(owner: Owner) -> list[Row]:
    """What an owner's forge tells of its public repositories, by name and then by id."""
    told = [_row(owner, one) for one in owner.repositories if one.counts]
    return sorted(told, key=lambda one: (one.name, one.id))


def _row(owner: Owner, one: Repository) -> Row:
    told = TRAITS[owner.forge]
    slug: Callable[[str], str] = str.lower if told.slugs else str
    return Row(
        _IDS[owner.forge](owner, one),
        slug(one.path),
        one.is_fork,
        one.is_archived if told.archives else None,
        one.stars if told.stars else None,
        one.watchers if told.watchers else None,
        tuple((slug(name), size if told.bytes else None) for name, size in _ordered(owner.forge, one)),
        one.topics if told.topics else None,
        one.license if told.licenses else None,
        _seconds(one.created_at),
        _seconds(one.pushed_at) if told.pushes and one.pushed_at else None,
    )


def _ordered(forge: str, one: Repository) -> Sequence[tuple[str, int]]:
    """Its languages in the forge's order: Gitea has the largest first."""
    told = one.languages[: TRAITS[forge].languages]
    return sorted(told, key=lambda pair: -pair[1]) if forge == "gitea" else told


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def of_rows(rows: Sequence[Row]) -> Stats:
    """The sum of these repositories, as the service has them."""
    pairs = [[(name.lower(), size) for name, size in one.langs] for one in rows]
    langs = [{name for name, _ in one} for one in pairs]
    sizes = [(name, size) for one in pairs for name, size in one if size is not None]
    topics = [set(one.topics or ()) for one in rows]
    return Stats(
        original_repos=sum(one.is_fork is not True for one in rows),
        forked_repos=sum(one.is_fork is True for one in rows),
        watchers=sum(one.watchers for one in rows if one.watchers is not None),
        followers=sum(one.stars for one in rows if one.stars is not None),
        langs={
            name: Language(
                sum(name in one for one in langs),
                sum(size for other, size in sizes if other == name) if name in dict(sizes) else None,
            )
            for name in sorted(set().union(*langs))
        },
        topics={name: sum(name in one for one in topics) for name in sorted(set().union(*topics))},
    )


def details(owners: Iterable[Owner]) -> dict[str, list[dict[str, object]]]:
    """What `expand=langs,topics` adds to an answer for these owners."""
    return details_of([expected(owner) for owner in owners])


def details_of(parts: Sequence[Stats]) -> dict[str, list[dict[str, object]]]:
    """The same for owners with these sums."""
    langs: list[dict[str, object]] = []
    for name in sorted({name for one in parts for name in one.langs}):
        found = [one.langs[name] for one in parts if name in one.langs]
        sizes = [one.bytes for one in found if one.bytes is not None]
        langs.append({"name": name, "repos": sum(one.repos for one in found), "bytes": sum(sizes) if sizes else None})
    topics = sorted({name for one in parts for name in one.topics})
    return {
        "langsDetail": langs,
        "topicsDetail": [{"name": name, "repos": sum(one.topics.get(name, 0) for one in parts)} for name in topics],
    }


def data(owners: Iterable[Owner]) -> dict[str, object]:
    """The `data` of an answer for these owners."""
    parts = [expected(owner) for owner in owners]
    langs = sorted({name for one in parts for name in one.langs})
    topics = sorted({name for one in parts for name in one.topics})
    return {
        "originalRepos": sum(one.original_repos for one in parts),
        "forkedRepos": sum(one.forked_repos for one in parts),
        "watchers": sum(one.watchers for one in parts),
        "followers": sum(one.followers for one in parts),
        "langs": langs,
        "langsNum": len(langs),
        "topics": topics,
        "topicsNum": len(topics),
    }
