"""The eight keys of an answer in words, and which of them a kind of forge does not tell."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Key(NamedTuple):
    """One key of an answer's `data`."""

    label: str
    """A heading of one or two words; `langs` and `langsNum` are the same thing, once by name and once as a number."""
    counts: str
    """What counts, as a sentence."""
    leaves_out: str
    """What does not, as a sentence."""


KEYS: Mapping[str, Key] = {
    "originalRepos": Key(
        "Original repositories",
        "Public repositories that are no forks, archived ones too.",
        "Private ones do not count, whatever the credentials may see.",
    ),
    "forkedRepos": Key(
        "Forked repositories",
        "Public repositories that are forks of others, archived ones too.",
        "How often these repositories have been forked does not count.",
    ),
    "watchers": Key(
        "Watchers",
        "People who watch a repository, added up over all of them.",
        "Who watches two repositories counts twice; a star is no watch.",
    ),
    "followers": Key(
        "Stars",
        "GitHub's stars, added up over all repositories.",
        "Bitbucket has no stars; people who follow the profile itself do not count.",
    ),
    "langs": Key(
        "Languages",
        "Every language of every repository, in lower case, each once.",
        "Bitbucket names one language for each repository, and some have none.",
    ),
    "langsNum": Key("Languages", "How many different languages there are.", "The same one on both forges counts once."),
    "topics": Key("Topics", "Every topic of every repository, each once.", "Bitbucket has no topics."),
    "topicsNum": Key("Topics", "How many different topics there are.", "The same one counts once, wherever it occurs."),
}
"""By name, in the order of `data`."""
NOT_TOLD: Mapping[str, frozenset[str]] = {
    "github": frozenset(),
    "bitbucket": frozenset({"followers", "topics", "topicsNum"}),
}
"""Kind of forge to the keys that it does not have at all: 0 in `data`, and no number wherever people read it."""
NOTHING = "\N{EN DASH}"
"""What stands in the place of a number that no forge tells."""


def untold(forges: Iterable[str]) -> frozenset[str]:
    """The keys that none of these kinds of forge tells; none where there is no forge, since that sum is a true 0."""
    keys = [NOT_TOLD[forge] for forge in set(forges)]
    return frozenset.intersection(*keys) if keys else frozenset()
