"""The eight keys of an answer: how a repository counts, in code and in words, and which of them no forge tells."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from from_git.values.kind import Kind
from from_git.values.repository import Repository
from from_git.values.words import listed


class Key(NamedTuple):
    """One key of an answer's `data`."""

    label: str
    """A heading of one or two words; `langs` and `langsNum` are the same thing, once by name and once as a number."""
    counts: str
    """What counts, as a sentence; `{tellers}` stands for the forges that have it, as `A's and B's`."""
    leaves_out: str
    """What does not, as a sentence, or nothing."""
    thing: str = ""
    """What is said to be absent at the forges that do not tell this key; nothing where another key says so."""
    adds: Callable[[Repository], int] | None = None
    """What one repository adds to this number."""
    names: Callable[[Repository], set[str]] | None = None
    """The names that one repository adds."""

    @property
    def short(self) -> str:
        """The heading where repositories are what all is about."""
        return self.label.removesuffix(" repositories")


KEYS: Mapping[str, Key] = {
    "originalRepos": Key(
        "Original repositories",
        "Public repositories that are no forks, archived ones too.",
        "Private ones do not count, whatever the credentials may see.",
        adds=lambda row: not row.is_fork,
    ),
    "forkedRepos": Key(
        "Forked repositories",
        "Public repositories that are forks of others, archived ones too.",
        "How often these repositories have been forked does not count.",
        adds=lambda row: bool(row.is_fork),
    ),
    "watchers": Key(
        "Watchers",
        "People who watch a repository, added up over all of them.",
        "Who watches two repositories counts twice; a star is no watch.",
        "watchers",
        adds=lambda row: row.watchers or 0,
    ),
    "followers": Key(
        "Stars",
        "{tellers} stars, added up over all repositories.",
        "People who follow the profile itself do not count.",
        "stars",
        adds=lambda row: row.stars or 0,
    ),
    "langs": Key(
        "Languages",
        "Every language of every repository, in lower case, each once.",
        "",
        names=lambda row: row.languages,
    ),
    "langsNum": Key(
        "Languages", "How many different languages there are.", "The same one on several forges counts once."
    ),
    "topics": Key(
        "Topics",
        "Every topic of every repository, each once.",
        "",
        "topics",
        names=lambda row: set(row.topics or ()),
    ),
    "topicsNum": Key("Topics", "How many different topics there are.", "The same one counts once, wherever it occurs."),
}
"""By name, in the order of `data`; `described` says them for the forges that there are."""
NOTHING = "\N{EN DASH}"
"""What stands in the place of a number that no forge tells."""


def described(kinds: Sequence[Kind]) -> dict[str, Key]:
    """KEYS, with what each of these kinds of forge has of them and leaves out."""
    return {name: _described(name, key, kinds) for name, key in KEYS.items()}


def _described(name: str, key: Key, kinds: Sequence[Kind]) -> Key:
    tellers = listed([f"{kind.label}'s" for kind in kinds if name not in kind.tells.not_told])
    silent = [kind.label for kind in kinds if name in kind.tells.not_told] if key.thing else []
    left_out = key.leaves_out
    if silent:
        lacks = f"{listed(silent)} {'tells' if len(silent) == 1 else 'tell'} no {key.thing}"
        left_out = f"{lacks}; {left_out[0].lower()}{left_out[1:]}" if left_out else f"{lacks}."
    left_out = " ".join(filter(None, (left_out, *(kind.tells.leaves_out.get(name) for kind in kinds))))
    return key._replace(counts=key.counts.replace("{tellers}", tellers), leaves_out=left_out)
