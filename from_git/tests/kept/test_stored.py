"""Tests of found profiles as bytes of a database."""

import random
import subprocess
import sys
from contextlib import suppress
from typing import Any
from unittest import TestCase

import orjson

from from_git.kept.stored import pack, unpack
from from_git.tests.kit.project import ROOT
from from_git.values.columns import CHUNK
from from_git.values.found import Fetched, Found
from from_git.values.repository import Repository
from from_git.values.rows import Rows
from from_git.values.stats import merge, summed


def repositories(number: int) -> list[Repository]:
    """So many, of all sorts."""
    some = random.Random(number)  # noqa: S311 - the same ones each time
    return [
        Repository(
            f"id-{one}",
            f"name-{one:05}",
            some.choice((True, False, None)),
            some.choice((True, False, None)),
            some.choice((None, one)),
            some.choice((None, 2**40)),
            tuple((name, some.choice((None, one))) for name in some.sample(("Python", "C++", "Ünï “q”", "Shell"), 2)),
            some.choice((None, (), ("a", "b c"))),
        )
        for one in range(number)
    ]


def fetched(number: int, **more: object) -> Fetched:
    """A profile of so many repositories."""
    found = Found("Organization", Rows.of(repositories(number)), **more)  # type: ignore[arg-type]
    return Fetched(found, 1_700_000_000.25, 1_600_000_000.5)


class Stored(TestCase):
    """There and back."""

    def test_a_profile_comes_back_as_it_was(self) -> None:
        for number in (0, 1, 30, CHUNK, 2 * CHUNK + 1):
            one = fetched(number)
            with self.subTest(number):
                again = unpack(pack(one))
                self.assertEqual(again, one)
                assert again.found and one.found
                self.assertEqual(again.found.rows.sums, one.found.rows.sums)
                self.assertEqual(list(again.found.rows), list(one.found.rows))
                self.assertEqual(pack(again), pack(one))

    def test_all_that_is_known_of_it_comes_back(self) -> None:
        one = fetched(2, missing=("a/b", "c/d"), identity="{x}", oldest=1.5, not_told=("followers", "topics"))
        self.assertEqual(unpack(pack(one)), one)

    def test_its_sums_are_those_of_its_repositories_in_any_order_of_merging(self) -> None:
        parts = [fetched(number) for number in (3, 40, 1_200)]
        stored = [one.found.rows.stats for part in parts if (one := unpack(pack(part))).found]
        self.assertEqual(merge(stored), summed([row for part in parts if part.found for row in part.found.rows]))
        self.assertEqual(merge(reversed(stored)), merge(stored))

    def test_a_buffer_of_bytes_will_do(self) -> None:
        one = fetched(3)
        self.assertEqual(unpack(memoryview(pack(one))), one)  # type: ignore[arg-type]  # what psycopg2 gives

    def test_a_missing_profile_has_no_bytes(self) -> None:
        with self.assertRaisesRegex(ValueError, "missing"):
            pack(Fetched(None, 1.0, 1.0))

    def test_it_is_the_same_in_every_process(self) -> None:
        code = "from from_git.tests.kept.test_stored import *\nsys.stdout.buffer.write(pack(fetched(5)))"
        others = [
            subprocess.run(
                [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
            ).stdout
            for seed in ("1", "2")
        ]
        self.assertEqual([unpack(one).found for one in others], [fetched(5).found] * 2)
        self.assertEqual(others, [pack(fetched(5))] * 2)


class Foreign(TestCase):
    """Bytes that are none of ours."""

    def test_cut_or_longer_bytes_are_refused(self) -> None:
        data = pack(fetched(5))
        for end in range(len(data)):
            with self.subTest(end), self.assertRaises(ValueError):
                unpack(data[:end])
        with self.assertRaises(ValueError):
            unpack(data + b"x")

    def test_another_format_is_refused(self) -> None:
        head, _, rest = pack(fetched(5)).partition(b"\n")
        told = orjson.loads(head)
        newer = [
            orjson.dumps(["stored-2", *told[1:]]),
            orjson.dumps([*told, "more"]),
            orjson.dumps(told[:-1]),
            orjson.dumps({"a": 1}),
            b"[]",
            b"null",
            b"\x80\x04K\x01.",
        ]
        for line in newer:
            with self.subTest(line), self.assertRaises(ValueError):
                unpack(line + b"\n" + rest)
        for data in (b"", b"\n", b"x" * 100):
            with self.subTest(data), self.assertRaises(ValueError):
                unpack(data)

    def test_values_of_other_types_are_refused_or_read_but_never_a_fault(self) -> None:
        head, _, rest = pack(fetched(5)).partition(b"\n")
        told = orjson.loads(head)
        values: list[Any] = [{"a": [1]}, "x", -1, [[]]]
        for place in range(1, len(told)):
            for value in values:
                wrong = [*told[:place], value, *told[place + 1 :]]
                with self.subTest(place=place, value=value), suppress(ValueError):
                    unpack(orjson.dumps(wrong) + b"\n" + rest)
