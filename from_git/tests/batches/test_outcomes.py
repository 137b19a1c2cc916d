"""Tests of what becomes of an item, by the error that its fetch ended with."""

from dataclasses import replace
from unittest import TestCase

from from_git.batches import outcomes
from from_git.batches.leases import Claimed, Finished, GivenBack
from from_git.errors import BudgetError, CredentialsError, LimitError, TransientError, UpstreamError
from from_git.models import ItemState
from from_git.tests.kit.filled import HOST, profiles

ITEM = Claimed(7, "b", 0, HOST, f"https://{HOST}/owner-0", 3, 0, False, "me", "asked")


def becomes(error: UpstreamError, tries: int = 0) -> Finished | GivenBack:
    """The outcome of an item whose forge has failed so often before."""
    return outcomes.failed(replace(ITEM, tries=tries), profiles(1)[0], error)


class Outcomes(TestCase):
    """Errors of forges."""

    def test_a_limit_is_waited_for_at_least_a_second_and_counts_as_no_failure(self) -> None:
        for error, seconds in ((LimitError("its limit.", 0.1), 1.0), (BudgetError("ours.", 600.0), 600.0)):
            for tries in (0, 9):
                given = becomes(error, tries)
                assert isinstance(given, GivenBack)
                self.assertEqual((given.id, given.attempts, given.seconds, given.failed), (7, 3, seconds, False))
                self.assertIn("owner-0", given.reason)

    def test_a_failure_waits_longer_each_time_and_as_long_as_its_forge_says_and_the_third_is_final(self) -> None:
        for wait, seconds in ((None, [5.0, 20.0]), (9.0, [9.0, 20.0]), (60.0, [60.0, 60.0])):
            error = TransientError("it failed.", wait=wait)
            given = [one for one in (becomes(error, tries) for tries in (0, 1)) if isinstance(one, GivenBack)]
            self.assertEqual([(one.seconds, one.failed) for one in given], [(one, True) for one in seconds])
            self.assertEqual(getattr(becomes(error, 2), "state", None), ItemState.FAILED)

    def test_what_no_time_helps_has_failed_at_once(self) -> None:
        for error in (CredentialsError("it refused our token."), LimitError("too much for any window.", None)):
            done = becomes(error)
            assert isinstance(done, Finished)
            self.assertEqual((done.id, done.attempts, done.state, done.error), (7, 3, ItemState.FAILED, "ERR2"))

    def test_while_this_process_ends_an_item_waits_for_another_one(self) -> None:
        with self.assertNoLogs("from_git.batches", "ERROR"):
            given = outcomes.own_fault(ITEM, RuntimeError("cannot schedule new futures after shutdown"))
        self.assertEqual(given, GivenBack(7, 3, 0.0))
