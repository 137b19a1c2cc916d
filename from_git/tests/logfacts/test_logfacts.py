"""Facts for the lines of the log."""

import logging
from contextvars import Context, copy_context
from unittest import TestCase

from from_git.logfacts import bind_facts, bound_facts, known_facts, of_line


class Facts(TestCase):
    """Which facts a line has."""

    def test_bound_facts_hold_in_their_context_and_the_last_word_counts(self) -> None:
        def bound() -> None:
            bind_facts(request_id="r-1", status=200)
            bind_facts(status=304)

        context = Context()
        context.run(bound)

        self.assertEqual(context.run(known_facts), {"request_id": "r-1", "status": 304})
        self.assertEqual(Context().run(known_facts), {})

    def test_a_copied_context_has_them_and_gives_nothing_back(self) -> None:
        context = Context()
        context.run(bind_facts, request_id="r-1")

        context.run(lambda: copy_context().run(bind_facts, outcome="OK"))

        self.assertEqual(context.run(known_facts), {"request_id": "r-1"})

    def test_those_of_a_block_end_with_it(self) -> None:
        def inside() -> object:
            bind_facts(request_id="r-1")
            with self.assertRaises(OSError), bound_facts(outcome="ERR2"):
                self.assertEqual(known_facts(), {"request_id": "r-1", "outcome": "ERR2"})
                raise OSError
            return known_facts()

        self.assertEqual(Context().run(inside), {"request_id": "r-1"})

    def test_those_of_one_line_are_on_its_record_alone(self) -> None:
        logger = logging.getLogger("from_git.tests")
        with self.assertLogs("from_git.tests", "INFO") as seen:
            Context().run(lambda: logger.info("request", extra=of_line(status=200)))
            Context().run(logger.info, "other")

        self.assertEqual([getattr(record, "facts", None) for record in seen.records], [{"status": 200}, None])
