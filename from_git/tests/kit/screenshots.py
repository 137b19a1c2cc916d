"""`python -m from_git.tests.kit.screenshots`: the documents' pictures of the page, taken in front of the emulator."""

import os
import unittest
from pathlib import Path
from typing import ClassVar

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")
django.setup()

from emulator import Fault  # noqa: E402 - Django comes first
from from_git.tests.kit.pages import Page, PageTestCase  # noqa: E402

IMAGES = Path(__file__).parents[3] / "docs" / "images"
HOSTS = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
PROFILES = tuple(f"https://{host}/spack" for host in HOSTS)
MOST = 250_000  # bytes, which a README may cost its readers


class Screenshots(PageTestCase):
    """Not found by the tests' runner, whose modules begin with `test`."""

    size: ClassVar = {"width": 1280, "height": 860}

    def take(self, page: Page, name: str) -> None:
        """Write what the window shows."""
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.mouse.move(0, 0)
        picture = page.screenshot(path=IMAGES / f"page-{name}.png", animations="disabled")
        self.assertLess(len(picture), MOST)

    def test_the_form_with_its_progress(self) -> None:
        self.settings_for_test(NUM_THREADS_BITBUCKET_WATCHERS=1)
        self.emulator.faults.add(Fault("slow", path="/2.0/repositories/*/watchers", seconds=0.4))
        page = self.open(viewport=self.size)
        self.submit(page, *PROFILES)
        page.wait_for_selector("text=/(8[2-9]|9[0-9]) of [0-9]+/")
        self.take(page, "progress")

    def test_the_result_in_light_and_dark(self) -> None:
        for scheme in ("light", "dark"):
            page = self.open(*PROFILES, viewport=self.size, color_scheme=scheme)
            self.result(page)
            self.take(page, scheme)


if __name__ == "__main__":
    unittest.main()
