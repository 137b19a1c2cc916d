"""Questions that may hang, and errands."""

import os
import threading
from collections.abc import Sequence
from unittest import TestCase

from emulator.tests.helpers import settled
from from_git.background import BackgroundCheck, Errands

LONG = 30.0  # seconds that nothing here ever takes


class BackgroundChecks(TestCase):
    """Its rules."""

    def test_the_answer_is_kept_for_a_while(self) -> None:
        numbers = iter(range(10))
        for kept, seen in ((LONG, [0, 0, 0]), (0.0, [1, 2, 3])):
            with self.subTest(kept=kept):
                check: BackgroundCheck[int] = BackgroundCheck(lambda: next(numbers), kept, LONG)
                self.assertEqual([check.look() for _ in range(3)], seen)

    def test_what_it_raises_is_no_answer(self) -> None:
        check: BackgroundCheck[int] = BackgroundCheck(lambda: [][0], LONG, LONG)

        self.assertIsNone(check.look())

    def test_a_question_that_hangs_is_waited_for_once_and_asked_once(self) -> None:
        asked, released = threading.Semaphore(0), threading.Event()
        self.addCleanup(released.set)

        def hang() -> int:
            asked.release()
            released.wait(LONG)
            return 1

        check = BackgroundCheck(hang, 0.0, 0.01)
        self.assertEqual([check.look() for _ in range(5)], [None] * 5)

        self.assertTrue(asked.acquire(timeout=LONG))
        self.assertFalse(asked.acquire(blocking=False))

    def test_a_late_answer_is_seen_by_the_next(self) -> None:
        released = threading.Event()
        check: BackgroundCheck[bool] = BackgroundCheck(lambda: released.wait(LONG), 0.0, 0.01)
        self.assertIsNone(check.look())

        released.set()

        self.assertTrue(settled(check.look, True))

    def test_many_who_look_at_once_ask_once(self) -> None:
        asked, released, seen = threading.Semaphore(0), threading.Event(), []

        def slow() -> str:
            asked.release()
            released.wait(LONG)
            return "answer"

        check = BackgroundCheck(slow, LONG, LONG)
        lookers = [threading.Thread(target=lambda: seen.append(check.look())) for _ in range(8)]
        for one in lookers:
            one.start()
        asked.acquire(timeout=LONG)
        released.set()
        for one in lookers:
            one.join(LONG)

        self.assertEqual(seen, ["answer"] * 8)
        self.assertFalse(asked.acquire(blocking=False))


class ErrandsOfOneThread(TestCase):
    """Their rules."""

    def setUp(self) -> None:
        """The first errands are held up until they are let go."""
        self.done = list[list[str]]()
        self.begun, self.released = threading.Event(), threading.Event()
        self.addCleanup(self.released.set)
        self.errands = Errands("errands", self.run_them)

    def run_them(self, names: Sequence[str]) -> None:
        """Note what is done."""
        self.begun.set()
        self.released.wait(LONG)
        self.done.append(list(names))
        if "wrong" in names:
            raise RuntimeError

    def test_what_gathers_meanwhile_is_done_by_the_same_thread_and_each_name_once(self) -> None:
        self.errands.give(["a"])
        self.assertTrue(self.begun.wait(LONG))
        for names in (["b", "c"], ["b"], []):
            self.errands.give(names)
        self.assertEqual([one.name for one in threading.enumerate()].count("errands"), 1)
        self.released.set()
        self.assertEqual(settled(lambda: self.done, [["a"], ["b", "c"]]), [["a"], ["b", "c"]])

    def test_a_failure_is_logged_and_the_next_is_done(self) -> None:
        self.released.set()
        with self.assertLogs("from_git.background", "ERROR"):
            self.errands.give(["wrong"])
            settled(lambda: self.done, [["wrong"]])
            self.errands.give(["right"])
            self.assertEqual(settled(lambda: self.done, [["wrong"], ["right"]]), [["wrong"], ["right"]])

    def test_a_forked_process_begins_without_any(self) -> None:
        self.errands.give(["a"])
        self.assertTrue(self.begun.wait(LONG))
        self.errands.give(["b"])
        child = os.fork()
        if child == 0:
            self.released.set()
            self.errands.give(["c"])
            os._exit(settled(lambda: self.done, [["c"]]) != [["c"]])
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.released.set()
        settled(lambda: self.done, [["a"], ["b"]])
