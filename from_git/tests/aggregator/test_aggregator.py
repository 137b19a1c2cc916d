"""The story of a request by itself: profiles in, looks at the progress meanwhile, one answer or one error out."""

from types import SimpleNamespace
from typing import Any
from unittest import TestCase

from emulator import Fault
from emulator.tests.helpers import settled
from from_git.aggregator import Answer, Asking, aggregate, asked_facts, watched
from from_git.aggregator.asking import overdue, partly, unfinished
from from_git.errors import BudgetError, UpstreamError
from from_git.question import profiles_asked
from from_git.tests.kit.leftovers import objects
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.progress import Progress

GITHUB, BITBUCKET, NOBODY = "https://github.com/user-3", "https://bitbucket.org/team-7", "https://github.com/nobody"


def asking() -> Asking:
    """Terms that begin now: those of the module's import are over when the tests before it have taken 30 s."""
    return Asking(30.0, "A_SETTING")


class Watched(ServiceTestCase):
    """The generator."""

    def test_profiles_come_in_the_order_asked_and_those_that_are_missing_by_themselves(self) -> None:
        for urls in ((GITHUB, NOBODY, BITBUCKET), (BITBUCKET, GITHUB, NOBODY), (NOBODY,)):
            with self.subTest(urls):
                answer = aggregate(profiles_asked(urls), asking())
                self.assertEqual([one.url for one in answer.fetched], list(urls))
                self.assertEqual([one.url for one in answer.found], [url for url in urls if url != NOBODY])
                self.assertEqual([one.url for one in answer.missing], [NOBODY] if NOBODY in urls else [])

    def test_the_first_look_comes_before_any_call_and_looks_go_on_to_the_end_and_after_it(self) -> None:
        profiles = profiles_asked([GITHUB, NOBODY, BITBUCKET])
        watch, looks = watched(profiles, asking(), tick=0.01), []
        look = next(watch)
        looks.append(look())
        self.assertEqual((looks[0].done, looks[0].cost), (0, {}))
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)
        try:
            while True:
                looks.append(next(watch)())
        except StopIteration as end:
            answer: Answer = end.value
        looks.append(look())

        self.assertEqual((looks[-1].done, looks[-1].found, looks[-1].kept), (3, 2, 0))
        self.assertEqual([one.done for one in looks], sorted(one.done for one in looks))
        self.assertEqual(looks[-1].watchers, looks[-1].watchers_known)
        self.assertEqual(answer.stats, aggregate(profiles, asking()).stats)

    def test_who_closes_it_leaves_the_fetches_of_which_nothing_stays(self) -> None:
        self.emulator.faults.add(Fault("hang"))
        watch = watched(profiles_asked([GITHUB, BITBUCKET]), asking(), tick=0.01)
        next(watch), next(watch)
        self.assertNotEqual(objects(), {})
        watch.close()
        del watch

        self.assertEqual(settled(objects, {}), {})

    def test_the_first_failure_names_its_profile_and_ends_all(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=401))
        self.emulator.faults.add(Fault("hang", path="/2.0/*"))
        with self.assertRaises(UpstreamError) as raised:
            aggregate(profiles_asked([BITBUCKET, GITHUB]), asking())

        self.assertEqual(str(getattr(raised.exception.profile, "url", "")), GITHUB)
        raised.exception.__traceback__ = None
        del raised
        self.assertEqual(settled(objects, {}), {})


class Facts(TestCase):
    """What the log has of a question."""

    def test_all_are_counted_and_the_first_twenty_named(self) -> None:
        facts = asked_facts(profiles_asked([f"https://github.com/u{number}" for number in range(25)]))

        self.assertEqual((facts["profiles"], len(facts["asked"])), (25, 20))
        self.assertEqual(facts["asked"][:2], ["github/u0", "github/u1"])


class Late(TestCase):
    """Words for an answer that is not there in time."""

    def flight(self, late: str = "", **progress: Any) -> Any:
        """One that is so far."""
        error = BudgetError(late, 5.0) if late else None
        return SimpleNamespace(progress=lambda: Progress(**progress), late=error)

    def test_they_say_how_far_it_is_what_the_trouble_was_and_what_helps(self) -> None:
        far: dict[str, Any] = {"pages": 1, "pages_known": 3}
        there = "the whole answer was not there within 30 s (A_SETTING)"
        more = "more time (A_SETTING)."
        trouble = {"note": "it is slow.", "advice": "Look at it."}
        table: list[tuple[UpstreamError, str, str]] = [
            (
                overdue(None, asking(), "2 are counted.", 9),
                f"{'the time is over within 30 s (A_SETTING)'}: 2 are",
                more,
            ),
            (overdue(self.flight(**far), asking(), "", 9), f"{there}; of this profile 1 of 3 pages were read.", more),
            (overdue(self.flight(**far), asking(), "", 1), "1 of 3 pages were read.", f"Allow {more}"),
            (overdue(self.flight(**far, **trouble), asking(), "", 1), " The last trouble: it is slow.", "Look at it."),
            (
                overdue(self.flight(watchers=4, watchers_known=9, **far), asking(), "", 1),
                "and 4 of 9 repositories",
                more,
            ),
            (
                overdue(self.flight("It needs 8.", **far), asking(), "", 1),
                "cannot be there within 30 s (A_SETTING)",
                more,
            ),
            (unfinished(self.flight(**far), asking(), 7.0), "It goes on being read.", "in 7 seconds"),
            (partly(asking(), "2 are counted."), f"{there}: 2 are counted.", "in 1 second"),
        ]
        for error, words, advice in table:
            with self.subTest(words):
                self.assertIn(words, error.reason)
                self.assertIn(advice, error.advice)
