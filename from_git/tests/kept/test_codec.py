"""Outcomes as JSON, in a cache and back."""

import itertools
import json
from typing import Any
from unittest import TestCase

from django.core.cache.backends.locmem import LocMemCache

from coding_challenge.serializer import JsonSerializer
from from_git import errors
from from_git.errors import BudgetError, DeadlineError, LimitError, TransientError, UpstreamError
from from_git.kept.codec import decoded, encoded
from from_git.memory import Remembered
from from_git.tests.kit.examples import JSON, ROWS, given, st
from from_git.tests.kit.finds import HEAD, head_of, with_head
from from_git.tests.kit.flying import (
    FOUND,
    SPACK,
    CacheTestCase,
    fetched,
)
from from_git.values.found import Fetched, Found
from from_git.values.repository import LATEST, Repository as Row
from from_git.values.rows import Rows, Sums


class Codec(CacheTestCase):
    """Outcomes as JSON."""

    def make_cache(self) -> Any:
        """None is needed."""
        return LocMemCache("codec", {})

    def test_every_error_comes_back_as_it_was(self) -> None:
        kinds: list[type[UpstreamError]] = [UpstreamError]
        for kind in kinds:
            kinds += kind.__subclasses__()
        self.assertIn(errors.TooHeavyError, kinds)
        for kind in kinds:
            error = UpstreamError("it said no{said}.", "why").bare()
            error.__class__ = kind
            if issubclass(kind, LimitError | errors.UnfinishedError | TransientError):
                error.wait = 12.5
            with self.subTest(kind.__name__):
                back = decoded(json.loads(json.dumps(encoded(error))))
                self.assertIs(type(back), kind)
                self.assertEqual((str(back), vars(back)), (str(error), vars(error)))

    def test_what_an_error_is_about_stays_with_who_asked(self) -> None:
        back = decoded(encoded(UpstreamError("no").about(SPACK)))
        assert isinstance(back, UpstreamError)
        self.assertIsNone(back.profile)

    def test_a_cut_value_is_none(self) -> None:
        whole = encoded(fetched(self.now))
        assert isinstance(whole, bytes)
        for end in range(len(whole)):
            self.assertIsNone(decoded(whole[:end]))
        self.assertIsNone(decoded(whole + b"x"))
        nonsense: list[Any] = [{}, {"langs": []}, encoded(BudgetError("x", None)), 7]
        for one, other in itertools.pairwise(nonsense):
            self.assertNotEqual(type(decoded([one, other])), DeadlineError)

    def test_another_format_and_names_that_are_not_in_order_are_none(self) -> None:
        good = encoded(fetched(self.now))
        assert isinstance(good, bytes)
        head = head_of(good)
        self.assertIsNotNone(decoded(with_head(good, {**head, "missing": ["a/a", "b/b"]})))
        for change in (
            {"format": "rows-0"},
            {"missing": ["b/b", "a/a"]},
            {"missing": ["a/a", "a/a"]},
            {"not_told": ["topics", "followers"]},
            {"not_told": ["stars"]},
            {"lengths": [*head["lengths"], 0]},
            {"lengths": [float(one) for one in head["lengths"]]},
        ):
            with self.subTest(change):
                self.assertIsNone(decoded(with_head(good, {**head, **change})))
        missing = encoded(Fetched(None, self.now, self.now))
        assert isinstance(missing, dict)
        self.assertIsNone(decoded({**missing, "kind": "User"}))

    def test_what_is_remembered_is_not_read_again_and_anything_else_is(self) -> None:
        value, other = (
            encoded(fetched(self.now)),
            encoded(fetched(self.now, Found("User", Rows.of(list(FOUND.rows)[1:])))),
        )
        assert isinstance(value, bytes) and isinstance(other, bytes)
        sums: Remembered[Sums] = Remembered(1_000)

        first, second = decoded(value, sums), decoded(bytes(bytearray(value)), sums)

        assert isinstance(first, Fetched) and isinstance(second, Fetched) and first.found and second.found
        self.assertEqual((first, second), (fetched(self.now), fetched(self.now)))
        self.assertIs(first.found.stats, second.found.stats)
        self.assertEqual(sums.hits, 1)
        self.assertNotEqual(decoded(other, sums), first)
        self.assertEqual(sums.hits, 1)
        # the sums are those of these bytes, and of no others under the same key or with the same head
        for at in range(value.index(b"\n") + 1, len(value)):
            self.assertIsNone(decoded(value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :], sums))

    def test_a_store_remembers_the_sums_of_what_it_keeps_and_of_what_it_reads(self) -> None:
        one, other = self.store(), self.store()
        one.keep(SPACK, fetched(self.now))

        for _ in range(2):
            self.assertEqual(one.kept([SPACK]), other.kept([SPACK]))
        self.assertEqual((one._sums.hits, other._sums.hits), (2, 1))

    def test_what_is_kept_of_an_owner_is_some_bytes_for_each_repository(self) -> None:
        langs = (("Python", 12_345), ("C", 678))
        many = [
            Row(f"R_kgDO{7**n % 2**30:x}", f"repo-{n}", False, False, n, n, langs, ("api",), "MIT", 3**n % LATEST, n)
            for n in range(1_000)
        ]
        sizes = [len(encoded(fetched(9.5, Found("User", Rows.of(many[:number]))))) for number in (1, 1_000)]

        self.assertLess(sizes[0], 300)
        self.assertLess(sizes[1], 60 * 1_000)


class Laws(TestCase):
    """What holds for any value."""

    @given(ROWS, st.floats(1.0, 2.0**39), st.none() | st.text(max_size=3), st.sets(st.text(max_size=3), max_size=3))
    def test_rows_come_back_bit_by_bit(
        self, rows: list[Row], at: float, identity: str | None, missing: set[str]
    ) -> None:
        found = Found("User", Rows.of(rows), tuple(sorted(missing)), identity, None, ("watchers", "topicsNum"))
        value = encoded(Fetched(found, at, at - 0.5))

        through_redis = JsonSerializer().loads(JsonSerializer().dumps(value))
        back = decoded(through_redis)
        self.assertEqual(back, Fetched(found, at, at - 0.5))
        assert isinstance(back, Fetched) and back.found
        self.assertEqual(repr(list(back.found.rows)), repr(sorted(rows, key=lambda one: (one.name, one.id))))

    @given(JSON | st.binary(max_size=60) | st.binary(max_size=60).map(b'["rows-1",'.__add__))
    def test_nonsense_is_nothing(self, value: Any) -> None:
        self.assertIsNone(decoded(value))

    @given(ROWS, st.sampled_from(HEAD), JSON)
    def test_a_head_with_nonsense_is_nothing_or_says_something_else(self, rows: list[Row], at: str, value: Any) -> None:
        good = encoded(Fetched(Found("User", Rows.of(rows)), 9.5, 9.5))
        assert isinstance(good, bytes)

        spoilt = decoded(with_head(good, {**head_of(good), at: value}))

        if spoilt is not None:
            assert isinstance(spoilt, Fetched) and spoilt.found
            self.assertEqual(decoded(encoded(spoilt)), spoilt)
            self.assertEqual(spoilt.found.rows, Rows.of(rows))
