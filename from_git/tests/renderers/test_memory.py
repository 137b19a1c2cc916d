"""How much memory a long answer takes while it is written."""

import sys
from unittest import TestCase, skipUnless

from benchmarks.listed import FORMATS, measured
from from_git.renderers import RENDERERS

MOST = 60  # megabytes
ROWS = 100_000


class Memory(TestCase):
    """Answers with each of many repositories, each written by a process of its own."""

    @skipUnless(sys.platform == "linux", "what a process has used at most is read from Linux's /proc")
    def test_a_long_answer_is_never_in_memory(self) -> None:
        for format in FORMATS:
            with self.subTest(format):
                found = measured(format, ROWS)
                self.assertGreater(found["bytes"], 50 * ROWS)
                self.assertLess(found["grown"], MOST)

    def test_every_format_that_shows_repositories_is_measured(self) -> None:
        self.assertEqual({*FORMATS, "api"}, {str(one.format) for one in RENDERERS})
