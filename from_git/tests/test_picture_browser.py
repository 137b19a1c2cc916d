"""Pictures in a real browser: opened by themselves and as `<img>`, light and dark, without a complaint."""

from typing import ClassVar, Literal

from from_git.pictures import WIDTH
from from_git.pictures.themes import DARK, LIGHT
from from_git.tests.browser import Browser, Page
from from_git.tests.service import ServiceTestCase
from from_git.tests.test_picture_views import DRAWN

QUESTION = "?url=github.com/spack&url=bitbucket.org/mailchimp&url=bitbucket.org/nobody"
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

    def opened(self, path: str, scheme: Literal["light", "dark"]) -> Page:
        """The page at the address, for somebody who likes it light or dark."""
        return self.browser.open(self, path, lambda page: page.emulate_media(color_scheme=scheme))

    def test_opened_by_itself_it_has_its_colours(self) -> None:
        for path in DRAWN:
            for question in (QUESTION, ""):
                for scheme, ground in SCHEMES.items():
                    with self.subTest(path + question, scheme=scheme):
                        page = self.opened(path + question, scheme)
                        self.assertEqual(
                            page.evaluate("getComputedStyle(document.querySelector('.ground')).fill"), rgb(ground)
                        )
                        self.assertEqual(self.browser.complaints, [])

    def test_a_theme_wins_over_what_the_reader_likes(self) -> None:
        for theme, ground in SCHEMES.items():
            for scheme in SCHEMES:
                page = self.opened(f"/from-git/card.svg{QUESTION}&theme={theme}", scheme)
                self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('.ground')).fill"), rgb(ground))

    def test_nothing_is_cut_off_or_lies_over_something_else(self) -> None:
        for path in DRAWN:
            for question in (QUESTION, "", "?url=github.com/nobody", "?url=https://bitucket.org/" + "x" * 300):
                with self.subTest(path + question):
                    page = self.opened(path + question, "light")
                    boxes = page.evaluate(
                        "[...document.querySelectorAll('text')].filter(t => !t.classList.contains('middle')).map(t => {"
                        "const b = t.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height, t.textContent]})"
                    )
                    self.assertGreater(len(boxes), 0)
                    for left, top, right, bottom, said in boxes:
                        self.assertTrue(
                            left >= 23 and right <= WIDTH - 22 and top >= 0 and bottom <= DRAWN[path] - 8, said
                        )
                    for number, one in enumerate(boxes):
                        for other in boxes[number + 1 :]:
                            apart = (
                                one[2] <= other[0]
                                or other[2] <= one[0]
                                or one[3] <= other[1] + 4
                                or other[3] <= one[1] + 4
                            )
                            self.assertTrue(apart, (one, other))

    def test_as_an_image_it_is_drawn_in_its_size_and_theme(self) -> None:
        for scheme, ground in SCHEMES.items():
            page = self.opened("/from-git/openapi.json", scheme)  # any address of the same origin
            for path, height in DRAWN.items():
                for question in (QUESTION, ""):
                    with self.subTest(path + question, scheme=scheme):
                        seen = page.evaluate(IMAGE, path + question)
                        self.assertEqual(seen[:2], [WIDTH, height])
                        self.assertEqual(f"rgb({', '.join(map(str, seen[2]))})", rgb(ground))
            self.assertEqual(self.browser.complaints, [])


IMAGE = """
async (address) => {
  const response = await fetch(address);
  const image = new Image();
  image.src = 'data:image/svg+xml;base64,' + btoa(unescape(encodeURIComponent(await response.text())));
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  return [image.naturalWidth, image.naturalHeight, [...context.getImageData(240, 10, 1, 1).data].slice(0, 3)];
}
"""
