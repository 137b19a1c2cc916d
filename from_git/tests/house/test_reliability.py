"""Every row of the fault matrix, through real HTTP."""

from dataclasses import replace
from importlib import import_module
from typing import Any
from unittest import TestCase

from django.core.cache import caches

from emulator import Owner, Repository
from emulator.tests.helpers import settled
from from_git import errors, forges
from from_git.errors import LimitError, UpstreamError, kinds
from from_git.forges.registry import KINDS
from from_git.tests.kit import matrix
from from_git.tests.kit.leftovers import threads
from from_git.tests.kit.matrix import rows
from from_git.tests.kit.matrix_rows import (
    BITBUCKET,
    EXACT,
    GITEA,
    GITHUB,
    GITLAB,
    MISSING,
    NAMED,
    PAGES,
    TOTAL,
    USERS,
    Row,
)
from from_git.tests.kit.proofs import PROOFS
from from_git.tests.kit.service import ServiceTestCase

OWNERS = {
    GITHUB: ("github", "Organization"),
    **dict.fromkeys(BITBUCKET, ("bitbucket", "Workspace")),
    **dict.fromkeys((PAGES, TOTAL), ("gitlab", "Group")),
    USERS: ("gitlab", "User"),
    **dict.fromkeys(GITEA, ("gitea", "Organization")),
}
"""Forge and kind of the owner that is asked for, by place."""


def repository(number: int) -> Repository:
    """One of an owner's repositories."""
    return Repository(f"r{number:03}", watchers=number, stars=number, languages={"C": 1}, topics=("api",))


class Document(TestCase):
    """docs/reliability.md."""

    def test_it_is_what_the_matrix_and_the_proofs_give(self) -> None:
        text = matrix.DOCUMENT.read_text(encoding="utf-8")

        self.assertEqual(matrix.document(text), text)
        self.assertIn(matrix.table(), text)
        self.assertIn(matrix.proofs(), text)

    def test_every_proof_is_a_test_that_exists(self) -> None:
        for test in PROOFS.values():
            with self.subTest(test):
                module, case, name = test.rsplit(".", 2)
                found = getattr(import_module(f"from_git.tests.{module}"), case)
                self.assertTrue(callable(getattr(found, name)))

    def test_every_error_of_a_forge_is_the_outcome_of_a_row_or_stands_in_the_proofs(self) -> None:
        outcomes = {outcome for row in matrix.rows() for outcome in (row.once, row.always)}
        of_time = {"BudgetError", "DeadlineError", "UnfinishedError"}
        self.assertEqual({kind.__name__ for kind in kinds(UpstreamError)} - of_time - outcomes, set())


class Matrix(ServiceTestCase):
    """What a caller sees of each fault."""

    def setUp(self) -> None:
        """Wait no longer than a test may."""
        super().setUp()
        self.settings_for_test(REQUEST_DEADLINE=30.0)
        # three tries tell the same as twelve
        self.tempo_for_test(most_tries=3)

    def provoke(self, row: Row, times: int | None) -> tuple[str, dict[str, Any]]:
        """The outcome in the matrix's words, and the body."""
        self.settings_kept(UPSTREAM_TIMEOUT=0.3 if row.fault.kind in ("hang", "drip", "drip_head") else 20.0)
        forges.close()
        # a call of the row before would be the first one that the next fault lets pass
        self.assertEqual(settled(self.under_way, 0), 0)
        caches["default"].clear()  # no limit is remembered, not even one that its last call met
        forge, kind = OWNERS[row.place]
        url = KINDS[forge].url("tiny")
        self.world.add(Owner(forge, "tiny", kind, tuple(map(repository, range(row.size)))))
        self.emulator.faults.clear()
        fault = replace(row.fault, times=times, url=row.fault.url.format(base=self.emulator["bitbucket"].url[:-4]))
        self.emulator.faults.add(fault)
        response = self.ask(url)
        body = response.json()
        if response.status_code == 200:
            lost = row.fault.repository if body["missing"] else ""
            self.assertEqual(body["missing"], [f"{url}/{lost}"] if lost else [url] if body["missing"] else [])
            if lost:
                left = [one for one in map(repository, range(row.size)) if one.name != lost]
                self.world.add(Owner(forge, "tiny", kind, left))
            self.assertEqual(body["data"], self.world.sum([(forge, "tiny")] if lost or not body["missing"] else []))
            return (NAMED if lost else MISSING if body["missing"] else EXACT), body
        self.assertEqual((body["error"], body["upstream"]), ("ERR2", forge))
        self.assertIn(f"for {url}: ", body["message"])
        for secret in (self.emulator["github"].credentials["token"], "ghp_", "Authorization"):
            self.assertNotIn(secret, response.text)
        return f"{response.status_code}", body

    def under_way(self) -> int:
        """Threads that may still send a call, and calls that the forges are at."""
        self.emulator.meter.reset()  # from here on the most at the same time are at least those of now
        pools = [name for name in threads() if name.startswith(tuple(KINDS))]
        return len(pools) + sum(one.peak for one in self.emulator.meter.snapshot().values())

    def check(self, row: Row, outcome: str, times: int | None) -> None:
        """One cell."""
        seen, body = self.provoke(row, times)
        kind = getattr(errors, outcome, None)
        self.assertEqual(seen, outcome if kind is None else str(kind.status), body)
        if kind is not None:
            self.assertIn(row.words, f"{body['message']} {body['advice']}")
            self.assertEqual("retryAfter" in body, issubclass(kind, LimitError))

    def test_every_row_of_the_first_two_kinds(self) -> None:
        self.check_rows(GITHUB, *BITBUCKET)

    def test_every_row_of_gitlab(self) -> None:
        self.check_rows(*GITLAB)

    def test_every_row_of_gitea(self) -> None:
        self.check_rows(*GITEA)

    def check_rows(self, *places: str) -> None:
        """All cells of these places."""
        for row in rows():
            if row.place not in places:
                continue
            for outcome, times in ((row.once, 1), (row.always, None)):
                if not outcome:
                    continue
                with self.subTest(row.what, place=row.place, times=times):
                    self.check(row, outcome, times)
