"""Gitea and Forgejo: lists that are read page by page, what changes meanwhile, and owners that were renamed."""

import json
from typing import Any

from emulator import Fault, Owner, Repository
from from_git.forges.gitea.access import Site
from from_git.tests.kit.gitea import API, LIST, SEARCH, GiteaTestCase


def many(number: int, **options: Any) -> list[Repository]:
    """So many repositories, the oldest first, each with stars of its own."""
    times = [f"2020-01-01T{n // 60:02}:{n % 60:02}:00Z" for n in range(number)]
    return [Repository(f"r{n:03}", stars=2 ** (n % 40), created_at=times[n], **options) for n in range(number)]


class Pages(GiteaTestCase):
    """Pages of every size, and what a site does not say of them."""

    def setUp(self) -> None:
        """Give the site owners of several pages."""
        super().setUp()
        self.add(*many(120))

    def test_a_site_may_give_fewer_rows_than_are_asked_for(self) -> None:
        for most in (1, 7, 20, 49):
            with self.subTest(most):
                emulator = self.site(max_response_items=most, default_paging_num=1)
                login = "org-30"
                data = self.answer(f"https://codeberg.org/{login}")["data"]
                self.assertEqual(data, emulator.world.sum([("gitea", login)]))

    def test_a_site_that_does_not_tell_its_pages_size_tells_it_by_its_links(self) -> None:
        for status in (403, 404):
            with self.subTest(status):
                emulator = self.site(max_response_items=7)
                emulator.faults.add(Fault("status", f"{API}/settings/*", status=status, body=b'{"message": "no"}'))
                data = self.answer("https://codeberg.org/org-30")["data"]
                self.assertEqual(data, emulator.world.sum([("gitea", "org-30")]))

    def test_a_page_size_that_changed_since_it_was_asked_for_is_noticed(self) -> None:
        emulator = self.site(max_response_items=20)
        emulator.faults.add(Fault("body", f"{API}/settings/api", body=b'{"max_response_items": 50}'))

        for _ in range(2):
            data = self.answer("https://codeberg.org/org-60")["data"]
            self.assertEqual(data, emulator.world.sum([("gitea", "org-60")]))
            emulator.faults.clear()
        self.assertEqual(self.adapter().access.site, Site(20, has_stars=True))

    def test_without_links_the_total_and_the_page_size_tell_how_many_pages_there_are(self) -> None:
        self.fault("headers", headers={"Link": ""})

        self.assert_exact(("gitea", "tiny"))

    def test_without_totals_and_links_pages_are_read_up_to_an_empty_one_and_twice(self) -> None:
        self.fault("headers", headers={"Link": "", "X-Total-Count": ""})
        self.answer("https://codeberg.org/org-1")
        self.calls()

        self.assert_exact(("gitea", "tiny"))

        languages = self.emulator.meter.snapshot()["languages"].calls
        self.assertEqual(self.calls() - languages, 1 + 2 * 4)

    def test_without_totals_an_owner_without_repositories_is_there(self) -> None:
        self.add()
        self.fault("headers", headers={"Link": "", "X-Total-Count": ""})

        self.assert_exact(("gitea", "tiny"))

    def test_a_page_that_comes_without_its_rows_is_found_out(self) -> None:
        for kind in ("empty_page", "early_end", "repeat_page"):
            for after in (0, 1, 2):
                with self.subTest(kind, after=after):
                    self.emulator.faults.clear()
                    self.fault(kind, after=after, times=1)
                    self.assert_exact(("gitea", "tiny"))

    def test_pages_that_always_repeat_or_say_that_they_are_the_last_are_an_error(self) -> None:
        for kind in ("repeat_page", "early_end"):
            with self.subTest(kind):
                self.emulator.faults.clear()
                self.fault(kind)
                self.assertIn("its list", self.failure(502, self.url)["message"])

    def test_pages_that_repeat_without_a_total_are_an_error(self) -> None:
        owner = {"id": 1, "login": "tiny", "visibility": "public"}
        body = json.dumps([{"id": 1, "name": "a", "private": True, "owner": owner, "topics": []}]).encode()
        self.fault("body", body=body)

        self.assertIn("goes on without bringing new ones", self.failure(502, self.url)["message"])

    def test_a_total_that_is_no_number_is_as_none(self) -> None:
        self.fault("headers", headers={"X-Total-Count": "many"})

        self.assert_exact(("gitea", "tiny"))

    def test_a_null_row_is_asked_for_again_and_one_that_stays_names_owner_and_page(self) -> None:
        self.fault("nulls", at="0", after=1, times=1)
        self.assert_exact(("gitea", "tiny"))

        self.add(*many(60), Repository("n", marks=["null"], created_at="2021-01-01T00:00:00Z"))
        message = self.failure(502, self.url)["message"]
        self.assertIn("page 2 of the list of tiny is null", message)


