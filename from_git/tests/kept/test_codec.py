"""Outcomes as JSON, in a cache and back."""

import itertools
import json
from typing import Any

from django.core.cache.backends.locmem import LocMemCache

from from_git import errors
from from_git.errors import BudgetError, DeadlineError, LimitError, TransientError, UpstreamError
from from_git.kept.codec import decoded, encoded
from from_git.tests.kit.flying import (
    SPACK,
    CacheTestCase,
    fetched,
)
from from_git.values.found import Found
from from_git.values.repository import Repository
from from_git.values.rows import Rows


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

    def test_it_is_safe_to_change_what_was_read(self) -> None:
        rows = Rows.of([Repository("R", "r", langs=(("C", 5),))])
        store = self.store()
        store.keep(SPACK, fetched(self.now, Found("User", rows)))
        first = store.kept([SPACK])[SPACK]
        assert first.found
        self.assertIsNot(first.found, store.kept([SPACK])[SPACK].found)
