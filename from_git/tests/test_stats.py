"""Merging, and its laws."""

from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from from_git.stats import Language, Stats, Tally, merge

NAMES = st.sampled_from(["c", "python", "c++", "go"])
COUNTS = st.integers(0, 2**40)
LANGUAGES = st.builds(Language, repos=st.integers(1, 99), bytes=st.none() | COUNTS)
STATS = st.builds(
    Stats,
    original_repos=COUNTS,
    forked_repos=COUNTS,
    watchers=COUNTS,
    followers=COUNTS,
    langs=st.dictionaries(NAMES, LANGUAGES),
    topics=st.dictionaries(NAMES, st.integers(1, 99)),
)


class Merge(TestCase):
    """The sum of stats."""

    @given(STATS, STATS, STATS)
    def test_neither_order_nor_grouping_matters(self, a: Stats, b: Stats, c: Stats) -> None:
        self.assertEqual(merge([a, b, c]), merge([c, a, b]))
        self.assertEqual(merge([merge([a, b]), c]), merge([a, merge([b, c])]))

    @given(STATS)
    def test_nothing_added_changes_nothing(self, a: Stats) -> None:
        self.assertEqual(merge([a, Stats()]), a)
        self.assertEqual(merge([]), Stats())

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
