"""Gitea and Forgejo beyond the contract of all forges: what is counted, and what it costs."""

from typing import Any

from emulator import Fault, Owner, Repository
from from_git.tests.kit.gitea import API, LANGUAGES, LIST, OLD, GiteaTestCase

VERSIONS = ("7.0.8+gitea-1.21.11", "8.0.2+gitea-1.22.0", "15.0.0+gitea-1.22.0", "1.21.11", OLD, "1.23.8", "1.27.3")


class Numbers(GiteaTestCase):
    """What is counted."""

    def test_organizations_and_users_add_up_on_every_version(self) -> None:
        for version in VERSIONS:
            emulator = self.site(version=version)
            for login in ("org-0", "org-1", "org-60", "org-120", "person-7", "person-51"):
                with self.subTest(version=version, login=login):
                    data = self.answer(f"https://codeberg.org/{login}")["data"]
                    self.assertEqual(data, emulator.world.sum([("gitea", login)]))

    def test_the_kind_of_an_owner_is_told_by_orgs(self) -> None:
        for login, kind in (
            ("org-2", "Organization"),
            ("org-0", "Organization"),
            ("person-2", "User"),
            ("person-0", "User"),
        ):
            with self.subTest(login):
                found = self.expanded("profiles", f"https://codeberg.org/{login}")
                self.assertEqual([one["kind"] for one in found], [kind])

    def test_watchers_stars_and_topics_come_with_the_list_and_bytes_with_the_languages(self) -> None:
        self.add(Repository("a", stars=3, watchers=2, topics=("x", "y"), languages={"Go": 7, "C": 9}))

        data = self.assert_exact(("gitea", "tiny"))["data"]

        self.assertEqual((data["followers"], data["watchers"], data["langs"]), (3, 2, ["c", "go"]))
        self.assertEqual(data["topics"], ["x", "y"])

    def test_private_repositories_of_a_public_owner_and_all_of_others_do_not_count(self) -> None:
        self.add(Repository("a", stars=1), Repository("b", is_private=True, stars=2))
        self.add(Repository("c", stars=4), login="lim", visibility="limited")
        self.add(Repository("d", stars=8), login="priv", visibility="private")
        self.add(Repository("e", stars=16), login="person", kind="User", visibility="limited")
        self.add(login="emptypriv", visibility="private")

        hidden = [f"https://codeberg.org/{name}" for name in ("lim", "priv", "person", "emptypriv", "nobody")]
        body = self.answer(self.url, *hidden)

        self.assertEqual((body["data"]["originalRepos"], body["data"]["followers"]), (1, 1))
        self.assertEqual(body["missing"], hidden)

    def test_a_row_that_is_private_or_of_an_owner_that_is_not_public_does_not_count(self) -> None:
        self.add(*[Repository(f"r{number}", stars=2**number) for number in range(3)])

        def leak(rows: Any) -> Any:
            found = {row["name"]: row for row in rows}
            found["r0"]["private"] = True
            found["r1"]["owner"]["visibility"] = "limited"
            return sorted(rows, key=lambda row: row["name"] != "r2")

        self.fault("edit", edit=leak)

        self.assertEqual(self.answer(self.url)["data"]["followers"], 4)

    def test_forks_are_what_the_site_calls_so_whatever_it_shows_of_the_parent(self) -> None:
        self.add(Repository("a", is_fork=True), Repository("b", is_fork=True, marks=["hidden-parent"]), Repository("c"))

        def clear(rows: Any) -> Any:
            for row in rows:
                row["parent"] = None if row["fork"] else {"full_name": "x/y"}
            return rows

        self.assert_exact(("gitea", "tiny"))
        self.fault("edit", edit=clear)
        self.assert_exact(("gitea", "tiny"))

    def test_archived_mirrored_empty_and_codeless_repositories_count(self) -> None:
        marks = ("mirror", "empty", "no-code")
        self.add(Repository("old", is_archived=True), *[Repository(one, marks=[one], stars=1) for one in marks])

        body = self.assert_exact(("gitea", "tiny"))

        self.assertEqual(body["data"]["originalRepos"], 4)

    def test_licences_are_told_where_there_is_one(self) -> None:
        self.add(Repository("a"), Repository("b"), Repository("c"), Repository("d"))
        licences = {"a": ["MIT"], "b": [], "c": ["MIT", "Apache-2.0"], "d": None}
        self.fault("edit", edit=lambda rows: [{**row, "licenses": licences[row["name"]]} for row in rows])

        rows = self.expanded("repositories", self.url)

        self.assertEqual([row["license"] for row in rows], ["MIT", None, None, None])

    def test_names_that_need_quoting_in_an_address_are_asked_for_as_they_are(self) -> None:
        for login in ("a.b", "a_b-c", "A.Longer-Name_1"):
            with self.subTest(login):
                self.add(Repository("x.y"), login=login)
                self.answer(f"https://codeberg.org/{login}")

    def test_a_site_whose_users_cannot_star_tells_no_stars(self) -> None:
        self.site(stars_disabled=True, owners=(Owner("gitea", "tiny", "Organization", [Repository("a", stars=9)]),))

        self.assertEqual(self.answer(self.url)["data"]["followers"], 0)
        self.assertEqual(self.expanded("profiles", self.url)[0]["notTold"], ["followers"])

    def test_a_site_that_fails_to_say_whether_its_users_can_star_is_asked_again(self) -> None:
        tiny = Owner("gitea", "tiny", "Organization", [Repository("a", stars=9)])
        site = self.site(stars_disabled=True, owners=(tiny,))
        site.faults.add(Fault("status", f"{API}/settings/repository", status=500, body=b"{}", times=1))

        self.assertEqual(self.answer(self.url)["data"]["followers"], 0)

    def test_a_site_below_a_path_and_with_a_foreign_address_in_its_links_is_read_whole(self) -> None:
        # the emulator's site lies below /gitea, and its links lead to https://forge.example/git
        self.assert_exact(("gitea", "org-120"))


