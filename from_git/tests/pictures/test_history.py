"""The chart of numbers over time."""

import re
from unittest import TestCase
from xml.etree import ElementTree

from from_git.errors import DatabaseAway
from from_git.pictures.history import USUAL, Past, height, history, history_of_error, signed
from from_git.pictures.look import Look
from from_git.tests.kit.past import MFEM, SPACK, day, profiles

KEYS = ("originalRepos", "forkedRepos", "watchers", "followers", "langsNum", "topicsNum")


def steps(*stars: int | None, watchers: int | None = 7) -> list[tuple[float, dict[str, int | None]]]:
    """A step each day, with so many stars."""
    rest = {"originalRepos": 3, "forkedRepos": 1, "watchers": watchers, "langsNum": 2, "topicsNum": 0}
    return [(day(number).timestamp(), {**rest, "followers": one}) for number, one in enumerate(stars, 1)]


def parsed(picture: bytes) -> ElementTree.Element:
    """The picture, which is well-formed."""
    return ElementTree.fromstring(picture)  # noqa: S314 - our own


def drawn(past: Past, look: Look = Look()) -> ElementTree.Element:  # noqa: B008 - a value
    """The picture of a past."""
    return parsed(history(past, look))


def texts(picture: ElementTree.Element) -> str:
    """What is written in it."""
    return "\n".join("".join(one.itertext()) for one in picture.iter("{http://www.w3.org/2000/svg}text"))


def description(picture: ElementTree.Element) -> str:
    """What screen readers read out."""
    return str(picture.findtext("{http://www.w3.org/2000/svg}desc"))


class History(TestCase):
    """Lines, words and sizes."""

    def test_it_draws_stars_watchers_and_repositories_with_what_was_gained(self) -> None:
        picture = drawn(Past(profiles(SPACK, MFEM), steps(1_000, 1_200, 1_100)))
        for words in ("spack and mfem over time", "2026-01-01 to 2026-01-03", "+100 1,100", "Repositories"):
            self.assertIn(words, texts(picture))
        told = description(picture)
        self.assertIn("by 3 moments from 2026-01-01 12:00 UTC to 2026-01-03 12:00 UTC", told)
        self.assertIn("Stars: 1,100, 1,000 at first, between 1,000 and 1,200; Watchers: 7", told)
        self.assertIn("Repositories: 4", told)

    def test_a_line_goes_in_steps_and_has_gaps_where_nothing_is_told(self) -> None:
        picture = history(Past(profiles(SPACK), steps(10, 20, None, 10), ("followers",)), Look()).decode()
        [path] = re.findall(r'<path class="edge"[^>]* d="([^"]+)"', picture)
        self.assertRegex(path, r"^M24 (\d+)H(\d+)V(\d+)H(\d+)M(\d+) \1H\5$")
        silent = drawn(Past(profiles(SPACK), steps(1, 2, watchers=None), ("watchers",)))
        self.assertIn("Watchers: not told", description(silent))

    def test_one_moment_is_a_line_too(self) -> None:
        picture = drawn(Past(profiles(SPACK), steps(5)))
        self.assertIn("by 1 moment from", description(picture))
        self.assertIn("2026-01-01", texts(picture))

    def test_many_moments_take_no_more_room_than_there_are_pixels(self) -> None:
        many = [(float(number), steps(number)[0][1]) for number in range(50_000)]
        self.assertLess(len(history(Past(profiles(SPACK), many), Look())), 20_000)

    def test_the_same_numbers_give_the_same_bytes_and_each_width_fits(self) -> None:
        for width in (300, 480, 1_200):
            for keys in (USUAL, ("followers",), KEYS):
                past = Past(profiles(SPACK, MFEM), steps(2**53 - 9, 2**53), keys)
                picture = history(past, Look(width=width))
                self.assertEqual(picture, history(past, Look(width=width)))
                places = [int(one) for one in re.findall(r"[MH](\d+)", picture.decode())]
                self.assertLessEqual(max(places), width - 24)
                size = f'width="{width}" height="{height(keys)}"'
                for one in (picture, history_of_error(DatabaseAway(), keys, Look(width=width))):
                    self.assertIn(size, one.decode())

    def test_nothing_kept_and_an_error_are_said(self) -> None:
        self.assertIn("There is no snapshot of spack", texts(drawn(Past(profiles(SPACK), []))).replace("\n", " "))
        error = parsed(history_of_error(DatabaseAway(False), USUAL, Look()))
        self.assertIn("manage.py migrate", description(error))

    def test_a_gain_has_a_sign(self) -> None:
        self.assertEqual([signed(one) for one in (1_200, 0, -3)], ["+1,200", "", "\N{MINUS SIGN}3"])
