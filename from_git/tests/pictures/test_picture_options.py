"""Options and filters of pictures and badges over real sockets, in right and wrong forms."""

import re

import requests

from from_git.logfacts import facts_of
from from_git.tests.pictures.test_picture_views import BADGE, DRAWN, NOBODY, SPACK, TEAM, PictureTestCase
from from_git.tests.pictures.test_pictures import described, read, shown

CARD = "/from-git/card.svg"
WRONG = {
    "theme": "blue",
    "width": "299",
    "title": "a\nb",
    "hide": "stars",
    "label": "\u200b",
    "color": "gren",
    "style": "round",
}
FILTERS = {"forks": "none", "archived": "", "active": "0"}


class Options(PictureTestCase):
    """What may be asked for beside profiles."""

    def setUp(self) -> None:
        """Fetch each profile once."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)

    def takes(self, path: str) -> set[str]:
        """The options that an address has."""
        if path == BADGE:
            return {"label", "color", "style"}
        return {"theme", "width", "title"} | ({"hide"} if path == CARD else set())

    def test_each_picture_has_its_options(self) -> None:
        for path in DRAWN:
            svg = self.draw(path, SPACK, title="Ours", width="700", theme="dark").content
            self.assertEqual((shown(svg)[0], read(svg).get("width")), ("Ours", "700"))
            self.assertNotIn(b"prefers-color-scheme", svg)
        self.assertNotIn("Stars", shown(self.draw(CARD, SPACK, hide="followers,langs").content))
        made = self.draw(BADGE, SPACK, label="eyes", color="tomato", style="social").json()
        self.assertEqual((made["label"], made["color"], made["style"]), ("eyes", "tomato", "social"))

    def test_a_wrong_one_is_a_400_that_is_drawn_and_names_it(self) -> None:
        for path in (*DRAWN, BADGE):
            for name, value in {**WRONG, **FILTERS}.items():
                if name not in self.takes(path) | set(FILTERS):
                    continue
                with self.subTest(path, name=name), self.assertLogs("from_git.middleware", "INFO") as caught:
                    response = self.draw(path, SPACK, **{name: value})
                    self.assertEqual(response.headers["Cache-Control"], "no-store")
                    if path == BADGE:
                        self.assertEqual(
                            (response.json()["isError"], response.json()["message"]), (True, "bad request")
                        )
                    else:
                        self.assertRegex(described(response.content), rf"^{name} (takes|is)")
                        self.assertEqual(read(response.content).get("width"), "480")
                    self.assertEqual(facts_of(caught.records[-1])["outcome"], "ERR3")

    def test_one_that_another_address_has_is_unknown(self) -> None:
        for path in (*DRAWN, BADGE):
            for name in WRONG.keys() - self.takes(path):
                text = self.draw(path, SPACK, **{name: "light"}).text
                self.assertTrue("is not a parameter here" in text or "bad request" in text, (path, name))

    def test_all_that_is_wrong_is_named_at_once(self) -> None:
        said = described(self.draw(CARD, "https://github.com/a/b", theme="blue", width="1", forks="x").content)
        for wrong in ("github.com/a/b", "theme takes light or dark, not 'blue'", "width takes", "forks takes"):
            self.assertIn(wrong, said)

    def test_an_error_has_the_width_and_theme_that_are_asked_for(self) -> None:
        for path in DRAWN:
            for options, width in (({}, "300"), ({"hide": "x", "title": ""}, "300"), ({"theme": "blue"}, "1200")):
                svg = self.draw(path, NOBODY, "nonsense", **{"width": width, "theme": "dark", **options}).content
                self.assertEqual(read(svg).get("width"), width)
                self.assertEqual(b"prefers-color-scheme" in svg, "theme" in options)

    def test_pictures_of_other_looks_are_other_pictures_for_caches(self) -> None:
        looks: list[dict[str, str]] = [{}, {"title": "a"}, {"width": "500"}, {"hide": "langs"}, {"forks": "no"}]
        tags = {self.draw(CARD, SPACK, **one).headers["ETag"] for one in looks}
        self.assertEqual(len(tags), len(looks))


class Filters(PictureTestCase):
    """Which repositories count."""

    def test_numbers_are_those_of_the_api_with_the_same_filter(self) -> None:
        for one in ({"forks": "no"}, {"archived": "only"}, {"forks": "only", "active": "36500"}):
            with self.subTest(**one):
                data = requests.get(f"{self.base}/health-check", {"url": SPACK, **one}, timeout=30).json()["data"]
                told = re.findall(r": ([\d,]+)[;.]", described(self.draw(CARD, SPACK, **one).content))
                keys = ("originalRepos", "forkedRepos", "watchers", "followers", "langsNum", "topicsNum")
                self.assertEqual(told[:6], [f"{data[key]:,}" for key in keys])
                message = self.draw(BADGE, SPACK, **one).json()["message"]
                self.assertRegex(message, rf"^{data['watchers']:,} \(.+\)$")

    def test_what_was_pushed_to_lately_may_be_kept_for_a_minute(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        for path in (*DRAWN, BADGE):
            told = self.draw(path, SPACK, active="36500").headers["Cache-Control"]
            [age] = re.findall(r"max-age=(\d+)", told)
            self.assertLessEqual(int(age), 60)

    def test_a_filter_on_what_a_forge_does_not_tell_is_an_error(self) -> None:
        for path in DRAWN:
            said = described(self.draw(path, SPACK, TEAM, archived="no").content)
            self.assertIn("cannot be filtered so", said)
        self.assertTrue(self.draw(BADGE, TEAM, active="90").json()["isError"])
