"""Repositories in columns and back, their sums, and those that are chosen."""

import zlib
from collections.abc import Iterator
from itertools import permutations
from typing import Any
from unittest import TestCase

import orjson

from from_git.tests.kit import oracle
from from_git.tests.kit.examples import JSON, ROWS, given, rows, st
from from_git.values.columns import CHUNK, packed, unpacked
from from_git.values.filters import Filter
from from_git.values.repository import LATEST, Repository
from from_git.values.rows import Rows
from from_git.values.stats import LARGEST, Stats, SumTooLarge, merge, summed

SORTED = [
    Repository("R2", "a", False, True, 5, 7, (("C", 10), ("Go", None), ("C", 2)), ("api", "web"), "MIT", 1, LATEST),
    Repository("R1", "b"),
    Repository("R3", "b", True, False, 0, 0, (), (), "", 0, 0),
]
WANTED = st.sampled_from([None, "no", "only"])
FILTERS = st.builds(
    Filter, forks=WANTED, archived=WANTED, pushed_since=st.none() | st.integers(0, 3) | st.integers(0, LATEST)
)


def chunk(columns: Any) -> bytes:
    """The columns as a chunk, whatever they are."""
    return zlib.compress(orjson.dumps(columns))


def columns_of(repositories: list[Repository]) -> Any:
    """What is in their chunk."""
    return orjson.loads(zlib.decompress(packed(repositories)))


def by_name(one: Repository) -> tuple[str, str]:
    """What they are sorted by."""
    return one.name, one.id


