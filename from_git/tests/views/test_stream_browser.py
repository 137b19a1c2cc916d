"""A browser's own EventSource, left open: it connects again after every end until it is told that there is no more."""

from typing import Any

from emulator import Fault
from from_git.tests.kit.pages import ACME, Page, PageTestCase

LISTEN = """
(address) => {
  window.heard = [];
  window.source = new EventSource(address);
  for (const name of ["answer", "failure", "error"])
    source.addEventListener(name, (event) => heard.push([name, event.lastEventId ?? null, Boolean(event.data)]));
}
"""


class EventSources(PageTestCase):
    """What a listener hears in the end."""

    def heard(self, page: Page) -> Any:
        """Name, id and whether there are data, of each event that is no progress, up to the end."""
        page.evaluate(LISTEN, f"/from-git/stream?url={ACME}")
        page.wait_for_function("() => source.readyState === EventSource.CLOSED")
        return page.evaluate("heard")

    def test_it_hears_one_answer_and_asks_the_forges_once(self) -> None:
        page = self.open()

        heard = self.heard(page)

        self.assertEqual(heard[0], ["answer", "end", True])
        self.assertEqual({tuple(one) for one in heard[1:]}, {("error", None, False)})  # the browser's own
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 1)

    def test_it_hears_one_failure_apart_from_the_errors_of_the_browser(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=401))
        page = self.open()

        heard = self.heard(page)

        self.assertEqual(heard[0], ["failure", "end", True])
        self.assertEqual({tuple(one) for one in heard[1:]}, {("error", None, False)})
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 1)
