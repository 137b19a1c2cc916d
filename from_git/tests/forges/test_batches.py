"""How many repositories each query for details asks for: `batch_size` by itself."""

from unittest import TestCase

from from_git.forges.github.batches import UNKNOWN_GAIN, average_size, batch_size

AVERAGE, MOST = 26, 40


def answers(total: int) -> list[int]:
    """How many repositories without details each answer of a list from both ends brings, 30 being there already."""
    full, rest = divmod(total - 170, 200)
    return [170, *[200] * full, *[rest] * (rest > 0)]


def sizes(ids: list[int], threads: int, gain: float = UNKNOWN_GAIN, most: int = MOST) -> list[int]:
    """The size of the batches that each answer of a list leads to, as `Details.plan` has them."""
    found: list[int] = []
    batches = 0.0
    average = min(most, average_size(AVERAGE, gain))
    for place, number in enumerate(ids):
        spare = sum(ids[:place]) / average - batches
        found.append(batch_size(ids[place:], threads, gain, average, most, spare))
        batches += number / found[-1]
    return found


class Wide(TestCase):
    """Where there are threads for all that a list brings."""

    def test_batches_are_the_smaller_the_later_they_begin_and_so_many_that_they_end_together(self) -> None:
        for total, threads, expected in (
            (270, 48, [30, 20]),
            (970, 48, [40, 40, 35, 25, 15]),
            (2970, 48, [40] * 11 + [39, 29, 19, 10]),
        ):
            with self.subTest(total):
                ids = answers(total)
                found = sizes(ids, threads)

                for size, wanted in zip(found, expected, strict=True):
                    self.assertAlmostEqual(size, wanted, delta=2)
                number = sum(count / size for count, size in zip(ids, found, strict=True))
                self.assertLessEqual(number, total / AVERAGE + 1)

    def test_where_details_cost_next_to_nothing_batches_are_as_large_as_they_may_be(self) -> None:
        for threads in (8, 48):
            with self.subTest(threads):
                self.assertEqual(sizes([170, 200, 200], threads, gain=1e9, most=100), [100] * 3)

    def test_where_details_cost_much_batches_are_alike_and_cost_no_more_points(self) -> None:
        self.assertLessEqual(max(sizes([170, 200, 200], 48, gain=3.0)), 32)
        self.assertEqual(average_size(AVERAGE, 3.0), AVERAGE)


class Narrow(TestCase):
    """Where a list brings more than the threads can ask for."""

    def test_batches_fill_whole_rounds(self) -> None:
        for total, threads, size in ((270, 4, 34), (970, 8, 31), (970, 3, 36), (2970, 8, 38), (500, 1, 39)):
            with self.subTest(total, threads=threads):
                found = batch_size(answers(total), threads, UNKNOWN_GAIN, AVERAGE, MOST)
                self.assertAlmostEqual(found, size, delta=4)


class Few(TestCase):
    """Little that is left."""

    def test_one_batch_may_have_all_and_more_if_the_list_is_longer_than_it_said(self) -> None:
        for left in (0, 1, AVERAGE):
            with self.subTest(left):
                self.assertEqual(batch_size([left], 48, UNKNOWN_GAIN, AVERAGE, MOST), MOST)

    def test_all_that_is_left_is_divided_among_as_many_as_there_may_be(self) -> None:
        self.assertEqual(batch_size([70], 48, UNKNOWN_GAIN, AVERAGE, MOST), 35)
        self.assertEqual(batch_size([70], 48, UNKNOWN_GAIN, AVERAGE, MOST, spare=4.0), 12)
        self.assertEqual(batch_size([70], 2, UNKNOWN_GAIN, AVERAGE, MOST), 35)
