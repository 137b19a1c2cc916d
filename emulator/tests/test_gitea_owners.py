"""Gitea: organizations and users, those that are hidden or renamed, and the words of its refusals."""

from __future__ import annotations

from emulator import Repository
from emulator.gitea.shapes import owner_number
from emulator.tests.gitea import (
    ELEVEN,
    GITEA,
    LATE,
    OLD,
    SEVEN,
    TOKEN,
    GiteaCase,
    ask,
    days,
    organization,
    person,
    site,
)


class TestOwners(GiteaCase):
    """An organization and a user, and where each of them is found."""

    def setUp(self) -> None:
        """Both, and two that are hidden."""
        super().setUp()
        self.world.add(organization(*days("a", "b"), former=("older", "Oldest")))
        self.world.add(person(*days("mine")))
        self.world.add(organization(*days("x"), Repository("y", is_private=True), login="Lim", visibility="limited"))
        self.world.add(organization(*days("x"), login="Priv", visibility="private", former=("was",)))
        self.world.add(person(*days("x"), login="Shy", visibility="limited"))

    def message(self, path: str, token: str = "") -> tuple[int, str]:
        """Status and words of a refusal."""
        answer = self.get(path, token)
        return answer.status_code, answer.json()["message"]

    def test_an_organization_is_no_user_and_has_its_repositories_in_both_places(self) -> None:
        self.assertEqual(self.get("/orgs/ACME").json()["name"], "Acme")
        self.assertEqual(self.get("/users/acme").json()["login"], "Acme")
        self.assertNotIn("type", self.get("/users/acme").json())
        for place in ("orgs", "users"):
            self.assertEqual(self.names(self.get(f"/{place}/acme/repos")), ["a", "b"])

    def test_a_user_is_no_organization(self) -> None:
        self.assertEqual(self.names(self.get("/users/ann/repos")), ["mine"])
        for path in ("/orgs/ann", "/orgs/Ann/repos"):
            self.assertEqual(self.message(path), (404, "GetOrgByName"))

    def test_unknown_names_have_refusals_of_three_shapes(self) -> None:
        words = "user redirect does not exist [name: no.one]"
        for path, message, errors in (
            ("/orgs/No.One", "GetOrgByName", [words]),
            ("/users/No.One/repos", words, None),
            ("/repos/No.One/x", "GetUserByName", [words]),
            ("/repos/acme/x/languages", "The target couldn't be found.", []),
        ):
            with self.subTest(path):
                answer = self.get(path)

                self.assertEqual((answer.status_code, answer.json()["message"]), (404, message))
                self.assertEqual(answer.json().get("errors"), errors)
                self.assertEqual(answer.json()["url"], "https://forge.example/git/api/swagger")

    def test_versions_refuse_in_other_words(self) -> None:
        told = [one.json() for one in self.versions("/orgs/lim", SEVEN, GITEA, ELEVEN, LATE)]

        self.assertEqual([one["message"] for one in told], ["HasOrgOrUserVisible"] * 3 + ["not found"])
        self.assertEqual([one.get("errors", "absent") for one in told], [None, None, [], "absent"])

    def test_a_hidden_organization_is_missing_and_its_list_tells_a_total_without_rows(self) -> None:
        for name, total in (("lim", "1"), ("priv", "1")):
            self.assertEqual(self.message(f"/orgs/{name}"), (404, "HasOrgOrUserVisible"))
            self.assertEqual(self.message(f"/users/{name}"), (404, "GetUserByName"))
            for place in ("orgs", "users"):
                listed = self.get(f"/{place}/{name}/repos")
                self.assertEqual((listed.status_code, listed.json(), listed.headers["X-Total-Count"]), (200, [], total))
        self.assertEqual(self.message("/repos/lim/x"), (404, "The target couldn't be found."))

    def test_a_token_sees_what_is_limited_and_not_what_is_private(self) -> None:
        listed = self.get("/orgs/lim/repos", TOKEN)

        self.assertEqual((self.names(listed), listed.headers["X-Total-Count"]), (["x"], "2"))
        self.assertEqual(listed.json()[0]["owner"]["visibility"], "limited")
        self.assertFalse(listed.json()[0]["internal"])
        self.assertEqual(self.names(self.get("/users/shy/repos", TOKEN)), ["x"])
        self.assertEqual(self.get("/orgs/priv", TOKEN).status_code, 404)
        self.assertEqual(self.get("/orgs/priv/repos", TOKEN).json(), [])

    def test_a_hidden_user_is_missing_with_its_list(self) -> None:
        for path in ("/users/shy", "/users/shy/repos"):
            self.assertEqual(self.message(path), (404, "Visit Project"))

    def test_an_old_name_leads_to_the_new_one_with_the_query(self) -> None:
        for path, target in (
            ("/orgs/OLDER/repos?limit=1&page=2", "/gitea/api/v1/orgs/Acme/repos?limit=1&page=2"),
            ("/users/oldest", "/gitea/api/v1/users/Acme"),
            ("/repos/older/a/languages", "/gitea/api/v1/repos/Acme/a/languages"),
        ):
            answer = self.get(path)

            self.assertEqual((answer.status_code, answer.headers["Location"]), (307, target))
            self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")

    def test_the_first_occurrence_of_an_old_name_is_replaced_wherever_it_is(self) -> None:
        self.world.add(organization(login="Rgnew", former=("rg",)))

        self.assertEqual(self.get("/orgs/rg/repos").headers["Location"], "/gitea/api/v1/oRgnews/rg/repos")

    def test_the_old_name_of_a_hidden_owner_leads_there_but_in_newer_versions(self) -> None:
        older, late = self.versions("/users/was", ELEVEN, LATE)

        self.assertEqual(older.status_code, 307)
        self.assertEqual((late.status_code, late.text), (404, "user does not exist\n"))

    def test_names_with_other_letters_and_paths_without_a_resource_are_missing(self) -> None:
        for path in ("/users/a%20b", "/users/%C3%A4/repos", "/orgs/Acme%2Fa/repos"):
            self.assertEqual(self.get(path).status_code, 404)
        for path in ("/nothing", "/orgs/acme/what", "/users/ann/what", "/repos/acme/a/what"):
            self.assertEqual((self.get(path).status_code, self.get(path).text), (404, "404 page not found\n"))

    def test_old_versions_name_a_key_and_let_users_find_what_is_of_private_users(self) -> None:
        self.world.add(person(*days("x"), login="Gone", visibility="private"))
        [hidden] = self.versions("/users/lim", OLD)
        words = "user does not exist [uid: 0, name: lim, keyid: 0]"
        self.assertEqual(hidden.json()["errors"], [words])

        for version, found in ((OLD, ["x"]), (SEVEN, [])):
            with site(self.world, version=version) as emulator:
                ask(emulator, "/users/gone")
                number = owner_number("gone")
                rows = ask(emulator, "/repos/search", TOKEN, uid=number).json()["data"]

                self.assertEqual([row["name"] for row in rows], found)
