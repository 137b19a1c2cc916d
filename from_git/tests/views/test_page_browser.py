"""The way of a person through the page, with a real browser and the real stream."""

import json
import shlex
from collections.abc import Sequence
from urllib.parse import unquote

import requests

from emulator import Fault
from from_git.tests.kit.pages import ACME, GONE, SILENT, SOLO, TEAM, PageTestCase

SLOW_WATCHERS = Fault("slow", path="/2.0/repositories/*/watchers", seconds=0.4)
BEGUN = "progress[value]:not([value='0'])"
WIDTHS = (320, 360, 768, 1280, 2560)


def answer(data: dict[str, object], names: list[str], owners: list[str], not_told: Sequence[str] = ()) -> str:
    """A stream that is only an answer; `not_told`: keys that are not told of any of the owners."""
    row = {**data, "forge": "github", "kind": "User", "fetchedAt": "2026-01-01T00:00:00Z", "host": "github.com"}
    rows = [{**row, "owner": owner, "notTold": list(not_told)} for owner in owners]
    body = {"error": "OK", "data": data, "missing": [], "profiles": rows}
    body["langsDetail"] = [{"name": name, "repos": 1, "bytes": 2**53 - 1} for name in names]
    body["topicsDetail"] = [{"name": name, "repos": 1} for name in names]
    return f"event: answer\ndata: {json.dumps(body)}\n\n"


def shown(value: object) -> str:
    """A number as the page writes it."""
    return f"{value:,}"


