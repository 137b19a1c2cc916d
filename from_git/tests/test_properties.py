"""What holds for any input; hypothesis looks for the counterexample."""

from unittest import SkipTest, TestCase

from from_git.profiles import BadUrl, parse_profile
from from_git.stats import Language, Stats, merge

try:
    from hypothesis import given
    from hypothesis import strategies as st
except ImportError as missing:
    raise SkipTest("hypothesis is not installed (requirements-dev.txt)") from missing

HOSTS = {"github.com": "github", "bitbucket.org": "bitbucket"}
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

    @given(st.text() | st.text().map("https://github.com/".__add__))
    def test_any_text_gives_a_profile_or_a_reason(self, text: str) -> None:
        try:
            profile = parse_profile(text, HOSTS)
        except BadUrl as error:
            self.assertTrue(str(error))
        else:
            self.assertRegex(profile.owner, r"\A[A-Za-z0-9_-]+\Z")


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
