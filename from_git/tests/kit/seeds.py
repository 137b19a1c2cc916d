"""Tests that are run with many seeds.

FROM_GIT_SEEDS is the number of seeds for each test, FROM_GIT_SEED the only one to run.
"""

import os
from collections.abc import Callable, Iterable
from unittest import TestCase


def seeds(number: int) -> Iterable[int]:
    """The seeds to run: so many, where nobody wants others."""
    one = os.environ.get("FROM_GIT_SEED")
    return [int(one)] if one else range(int(os.environ.get("FROM_GIT_SEEDS", number)))


class SeededTestCase(TestCase):
    """Tests whose body is a function of a seed."""

    def before_seed(self) -> None:
        """What each seed begins with."""

    def for_seeds(self, check: Callable[[int], None], number: int = 6) -> None:
        """Run it with each seed; tells how to repeat the one that fails."""
        for seed in seeds(number):
            self.before_seed()
            try:
                check(seed)
            except BaseException as error:
                error.add_note(f"Once more: FROM_GIT_SEED={seed} python manage.py test {self.id()}")
                raise
