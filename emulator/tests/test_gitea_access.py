"""Gitea: tokens and their scopes, sites for their users alone, and a proxy's limit."""

from __future__ import annotations

import requests

from emulator import Emulator
from emulator.gitea.credentials import Token
from emulator.gitea.kind import Gitea
from emulator.tests.gitea import ELEVEN, LATE, OLD, SEVEN, TOKEN, GiteaCase, ask, days, organization, person, site
from emulator.tests.helpers import PATIENCE, Clock


class TestAccess(GiteaCase):
    """Who may ask for what."""

    def setUp(self) -> None:
        """An organization and a user."""
        super().setUp()
        self.world.add(organization(*days("a")))
        self.world.add(person(*days("b")))

    def sent(self, header: str) -> requests.Response:
        """The answer to that Authorization."""
        url = f"{self.emulator['gitea'].url}/api/v1/orgs/acme/repos"
        return requests.get(url, headers={"Authorization": header}, timeout=PATIENCE)

    def test_a_wrong_token_is_refused_on_public_data_in_words_about_a_user(self) -> None:
        answers = self.versions("/orgs/acme", OLD, ELEVEN, LATE, token="wrong")

        self.assertEqual([answer.status_code for answer in answers], [401, 401, 401])
        nobody = "user does not exist [uid: 0, name: {}]"
        words = [nobody.format(", keyid: 0"), nobody.format(""), "invalid username, password or token"]
        self.assertEqual([answer.json()["message"] for answer in answers], words)

    def test_token_and_bearer_are_taken_and_other_schemes_are_a_strangers(self) -> None:
        for header, status in (
            (f"token {TOKEN}", 200),
            (f"Bearer {TOKEN}", 200),
            ("bearer wrong", 401),
            ("token ", 200),
            ("Foo bar", 200),
        ):
            with self.subTest(header):
                self.assertEqual(self.sent(header).status_code, status)

    def test_a_revoked_token_is_refused(self) -> None:
        accounts = self.emulator["gitea"].accounts
        accounts.revoke(TOKEN)
        self.addCleanup(accounts.give_back, TOKEN)

        self.assertEqual(self.get("/version", TOKEN).status_code, 401)
        self.assertEqual(self.get("/version").status_code, 200)

    def test_a_token_needs_scopes_that_a_stranger_does_not(self) -> None:
        words = "token does not have at least one of required scope(s): [{}]"
        for scopes, path, lacks in (
            (("read:repository",), "/orgs/acme/repos", "read:organization"),
            (("read:organization",), "/orgs/acme/repos", ""),
            (("read:organization",), "/users/ann/repos", "read:user"),
            (("read:user",), "/users/ann/repos", "read:repository"),
            (("read:user",), "/users/ann", ""),
            (("write:user", "read:repository"), "/users/ann/repos", ""),
            (("read:user",), "/repos/ann/b/languages", "read:repository"),
            (("read:misc",), "/settings/api", ""),
        ):
            with self.subTest(path, scopes=scopes), site(self.world, version=ELEVEN, scopes=scopes) as emulator:
                answer = ask(emulator, path, TOKEN)

                self.assertEqual(answer.status_code, 403 if lacks else 200)
                if lacks:
                    self.assertEqual(answer.json()["message"], words.format(lacks))

    def test_a_public_only_token_is_refused_at_limited_owners_by_newer_versions(self) -> None:
        self.world.add(organization(*days("c"), login="Lim", visibility="limited"))
        self.world.add(person(*days("d"), login="Shy", visibility="limited"))
        for version, status in ((SEVEN, 200), (ELEVEN, 403), (LATE, 403)):
            with site(self.world, version=version, scopes=("public-only", "all")) as emulator:
                answers = [ask(emulator, path, TOKEN) for path in ("/orgs/lim/repos", "/users/shy/repos", "/orgs/acme")]

                self.assertEqual([answer.status_code for answer in answers], [status, status, 200])
        self.assertEqual(answers[0].json()["message"], "token scope is limited to public orgs")

    def test_newer_versions_say_which_scopes_a_token_has(self) -> None:
        with site(self.world, version=LATE, scopes=("read:user", "read:repository")) as emulator:
            answer = ask(emulator, "/orgs/acme", TOKEN)

        self.assertTrue(
            answer.json()["message"].endswith("required=[read:organization], token scope=read:user,read:repository")
        )

    def test_a_site_for_its_users_refuses_strangers_everywhere(self) -> None:
        with site(self.world, signed_in_only=True) as emulator:
            for path in ("/version", "/settings/api", "/orgs/acme/repos", "/users/nobody"):
                answer = ask(emulator, path)
                words = {"message": "Only signed in user is allowed to call APIs."}
                self.assertEqual((answer.status_code, answer.json()), (403, words))
            self.assertEqual(ask(emulator, "/orgs/acme/repos", TOKEN).status_code, 200)

    def test_users_can_be_for_users_and_organizations_are_not(self) -> None:
        with site(self.world, explore_signed_in_only=True) as emulator:
            refused = [ask(emulator, path) for path in ("/users/ann", "/users/ann/repos", "/users/acme/repos")]
            free = [ask(emulator, path).status_code for path in ("/orgs/acme", "/orgs/acme/repos", "/repos/ann/b")]
            unknown = ask(emulator, "/users/nobody/repos").status_code
            signed_in = ask(emulator, "/users/ann/repos", TOKEN).status_code

        self.assertEqual({answer.status_code for answer in refused}, {401})
        self.assertEqual({one.json()["message"] for one in refused}, {"you must be signed in to search for users"})
        self.assertEqual((free, unknown, signed_in), ([200] * 3, 404, 200))

    def test_only_get_is_allowed(self) -> None:
        answer = requests.post(f"{self.emulator['gitea'].url}/api/v1/version", timeout=PATIENCE)

        self.assertEqual((answer.status_code, answer.text), (405, ""))
        for version, status in ((ELEVEN, 405), (LATE, 200)):
            with site(self.world, version=version) as emulator:
                url = f"{emulator['gitea'].url}/api/v1/version"
                self.assertEqual(requests.head(url, timeout=PATIENCE).status_code, status)

    def test_newer_versions_know_a_path_before_they_look_who_calls(self) -> None:
        answers = self.versions("/nothing", ELEVEN, LATE, token="wrong")

        self.assertEqual([answer.status_code for answer in answers], [401, 404])
        self.assertNotIn("Cache-Control", answers[1].headers)

    def test_settings_and_version_are_told(self) -> None:
        with site(self.world, version=LATE, stars_disabled=True) as emulator:
            settings = ask(emulator, "/settings/repository").json()
            version = ask(emulator, "/version").json()

        self.assertEqual((settings["stars_disabled"], settings["http_git_disabled"]), (True, False))
        self.assertEqual(version, {"version": LATE})

    def test_users_have_a_token_each(self) -> None:
        with Emulator(self.world, gitea={"users": 2}) as emulator:
            ask(emulator, "/version", f"{TOKEN}-2")
            accounts = emulator.meter.accounts("gitea")
            told = emulator.introduction()

        self.assertEqual(accounts["emulator-2"].calls, 1)
        self.assertIn(f"token {TOKEN}, or {TOKEN}-2", told)
        more = Gitea(users=[Token("third", "emulator")])
        self.assertEqual([one.account for one in more.logins()], ["emulator", "emulator"])

    def test_a_proxy_lets_so_many_calls_through_and_refuses_in_its_own_form(self) -> None:
        clock = Clock()
        for form, kind in (
            ("html", "text/html"),
            ("plain", "text/plain"),
            ("empty", "text/plain"),
            ("json", "application/json"),
        ):
            with Emulator(self.world, clock=clock, gitea={"calls": 2, "per": 10.0, "limited": form}) as emulator:
                statuses = [ask(emulator, "/version") for _ in range(3)]
                clock.now += 11
                later = ask(emulator, "/version")

            self.assertEqual([answer.status_code for answer in statuses], [200, 200, 429])
            self.assertTrue(statuses[-1].headers["Content-Type"].startswith(kind))
            self.assertEqual(later.status_code, 200)
            self.assertEqual(emulator.meter.snapshot()["gitea"].refused, 1)

    def test_what_is_no_version_and_no_form_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "new"):
            Gitea(version="new")
        with self.assertRaisesRegex(ValueError, "loud"):
            Gitea(limited="loud")