class Changes(GiteaTestCase):
    """What happens to a list while it is read."""

    def test_one_deleted_and_one_created_between_two_pages_are_seen(self) -> None:
        before, late = many(120), Repository("late", stars=7, created_at="2021-01-01T00:00:00Z")
        self.add(*before)
        self.before(lambda _, number: self.add(*before[1:], late) if number == 2 else None)

        self.assert_exact(("gitea", "tiny"))

    def test_an_owner_that_shrinks_to_nothing_is_there_without_repositories(self) -> None:
        self.add(*many(120))
        self.before(lambda _, number: self.add() if number == 2 else None)

        self.assertEqual(self.assert_exact(("gitea", "tiny"))["data"]["originalRepos"], 0)

    def test_an_owner_that_is_gone_or_closed_in_the_middle_has_vanished(self) -> None:
        self.add(*many(120))
        for status in (401, 403, 404):
            with self.subTest(status):
                self.emulator.faults.clear()
                self.says(status, "not found", contains="page=2")
                self.assertIn(f"vanished while it was being read ({status})", self.failure(502, self.url)["message"])

    def test_a_list_that_never_adds_up_is_an_error(self) -> None:
        repositories = many(200)
        self.add(*repositories)
        self.before(lambda _, number: self.add(*repositories[number % 100 :]))

        message = self.failure(502, self.url)["message"]

        self.assertIn("its list", message)

    def test_a_total_that_is_less_than_what_is_listed_is_an_error(self) -> None:
        rows = [Repository(f"r{n:03}", marks=["empty"]) for n in range(120)]
        for total, accounts, options in (
            (100, (), {}),
            (1, ("the-token",), {"token": "the-token", "signed_in_only": True}),
        ):
            with self.subTest(total):
                emulator = self.site(*accounts, owners=(Owner("gitea", "tiny", "Organization", rows),), **options)
                emulator.faults.add(Fault("headers", LIST, headers={"X-Total-Count": str(total)}))
                self.assertIn(f"against a total of {total}", self.failure(502, self.url)["message"])

    def test_a_repository_that_is_listed_and_not_found_is_named(self) -> None:
        self.add(*many(3, languages={"C": 1}))
        self.fault("lost", "*", owner="tiny", repository="r001")

        body = self.answer(self.url)

        self.assertEqual(body["missing"], ["https://codeberg.org/tiny/r001"])
        self.assertEqual(body["data"]["followers"], 1 + 4)

    def test_a_repository_that_was_gone_for_a_moment_counts(self) -> None:
        self.add(*many(3, languages={"C": 1}))
        self.fault("lost", "*", owner="tiny", repository="r001", times=6)

        self.assert_exact(("gitea", "tiny"))

    def test_a_repository_that_is_renamed_meanwhile_is_followed(self) -> None:
        self.add(*many(2, languages={"C": 1}))
        target = f"{API}/repos/tiny/r000/languages"
        for status in (301, 307):
            with self.subTest(status):
                self.emulator.faults.clear()
                moved = {"Location": "/git/api/v1/repos/tiny/r001/languages"}
                self.fault("status", target, status=status, headers=moved, body=b"<a>", content_type="text/html")
                self.answer(self.url)


