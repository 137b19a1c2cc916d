"""What an answer must be: a slow sum over the emulator's data that shares nothing with the service but `Stats`."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from emulator import Owner, Repository
from emulator.bitbucket.shapes import repository_uuid
from emulator.github.opaque import node_id
from from_git.values.repository import Repository as Row
from from_git.values.stats import Language, Stats


def expected(owner: Owner) -> Stats:
    """The sum of an owner."""
    return of(owner.forge, owner.repositories)


def of(forge: str, repositories: Iterable[Repository]) -> Stats:
    """The sum of these repositories of a forge: public ones; of each, Bitbucket tells one language and no topics."""
    public = [one for one in repositories if not one.is_private]
    github = forge == "github"
    pairs = [
        [(name.lower(), size) for name, size in (one.languages if github else one.languages[:1])] for one in public
    ]
    langs = [{name for name, _ in one} for one in pairs]
    topics = [set(one.topics if github else ()) for one in public]
    return Stats(
        original_repos=sum(not one.is_fork for one in public),
        forked_repos=sum(one.is_fork for one in public),
        watchers=sum(one.watchers for one in public),
        followers=sum(one.stars for one in public) if github else 0,
        langs={
            name: Language(
                sum(name in one for one in langs),
                sum(size for one in pairs for other, size in one if other == name) if github else None,
            )
            for name in sorted(set().union(*langs))
        },
        topics={name: sum(name in one for one in topics) for name in sorted(set().union(*topics))},
    )


def rows(owner: Owner) -> list[Row]:
    """What an owner's forge tells of its public repositories, by name and then by id."""
    public = [one for one in owner.repositories if not one.is_private]
    told = [(_at_github if owner.forge == "github" else _at_bitbucket)(owner, one) for one in public]
    return sorted(told, key=lambda one: (one.name, one.id))


def _at_github(owner: Owner, one: Repository) -> Row:
    return Row(
        node_id("R", *one.identity(owner.login)),
        one.name,
        one.is_fork,
        one.is_archived,
        one.stars,
        one.watchers,
        one.languages,
        one.topics,
        one.license,
        _seconds(one.created_at),
        None if one.pushed_at is None else _seconds(one.pushed_at),
    )


def _at_bitbucket(owner: Owner, one: Repository) -> Row:
    langs = tuple((name.lower(), None) for name, _ in one.languages[:1])
    created = _seconds(one.created_at)
    return Row(
        repository_uuid(owner, one), one.name.lower(), one.is_fork, None, None, one.watchers, langs, created=created
    )


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