class Columns(TestCase):
    """Chunks."""

    @given(rows(LARGEST).filter(bool))
    def test_repositories_come_back_as_they_were(self, some: list[Repository]) -> None:
        back = unpacked(packed(some))

        self.assertEqual(back, some)
        self.assertEqual(repr(back), repr(some))  # True is not 1

    @given(ROWS.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
    def test_the_order_in_which_they_come_does_not_show(self, orders: tuple[list[Repository], ...]) -> None:
        one, other = map(Rows.of, orders)

        self.assertEqual((one.chunks, one.sums), (other.chunks, other.sums))
        self.assertEqual(list(one), sorted(orders[0], key=by_name))
        self.assertEqual(Rows.of(sorted(orders[0], key=by_name), in_order=True), one)

    def test_thousands_are_several_chunks_and_no_order_of_these_is_another_value(self) -> None:
        for number in (CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 1):
            many = [Repository(f"R{n}", f"r{n:05}", n % 2 == 0, stars=n) for n in range(number)]
            some = Rows.of(reversed(many))
            with self.subTest(number):
                self.assertEqual(len(some.chunks), -(-number // CHUNK))
                self.assertEqual((list(some), len(some)), (many, number))
                self.assertEqual(Rows.read(some.chunks), some)
                for order in list(permutations(some.chunks))[1:]:
                    self.assertRaises(ValueError, Rows.read, order)
        self.assertRaises(ValueError, Rows.read, some.chunks[1:2] + some.chunks[1:])
        last = many[CHUNK]
        self.assertRaises(ValueError, Rows.read, [packed(many[:5]), packed([last])])
        self.assertRaises(ValueError, Rows.read, [packed(many[:CHUNK]), packed([last._replace(id="R7")])])

    def test_rows_are_equal_whatever_has_compressed_them(self) -> None:
        some = Rows.of(SORTED)
        other = Rows.read([chunk(columns_of(SORTED))])

        self.assertNotEqual(some.chunks, other.chunks)
        self.assertEqual(some, other)
        self.assertNotEqual(some, Rows.of(SORTED[1:]))
        self.assertNotEqual(some, SORTED)


class Nonsense(TestCase):
    """Chunks that nobody here has made."""

    def assert_read_or_refused(self, *chunks: bytes) -> None:
        """Nothing but a ValueError comes out, or rows that could have been made here."""
        try:
            some = Rows.read(chunks)
        except ValueError:
            return
        self.assertEqual(Rows.of(list(some)), some)

    @given(st.lists(st.binary(max_size=40), max_size=3))
    def test_bytes(self, chunks: list[bytes]) -> None:
        self.assert_read_or_refused(*chunks)

    @given(JSON)
    def test_other_json(self, value: Any) -> None:
        self.assert_read_or_refused(chunk(value))

    @given(ROWS.filter(bool), st.data())
    def test_one_place_of_a_chunk(self, some: list[Repository], data: Any) -> None:
        columns = columns_of(sorted(some, key=by_name))
        where, number = data.draw(st.sampled_from(list(places(columns))))
        where[number] = data.draw(JSON)

        self.assert_read_or_refused(chunk(columns))

    @given(ROWS.filter(bool), st.data())
    def test_one_bit_and_a_cut(self, some: list[Repository], data: Any) -> None:
        good = bytearray(Rows.of(some).chunks[0])
        at = data.draw(st.integers(0, len(good) - 1))
        self.assertRaises(ValueError, Rows.read, [bytes(good[:at])])
        good[at] ^= 1 << data.draw(st.integers(0, 7))
        self.assert_read_or_refused(bytes(good))

    def test_what_is_almost_right(self) -> None:
        ids, names, forks, archived, stars, watchers, langs, sizes, topics, licenses, created, pushed = range(12)
        ways: dict[int, list[Any]] = {
            ids: [None, "abc", ["R2", "R1"], ["R2", "R1", 3], ["R2", "R1", "R1"], []],
            names: [None, "abb", ["b", "a", "b"], ["a", "b"], ["a", "b", None]],
            forks: [None, "0-", "0-2", "0-11", [False, None, True], 3],
            archived: [None, "", "1-x"],
            stars: [[1], [5, None, -1], [5, None, 1.0], [5, None, True], [5, None, LARGEST + 1], ""],
            watchers: [[LARGEST, None, 1], [], {}, [[]] * 3],
            langs: [
                *([["C", "Go"]], [["C", "Go"], [3, 0, 0]], [["C", "Go"], None, []], {}, None),
                *([["C", "Go"], [3, 0, 0], [0, 1, 2]], [["C", "Go"], [3, 0, 0], [0, 1]]),
                *([["C", "Go"], [3, 0, 0], [0, 1, -1]], [["C", "Go"], [3, None, 0], [0, 1, 0]]),
                *([["C", "Go"], [3, 0, 0], [0, True, 0]], [["C", 5], [3, 0, 0], [0, 1, 0]]),
            ],
            sizes: [[10, None], [10, None, -2], [10, None, 2, 3], "abc"],
            topics: [None, [[], [2, None, 0], [0, 1]], [["api"], [2, None], [0, 0]]],
            licenses: [None, [["MIT", ""], [2, 0, 0], [0, 1]], [["MIT"], [None, 0, 1], [0]]],
            created: [[1, None, LATEST + 1], [1, None, "0"], [1, None, -1]],
            pushed: [[1, None, LATEST + 1], [0.5, None, 0], False],
        }
        bad = [(place, value) for place, values in ways.items() for value in values]
        good = columns_of(SORTED)
        self.assertEqual(list(Rows.read([chunk(good)])), SORTED)
        for place, value in bad:
            with self.subTest(column=place, value=value):
                self.assertRaises(ValueError, Rows.read, [chunk([*good[:place], value, *good[place + 1 :]])])
        for value in (good[:-1], [*good, None], columns_of([Repository(str(n), f"{n:09}") for n in range(CHUNK + 1)])):
            self.assertRaises(ValueError, Rows.read, [chunk(value)])
        self.assertRaises(ValueError, Rows.read, [chunk(good) + b"x"])
        self.assertRaises(ValueError, Rows.read, [chunk(good)] * 2)

    def test_a_chunk_that_would_fill_the_memory_is_not_read(self) -> None:
        with self.assertRaisesRegex(ValueError, "too large"):
            unpacked(zlib.compress(b"[" + b" " * 2**26, 9))
        many = [Repository("R1", "r", langs=(("C", None),) * 1_100_000)]
        for columns in (orjson.dumps(columns_of(many)), b"[" + b"[]," * 1_100_000 + b"[]]"):
            with self.assertRaisesRegex(ValueError, "too many"):
                unpacked(zlib.compress(columns, 9))


class Sums(TestCase):
    """What is known of rows without reading them."""

    @given(ROWS)
    def test_they_are_the_slow_sum(self, some: list[Repository]) -> None:
        found = Rows.of(some)

        self.assertEqual((found.stats, len(found)), (oracle.of_rows(some), len(some)))
        self.assertEqual(Rows.read(found.chunks).sums, found.sums)
        self.assertEqual(Rows(), Rows.of([]))

    def test_too_large_a_sum_is_none(self) -> None:
        two = [Repository(f"R{n}", "r", watchers=LARGEST) for n in range(2)]
        self.assertRaises(SumTooLarge, Rows.of, two)
        self.assertRaises(ValueError, Rows.read, [packed(two)])


class Filters(TestCase):
    """Those that are chosen."""

    @given(ROWS, FILTERS, st.integers(0, 24))
    def test_filters_and_sums_commute(self, some: list[Repository], wanted: Filter, cut: int) -> None:
        def of(part: list[Repository]) -> Stats:
            return summed([one for one in part if wanted.chooses(one)])

        rest = [one for one in some if not wanted.chooses(one)]
        self.assertEqual(merge([of(some[:cut]), of(some[cut:])]), of(some))
        self.assertEqual(merge([of(some), summed(rest)]), summed(some))
        self.assertEqual(of(list(Rows.of(some))), of(some))

    def test_each_rule_by_itself_and_both_together(self) -> None:
        chosen: dict[Filter, str] = {
            Filter(): "aaa bbb ccc",
            Filter(forks="no"): "aaa bbb",
            Filter(forks="only"): "ccc",
            Filter(archived="no"): "bbb ccc",
            Filter(archived="only"): "aaa",
            Filter(pushed_since=1): "aaa",
            Filter(pushed_since=0): "aaa ccc",
            Filter(forks="no", archived="no"): "bbb",
            Filter(forks="only", pushed_since=1): "",
        }
        named = [one._replace(name=name) for one, name in zip(SORTED, ("aaa", "bbb", "ccc"), strict=True)]
        for wanted, names in chosen.items():
            with self.subTest(wanted):
                self.assertEqual(" ".join(one.name for one in named if wanted.chooses(one)), names)


def places(value: list[Any]) -> Iterator[tuple[list[Any], int]]:
    """Each place of a list and of the lists in it, as the list and the number."""
    for number, one in enumerate(value):
        yield value, number
        if isinstance(one, list):
            yield from places(one)
