"""`Ends` by itself: lists that change at any moment, read from both ends by pages of two, against all that may come."""

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import count, product
from unittest import TestCase

from from_git.errors import UpstreamError
from from_git.forges.github.ends import Ends
from from_git.forges.github.nodes import OwnerPage
from from_git.forges.listing import Listing, Page, Place
from from_git.forges.once import Once

SIZE, READINGS = 2, 3
Rows = Sequence[int]
"""A list: numbers in the order of their dates of creation."""


class StandIn:
    """A forge with one list, which may be another at each answer; and its reader, as `GitHubFetch` is one.

    Args:
        lists: the list at each answer; the last one at all later ones.
        knows_order: whether it lists the newest first where that is asked for.
        short: how many rows fewer than asked for an answer has, by its number.
    """

    def __init__(
        self, lists: Iterator[Rows], knows_order: bool = True, short: Callable[[int], int] = lambda answer: 0
    ) -> None:
        self.ends: Ends | None = Ends(SIZE)
        self.answers = 0
        self.readings = 1
        self.now: Rows = ()
        self._lists, self._knows_order, self._short = lists, knows_order, short
        self._asked: deque[Place] = deque()
        once: Once[str, int] = Once(print)
        self._listing: Listing[str] = Listing(self._asked.append, once, 2 * SIZE, READINGS, shifts=False)

    def read(self) -> list[int]:
        """What was found in the end; raises what the reading led to."""
        self._take(None)
        while self._asked:
            place = self._asked.popleft()
            if place is None:
                self.ends, self.readings = None, self.readings + 1
            self._take(place)
        return sorted(map(int, self._listing.outcome() or ()))

    def _take(self, place: Place) -> None:
        self.now = next(self._lists, self.now)
        rows, newest = list(self.now), list(reversed(self.now)) if self._knows_order else list(self.now)
        found = OwnerPage("", self._page(rows, place, len(rows)), [])
        if self.ends and found.listed.more:
            before = self.ends.before
            other = self._page(newest, before, None) if place is None or before else None
            found = found._replace(newest=other, latest=str(newest[0]) if newest else None)
        self.answers += 1
        self._listing.take(place, self.ends.take(found) if self.ends else found.listed)

    def _page(self, rows: list[int], after: Place, total: int | None) -> Page[str]:
        left = rows
        if after is not None:
            # after a row that may be gone by now
            falling = len(rows) > 1 and rows[0] > rows[1]
            left = [one for one in rows if (one < int(after) if falling else one > int(after))]
        size = max(1, SIZE - self._short(self.answers))
        page = {str(one): "" for one in left[:size]}
        return Page(page, total, len(left) > size, next(reversed(page), None))


def at_once(before: Rows, moment: int, after: Rows) -> Iterator[Rows]:
    """A list that is another one from the answer of that number on."""
    return (before if answer < moment else after for answer in count())


def changes(before: Rows) -> Iterator[tuple[str, Rows]]:
    """What may happen to a list at once: its numbers are even, so that an old one may appear at any place."""
    new = before[-1] + 2 if before else 0
    places = range(-1, new, 2)
    yield "one created", [*before, new]
    for one in before:
        left = [other for other in before if other != one]
        yield f"{one} deleted", left
        yield f"{one} deleted, one created", [*left, new]
        yield f"{one} deleted, two created", [*left, new, new + 2]
        for place in places:
            yield f"{one} deleted, {place} appears", sorted([*left, place])
        for other in left:
            both = [third for third in left if third != other]
            yield f"{one} and {other} deleted", both
            yield f"{one} and {other} deleted, one created", [*both, new]
    for place in places:
        yield f"{place} appears", sorted([*before, place])


