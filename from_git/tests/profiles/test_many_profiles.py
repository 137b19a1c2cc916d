"""From many pasted texts to profiles."""

import tracemalloc
from unittest import TestCase

from from_git.profiles import parse_profiles
from from_git.profiles.reading import read
from from_git.tests.kit.hosts import host_of
from from_git.tests.profiles.test_profiles import BAD, GOOD, HOSTS
from from_git.values.kind import BadUrl
from from_git.values.profile import Profile


class ParseProfiles(TestCase):
    """Many texts."""

    def test_the_same_profile_counts_once_in_its_first_spelling(self) -> None:
        spellings = ["  https://github.com/MailChimp ", "github.com/mailchimp/", "http://www.github.com/mailCHIMP"]

        profiles, bad, _ = parse_profiles(spellings, HOSTS)

        self.assertEqual([profile.url for profile in profiles], ["https://github.com/MailChimp"])
        self.assertEqual(bad, [])

    def test_the_same_owner_on_two_forges_is_two_profiles_in_the_order_asked(self) -> None:
        profiles, *_ = parse_profiles(["bitbucket.org/x", "github.com/x"], HOSTS)

        self.assertEqual([profile.forge for profile in profiles], ["bitbucket", "github"])

    def test_one_value_may_hold_several_lines_and_blank_ones_are_skipped(self) -> None:
        profiles, bad, _ = parse_profiles(["github.com/a\r\n\r\n  github.com/b\n\rgithub.com/c", "", "  "], HOSTS)

        self.assertEqual([profile.owner for profile in profiles], ["a", "b", "c"])
        self.assertEqual(bad, [])

    def test_every_bad_url_is_named_once_in_the_order_asked(self) -> None:
        _, bad, more = parse_profiles(["nowhere", "github.com/a", "ftp://x", "nowhere"], HOSTS)

        self.assertEqual(([text for text, _ in bad], more), (["nowhere", "ftp://x"], 0))

    def test_the_first_bad_ones_are_named_and_other_lines_counted(self) -> None:
        lines = [f"x{number}" for number in range(50)] * 2

        _, bad, more = parse_profiles(lines, HOSTS, named=3)

        self.assertEqual(([text for text, _ in bad], more), (["x0", "x1", "x2"], 94))

    def test_a_profile_is_small_and_holds_no_text_twice(self) -> None:
        [profile], *_ = parse_profiles(["github.com/a-b"], HOSTS)

        self.assertFalse(hasattr(profile, "__dict__"))
        self.assertIs(profile.key, profile.owner)

    def test_a_hundred_thousand_take_a_bounded_number_of_bytes_each(self) -> None:
        number = 100_000
        for value, bound in (
            ("\n".join(f"github.com/{n:x}" for n in range(number)), 270),
            ("\n".join(f"githib.com/{n:x}" for n in range(number)), 20),
        ):
            tracemalloc.start()
            self.addCleanup(tracemalloc.stop)
            profiles, _, more = parse_profiles([value], HOSTS)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            self.assertEqual(len(profiles) or more + 20, number)
            self.assertLess(peak / number, bound)

    def test_the_quick_way_and_the_careful_one_agree(self) -> None:
        for text in [
            *(text for text, *_ in (*GOOD, *BAD)),
            "github.com/login",
            "g\u0131thub.com/a",
            "bitbucket.org/\u017f",
        ]:
            with self.subTest(text):
                profiles, bad, _ = parse_profiles([text], HOSTS)
                try:
                    careful = read(text, HOSTS)
                except BadUrl:
                    self.assertEqual((profiles, len(bad)), ([], 1))
                else:
                    self.assertEqual([(one, one.owner, one.url) for one in profiles], [(careful, careful.owner, text)])

    def test_profiles_are_equal_by_forge_and_owner_alone(self) -> None:
        github, bitbucket = host_of("github"), host_of("bitbucket")

        self.assertEqual(Profile(github, "a", "A", "github.com/A"), Profile(github, "a", "a", "github.com/a"))
        self.assertNotEqual(Profile(github, "a", "a", "x"), Profile(bitbucket, "a", "a", "x"))
