"""What is asked, and how long the upstreams need for it at least."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emulator.latency import Latency
from from_git import options

POOLS: Mapping[str, int] = {
    name: size for name, size in options.changeable_defaults().items() if name.startswith("NUM_THREADS_")
}
"""Setting to threads, of the service's pools."""
FIXED: dict[str, str] = {
    "POOL_WIDTH": "fixed",
    "NUM_THREADS_GITHUB": "8",
    "NUM_THREADS_BITBUCKET": "4",
    "NUM_THREADS_BITBUCKET_WATCHERS": "16",
}
"""The settings with which the pools are as they were before they grew and shrank."""
TWO_FORGES = tuple(name for name in FIXED if name in POOLS)
"""The settings of the pools of GitHub, of Bitbucket's lists and of its watchers."""
_PAGE = 100  # repositories of one page at most, at both forges


HOSTS: Mapping[str, str] = {
    "github": "github.com",
    "bitbucket": "bitbucket.org",
    "gitlab": "gitlab.com",
    "gitea": "codeberg.org",
    "enterprise": "ghe.example.org",
}
"""Where the owners of a question are."""


@dataclass(frozen=True)
class Question:
    """The owners of one request; generated ones, whose names tell their number of public repositories."""

    github: tuple[str, ...] = ()
    bitbucket: tuple[str, ...] = ()
    gitlab: tuple[str, ...] = ()
    gitea: tuple[str, ...] = ()
    enterprise: tuple[str, ...] = ()
    """At a second host of GitHub's kind."""

    @property
    def urls(self) -> list[str]:
        """The profile URLs."""
        return [f"https://{HOSTS[forge]}/{name}" for forge, name in self._named()]

    @property
    def owners(self) -> list[tuple[str, str]]:
        """The emulator's name of the forge, and the owner."""
        return [("github" if forge == "enterprise" else forge, name) for forge, name in self._named()]

    @property
    def parts(self) -> "list[Question]":
        """The same, each forge by itself."""
        return [Question(**{forge: getattr(self, forge)}) for forge in HOSTS if getattr(self, forge)]

    def _named(self) -> list[tuple[str, str]]:
        return [(forge, name) for forge in HOSTS for name in getattr(self, forge)]


WARM_UP = Question(("user-2",), ("team-2",))
"""Has the service make its pools."""


def limit(questions: Sequence[Question], latency: Latency) -> float:
    """Seconds that the upstreams' answers alone take where the pools are as wide as they may be, in the best order.

    Bitbucket: one list page, and then the watcher counts beside whatever is left of the lists. GitHub: pages of 100,
    whose details could be spread evenly over the pool, and 200 ids a round trip.
    """
    teams = [_size(name) for question in questions for name in question.bitbucket]
    owners = [_size(name) for question in questions for name in question.github]
    base, each = latency.base, latency.per_repository * (1 + latency.object)  # of each, its licence too
    lists = base * sum(map(_pages, teams)) / POOLS["NUM_THREADS_BITBUCKET"]
    watchers = base * (1 + sum(teams) / POOLS["NUM_THREADS_BITBUCKET_WATCHERS"]) if teams else 0.0
    work = sum(base * _pages(size) + each * size for size in owners) / POOLS["NUM_THREADS_GITHUB"]
    largest = (
        base * math.ceil(_pages(max(owners)) / 2) + each * max(owners) / POOLS["NUM_THREADS_GITHUB"] if owners else 0.0
    )
    return max(lists, watchers, work, largest, _others(questions, base))


def _others(questions: Sequence[Question], base: float) -> float:
    """The same for the hosts without a name of their own in the settings.

    Gitea: a page, and then the languages of all repositories. GitLab: pages of 100 from both ends.
    """
    organisations = [_size(name) for question in questions for name in question.gitea]
    groups = [_size(name) for question in questions for name in question.gitlab]
    languages = base * (1 + sum(organisations) / POOLS["NUM_THREADS_GITEA_LANGUAGES"]) if organisations else 0.0
    return max(languages, *(base * math.ceil(_pages(size) / 2) for size in groups), 0.0)


def _size(name: str) -> int:
    return int(name.split("-")[1])


def _pages(size: int) -> int:
    return max(1, math.ceil(size / _PAGE))