class Calls(GiteaTestCase):
    """What it costs."""

    def test_an_owner_costs_its_pages_one_call_for_its_kind_and_one_for_each_repository_with_code(self) -> None:
        self.answer(self.url)  # what the site says of itself is asked for once
        self.calls()
        for size, pages in ((0, 1), (1, 1), (49, 1), (50, 2 * 2), (51, 2 * 2), (120, 2 * 3)):
            with self.subTest(size):
                self.add(*[Repository(f"r{n}", languages={"C": 1}) for n in range(size)], login=f"of-{size}")
                self.answer(f"https://codeberg.org/of-{size}")
                languages = self.emulator.meter.snapshot()["languages"].calls
                self.assertEqual((self.calls(), languages), (1 + pages + size, size))

    def test_what_a_site_says_of_itself_is_not_asked_for_by_all_who_begin_together(self) -> None:
        asked: list[str] = []
        self.emulator.before_call(lambda upstream, path, body: asked.extend([path] * ("/settings/" in path)))
        self.addCleanup(self.emulator.before_call, None)

        self.answer(*[f"https://codeberg.org/org-1-{number}" for number in range(1, 31)])

        self.assertLess(len(asked), 2 * 30)

    def test_languages_of_page_1_are_asked_before_page_2_has_come(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=3.0)  # a busy machine must have asked for all by then
        self.add(*[Repository(f"r{number}", languages={"C": 1}) for number in range(60)])
        self.fault("hang", contains="page=2")

        self.failure(504, self.url)

        self.assertEqual(self.emulator.meter.snapshot()["languages"].calls, 50)

    def test_empty_repositories_need_no_call(self) -> None:
        self.add(Repository("a", marks=["empty"]), Repository("b", languages={"C": 1}))

        self.assert_exact(("gitea", "tiny"))

        self.assertEqual(self.emulator.meter.snapshot()["languages"].calls, 1)

    def test_connections_are_kept_alive_and_as_few_as_threads(self) -> None:
        self.settings_for_test(NUM_THREADS_GITEA=2, NUM_THREADS_GITEA_LANGUAGES=6)
        self.use(self.emulator, threads={"NUM_THREADS_GITEA": 2, "NUM_THREADS_GITEA_LANGUAGES": 6})

        self.answer("https://codeberg.org/org-120", "https://codeberg.org/org-119")

        snapshot = self.emulator.meter.snapshot()
        self.assertLessEqual(snapshot["gitea"].connections, 2 + 6)
        self.assertLessEqual(snapshot["languages"].peak, 6)


class Wrong(GiteaTestCase):
    """Answers that are not what the API promises."""

    def setUp(self) -> None:
        """Give the owner a repository."""
        super().setUp()
        self.add(Repository("a", languages={"C": 1}), Repository("b", languages={"Go": 1}))

    def test_every_value_of_a_wrong_type_is_an_error_that_names_it(self) -> None:
        for at, value in (
            ("0.id", "1"),
            ("0.name", None),
            ("0.private", "no"),
            ("0.fork", 1),
            ("0.archived", "@missing"),
            ("0.stars_count", -1),
            ("0.watchers_count", 1.5),
            ("0.created_at", "yesterday"),
            ("0.owner.login", "@missing"),
            ("0.topics", ["x", 1]),
        ):
            with self.subTest(at):
                self.emulator.faults.clear()
                self.fault("wrong_type", at=at, value=value)
                message = self.failure(502, self.url)["message"]
                self.assertIn("does not match its API", message)
                self.assertIn(at.rpartition(".")[2], message)

    def test_languages_of_a_wrong_type_are_an_error_that_names_the_repository(self) -> None:
        for body in (b'{"C": "1"}', b"[]", b'{"C": -1}'):
            with self.subTest(body):
                self.emulator.faults.clear()
                self.fault("body", f"{API}/repos/tiny/a/languages", body=body)
                self.assertIn("tiny/a", self.failure(502, self.url)["message"])

    def test_a_wall_answers_200_with_a_page_and_is_named(self) -> None:
        wall = b"<html><title>Making sure you are not a bot!</title></html>"
        for path in (LIST, LANGUAGES, f"{API}/orgs/tiny", f"{API}/*"):
            with self.subTest(path):
                self.emulator.faults.clear()
                self.fault("body", path, body=wall, content_type="text/html")
                message = self.failure(502, self.url)["message"]
                self.assertIn("a wall in front of the forge", message)
                self.assertIn("not a bot", message)

    def test_pages_of_others_with_statuses_of_the_site_are_errors(self) -> None:
        for status in (401, 403, 404):
            with self.subTest(status):
                self.emulator.faults.clear()
                self.fault("status", status=status, body=b"<html>", content_type="text/html")
                self.assertIn("`api`", self.failure(502, self.url)["advice"])

    def test_a_wrong_address_is_an_error_that_names_the_setting(self) -> None:
        api = self.emulator["gitea"].url + "/nowhere"
        self.settings_for_test(FORGES=[{"kind": "gitea", "host": "codeberg.org", "api": api}])

        self.assertIn("`api` of FORGES entry 1", self.failure(502, self.url)["advice"])
