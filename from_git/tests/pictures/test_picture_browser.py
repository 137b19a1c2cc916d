"""Pictures in a real browser: opened by themselves and as `<img>`, light and dark, without a complaint."""

from html import escape
from typing import ClassVar, Literal

from from_git.pictures import WIDTH
from from_git.pictures.drawing import DARK, LIGHT
from from_git.tests.kit.browser import Browser, Page
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.pictures.test_picture_views import DRAWN

QUESTION = "?url=github.com/spack&url=bitbucket.org/mailchimp&url=bitbucket.org/nobody"
FILTERED = "?url=github.com/spack&url=github.com/mfem&url=github.com/nobody&forks=no&archived=no&active=36500"
SIX = "originalRepos,forkedRepos,watchers,followers,langsNum,topicsNum"
SCHEMES: dict[Literal["light", "dark"], str] = {"light": LIGHT.ground, "dark": DARK.ground}


def rgb(colour: str) -> str:
    """A colour as a browser says it."""
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


class Pictures(ServiceTestCase):
    """What a person sees."""

    browser: ClassVar[Browser]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the browser."""
        super().setUpClass()
        cls.browser = Browser(cls, cls.base)

    def setUp(self) -> None:
        """Fetch each profile once."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)

    def opened(self, path: str, scheme: Literal["light", "dark"]) -> Page:
        """The page at the address, for somebody who likes it light or dark."""
        return self.browser.open(self, path, lambda page: page.emulate_media(color_scheme=scheme), "load")

    def test_opened_by_itself_it_has_its_colours(self) -> None:
        for address in (*(path + QUESTION for path in DRAWN), "/from-git/card.svg"):
            page = self.opened(address, "light")
            for scheme, ground in SCHEMES.items():
                with self.subTest(address, scheme=scheme):
                    page.emulate_media(color_scheme=scheme)
                    self.assertEqual(page.evaluate(GROUND), rgb(ground))
                    self.assertEqual(self.browser.complaints, [])

    def test_a_theme_wins_over_what_the_reader_likes(self) -> None:
        for theme, ground in SCHEMES.items():
            page = self.opened(f"/from-git/card.svg{QUESTION}&theme={theme}", "light")
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('.ground')).fill"), rgb(ground))

    def test_nothing_is_cut_off_or_lies_over_something_else(self) -> None:
        card = "/from-git/card.svg"
        odd = [f"{card}?url=github.com/nobody", f"{card}?url=https://bitucket.org/{'x' * 300}"]
        odd += [f"{card}{QUESTION}&hide={hidden}" for hidden in ("langs", "langsNum,followers", SIX)]
        filtered = [f"{path}{FILTERED}&width={width}" for path in DRAWN for width in (300, 480, 1200)]
        for address in (*(path + QUESTION for path in DRAWN), *odd, *filtered):
            with self.subTest(address):
                page = self.opened(address, "light")
                boxes = page.evaluate(BOXES)
                width, height = page.evaluate(SIZE)
                self.assertGreater(len(boxes), 0)
                for number, (left, top, right, bottom, said) in enumerate(boxes):
                    inside = left >= 23 and top >= 0 and right <= width - 22
                    self.assertTrue(inside and bottom <= height - 8, said)
                    for other in boxes[number + 1 :]:
                        beside = right <= other[0] or other[2] <= left
                        # boxes of lines have some room above and below their letters
                        self.assertTrue(beside or bottom <= other[1] + 4 or other[3] <= top + 4, (said, other))

    def test_as_an_image_it_is_drawn_in_its_size_and_theme(self) -> None:
        images = {path + question: height for path, height in DRAWN.items() for question in (QUESTION, "")}
        readme = "".join(f'<img src="{escape(address)}">' for address in images)
        for scheme, ground in SCHEMES.items():

            def embed(page: Page, scheme: Literal["light", "dark"] = scheme) -> None:
                page.emulate_media(color_scheme=scheme)
                page.route("**/readme", lambda route: route.fulfill(body=readme, content_type="text/html"))

            page = self.browser.open(self, "/readme", embed, "load")
            for seen, (address, height) in zip(page.evaluate(SEEN), images.items(), strict=True):
                with self.subTest(address, scheme=scheme):
                    self.assertEqual(seen[:2], [WIDTH, height])
                    self.assertEqual(f"rgb({', '.join(map(str, seen[2]))})", rgb(ground))
            self.assertEqual(self.browser.complaints, [])


SIZE = "['width', 'height'].map((side) => document.documentElement[side].baseVal.value)"
"""Width and height of the picture."""
GROUND = "getComputedStyle(document.querySelector('.ground')).fill"
BOXES = """
[...document.querySelectorAll('text:not(.middle)')].map((text) => {
  const box = text.getBBox();
  return [box.x, box.y, box.x + box.width, box.y + box.height, text.textContent];
})
"""
"""Where each text is: left, top, right, bottom, and what it says."""
SEEN = """
[...document.images].map((image) => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  return [image.naturalWidth, image.naturalHeight, [...context.getImageData(240, 10, 1, 1).data].slice(0, 3)];
})
"""
"""Size and ground of each image, as the browser has drawn it."""
