"""Claims on fetches, and what processes tell each other of them."""

from typing import TYPE_CHECKING, Any

from from_git.errors import LimitError, UpstreamError
from from_git.tests.kit.flying import (
    MFEM,
    SPACK,
    Between,
    CacheTestCase,
    InMemory,
    InRedis,
    fetched,
)
from from_git.tests.kit.servers import needs_redis
from from_git.values.progress import Progress

A, B = "a" * 32, "b" * 32


class Contract(CacheTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What holds over every cache. No test case itself, so none is skipped."""

    def test_a_claim_is_the_first_ones_and_ends_by_itself(self) -> None:
        claims = self.claims()
        self.assertEqual([claims.claim(SPACK, own) for own in (A, B, A)], [A, A, A])
        self.assertEqual(claims.claim(MFEM, B), B)
        self.assertTrue(3 < self.seconds_to_live(SPACK, "flight") <= 5)
        self.assertEqual(claims.claim(SPACK, B, instead_of=B), A)
        self.assertEqual(claims.claim(SPACK, B, instead_of=A), B)

    def test_of_two_at_the_same_moment_one_has_the_claim(self) -> None:
        claims = self.claims(cache=Between(self.cache, get=lambda key: None))  # expired between the questions
        claims.claim(SPACK, A)
        self.assertEqual(claims.claim(SPACK, B), B)

    def test_who_claims_in_the_moment_of_an_end_has_it_and_no_other(self) -> None:
        self.claims().claim(SPACK, A)

        def get(key: str) -> Any:
            found = self.cache.get(key)
            if found == A:  # expires between the questions, and a third one is quicker
                self.cache.set(key, B, timeout=5)
                return None
            return found

        self.assertEqual(self.claims(cache=Between(self.cache, get=get)).claim(SPACK, "c" * 32), B)

    def test_a_claim_is_renewed_and_given_back_by_who_has_it(self) -> None:
        claims = self.claims()
        claims.claim(SPACK, A)
        claims.renew({SPACK: (B, Progress(pages=2))})
        self.assertEqual(claims.claim(SPACK, B), A)
        claims.publish(SPACK, B, None)
        self.assertEqual(claims.claim(SPACK, B), A)
        claims.publish(SPACK, A, None)
        claims.renew({SPACK: (B, Progress())})
        self.assertEqual(claims.claim(SPACK, A), B)
        news = claims.news({SPACK: B}) or {}
        self.assertEqual((news[SPACK].holder, news[SPACK].outcome, news[SPACK].progress), (B, None, Progress()))

    def test_a_claim_that_changes_hands_while_it_is_renewed_stays_where_it_is(self) -> None:
        claims = self.claims()
        for taken, holder in ((B, B), ("", "c" * 32)):
            with self.subTest(taken):
                self.cache.clear()
                claims.claim(SPACK, A)

                def get_many(keys: Any, taken: str = taken) -> Any:
                    found = self.cache.get_many(keys)
                    claims.publish(SPACK, A, None)
                    if taken:
                        claims.claim(SPACK, taken)
                    return found

                self.claims(cache=Between(self.cache, get_many=get_many)).renew({SPACK: (A, Progress())})
                self.assertEqual(claims.claim(SPACK, "c" * 32), holder)

    def test_who_waits_elsewhere_is_known_for_a_while(self) -> None:
        claims = self.claims()
        self.assertFalse(claims.wanted(A))
        self.assertEqual(claims.renew({SPACK: (A, Progress())}), {})
        claims.want(A, 7.5, 5)
        self.assertTrue(claims.wanted(A))
        self.assertEqual(claims.renew({SPACK: (A, Progress()), MFEM: (B, Progress())}), {SPACK: 7.5})

    def test_outcomes_reach_who_follows(self) -> None:
        claims = self.claims()
        limit = LimitError("its rate limit is used up.", 40.0, guessed=True)
        limit.tries = 3
        for outcome in (fetched(5.0), fetched(5.0, None), limit, UpstreamError("said{said}", "foreign <words>")):
            with self.subTest(outcome):
                claims.claim(SPACK, A)
                claims.publish(SPACK, A, outcome)
                news = (claims.news({SPACK: A}) or {})[SPACK]
                self.assertIsNone(news.holder)
                self.assertEqual((type(news.outcome), str(news.outcome)), (type(outcome), str(outcome)))
                if isinstance(outcome, UpstreamError):
                    found = vars(news.outcome)
                    self.assertEqual({**found, "guessed": True}, {**vars(outcome), "guessed": True})


class InOneProcess(Contract, InMemory, CacheTestCase):
    """LocMem."""


@needs_redis
class BetweenProcesses(Contract, InRedis, CacheTestCase):
    """Redis."""
