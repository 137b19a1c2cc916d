"""`BackgroundCheck`: a question that may hang."""

import threading
from unittest import TestCase

from emulator.tests.helpers import settled
from from_git.background import BackgroundCheck

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
