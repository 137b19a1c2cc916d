"""What a tag follows from, where an answer is tagged before it is made, and how long its client may take it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from django.http import HttpResponse
from django.test import SimpleTestCase, override_settings

from from_git.aggregator import Answer
from from_git.httpcache import rendered
from from_git.question.choices import Table
from from_git.renderers import AnswerCSV, Answering, AnswerJSON, AnswerPage, AnswerXLSX, Details
from from_git.tests.kit.flying import FOUND, MFEM, SPACK
from from_git.values.filters import Filter
from from_git.values.found import Fetched
from from_git.values.profile import Profile

ONE = Fetched(FOUND, 1_000.0, 1_000.0)
ANSWER = Answer({SPACK: ONE}, {SPACK: FOUND}, (), FOUND.stats)
LATER = replace(ANSWER, fetched={SPACK: replace(ONE, oldest=1_009.0)})
LISTED = Details(expand=("repositories",))
LONG: tuple[tuple[Answering, Details], ...] = (
    (AnswerJSON(), LISTED),
    (AnswerPage(), LISTED),
    (AnswerCSV(), Details(table=Table(repositories=True))),
    (AnswerXLSX(), Details()),
)


def response(one: Answer, renderer: Answering, details: Details, is_wanted: bool = False) -> Any:
    """The response to an answer, without a body if it is not wanted."""
    return renderer.response(one, details, lambda bare: is_wanted)


class Seeds(SimpleTestCase):
    """Of answers of any length."""

    def test_those_that_show_when_it_was_counted_follow_from_that_and_the_others_do_not(self) -> None:
        for renderer, details in LONG:
            with self.subTest(renderer.format):
                same = response(ANSWER, renderer, details).seed == response(LATER, renderer, details).seed
                self.assertEqual(same, isinstance(renderer, AnswerJSON | AnswerCSV))

    def test_everything_else_that_is_shown_makes_another_one(self) -> None:
        gone = {row.id for row in FOUND.rows if row.id == "R1"}
        fork = FOUND.chosen(Filter(forks="only"))
        other = Profile(SPACK.host, SPACK.key, "Spack", "https://github.com/Spack/")
        answers = (
            ANSWER,
            replace(ANSWER, missing=(MFEM,)),
            replace(ANSWER, elsewhere={SPACK: frozenset(gone)}),
            replace(ANSWER, found={SPACK: fork}),
            replace(ANSWER, filter=Filter(forks="no")),
            replace(ANSWER, filter=Filter(forks="only")),
            replace(ANSWER, fetched={other: ONE}, found={other: FOUND}),
        )
        for renderer, details in LONG:
            with self.subTest(renderer.format):
                self.assertEqual(len({response(one, renderer, details).seed for one in answers}), len(answers))
        # the same seed, which has both, for two forms
        tags = {rendered(ANSWER, response(ANSWER, one, LISTED)).etag for one in (AnswerPage(), AnswerXLSX())}
        self.assertEqual(len(tags), 2)
        # beside the same sums too
        prints = {one.fingerprint() for one in answers}
        self.assertEqual(len(prints), len(answers) - 1)
        self.assertEqual(ANSWER.fingerprint(), LATER.fingerprint())


class Slow(SimpleTestCase):
    """A client that takes its answer too slowly."""

    @override_settings(FLIGHT_SECONDS=0.0)
    def test_no_more_is_made_for_it(self) -> None:
        for renderer, details in LONG:
            with self.subTest(renderer.format):
                sent: Iterator[bytes] = iter(cast(HttpResponse, response(ANSWER, renderer, details, is_wanted=True)))
                with self.assertRaises(ConnectionResetError):
                    next(sent)
