"""The answer of a batch: that of the same profiles in one request, byte by byte."""

import json
import time
from typing import Any

from from_git.aggregator import _answer, merging
from from_git.batches import answer
from from_git.batches.answer import answer_of, answered
from from_git.batches.items import SOME
from from_git.errors import BrokenError, DeadlineError, NoSuchBatch, UpstreamError
from from_git.forges.registry import KINDS
from from_git.models import Batch, BatchItem, ItemState, Purpose
from from_git.safejson import SafeJSON
from from_git.serializers import answer_body
from from_git.tests.kit.batches import Outcome, batch_with, finish
from from_git.tests.kit.databases import OnPostgres, OnSQLite
from from_git.tests.kit.examples import examples, given, st
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.hosts import host_of
from from_git.values.found import Fetched, Found
from from_git.values.profile import Profile
from from_git.values.repository import Repository
from from_git.values.rows import Rows
from from_git.values.stats import LARGEST, Stats

HOSTS = {kind: host_of(kind) for kind in KINDS}
UUID = "{11111111-2222-3333-4444-555555555555}"
COLLIDING = "plumless", "buckeroo"
"""Texts with the same CRC-32."""
_IDS = st.sets(st.sampled_from([*"12345678", *COLLIDING]), max_size=5)
_KEYS = (
    st.sampled_from([("gitlab", "a"), ("gitlab", "a/b"), ("gitlab", "a/b/c"), ("gitlab", "d")])
    | st.tuples(st.sampled_from(["github", "bitbucket"]), st.sampled_from(["a", "b", "d"]))
    | st.just(("bitbucket", UUID))
)
_TIMES = st.integers(1, 3).map(float)


def profile_of(kind: str, owner: str) -> Profile:
    """A profile of that owner."""
    return Profile(HOSTS[kind], owner.lower(), owner, f"https://{HOSTS[kind].name}/{owner}")


def repository(identity: str, number: int) -> Repository:
    """One that its forge tells of with this number, which may be another one a moment later."""
    langs = (("C", number), (f"L\u2028{number}", None))
    return Repository(identity, f"r{identity}", number % 2 == 0, False, number, number, langs, (f"t{number}",))


@st.composite
def found(draw: st.DrawFn) -> Fetched:
    """A profile that exists."""
    rows = Rows.of([repository(one, draw(st.integers(0, 3))) for one in draw(_IDS)])
    lost = tuple(sorted(draw(st.sets(st.sampled_from(["a/x", "a/y z"])))))
    at = draw(_TIMES)
    return Fetched(Found("User", rows, lost, draw(st.sampled_from([None, None, UUID, "e"]))), at, at)


_OUTCOMES = st.one_of(
    found(), found(), _TIMES.map(lambda at: Fetched(None, at, at)), st.just(BrokenError("it broke\u2028\x07.")),
    st.sampled_from([ItemState.WAITING, ItemState.CANCELLED]),
)  # fmt: skip


def expected(outcomes: dict[Profile, Outcome]) -> bytes:
    """What `/health-check` sends for those that have been fetched, and the failed ones behind it."""
    merging._after_fork()  # the sums of other examples with these names and times
    fetched = {profile: one for profile, one in outcomes.items() if isinstance(one, Fetched)}
    body: bytes = SafeJSON().render(answer_body(_answer(list(fetched), fetched, {})))
    failed = [
        {"url": profile.url, "error": one.code, "message": "it broke\\u2028\\u0007."}
        for profile, one in outcomes.items()
        if isinstance(one, BrokenError)
    ]
    return body[:-1] + b',"failed":' + json.dumps(failed, separators=(",", ":")).encode() + b"}"


