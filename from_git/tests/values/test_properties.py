"""What holds for any input; hypothesis looks for the counterexample."""

from unittest import TestCase

from emulator import Repository
from from_git.aggregator import Answer
from from_git.forges.registry import KINDS
from from_git.serializers import EXPANSIONS, answer_body
from from_git.tests.kit import oracle
from from_git.tests.kit.examples import examples, given, repositories, st
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.parsing import parse_profile
from from_git.values.found import Fetched
from from_git.values.kind import BadUrl
from from_git.values.profile import Profile
from from_git.values.repository import Repository as Row
from from_git.values.stats import Language, Stats, Tally, merge

HOSTS = {kind.host: host_of(kind) for kind in KINDS.values()}
_PATHS = st.text("aZ09-_./%{}", max_size=12)  # what owners of some forges may have in their names
NAMES = st.sampled_from(["c", "python", "c++", "go"])
COUNTS = st.integers(0, 2**40)
STATS = st.builds(
    Stats,
    original_repos=COUNTS,
    forked_repos=COUNTS,
    watchers=COUNTS,
    followers=COUNTS,
    langs=st.dictionaries(NAMES, st.builds(Language, repos=st.integers(1, 99), bytes=st.none() | COUNTS)),
    topics=st.dictionaries(NAMES, st.integers(1, 99)),
)


class Profiles(TestCase):
    """Parsing."""

    @examples(400)
    @given(st.text() | st.builds("https://{}/{}".format, st.sampled_from(sorted(HOSTS)), st.text() | _PATHS))
    def test_any_text_gives_a_profile_or_a_reason(self, text: str) -> None:
        try:
            profile = parse_profile(text, HOSTS)
        except BadUrl as error:
            self.assertTrue(str(error))
        else:
            self.assertRegex(profile.owner, r"\A[A-Za-z0-9_{}./-]+\Z")
            self.assertFalse({"", ".", ".."} & set(profile.owner.split("/")), "it would lead elsewhere")
            self.assertEqual(profile.host.kind.urls.owner(profile.owner), profile.owner)


class Merging(TestCase):
    """The laws of the sum."""

    @given(STATS, STATS, STATS)
    def test_neither_order_nor_grouping_matters(self, a: Stats, b: Stats, c: Stats) -> None:
        self.assertEqual(merge([a, b, c]), merge([c, a, b]))
        self.assertEqual(merge([merge([a, b]), c]), merge([a, merge([b, c])]))

    @given(STATS)
    def test_nothing_added_changes_nothing(self, a: Stats) -> None:
        self.assertEqual(merge([a, Stats()]), a)
        self.assertEqual(merge([]), Stats())

    @given(st.lists(STATS, max_size=6).flatmap(lambda parts: st.tuples(st.just(parts), st.permutations(parts))))
    def test_the_order_of_arrival_does_not_show(self, orders: tuple[list[Stats], list[Stats]]) -> None:
        asked, arrived = orders
        one, other = merge(asked), merge(arrived)

        self.assertEqual(one, other)
        self.assertEqual((list(one.langs), list(one.topics)), (list(other.langs), list(other.topics)))

    @given(repositories("github").flatmap(lambda many: st.tuples(st.just(many), st.integers(0, len(many)))))
    def test_the_sum_of_parts_is_the_sum_of_the_whole(self, cut: tuple[list[Repository], int]) -> None:
        many, at = cut

        self.assertEqual(merge([tallied(many[:at]), tallied(many[at:])]), tallied(many))
        self.assertEqual(tallied(many), oracle.of("github", many))


class Details(TestCase):
    """What `expand` adds."""

    @given(st.lists(STATS | st.none(), max_size=5))
    def test_details_are_the_slow_sum_and_rows_add_up_to_the_data(self, parts: list[Stats | None]) -> None:
        profiles = [Profile(host_of("github"), f"o{n}", f"O{n}", f"github.com/O{n}") for n in range(len(parts))]
        kept = {p: Fetched(found_with(s) if s else None, 9.9, 5.5) for p, s in zip(profiles, parts, strict=True)}
        found = {profile: one.found for profile, one in kept.items() if one.found}
        there = [one.stats for one in found.values()]
        missing = tuple(profile for profile in profiles if profile not in found)
        body = answer_body(Answer(kept, found, missing, merge(there)), EXPANSIONS)

        self.assertEqual(
            {name: body[name] for name in ("langsDetail", "topicsDetail")},
            oracle.details_of(there),
        )
        self.assertEqual([row["owner"] for row in body["profiles"]], [profile.owner for profile in found])
        for key, total in body["data"].items():
            parts_of_it = [row[key] for row in body["profiles"]]
            if isinstance(total, list):
                self.assertEqual(total, sorted({name for names in parts_of_it for name in names}))
            elif not key.endswith("Num"):
                self.assertEqual(total, sum(parts_of_it))
        self.assertEqual({row["fetchedAt"] for row in body["profiles"]} - {"1970-01-01T00:00:05Z"}, set())


def tallied(many: list[Repository]) -> Stats:
    """The tally of those that are public."""
    tally = Tally()
    for one in many:
        if not one.is_private:
            langs, topics = tuple(one.languages), tuple(one.topics)
            tally.add_repositories(
                [Row(str(one.id), one.name, one.is_fork, None, one.stars, one.watchers, langs, topics)]
            )
    return tally.stats()
