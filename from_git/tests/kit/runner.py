"""How `manage.py test` runs: several classes at the same time, since tests wait more than they compute.

The classes that took longest when last recorded (`durations.json`) begin first, in parts where they took long. A class
with `alone = True` has windows of a second or so, in which a busy machine is late: it runs after all others. With
`FROM_GIT_TEST_TIMES=FILE`, what each test and each class took is added to the file; see `durations`.
"""

import gc
import os
from collections.abc import Iterable
from math import ceil
from typing import Any
from unittest import TestCase, TestSuite

from django.test.runner import DiscoverRunner, ParallelTestSuite, RemoteTestResult, RemoteTestRunner
from django.test.utils import iter_test_cases  # type: ignore[attr-defined]  # its types lack it

from from_git.tests.kit import durations

TIMES = os.environ.get("FROM_GIT_TEST_TIMES", os.devnull)
_PART = 15.0
"""Seconds that one process is given of one class."""
_UNKNOWN = 2.0
"""Seconds, of a class that was not recorded."""
_PROCESSES = 3 * (os.cpu_count() or 1) + 1
_ALONE = 2 * (os.cpu_count() or 1)
"""Of those that run alone, which wait nine tenths of their time, so many do at the same time."""


class Result(RemoteTestResult):
    """Django's, which notes what each test took."""

    def startTest(self, test: TestCase) -> None:  # noqa: N802
        """Begin."""
        super().startTest(test)
        self._watch = durations.Stopwatch()

    def stopTest(self, test: TestCase) -> None:  # noqa: N802
        """End."""
        self._watch.write(TIMES, test.id())
        super().stopTest(test)


class PartRunner(RemoteTestRunner):
    """Django's, which notes what each part of a class took."""

    resultclass = Result

    def run(self, test: Any) -> Any:
        """Run it."""
        watch = durations.Stopwatch()
        first = next(iter(test))
        result = super().run(test)
        watch.write(TIMES, name(type(first)))
        return result


class Parts(ParallelTestSuite):
    """Django's, with parts of classes instead of classes."""

    runner_class = PartRunner


class Suite(Parts):
    """Django's, longest first, and what runs alone after it."""

    def __init__(self, subsuites: list[TestSuite], processes: int, *args: Any, **options: Any) -> None:
        crowd: list[TestSuite] = []
        alone: list[TestSuite] = []
        for _, tests in sorted(parts(subsuites, durations.kept()), key=lambda part: -part[0]):
            (alone if getattr(tests[0], "alone", False) else crowd).append(TestSuite(tests))
        self._alone = Parts(alone, min(processes, _ALONE), *args, **options)
        super().__init__(crowd, processes, *args, **options)

    def run(self, result: Any) -> Any:  # type: ignore[override]  # as Django's
        """Run all of it."""
        super().run(result)
        return self._alone.run(result) if self._alone.subsuites else result


def name(case: type) -> str:
    """Of a class of tests."""
    return f"{case.__module__}.{case.__qualname__}"


def parts(classes: Iterable[TestSuite], kept: dict[str, float]) -> Iterable[tuple[float, list[TestCase]]]:
    """Seconds and tests of the parts that each class is run in; `kept` is what is known of classes."""
    for suite in classes:
        tests = list(iter_test_cases(suite))
        seconds = kept.get(name(type(tests[0])), _UNKNOWN)
        number = min(len(tests), ceil(seconds / _PART))
        for first in range(number):
            yield seconds / number, tests[first::number]


class Runner(DiscoverRunner):
    """Django's, which runs one after the other unless it is told otherwise; `--parallel 1` does that."""

    parallel_test_suite = Suite

    def __init__(self, *, parallel: int = 0, **options: Any) -> None:
        super().__init__(parallel=parallel or _PROCESSES, **options)

    def get_databases(self, suite: TestSuite) -> dict[str, bool]:  # type: ignore[override]  # its types are older
        """None: classes of tests have databases of their own, see `databases`."""
        return {}

    def run_suite(self, suite: TestSuite, **options: Any) -> Any:
        """Run it; what is loaded by now is garbage at no time, and a look through all of it stops every thread."""
        gc.freeze()
        return super().run_suite(suite, **options)
