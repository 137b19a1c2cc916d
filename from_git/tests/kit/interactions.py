"""`python -m from_git.tests.kit.interactions`: how long the page takes to answer a person's hand with 20,000 rows.

It asks the emulator for an owner of so many repositories, slows Chromium's processor down, and uses the table as a
person does. It prints the durations of the browser's own Event Timing (W3C), in milliseconds: from an input until the
next frame is painted, of which the 75th percentile is what is called INP. The browser rounds them to 8 ms.
"""

import json
import os
import sys
import unittest
from argparse import ArgumentParser
from typing import Any, ClassVar

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")
django.setup()

from from_git.tests.kit.pages import Page, PageTestCase  # noqa: E402 - Django comes first

TABLE = "[data-slot=repositories]"
_PAUSE = 700  # ms between two inputs
_WATCH = """
window.inputs = [];
new PerformanceObserver((list) => {
  for (const { interactionId, duration, name } of list.getEntries()) if (interactionId) inputs.push({ name, duration });
}).observe({ type: "event", durationThreshold: 16, buffered: true });
window.blocked = [];
new PerformanceObserver((list) => blocked.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: "longtask", buffered: true });
"""


class Interactions(PageTestCase):
    """Not found by the tests' runner, whose modules begin with `test`."""

    points = 10_000_000
    repositories: ClassVar[int] = 20_000
    slower: ClassVar[float] = 4.0

    def looked(self, page: Page) -> None:
        """Let the worker answer, and the person look."""
        page.wait_for_timeout(_PAUSE)  # inputs in one burst would be measured as one

    def used(self, page: Page) -> None:
        """Sort, search, filter and turn pages."""
        for heading in ("Stars", "Stars", "Repository", "Pushed"):
            page.locator(f"{TABLE} th button:text-is('{heading}')").click()
            self.looked(page)
        page.locator(f"{TABLE} [type=search]").press_sequentially("core python", delay=90)
        self.looked(page)
        page.fill(f"{TABLE} [type=search]", "")
        for name, value in {"forks": "no", "archived": "no", "language": "python"}.items():
            page.focus(f"{TABLE} [name={name}]")
            page.select_option(f"{TABLE} [name={name}]", value)
            self.looked(page)
        for label in ("Next", "Next", "Previous"):
            page.click(f"{TABLE} button:text-is('{label}')")
            self.looked(page)

    def test_how_long_it_takes(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=600.0, REQUEST_DEADLINE=600.0, FLIGHT_SECONDS=600.0)
        page = self.open(before=lambda page: page.add_init_script(_WATCH))
        self.submit(page, f"https://github.com/org-{self.repositories}")
        page.wait_for_selector("#result:not([hidden])", timeout=600_000)
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": self.slower})
        page.evaluate(f"document.querySelector('{TABLE}').scrollIntoView()")
        page.wait_for_selector(f"{TABLE} tbody tr")
        self.used(page)
        durations = sorted(one["duration"] for one in page.evaluate("inputs"))
        found: dict[str, Any] = {
            "repositories": self.repositories,
            "slower": self.slower,
            "inputs": len(durations),
            "p75": durations[len(durations) * 3 // 4],
            "longest": durations[-1],
            "longestTask": max(page.evaluate("blocked"), default=0),
        }
        sys.stdout.write(f"{json.dumps(found)}\n")


def main() -> None:
    """Measure."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=Interactions.repositories)
    parser.add_argument("--slower", type=float, default=Interactions.slower)
    asked = parser.parse_args()
    Interactions.repositories, Interactions.slower = asked.repositories, asked.slower
    unittest.main(argv=sys.argv[:1])


if __name__ == "__main__":
    main()
