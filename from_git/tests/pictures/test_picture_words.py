"""Words that are too many for a picture: whole sentences, whole words, and never half a number."""

import re
from unittest import TestCase

from emulator import Fault
from from_git.errors import RequestError, TransientError, UpstreamError
from from_git.pictures import PICTURES, badge, text
from from_git.tests.kit.examples import given, st
from from_git.tests.pictures.test_picture_views import DRAWN, SPACK, PictureTestCase
from from_git.tests.pictures.test_pictures import NOW, TEAM, answer, described, named, shown

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
NUMBERS = st.one_of(st.integers(0, 10**9).map("{:,}".format), st.times().map("{:%H:%M} UTC".format))
WORDS = st.lists(st.one_of(NUMBERS, st.sampled_from(["calls", "in", "an hour", "minutes", "x" * 30])), max_size=40)
ADVICE = "Ask again at 21:00 UTC, in 57 minutes."
BUDGET = UpstreamError(
    "Bitbucket allows 1,000 calls an hour; this workspace needs about 917, and 673 are left. " * 4 + "End.",
    advice=ADVICE,  # not of a limit, whose moment has a date or none
).about(TEAM)


def numbers(words: str) -> list[str]:
    """All of them, in their order."""
    return NUMBER.findall(words)


class Cut(TestCase):
    """Text that has no room."""

    @given(WORDS, st.integers(40, 400))
    def test_a_cut_text_never_ends_inside_a_number(self, words: list[str], most: int) -> None:
        whole = " ".join(["of", *words])
        kept = text.cut(whole, 12, most).removesuffix("…")
        self.assertEqual(numbers(kept), numbers(whole)[: len(numbers(kept))])

    @given(WORDS, st.integers(270, 400), st.integers(1, 7))
    def test_a_wrapped_text_ends_with_a_whole_word_and_no_number_without_its_unit(
        self, words: list[str], most: int, lines: int
    ) -> None:
        whole = " ".join(["of", *words])
        made = text.wrapped(whole, 13, most, lines)
        self.assertTrue(all(text.width(line, 13) <= most for line in made))
        said = " ".join(made)
        if said.endswith("…"):
            kept = said.removesuffix("…").rstrip()
            self.assertTrue(whole.startswith(f"{kept} "), (kept, whole))
            self.assertFalse(NUMBER.fullmatch(kept.split(" ")[-1]))
        else:
            self.assertEqual(said, whole)

    def test_what_is_one_long_word_is_cut_all_the_same(self) -> None:
        [*_, last] = text.wrapped("https://example.org/" + "x" * 500, 13, 200, 3)
        self.assertTrue(last.endswith("x…"))
        self.assertEqual(text.cut("9" * 40, 12, 100)[-1], "…")


class Quoted(TestCase):
    """A forge's own words."""

    def test_words_that_are_too_many_end_with_a_whole_word(self) -> None:
        for words, end in {
            "wait " * 39 + "for 123,456 seconds": "wait for…”.",
            "x" * 250: "x…”.",
            "short 123,456": "short 123,456”.",
        }.items():
            self.assertTrue(str(TransientError("it said no.", words)).endswith(end), words)

    def test_a_name_on_a_badge_is_not_cut_inside_a_number(self) -> None:
        one = answer({TEAM: named(f"{'x' * 34}-1234567890")})
        self.assertEqual(badge("langs", one, NOW)["message"], f"{'x' * 34}-…")


class Errors(TestCase):
    """In a picture."""

    def test_what_to_do_is_whole_whatever_happened(self) -> None:
        for name, picture in PICTURES.items():
            for message in (BUDGET.message, "Short.", "It took 917,673 calls " * 99, "x" * 999):
                with self.subTest(name, message=message[:9]):
                    svg = picture.of_error(RequestError(message, ADVICE))
                    self.assertTrue(" ".join(shown(svg)).endswith(ADVICE), shown(svg))
                    self.assertEqual(described(svg), f"{text.clean(message)} {ADVICE}")

    def test_of_long_words_there_are_whole_sentences_as_many_as_have_room(self) -> None:
        lines = shown(PICTURES["card"].of_error(BUDGET))

        self.assertEqual(lines[1], "Bitbucket: failed")
        self.assertTrue(" ".join(lines[2:]).endswith(f"673 are left. … {ADVICE}"), lines)

    def test_advice_without_room_is_left_out_by_sentences(self) -> None:
        advice = f"{ADVICE} {'Set BITBUCKET_CALLS_PER_HOUR to a larger number than 1,000. ' * 9}"

        said = " ".join(shown(PICTURES["card"].of_error(RequestError("It failed.", advice.strip()))))

        self.assertRegex(said, r"It failed\. Ask again at 21:00 UTC, in 57 minutes\. .*1,000\. …$")

    @given(WORDS, WORDS)
    def test_every_number_that_is_seen_is_one_of_the_error(self, message: list[str], advice: list[str]) -> None:
        error = RequestError(f"It {' '.join(message)}.", f"Do {' '.join(advice)}. Then {ADVICE}")
        known = set(numbers(f"{error.message} {error.advice}"))
        for picture in PICTURES.values():
            self.assertLessEqual(set(numbers(" ".join(shown(picture.of_error(error))))), known)


class Limited(PictureTestCase):
    """Over real sockets."""

    def test_a_wait_is_shown_by_the_clock_and_whole(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=429, headers={"Retry-After": "3412"}))
        for path in DRAWN:
            with self.subTest(path):
                svg = self.draw(path, SPACK).content
                self.assertIn("GitHub: rate limit", shown(svg))
                self.assertRegex(" ".join(shown(svg)), r"Ask again at \d\d:\d\d UTC( on [0-9-]+)?, in 57 minutes\.$")
                self.assertRegex(described(svg), r"\. Ask again at .*, in 57 minutes\.$")
