"""Merging, and its laws."""

from unittest import TestCase

from from_git.stats import Language, Stats, Tally, merge


class Merge(TestCase):
    """The sum of stats."""

    def test_sums_every_number_and_unites_names(self) -> None:
        a = Stats(1, 2, 3, 4, {"c": Language(1, 10), "go": Language(2, None)}, {"api": 1})
        b = Stats(10, 20, 30, 40, {"c": Language(1, None)}, {"api": 2, "web": 1})

        self.assertEqual(
            merge([a, b]),
            Stats(11, 22, 33, 44, {"c": Language(2, 10), "go": Language(2, None)}, {"api": 3, "web": 1}),
        )

    def test_names_come_out_sorted_whatever_came_in_first(self) -> None:
        a, b = Stats(langs={"z": Language(1, 1)}, topics={"z": 1}), Stats(langs={"a": Language(1, 1)}, topics={"a": 1})

        self.assertEqual(list(merge([a, b]).langs), ["a", "z"])
        self.assertEqual(list(merge([a, b]).topics), ["a", "z"])


class Counting(TestCase):
    """One repository after the other."""

    def test_forks_and_originals_are_counted_apart(self) -> None:
        tally = Tally()
        tally.add_repository(is_fork=False, watchers=3, followers=5)
        tally.add_repository(is_fork=True, watchers=1)

        self.assertEqual(tally.stats(), Stats(1, 1, 4, 5))

    def test_a_language_twice_in_one_repository_is_one_repository_with_both_sizes(self) -> None:
        tally = Tally()
        tally.add_repository(is_fork=False, langs=[("Python", 3), ("C", 1), ("Python", 4)])

        self.assertEqual(tally.stats().langs, {"c": Language(1, 1), "python": Language(1, 7)})

    def test_a_language_without_a_size_has_none_and_one_of_zero_bytes_has_zero(self) -> None:
        tally = Tally()
        tally.add_repository(is_fork=False, langs=[("Go", None), ("Roff", 0)])

        self.assertEqual(tally.stats().langs, {"go": Language(1, None), "roff": Language(1, 0)})