class Answers(OnSQLite):
    """`answer_of`."""

    def setUp(self) -> None:
        """Have nothing kept."""
        super().setUp()
        answer._partial.clear()

    def whole(self, batch: Batch, **more: Any) -> bytes:
        """The bytes of a batch's answer."""
        return b"".join(answer_of(batch, **more))

    @examples(150)
    @given(st.dictionaries(_KEYS, _OUTCOMES, max_size=9))
    def test_it_is_that_of_the_same_profiles_in_one_request(self, given_outcomes: dict[Any, Outcome]) -> None:
        outcomes = {profile_of(*key): one for key, one in given_outcomes.items()}
        answer._partial.clear()
        self.assertEqual(self.whole(batch_with(outcomes)).decode(), expected(outcomes).decode())

    def test_it_is_so_over_many_parts(self) -> None:
        number = 2 * SOME + 7
        shared = [repository("shared", 1), *(repository(one, 2) for one in COLLIDING)]
        outcomes: dict[Profile, Outcome] = {
            profile_of("github", f"user-{one}"): (
                BrokenError("it broke\u2028\x07.")
                if one % 100 == 3
                else Fetched(None, 1.0, 1.0)
                if one % 100 == 4
                else Fetched(
                    Found("User", Rows.of([repository(f"own {one}", one % 3), *(shared if one % 250 == 0 else ())])),
                    float(one),
                    float(one),
                )
            )
            for one in range(number)
        }
        batch = batch_with(outcomes)

        self.assertEqual(self.whole(batch), expected(outcomes))

    def test_the_final_one_is_kept_with_the_batch(self) -> None:
        outcomes: dict[Profile, Outcome] = {profile_of("github", "a"): Fetched(Found("User", Rows()), 1.0, 1.0)}
        batch = batch_with(outcomes)
        answered(batch.id)
        BatchItem.objects.all().delete()  # nobody looks at them again

        self.assertEqual(self.whole(batch), expected(outcomes))
        answered(batch.id)
        self.assertEqual(self.whole(batch), expected(outcomes))

    def test_of_a_batch_for_snapshots_none_is_worked_out_before_somebody_asks(self) -> None:
        outcomes: dict[Profile, Outcome] = {profile_of("github", "a"): Fetched(Found("User", Rows()), 1.0, 1.0)}
        batch = batch_with(outcomes)
        Batch.objects.update(purpose=Purpose.SNAPSHOT)
        answered(batch.id)

        self.assertIsNone(Batch.objects.get().answer)
        self.assertEqual(self.whole(batch), expected(outcomes))

    def test_one_so_far_is_kept_for_a_while_and_never_passes_for_the_final_one(self) -> None:
        first, second = (Fetched(Found("User", Rows.of([repository(one, 1)])), 1.0, 1.0) for one in "12")
        outcomes: dict[Profile, Outcome] = {
            profile_of("github", "a"): first,
            profile_of("github", "b"): ItemState.WAITING,
        }
        batch = batch_with(outcomes)
        self.assertEqual(self.whole(batch), expected(outcomes))
        answer._partial[batch.id] = answer._partial[batch.id]._replace(until=time.monotonic() + 60)

        finish(batch, [first, second])
        self.assertEqual(self.whole(batch), expected(outcomes))
        self.assertIsNone(Batch.objects.get().answer)
        Batch.objects.update(state="done")
        batch.refresh_from_db()
        outcomes[profile_of("github", "b")] = second
        self.assertEqual(self.whole(batch), expected(outcomes))
        self.assertIsNotNone(Batch.objects.get().answer)

    def test_an_item_at_a_host_that_is_no_longer_declared_counts(self) -> None:
        one = profile_of("github", "a")
        batch = batch_with({one: Fetched(Found("User", Rows.of([repository("1", 1)])), 1.0, 1.0)})
        BatchItem.objects.update(host="gone.example", url="https://gone.example/A")

        self.assertEqual(json.loads(self.whole(batch))["data"]["forkedRepos"], 0)
        self.assertEqual(json.loads(self.whole(batch))["data"]["originalRepos"], 1)

    def test_a_sum_that_json_does_not_keep_is_an_error(self) -> None:
        large = Fetched(found_with(Stats(watchers=LARGEST)), 1.0, 1.0)
        batch = batch_with({profile_of("github", one): large for one in "ab"})
        with self.assertRaisesRegex(UpstreamError, "watchers add up"):
            self.whole(batch)

    def test_there_is_a_deadline(self) -> None:
        batch = batch_with({profile_of("github", "a"): ItemState.WAITING})
        with self.assertRaises(DeadlineError):
            self.whole(batch, until=time.monotonic() - 1)
        with answer._working, self.assertRaises(DeadlineError):
            self.whole(batch, until=time.monotonic() + 0.01)

    def test_a_batch_that_is_deleted_meanwhile_is_no_partial_answer(self) -> None:
        batch = batch_with({profile_of("github", "a"): ItemState.CANCELLED})
        BatchItem.objects.all().delete()
        with self.assertRaises(NoSuchBatch):
            self.whole(batch)
        Batch.objects.all().delete()
        with self.assertRaises(NoSuchBatch):
            self.whole(batch)


class AnswersOnPostgres(OnPostgres, Answers):
    """The same."""