class Way(PageTestCase):
    """From a question to its answer and on."""

    def expanded(self, *urls: str) -> dict[str, object]:
        """The API's answer with all that the page shows."""
        asked = {"url": list(urls), "expand": "profiles,langs,topics"}
        return dict(requests.get(f"{self.base}/health-check", params=asked, timeout=30).json())

    def test_typed_and_submitted_it_shows_progress_and_then_the_numbers_of_the_api(self) -> None:
        self.settings_for_test(NUM_THREADS_BITBUCKET_WATCHERS=4)
        self.emulator.faults.add(SLOW_WATCHERS)
        page = self.open(color_scheme="dark")

        self.submit(page, ACME, "", f"  {TEAM}/ ", GONE)
        page.wait_for_selector("text=/[1-9] of 17/")
        under_way = page.inner_text("#progress")
        self.keep(page, "progress")
        self.assert_accessible(page)
        numbers = self.result(page)

        self.assertRegex(under_way, r"\d of 3 done")
        self.assertRegex(under_way, r"\d\.\d s")
        self.emulator.faults.clear()
        data = self.answer(ACME, TEAM, GONE)["data"]
        told = {key: shown(value) for key, value in data.items() if not isinstance(value, list)}
        self.assertEqual(numbers, told)
        notes = page.locator(".tiles .note").all_inner_texts()
        self.assertEqual(
            notes, ["71 % of all", "29 % of all", "", "not told by Bitbucket", "python, css, html", "web, cli"]
        )
        self.assertEqual(
            page.inner_text("[data-slot=summary]"), "17 public repositories of 2 profiles on GitHub and Bitbucket"
        )
        self.assertEqual(page.inner_text("[data-slot=missing] li"), GONE)
        self.assertEqual(page.evaluate("location.search"), f"?url={ACME}&url={TEAM}/&url={GONE}")
        self.assertEqual(page.evaluate("document.activeElement.id"), "result-title")
        self.assertTrue(page.inner_text("#said").startswith("Done: 2 profiles, 1 missing"))
        self.assertEqual(page.title(), "acme and acme-team \N{EN DASH} from-git")
        self.assert_calm(page)

    def test_a_wait_that_a_forge_asks_for_is_said_in_words(self) -> None:
        told = {"Retry-After": "1"}
        self.emulator.faults.add(Fault("status", path="/2.0/*", status=429, headers=told, times=1))
        page = self.open()

        self.submit(page, TEAM)
        waits = page.inner_text(".waits li")
        self.result(page)

        self.assertIn(TEAM, waits)
        self.assertIn("sent again", page.inner_text("[data-slot=counted]"))
        self.assert_calm(page)

    def test_it_shows_each_language_and_topic_and_each_profile(self) -> None:
        body = self.expanded(ACME, TEAM)
        page = self.open(ACME, TEAM)
        self.result(page)

        self.assertEqual(page.locator("[data-slot=langs] li").count(), 10)
        page.click("[data-slot=langs] .more button")
        names = page.locator("[data-slot=langs] .name").all_inner_texts()
        self.assertEqual(sorted(names), body["data"]["langs"])  # type: ignore[index]
        self.assertEqual(names[0], "python")
        page.check("[name=measure][value=bytes]")
        self.assertIn("2.5 MB", page.inner_text("[data-slot=langs] li >> nth=0"))
        self.assertEqual(page.locator("[data-slot=langs] li").count(), len(names))
        self.assertEqual(page.locator("[data-slot=topics] .name").all_inner_texts(), ["web", "cli"])
        totals = page.locator("tfoot tr > *").all_inner_texts()
        self.assertEqual(totals, ["All 2 profiles", "12", "5", "189", "1,235", "17", "2", ""])
        links = page.locator("[data-slot=profiles] tbody a").evaluate_all("links => links.map(one => one.href)")
        self.assertEqual(links, [ACME, TEAM])
        counted = page.locator("[data-slot=profiles] tbody time").evaluate_all(
            "times => times.map(one => one.dateTime)"
        )
        self.assertEqual(len(counted), 2)
        self.assertIn("GitHub: 1 call", page.inner_text("[data-slot=counted]"))
        self.assert_calm(page)

    def test_any_column_sorts_the_table_both_ways(self) -> None:
        page = self.open(ACME, TEAM, SOLO)
        self.result(page)

        def owners() -> list[str]:
            return page.locator("[data-slot=profiles] tbody a").all_inner_texts()

        self.assertEqual(owners(), ["acme", "acme-team", "Solo"])
        for column, first, second in (
            ("owner", ["acme", "acme-team", "Solo"], ["Solo", "acme-team", "acme"]),
            ("watchers", ["acme", "acme-team", "Solo"], ["Solo", "acme-team", "acme"]),
            ("followers", ["acme", "Solo", "acme-team"], ["Solo", "acme", "acme-team"]),
        ):
            with self.subTest(column):
                page.click(f"[data-slot=profiles] th[data-key={column}] button")
                self.assertEqual(owners(), first)
                page.click(f"[data-slot=profiles] th[data-key={column}] button")
                self.assertEqual(owners(), second)
                sorted_by = page.locator("th[aria-sort]").evaluate_all("heads => heads.map(one => one.dataset.key)")
                self.assertEqual(sorted_by, [column])
                self.assertRegex(page.inner_text("#said"), r"^Sorted by \w+, (a|de)scending\.$")
        # the arrow is only to be seen
        self.assertTrue(
            page.locator("[data-slot=profiles]").get_by_role("button", name="Stars", exact=True).is_visible()
        )
        self.assertEqual(page.get_attribute("th[data-key=followers]", "aria-sort"), "ascending")

    def test_stop_ends_the_work_at_the_forges(self) -> None:
        self.settings_for_test(NUM_THREADS_BITBUCKET_WATCHERS=1)
        self.tempo_for_test(heartbeat=0.2)
        self.emulator.faults.add(SLOW_WATCHERS)
        page = self.open()
        self.submit(page, TEAM)
        page.wait_for_selector(BEGUN)

        page.focus("#stop")
        page.keyboard.press("Enter")
        page.wait_for_selector("h2:text-is('Stopped')")
        page.wait_for_timeout(900)  # a call that is under way, and two heartbeats: with each the server looks
        calls = self.emulator.meter.snapshot()["watchers"].calls
        page.wait_for_timeout(1_000)  # of calls that are not made nothing is heard

        self.assertEqual(self.emulator.meter.snapshot()["watchers"].calls, calls)
        self.assertLess(calls, 14)
        self.assertEqual(page.evaluate("document.activeElement.type"), "submit")
        self.assertFalse(page.is_visible("#stop"))
        self.assertEqual(page.evaluate("shifts"), [])

    def test_stopped_at_once_nothing_seems_to_go_on(self) -> None:
        page = self.open(ACME, before=lambda page: page.add_init_script(SILENT))

        page.click("#stop")

        self.assertEqual(page.inner_text("#under-way"), "Stopped")
        # -1 is a bar that moves for ever
        self.assertEqual(page.evaluate("document.querySelector('progress').position"), 0)

    def test_pressed_twice_in_a_hurry_it_asks_once(self) -> None:
        streams = []
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=1.0))  # not done before the second click
        page = self.open()
        page.on("request", lambda request: streams.append(request.url) if "/stream?" in request.url else None)
        page.fill("#url", ACME)

        page.dblclick("[type=submit]")
        self.result(page)

        self.assertEqual(len(streams), 1)
        self.assert_calm(page)

    def test_a_shared_link_starts_by_itself_and_the_way_back_shows_what_was(self) -> None:
        page = self.open(ACME)
        first = self.result(page)
        self.submit(page, SOLO)
        page.wait_for_selector("h2:text-is('Solo')")

        page.go_back()
        page.wait_for_selector("h2:text-is('acme')")
        self.assertEqual(self.result(page), first)
        self.assertEqual(page.input_value("#url"), ACME)
        page.go_forward()
        page.wait_for_selector("h2:text-is('Solo')")
        page.reload()
        page.wait_for_selector("h2:text-is('Solo')")

        self.assertEqual(page.input_value("#url"), SOLO)
        self.assert_calm(page)

    def test_a_keyboard_is_enough(self) -> None:
        page = self.open()

        def press(*keys: str) -> None:
            for key in keys:
                page.keyboard.press(key)

        press("Tab")
        page.keyboard.insert_text(f"{ACME}\n{TEAM}")
        press("Tab", "Tab", "Enter")  # past the filters
        self.result(page)
        page.wait_for_selector("#result-title:focus")
        press("Shift+Tab", "Enter")

        self.assertTrue(page.is_visible("#counts dl"))
        reached = set()
        for _ in range(60):
            press("Tab")
            reached.add(
                page.evaluate(
                    "document.activeElement.closest('[data-key], [data-slot], .scroll, .take')?.className"
                    " + ' ' + document.activeElement.tagName"
                )
            )
        self.assertTrue({"scroll DIV", "take SUMMARY"} <= {one.strip() for one in reached}, reached)

    def test_what_is_taken_away_leads_to_the_same_answer(self) -> None:
        page = self.open(ACME, TEAM, permissions=["clipboard-read", "clipboard-write"])
        self.result(page)

        page.click("[data-copy=curl] button")
        page.wait_for_selector("[data-copy=curl] button:text-is('Copied')")
        command, address = shlex.split(page.evaluate("navigator.clipboard.readText()"))
        csv = requests.get(page.get_attribute("[data-slot=csv]", "href") or "", timeout=30)
        as_json = requests.get(page.get_attribute("[data-slot=json]", "href") or "", timeout=30)

        self.assertEqual(command, "curl")
        self.assertEqual(requests.get(address, timeout=30).json(), self.answer(ACME, TEAM))
        told, asked = as_json.json(), self.expanded(ACME, TEAM)
        self.assertEqual(list(told), list(asked))
        self.assertEqual(
            [told[key] for key in ("data", "langsDetail")], [asked[key] for key in ("data", "langsDetail")]
        )
        self.assertEqual(csv.text.count("\r\n"), 3)
        self.assertEqual(page.inner_text("[data-copy=share] pre"), unquote(page.url))
        self.assertEqual(page.inner_text("#said"), "Copied.")

    def test_without_a_clipboard_it_selects_what_is_to_be_copied_and_says_how(self) -> None:
        page = self.open(ACME)
        self.result(page)
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")

        page.click("[data-copy=curl] button")

        page.wait_for_selector("[data-copy=curl] button:text-is('Ctrl+C')")
        self.assertEqual(page.evaluate("String(getSelection())"), page.inner_text("[data-copy=curl] code"))
        self.assertIn("Press Ctrl and C", page.inner_text("#said"))

    def test_markdown_for_pictures_and_badges_is_there_and_shields_is_never_asked(self) -> None:
        page = self.open(ACME)
        self.result(page)

        page.click("[data-slot=badges] summary")
        badges = page.locator("[data-badge] pre").all_inner_texts()
        address = f"{self.base}/from-git/badge/originalRepos?url={ACME}"
        encoded = address.replace(":", "%3A").replace("/", "%2F").replace("?", "%3F").replace("=", "%3D")
        page.select_option("[name=theme]", "dark")
        pictures = page.locator("[data-picture] pre code").evaluate_all("codes => codes.map(one => one.textContent)")

        self.assertEqual(len(badges), 8)
        self.assertEqual(badges[0], f"![Original repositories](https://img.shields.io/endpoint?url={encoded})")
        self.assertIn(f"![Languages of acme]({self.base}/from-git/chart/langs.svg?url={ACME}&theme=dark)", pictures)
        self.assertEqual(page.locator("[data-picture] img[src]").count(), 0)
        for details in page.locator("[data-picture]").all():
            details.locator("summary").click()
            image = details.locator("img[src]")
            image.evaluate("one => one.decode()")
            sizes = image.evaluate(
                "one => [one.naturalWidth, one.naturalHeight, +one.getAttribute('width'), one.height]"
            )
            self.assertEqual(sizes[:2], sizes[2:])
        self.assert_calm(page)