class Changes(TestCase):
    """A list that changes while it is read."""

    def test_one_change_at_any_moment_gives_the_list_before_it_or_after_it(self) -> None:
        for size in range(13):
            before = range(0, 2 * size, 2)
            for (what, after), moment in product(changes(before), range(1, size // 2 + 3)):
                found = StandIn(at_once(before, moment, after)).read()
                self.assertIn(found, (list(before), list(after)), f"{size} rows, {what} at answer {moment}")

    def test_what_is_deleted_and_created_all_the_time_gives_the_list_of_the_last_answer(self) -> None:
        read = self.exact(lambda lists, seed: StandIn(lists))
        self.assertGreater(read, 2000)

    def test_so_do_pages_that_are_not_full(self) -> None:
        read = self.exact(lambda lists, seed: StandIn(lists, short=lambda answer: (answer * 7 + seed) % 3))
        self.assertGreater(read, 1500)

    def test_so_does_a_server_that_knows_no_order_from_the_newest(self) -> None:
        read = self.exact(lambda lists, seed: StandIn(lists, knows_order=False))
        self.assertGreater(read, 1500)

    def test_one_of_the_newest_that_is_deleted_costs_no_other_reading(self) -> None:
        for gone in range(16, 20):
            forge = StandIn(at_once(range(20), 3, [one for one in range(20) if one != gone]))
            with self.subTest(gone):
                self.assertEqual(len(forge.read()), 19)
                self.assertEqual(forge.readings, 1)

    def exact(self, made: Callable[[Iterator[Rows], int], StandIn]) -> int:
        """How many of many lists, of which some become others at each answer, were read; each as it was at its end."""
        read = 0
        for seed in range(3000):
            forge = made(self.restless(random.Random(seed)), seed)  # noqa: S311 - no secret
            try:
                found = forge.read()
            except UpstreamError:
                continue
            self.assertEqual(found, list(forge.now), f"seed {seed}")
            read += 1
        return read

    @staticmethod
    def restless(chance: random.Random) -> Iterator[Rows]:
        rows = list(range(chance.randrange(20)))
        new, often = count(20), chance.choice((0.0, 0.1, 0.3, 0.6))
        while True:
            yield tuple(rows)
            if chance.random() < often:
                for _ in range(chance.randrange(3)):
                    rows.append(next(new))
                for _ in range(min(len(rows), chance.randrange(3))):
                    rows.pop(chance.choice((0, -1, chance.randrange(len(rows)))))


class Answers(TestCase):
    """How many answers a list takes that stands still."""

    def test_two_pages_an_answer_and_one_more_where_the_last_ones_only_touch(self) -> None:
        for size, answers in enumerate((1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4)):
            with self.subTest(size):
                forge = StandIn(iter([range(size)]))

                self.assertEqual(forge.read(), list(range(size)))
                self.assertEqual(forge.answers, answers)

    def test_the_walk_from_the_oldest_goes_on_alone_where_the_order_is_not_known(self) -> None:
        for size in range(14):
            with self.subTest(size):
                forge = StandIn(iter([range(size)]), knows_order=False)

                self.assertEqual(forge.read(), list(range(size)))
                self.assertEqual(forge.answers, max(1, -(-size // SIZE)))

    def test_what_is_still_to_come_is_foreseen(self) -> None:
        for size, to_come, answers in ((3, [], 1), (4, [], 1), (5, [1], 1), (8, [4], 2), (11, [4, 3], 2)):
            with self.subTest(size):
                rows = [str(one) for one in range(size)]
                oldest = Page(dict.fromkeys(rows[:SIZE], ""), size, True, rows[SIZE - 1])
                newest = Page(dict.fromkeys(rows[: -SIZE - 1 : -1], ""), None, True, rows[-SIZE])
                ends = Ends(SIZE)

                ends.take(OwnerPage("", oldest, [], newest, rows[-1]))

                self.assertEqual((ends.to_come, ends.answers, ends.unknown), (to_come, answers, sum(to_come)))
                self.assertEqual(ends.before, rows[-SIZE] if sum(to_come) >= SIZE else None)

    def test_an_end_that_repeats_or_leads_nowhere_is_not_asked_again(self) -> None:
        oldest = Page({"0": "", "1": ""}, 20, True, "1")
        for what, newest in {
            "the same page": Page({"19": "", "18": ""}, None, True, "18"),
            "an empty page": Page[str]({}, None, True, "17"),
            "no cursor": Page({"17": "", "16": ""}, None, True, None),
            "the last page": Page({"17": "", "16": ""}, None, False, "16"),
        }.items():
            with self.subTest(what):
                ends = Ends(SIZE)
                ends.take(OwnerPage("", oldest, [], Page({"19": "", "18": ""}, None, True, "18"), "19"))
                self.assertEqual(ends.before, "18")

                ends.take(OwnerPage("", Page({"2": "", "3": ""}, 20, True, "3"), [], newest, "19"))

                self.assertIsNone(ends.before)

    def test_ends_that_have_met_are_not_asked_for_again_whatever_the_list_says_of_its_length(self) -> None:
        ends = Ends(SIZE)
        newest = [Page({"5": "", "4": ""}, None, True, "4"), Page({"3": "", "2": ""}, None, True, "2"), None]
        for oldest, other in zip(((0, 1), (2, 3), (6, 7)), newest, strict=True):
            self.assertEqual(ends.before is None, other is None or oldest == (0, 1))
            page = Page(dict.fromkeys(map(str, oldest), ""), 20, True, str(oldest[-1]))
            self.assertTrue(ends.take(OwnerPage("", page, [], other, "9")).more)

        self.assertIsNone(ends.before)
