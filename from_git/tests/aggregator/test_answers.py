"""Any world, any sizes, any accidents: the answer is right, or there is none; hypothesis looks for counterexamples."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import requests
from django.core.cache import caches
from django.test import override_settings

from emulator import Fault, Latency, Owner, Repository
from from_git.forges.bitbucket.opening import Bitbucket
from from_git.forges.github.opening import GitHub
from from_git.forges.github.queries import Sizes
from from_git.forges.gitlab.opening import GitLab
from from_git.forges.registry import KINDS
from from_git.tests.kit import oracle
from from_git.tests.kit.examples import FAULTS, OWNERS, SIZES, WEIGHTS, examples, given, st
from from_git.tests.kit.hosts import adapter
from from_git.tests.kit.oracle import TRAITS
from from_git.tests.kit.service import ServiceTestCase

THREADS = [option.name for kind in KINDS.values() for option in kind.options.threads]


class AnswersTestCase(ServiceTestCase):
    """A service that is made anew for each example."""

    points = 10**9
    options = {"gitea": {"max_response_items": 9}}  # noqa: RUF012 - see the attribute

    def upstream_settings(self) -> dict[str, Any]:
        """As everywhere; limits of half a minute are no wait but an error."""
        return {**super().upstream_settings(), "REQUEST_DEADLINE": 20.0}

    def setUp(self) -> None:
        """Let no example change the next."""
        super().setUp()
        # the jitter of a fetch that nobody waits for any more, while the next example is drawn
        self.enterContext(warnings.catch_warnings())
        warnings.filterwarnings("ignore", "Do not use the `random` module inside strategies")
        self.addCleanup(self.emulator.before_call, None)
        self.addCleanup(setattr, self.emulator, "latency", self.emulator.latency)

    @contextmanager
    def sizes(self, sizes: Mapping[str, int]) -> Iterator[None]:
        """A new service with pages and pools of these sizes."""
        threads = sizes["THREADS"]
        queries = Sizes(
            sizes["GITHUB_PAGE"],
            sizes["LIST"],
            sizes["BATCH"],
            sizes["SMALL_BATCH"],
            sizes["NAMES_BATCH"],
            sizes["NAMES"],
            average=sizes["SMALL_BATCH"],
        )
        entries = [{**entry, "threads": threads} for entry in self.upstream_settings()["FORGES"]]
        with override_settings(FORGES=entries, **dict.fromkeys(THREADS, threads)):
            github, bitbucket, gitlab = adapter("github"), adapter("bitbucket"), adapter("gitlab")
            assert isinstance(github, GitHub)
            assert isinstance(bitbucket, Bitbucket)
            assert isinstance(gitlab, GitLab)
            gitlab.access.schema.usual |= {"page": sizes["GITLAB_PAGE"], "aliases": sizes["GITLAB_ALIASES"]}
            github.access = replace(github.access, sizes=queries)
            bitbucket.access = replace(bitbucket.access, page_size=sizes["BITBUCKET_PAGE"])
            self.emulator.before_call(None)
            self.emulator.faults.clear()
            caches["default"].clear()
            yield

    def asked(self, owners: Sequence[Owner]) -> requests.Response:
        """The answer with details for these owners, who come into the world."""
        for owner in owners:
            self.world.add(owner)
        urls = [KINDS[owner.forge].url(owner.login) for owner in owners]
        return requests.get(f"{self.base}/health-check", params={"url": urls, "expand": "langs,topics"}, timeout=30)

    def assert_refused(self, response: requests.Response) -> None:
        """It is an error, which says that a forge is to blame."""
        self.assertIn(response.status_code, (502, 503, 504), response.text)
        self.assertEqual(response.json()["error"], "ERR2", response.text)


class Answers(AnswersTestCase):
    """A world that stands still."""

    @examples(80)
    @given(OWNERS, SIZES)
    def test_an_answer_is_the_sum_whatever_the_sizes_of_pages_and_pools(
        self, owners: list[Owner], sizes: dict[str, int]
    ) -> None:
        with self.sizes(sizes):
            response = self.asked(owners)

        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.json(), whole(owners))

    @examples(180)
    @given(OWNERS, SIZES, FAULTS, WEIGHTS)
    def test_an_answer_is_the_sum_or_an_error_whatever_fails(
        self, owners: list[Owner], sizes: dict[str, int], faults: list[Fault], most: int | None
    ) -> None:
        self.emulator.latency = Latency(max_weight=most)
        with self.sizes(sizes):
            for fault in faults:
                self.emulator.faults.add(fault)
            response = self.asked(owners)

        if response.status_code == 200:
            self.assertEqual(response.json(), whole(owners))
        else:
            self.assert_refused(response)


def whole(owners: Sequence[Owner]) -> dict[str, Any]:
    """The body of an answer for these owners."""
    return {"error": "OK", "data": oracle.data(owners), "missing": [], **oracle.details(owners)}


def marked(count: int, first: int = 0, **options: Any) -> list[Repository]:
    """Repositories whose watchers and stars are different powers of two, so that a sum tells which are in it."""
    return [
        Repository(
            f"r{n}",
            watchers=2**n,
            stars=2**n,
            is_fork=n % 3 == 0,
            languages={f"l{n % 5}": 2**n},
            topics=[f"t{n}"],
            created_at=f"202{n % 4}-01-01T00:00:{n:02}Z",
            **options,
        )
        for n in range(first, first + count)
    ]


class Changes(AnswersTestCase):
    """A world that changes while it is read.

    No answer can be of one moment, since the pages are not. The law: each repository that stood throughout counts once
    and wholly; one that came or went counts once or not at all; nothing else does.
    """

    @examples(120)
    @given(
        st.sampled_from([(name, kind) for name, traits in TRAITS.items() for kind in traits.owner_kinds]),
        SIZES,
        st.integers(0, 24),
        st.lists(
            st.tuples(st.integers(2, 25), st.sampled_from(["gone", "private", "new"]), st.integers(0, 23)),
            min_size=1,
            max_size=9,
        ),
    )
    def test_what_stands_is_neither_lost_nor_doubled(
        self, forge: tuple[str, str], sizes: dict[str, int], count: int, changes: list[tuple[int, str, int]]
    ) -> None:
        state = {one.id: one for one in marked(count)}
        late = iter(marked(6, first=24))
        plan: dict[int, list[dict[int, Repository]]] = {}
        states = [dict(state)]
        for when, what, which in sorted(changes):
            self.do(state, what, which, late)
            plan.setdefault(when, []).append(dict(state))
            states.append(dict(state))
        with self.sizes(sizes):
            owner = Owner(forge[0], "acme", forge[1], marked(count))
            seen = self.follow(owner, plan, states)
            response = self.asked([owner])

        if response.status_code == 200:
            self.assert_between(owner, response.json(), states[: seen[0]])
        else:
            self.assert_refused(response)

    def do(self, state: dict[int, Repository], what: str, which: int, late: Iterator[Repository]) -> None:
        """Change the state of an owner."""
        new = next(late, None) if what == "new" else None
        if new:
            state[new.id] = new
        elif state and what != "new":
            identity = sorted(state)[which % len(state)]
            if what == "gone":
                del state[identity]
            else:
                state[identity] = replace(state[identity], is_private=True)

    def follow(
        self, owner: Owner, plan: Mapping[int, list[dict[int, Repository]]], states: Sequence[object]
    ) -> list[int]:
        """Let the owner change before the calls of the plan; holds how many states there have been."""
        calls, seen = [0], [1]

        def act(upstream: str, path: str, body: str) -> None:
            calls[0] += 1
            for state in plan.get(calls[0], ()):
                self.world.add(replace(owner, repositories=list(state.values())))
                seen[0] += 1

        self.emulator.before_call(act)
        return seen

    def assert_between(self, owner: Owner, body: dict[str, Any], states: Sequence[dict[int, Repository]]) -> None:
        """The law."""
        data = body["data"]
        public = [{one.watchers for one in state.values() if not one.is_private} for state in states]
        marks = data["followers" if TRAITS[owner.forge].stars else "watchers"]
        counted = {2**n for n in range(30) if marks & 2**n}
        self.assertLess(marks, 2**30)
        self.assertLessEqual(set.intersection(*public), counted, "one that stood is lost")
        self.assertLessEqual(counted, set.union(*public), "one that never stood is counted")
        every = {one.watchers: one for state in states for one in state.values() if not one.is_private}
        of = replace(owner, repositories=[every[mark] for mark in counted])
        self.assertEqual(body, whole([of]))
