"""How `manage.py test` runs: several classes at the same time, since tests wait more than they compute.

A class with `alone = True` has windows of a second or so, in which a busy machine is late: it runs after all others.
"""

import gc
import os
from typing import Any
from unittest import TestSuite

from django.test.runner import DiscoverRunner, ParallelTestSuite
from django.test.utils import iter_test_cases  # type: ignore[attr-defined]  # its types lack it


class Suite(ParallelTestSuite):
    """Django's, and what runs alone after it."""

    def __init__(self, subsuites: list[TestSuite], *args: Any, **options: Any) -> None:
        alone = [suite for suite in subsuites if any(getattr(test, "alone", False) for test in iter_test_cases(suite))]
        self._alone = TestSuite(alone)
        super().__init__([suite for suite in subsuites if suite not in alone], *args, **options)

    def run(self, result: Any) -> Any:  # type: ignore[override]  # as Django's
        """Run all of it."""
        super().run(result)
        gc.freeze()
        return self._alone.run(result)


class Runner(DiscoverRunner):
    """Django's, which runs one after the other unless it is told otherwise; `--parallel 1` does that."""

    parallel_test_suite = Suite

    def __init__(self, *, parallel: int = 0, **options: Any) -> None:
        super().__init__(parallel=parallel or 1 + (os.cpu_count() or 1), **options)

    def run_suite(self, suite: TestSuite, **options: Any) -> Any:
        """Run it; what is loaded by now is garbage at no time, and a look through all of it stops every thread."""
        gc.freeze()
        return super().run_suite(suite, **options)