class Renamed(GiteaTestCase):
    """Owners that had other names before."""

    def setUp(self) -> None:
        """Give the site an owner that was renamed."""
        super().setUp()
        self.add(*many(60), login="new", former=("old", "older"))
        self.add(*many(2), login="person", kind="User", former=("somebody",))

    def test_an_owner_counts_once_under_all_its_names(self) -> None:
        urls = [f"https://codeberg.org/{name}" for name in ("old", "new", "older", "OLD")]

        body = self.answer(*urls, "https://codeberg.org/somebody")

        self.assertEqual(body["data"], self.world.sum([("gitea", "new"), ("gitea", "person")]))
        self.assertEqual(body["missing"], [])
        self.assertEqual(len(self.expanded("profiles", *urls)), 1)

    def test_an_old_name_costs_a_redirect_for_each_of_the_first_two_questions(self) -> None:
        self.answer("https://codeberg.org/org-1")
        self.calls()
        self.answer("https://codeberg.org/old")
        found = self.calls()
        self.settings_for_test(LANGUAGES_CACHE_SECONDS=0.0)
        self.answer("https://codeberg.org/new")

        self.assertEqual(found, self.calls() - 2 + 2)

    def test_an_owner_that_is_hidden_under_its_new_name_is_missing(self) -> None:
        self.add(*many(2), login="dark", visibility="private", former=("light",))

        self.assertEqual(self.answer("https://codeberg.org/light")["missing"], ["https://codeberg.org/light"])

    def test_the_text_with_which_newer_servers_hide_an_old_name_is_a_missing_owner(self) -> None:
        self.fault("status", f"{API}/*/gone*", status=404, body=b"user does not exist", content_type="text/plain")

        self.assertEqual(self.answer("https://codeberg.org/gone")["missing"], ["https://codeberg.org/gone"])

    def test_redirects_to_something_else_are_not_followed(self) -> None:
        for location in (
            "https://evil.example/gitea/api/v1/users/new/repos?limit=50&page=1",
            "//evil.example/gitea/api/v1/users/new/repos?limit=50&page=1",
            "/gitea/api/v1/users/new/repos",
            "/gitea/api/v1/users/new/repos?limit=50&page=2",
            "/gitea/api/v1/users/new/followers?limit=50&page=1",
            "/gitea/api/v1/usnews/old/repos?limit=50&page=1",
            "/gitea/login",
            "",
        ):
            with self.subTest(location):
                self.emulator.faults.clear()
                self.fault("status", f"{API}/users/old/repos", status=307, headers={"Location": location})
                message = self.failure(502, "https://codeberg.org/old")["message"]
                self.assertIn("redirects (307) to something else, which is not followed", message)

    def test_redirects_that_go_in_a_circle_are_an_error(self) -> None:
        self.fault("status", LIST, status=307, headers={"Location": f"{LIST}?limit=50&page=1"})
        self.add(Repository("a"))

        self.assertIn("redirects", self.failure(502, self.url)["message"])
        self.assertLess(self.calls(), 10)


class Searched(GiteaTestCase):
    """Rows that a list does not show and the search does."""

    def test_a_list_that_loses_rows_is_told_by_the_search(self) -> None:
        self.add(*many(60))
        self.fault("edit", edit=lambda rows: rows[1:])

        self.assert_exact(("gitea", "tiny"))

    def test_a_list_and_a_search_that_lose_the_same_never_add_up(self) -> None:
        self.add(*many(3))
        self.fault("edit", edit=lambda rows: rows[1:])
        self.fault("edit", SEARCH, edit=lambda body: {**body, "data": body["data"][1:]})

        self.assertIn("never added up: 2 repositories against a total of 3", self.failure(502, self.url)["message"])

    def test_a_search_that_knows_another_number_than_the_list_is_not_believed(self) -> None:
        self.add(*many(3))
        self.fault("headers", headers={"X-Total-Count": "5"})

        self.assertIn("never added up", self.failure(502, self.url)["message"])

    def test_an_owner_whose_list_shows_nothing_is_told_by_the_search(self) -> None:
        self.add(*many(3))
        self.add(*many(2), login="person", kind="User")
        self.fault("edit", f"{API}/users/*/repos", edit=lambda rows: [])

        self.assert_exact(("gitea", "tiny"), ("gitea", "person"))


class Owners(GiteaTestCase):
    """What two questions say of one owner."""

    def test_an_organization_that_is_known_and_has_no_list_is_an_error(self) -> None:
        self.add(Repository("a"))
        self.says(404, "not found")

        self.assertIn("not its list", self.failure(502, self.url)["message"])

    def test_an_organization_that_is_no_public_one_is_missing(self) -> None:
        owner = Owner("gitea", "tiny", "Organization", [Repository("a")], visibility="limited")
        self.world.add(owner)

        self.assertEqual(self.answer(self.url)["missing"], [self.url])
