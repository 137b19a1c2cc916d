"""`Listing` by itself: which pages are asked for, and when a list is believed."""

import random
from collections.abc import Sequence
from functools import partial
from typing import Any
from unittest import TestCase

from from_git.errors import UpstreamError
from from_git.forges.listing import Listing, Page, Place
from from_git.forges.once import Gone, Once
from from_git.tests.kit.time import FakeClock

SIZE, READINGS = 3, 4
_OWN = object()  # the total is that of the list


class StandIn:
    """A forge of a few lines: repositories of one letter, pages of three; the last of `lists` is that of all later
    readings.

    Args:
        totals: what it says in each reading; the last of all later ones.
        gone: how often each is not found.
        seed: of how long its answers take.
    """

    def __init__(
        self,
        *lists: str,
        shifts: bool,
        totals: Sequence[Any] = (_OWN,),
        numbered: bool = True,
        gone: dict[str, int] | None = None,
        seed: int = 0,
    ) -> None:
        self.clock, self.random = FakeClock(), random.Random(seed)  # noqa: S311 - no secret
        self.asked: list[Place] = []
        self.things: list[str] = []
        self.once: Once[str, int] = Once(self._ask_thing, at_once=2)
        self.listing: Listing[str] = Listing(self._ask, self.once, SIZE, READINGS, shifts)
        self._lists, self._totals, self._numbered = lists, totals, numbered and shifts
        self._gone = dict(gone or {})

    def run(self) -> dict[str, str] | None:
        """What is listed in the end; raises what a page or an answer led to."""
        self._ask(None)
        while (delay := self.clock.next_delay) is not None:
            self.clock.move(delay)
        found = self.listing.outcome()
        return None if found is None else dict(found)

    def _ask(self, place: Place) -> None:
        self.asked.append(place)
        reading = self.asked.count(None) - 1
        listed = self._lists[min(reading, len(self._lists) - 1)]
        total = self._totals[min(reading, len(self._totals) - 1)]
        start = 0 if place is None else (place - 1) * SIZE if isinstance(place, int) else int(place)
        end = start + SIZE
        rows, more = {one: one.upper() for one in listed[start:end] if one != "-"}, end < len(listed)
        total = len(listed) if total is _OWN else total
        page = Page(rows, total, more, str(end) if more else None, self._numbered)
        self.clock.call_later(self.random.random(), partial(self._come, place, page))

    def _come(self, place: Place, page: Page[str]) -> None:
        self.once.note(page.rows, page.more)
        self.listing.take(place, page)
        self.once.start()

    def _ask_thing(self, names: list[str]) -> None:
        self.things += names
        self.clock.call_later(self.random.random(), partial(self._tell, *names))

    def _tell(self, name: str) -> None:
        left = self._gone.get(name, 0)
        self._gone[name] = left - 1
        self.once.settle({name: Gone.ABSENT if left > 0 else 1})


BY_NUMBER: list[Place] = [None, 2, 3]
BY_LINK: list[Place] = [None, "3", "6"]
# what it is, the lists of the readings, how the forge is, which pages are asked for
ADD_UP: list[tuple[str, Sequence[str], dict[str, Any], list[Place]]] = [
    ("cursors: nothing", [""], {"shifts": False}, [None]),
    ("cursors: one page", ["abc"], {"shifts": False}, [None]),
    ("cursors: several", ["abcdefg"], {"shifts": False}, BY_LINK),
    ("cursors: no total", ["abcdefg"], {"shifts": False, "totals": [None]}, BY_LINK),
    ("cursors: another total", ["abcdefg"], {"shifts": False, "totals": [8, _OWN]}, BY_LINK * 2),
    ("cursors: far more than the total", ["abcdefghijklm"], {"shifts": False, "totals": [1, _OWN]},
     [None, "3", None, "3", "6", "9", "12"]),
    ("cursors: a page with nothing", ["abc---defg"], {"shifts": False, "totals": [7]}, [*BY_LINK, "9"]),
    ("offsets: nothing", [""], {"shifts": True}, [None]),
    ("offsets: nothing, and no total", [""], {"shifts": True, "totals": [None]}, [None, None]),
    ("offsets: one page", ["abc"], {"shifts": True}, [None]),
    ("offsets: one page, and no total", ["abc"], {"shifts": True, "totals": [None]}, [None]),
    ("offsets: several", ["abcdefg"], {"shifts": True}, BY_NUMBER * 2),
    ("offsets: several, and no total", ["abcdefg"], {"shifts": True, "totals": [None]}, BY_LINK * 2),
    ("offsets: links without numbers", ["abcdefg"], {"shifts": True, "numbered": False}, BY_LINK * 2),
    ("offsets: the first page is not full", ["ab-cdefg"], {"shifts": True, "totals": [7]}, BY_LINK * 2),
    ("offsets: a total beyond belief", ["abcdefg"], {"shifts": True, "totals": [10**9, _OWN]}, BY_LINK * 3),
    ("offsets: numbers that misled", ["abcdefg"], {"shifts": True, "totals": [8, _OWN]}, [*BY_NUMBER, *BY_LINK * 2]),
    ("offsets: one in the place of another", ["abcdefg", "abcdefx"], {"shifts": True}, BY_NUMBER * 3),
    ("offsets: fewer, then the same", ["abcdefg", "abcdef"], {"shifts": True}, [*BY_NUMBER, None, 2, None, 2]),
]  # fmt: skip


