"""Gitea and Forgejo: languages, which cost a call each and are remembered as long as a repository does not change."""

import zlib
from datetime import UTC, datetime, timedelta

import orjson
from django.core.cache import caches

from emulator import Repository
from from_git.forges.gitea.access import KeptLanguages, Told
from from_git.memory import SharedMemory
from from_git.tests.kit.gitea import API, LANGUAGES, LIST, GiteaTestCase


def ago(seconds: float) -> datetime:
    """The time so long ago."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


class Remembered(GiteaTestCase):
    """What a second look costs."""

    def second(self) -> int:
        """Calls of a second look."""
        first = self.answer(self.url)
        self.calls()
        self.assertEqual(self.answer(self.url), first)
        return self.calls()

    def test_a_second_look_at_an_unchanged_owner_costs_its_list_and_its_kind(self) -> None:
        for number, pages in ((3, 1), (60, 2 * 2)):
            with self.subTest(number):
                self.add(*[Repository(f"r{n}", languages={"C": n + 1}) for n in range(number)])
                self.assertEqual(self.second(), 1 + pages)

    def test_a_repository_that_changed_is_asked_for_again_and_no_other(self) -> None:
        rows = [Repository(f"r{n}", languages={"C": 1}, pushed_at=ago(5_000)) for n in range(5)]
        self.add(*rows)
        self.answer(self.url)
        self.add(*rows[1:], Repository("r0", languages={"Go": 1}, pushed_at=ago(4_000)))
        self.calls()

        self.assertEqual(self.assert_exact(("gitea", "tiny"))["data"]["langs"], ["c", "go"])

        self.assertEqual(self.emulator.meter.snapshot()["languages"].calls, 1)

    def test_what_may_still_be_counted_in_the_background_is_not_remembered(self) -> None:
        self.add(Repository("a", languages={"C": 1}, pushed_at=ago(60)), Repository("b", languages={"C": 1}))
        self.assertEqual(self.second(), 2 + 1)

        self.add(Repository("a", languages={"C": 1}, pushed_at=ago(700)))
        self.assertEqual(self.second(), 2)

    def test_the_age_is_that_of_the_sites_own_clock(self) -> None:
        self.add(Repository("a", languages={"C": 1}, pushed_at="2020-01-01T12:00:00Z"))
        for date, remembered in (
            ("Wed, 01 Jan 2020 12:09:00 GMT", False),
            ("", False),
            ("yesterday", False),
            ("Wed, 01 Jan 2020 12:11:00 GMT", True),
        ):
            with self.subTest(date):
                self.emulator.faults.clear()
                self.fault("headers", LANGUAGES, headers={"Date": date})
                self.assertEqual(self.second(), 2 if remembered else 3)

    def test_a_mirror_is_as_old_as_its_last_look_at_its_original(self) -> None:
        self.add(Repository("a", languages={"C": 1}, pushed_at="2020-01-01T12:00:00Z", marks=["mirror"]))

        self.assertEqual(self.second(), 2)
        for seconds, calls in ((60, 3), (700, 2)):
            with self.subTest(seconds):
                self.emulator.faults.clear()
                updated = f"{ago(seconds):%Y-%m-%dT%H:%M:%SZ}"
                self.fault("wrong_type", LIST, at="*.mirror_updated", value=updated)
                self.assertEqual(self.second(), calls)

    def test_no_languages_are_remembered_unless_the_row_knows_one(self) -> None:
        self.add(Repository("a", pushed_at=ago(5_000)), Repository("b", languages={"C": 1}))
        self.assertEqual(self.second(), 2)

        caches["default"].clear()
        self.fault("body", f"{API}/repos/tiny/b/languages", body=b"{}")
        self.assertEqual(self.second(), 3)

    def test_code_that_is_off_is_looked_at_again(self) -> None:
        self.add(Repository("a", languages={"C": 1}, marks=["no-code"]))

        self.assertEqual(self.second(), 3)
        self.assertEqual(self.answer(self.url)["data"]["langs"], [])

    def test_nothing_is_remembered_where_the_setting_says_so(self) -> None:
        self.settings_for_test(LANGUAGES_CACHE_SECONDS=0.0)
        self.add(Repository("a", languages={"C": 1}))

        self.assertEqual(self.second(), 3)

    def test_an_owner_is_remembered_under_all_its_names(self) -> None:
        self.add(Repository("a", languages={"C": 1}), former=("before",))
        self.answer("https://codeberg.org/before")
        self.calls()

        self.assert_exact(("gitea", "tiny"))

        self.assertEqual(self.calls(), 2)

    def test_a_memory_that_holds_nonsense_is_a_memory_without_anything(self) -> None:
        memory = SharedMemory(caches["default"])
        kept = KeptLanguages(memory, "host", 60.0)
        good = {"1": Told(1, 0, 0.0, [["C", 1]], None).dumped()}
        for value in (None, 7, b"", b"nonsense", zlib.compress(b"nonsense"), zlib.compress(orjson.dumps([1]))):
            with self.subTest(value):
                memory.set("from-git:languages-1:host:tiny", value, 60.0)
                self.assertEqual(kept.of("tiny"), {})
        for row in ([1], {"a": 1}, 5, [1, 0, "now", [], None]):
            memory.set("from-git:languages-1:host:tiny", zlib.compress(orjson.dumps({"1": row})), 60.0)
            self.assertEqual(kept.of("tiny"), {})
        kept.keep("Tiny", good)
        self.assertEqual(kept.of("tiny"), {})  # told in 1970

    def test_what_is_remembered_is_forgotten_after_its_time_and_small(self) -> None:
        now = 1000.0
        kept = KeptLanguages(SharedMemory(caches["default"]), "host", 60.0, lambda: now)
        told = {str(n): Told(n, 0, 1000.0, [["Python", n], ["C", 1]], None).dumped() for n in range(1_000)}
        kept.keep("Tiny", told)
        self.assertEqual(kept.of("tiny"), told)
        self.assertLess(len(caches["default"].get("from-git:languages-1:host:tiny")), 20_000)
        now = 1060.0
        self.assertEqual(kept.of("tiny"), {})


class Asked(GiteaTestCase):
    """What the answers mean."""

    def setUp(self) -> None:
        """Give the owner two repositories."""
        super().setUp()
        self.add(Repository("a", languages={"C": 1}), Repository("b", languages={"Go": 2}))

    def test_a_403_of_the_site_means_that_the_code_is_off(self) -> None:
        self.says(403, "user should have specific read permission", f"{API}/repos/tiny/a/languages")

        self.assertEqual(self.answer(self.url)["data"]["langs"], ["go"])

    def test_a_403_of_somebody_else_or_without_words_is_an_error(self) -> None:
        for body, form in ((b"<html>", "text/html"), (b"", "text/plain"), (b"{}", "application/json")):
            with self.subTest(body):
                self.emulator.faults.clear()
                self.fault("status", LANGUAGES, status=403, body=body, content_type=form)
                self.failure(502, self.url)

    def test_a_404_of_somebody_else_is_an_error(self) -> None:
        self.fault("status", LANGUAGES, status=404, body=b"404 page not found", content_type="text/plain")

        self.failure(502, self.url)

    def test_bytes_are_told_as_the_site_tells_them(self) -> None:
        found = {one["name"]: one["bytes"] for one in self.expanded("langs", self.url)}

        self.assertEqual(found, {"c": 1, "go": 2})

    def test_one_that_fails_once_is_asked_again(self) -> None:
        self.fault("status", LANGUAGES, status=500, body=b"<html>", content_type="text/html", times=1)

        self.assert_exact(("gitea", "tiny"))
