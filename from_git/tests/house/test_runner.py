"""How tests are handed out to processes, and what is kept of how long they took."""

import json
from unittest import TestCase, TestSuite

from from_git.tests.kit.durations import keep
from from_git.tests.kit.runner import name, parts


class Parts(TestCase):
    """What one process is given."""

    class Long(TestCase):
        """Four tests, which are handed out and never run."""

        test_a = test_b = test_c = test_d = TestCase.shortDescription

    def parts(self, **kept: float) -> list[tuple[float, list[str]]]:
        """Seconds and tests of the parts of `Long`, of which these seconds are kept."""
        suite = TestSuite(map(self.Long, ("test_a", "test_b", "test_c", "test_d")))
        known = {name(self.Long): seconds for seconds in kept.values()}
        return [(seconds, [test.id()[-1] for test in tests]) for seconds, tests in parts([suite], known)]

    def test_a_class_that_takes_long_is_run_in_parts_of_whole_tests(self) -> None:
        self.assertEqual(self.parts(kept=3.0), [(3.0, ["a", "b", "c", "d"])])
        self.assertEqual(self.parts(kept=18.0), [(9.0, ["a", "c"]), (9.0, ["b", "d"])])
        self.assertEqual(self.parts(kept=400.0), [(100.0, [one]) for one in "abcd"])

    def test_one_that_is_not_known_is_one_part_of_a_middle_length(self) -> None:
        [(seconds, tests)] = self.parts()

        self.assertEqual((len(tests), 1.0 < seconds < 10.0), (4, True))


class Kept(TestCase):
    """The file of durations."""

    def test_it_has_the_classes_that_take_long_with_all_of_their_parts(self) -> None:
        def line(name: str, start: float, end: float) -> str:
            return json.dumps({"name": name, "process": 1, "start": start, "end": end, "own": 0.1, "children": 0.0})

        lines = [line("a.Long", 1.0, 5.0), line("a.Long.test_it", 2.0, 4.0), line("a.Long", 3.0, 3.5)]

        self.assertEqual(json.loads(keep("\n".join([*lines, line("a.Short", 0.0, 0.9)]))), {"a.Long": 4.5})