class AddsUp(TestCase):
    """Lists that are believed in the end."""

    def test_pages_are_asked_for_until_the_list_adds_up(self) -> None:
        for what, lists, options, asked in ADD_UP:
            with self.subTest(what):
                forge = StandIn(*lists, **options)

                found = forge.run()

                self.assertEqual(found, {one: one.upper() for one in lists[-1] if one != "-"})
                self.assertEqual(forge.asked, asked)
                self.assertEqual(forge.listing.pages(), (len(asked), len(asked)))

    def test_the_order_of_answers_changes_nothing(self) -> None:
        for seed in range(20):
            forge = StandIn("abcdefghijk", "abcdefghijx", shifts=True, gone={"c": 1, "x": 2}, seed=seed)
            with self.subTest(seed):
                found = forge.run()

                self.assertEqual(found, {one: one.upper() for one in "abcdefghijx"})
                self.assertEqual({one for one, value in forge.once.known.items() if value is Gone.ABSENT}, {"x"})

    def test_all_pages_that_are_foreseen_are_known_at_once(self) -> None:
        for shifts, following in ((False, ["3"]), (True, [2, 3])):
            with self.subTest(shifts=shifts):
                asked: list[Place] = []
                listing: Listing[str] = Listing(asked.append, Once(print), SIZE, READINGS, shifts)
                self.assertEqual((listing.pages(), listing.found), ((0, 1), False))

                listing.take(None, Page(dict.fromkeys("abc", ""), 7, True, "3", shifts))

                self.assertEqual((listing.pages(), listing.found, asked), ((1, 3), True, following))

    def test_a_list_that_tells_its_pages_is_asked_for_by_their_numbers(self) -> None:
        for rows, pages in (("abc", 4), ("ab", 3), ("", 3)):
            with self.subTest(rows, pages=pages):
                asked: list[Place] = []
                listing: Listing[str] = Listing(asked.append, Once(print), SIZE, READINGS, shifts=True)

                listing.take(None, Page(dict.fromkeys(rows, ""), 7, True, "2", True, pages))

                self.assertEqual((asked, listing.pages()), ([*range(2, pages + 1)], (1, pages)))

    def test_a_total_that_counts_more_than_the_list_shows_is_no_reason_to_read_again(self) -> None:
        for exact, again in ((True, [None]), (False, [])):
            with self.subTest(exact=exact):
                asked: list[Place] = []
                listing: Listing[str] = Listing(asked.append, Once(print), SIZE, READINGS, shifts=True)

                listing.take(None, Page({"a": ""}, 2, False, None, exact=exact))

                self.assertEqual(asked, again)

    def test_cursors_believe_the_last_total_and_offsets_want_the_same_on_each_page(self) -> None:
        for shifts, asked in ((False, ["3"]), (True, ["3", None])):
            with self.subTest(shifts=shifts):
                followed: list[Place] = []
                listing: Listing[str] = Listing(followed.append, Once(print), SIZE, READINGS, shifts)

                listing.take(None, Page(dict.fromkeys("abc", ""), 4, True, "3"))
                listing.take("3", Page(dict.fromkeys("de", ""), 5, False, None))

                self.assertEqual(followed, asked)

    def test_a_page_with_something_new_may_lead_anywhere(self) -> None:
        listing: Listing[str] = Listing(lambda place: None, Once(print), SIZE, READINGS, shifts=False)

        for name in "abc":
            listing.take("0", Page({name: ""}, None, True, "1"))

        self.assertEqual(listing.pages(), (3, 4))

    def test_no_list_is_not_an_empty_one(self) -> None:
        listing: Listing[str] = Listing(lambda place: None, Once(print), SIZE, READINGS, shifts=True)

        listing.take(None, None)

        self.assertEqual((listing.outcome(), listing.pages()), (None, (1, 1)))

    def test_what_has_not_ended_has_no_outcome(self) -> None:
        listing: Listing[str] = Listing(lambda place: None, Once(print), SIZE, READINGS, shifts=True)
        listing.take(None, Page(dict.fromkeys("abc", ""), 7, True, "3"))

        with self.assertRaises(RuntimeError):
            listing.outcome()

    def test_a_list_that_is_read_again_has_no_outcome_until_it_was(self) -> None:
        forge = StandIn("abc", shifts=False, gone={"b": 1})
        forge.listing._ask = lambda place: None
        forge.once.note({"b": ""})
        forge.listing.take(None, Page({"b": ""}, 1, False, None))
        self.assertEqual(forge.listing.outcome(), {"b": ""})

        forge.once.settle({"b": Gone.ABSENT})

        with self.assertRaises(RuntimeError):
            forge.listing.outcome()


class Gones(TestCase):
    """Things that were listed, and gone when they were asked for."""

    def test_the_list_is_read_again_and_each_asked_for_once_more(self) -> None:
        for shifts, one_more in ((False, BY_LINK), (True, BY_NUMBER)):
            for times, value in ((1, 1), (2, Gone.ABSENT)):
                with self.subTest(shifts=shifts, times=times):
                    forge = StandIn("abcdefg", shifts=shifts, gone={"b": times})

                    self.assertEqual(len(forge.run() or ()), 7)

                    self.assertEqual(forge.asked, one_more * (3 if shifts else 2))
                    self.assertEqual((sorted(forge.things), forge.once.known["b"]), (sorted("abbcdefg"), value))

    def test_one_that_the_next_reading_does_not_list_is_not_asked_for_again(self) -> None:
        for shifts, asked in ((False, [*BY_LINK, None, "3"]), (True, [*BY_NUMBER, None, 2, None, 2])):
            with self.subTest(shifts=shifts):
                forge = StandIn("abcdefg", "acdefg", shifts=shifts, gone={"b": 9})

                self.assertEqual(forge.run(), {one: one.upper() for one in "acdefg"})

                self.assertEqual((forge.asked, forge.things.count("b")), (asked, 1))

    def test_others_in_each_reading_are_an_error(self) -> None:
        forge = StandIn("abc", "abd", "abe", "abf", shifts=True, gone=dict.fromkeys("cdef", 1))

        with self.assertRaisesRegex(UpstreamError, "in each of 4 readings a listed repository was gone"):
            forge.run()


class Endless(TestCase):
    """Lists that are not believed."""

    def test_one_that_never_adds_up_says_what_it_has_and_what_it_said(self) -> None:
        for shifts, totals, said in (
            (False, [8, 9, 8, 9], "7 repositories against a total of 9, after 4 readings"),
            (True, [8], "7 repositories against a total of 8, after 4 readings"),
        ):
            with self.subTest(shifts=shifts), self.assertRaisesRegex(UpstreamError, said):
                StandIn("abcdefg", shifts=shifts, totals=totals).run()

    def test_readings_that_never_agree_are_an_error_though_each_adds_up(self) -> None:
        forge = StandIn("abcd", "abce", "abcf", "abcg", shifts=True)

        with self.assertRaisesRegex(UpstreamError, "4 repositories against a total of 4, after 4 readings"):
            forge.run()

    def test_pages_that_contradict_each_other_are_told_together(self) -> None:
        listing: Listing[str] = Listing(lambda place: None, Once(print), SIZE, 1, shifts=True)
        listing.take(None, Page(dict.fromkeys("abc", ""), 4, True, "3"))

        with self.assertRaisesRegex(UpstreamError, "3 repositories against a total of 4 or 5, after 1 readings"):
            listing.take("3", Page({}, 5, False, None))

    def test_pages_that_lead_nowhere_are_an_error(self) -> None:
        tables: dict[str, list[tuple[dict[str, str], str | None]]] = {
            "to no place": [({"a": ""}, None)],
            "to one page for ever": [({"a": ""}, "1"), ({}, "1")],
            "to others without anything new": [({"a": ""}, "1"), *(({"a": ""}, str(n)) for n in range(2, 6))],
        }
        for shifts in (False, True):
            for what, pages in tables.items():
                with self.subTest(what, shifts=shifts):
                    listing: Listing[str] = Listing(lambda place: None, Once(print), SIZE, READINGS, shifts)
                    for rows, place in pages[:-1]:
                        listing.take("0", Page(rows, None, True, place))
                    with self.assertRaisesRegex(UpstreamError, "goes on without bringing new ones"):
                        listing.take("0", Page(pages[-1][0], None, True, pages[-1][1]))

    def test_more_pages_than_any_list_has_are_an_error(self) -> None:
        listing: Listing[str] = Listing(lambda place: None, Once(print), SIZE, READINGS, shifts=True)
        with self.assertRaisesRegex(UpstreamError, "has more than 10,000 pages"):
            for number in range(10_001):
                listing.take("0", Page({str(number): ""}, None, True, str(number)))
