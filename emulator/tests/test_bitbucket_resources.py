"""Bitbucket: credentials, single resources, refusals and headers."""

from __future__ import annotations

import requests

from emulator import Emulator, Repository
from emulator.bitbucket.credentials import Credentials
from emulator.tests.helpers import PATIENCE, EmulatorCase, workspace


class ResourceCase(EmulatorCase):
    """A workspace of a public, a private and a forked repository."""

    def setUp(self) -> None:
        """The workspace."""
        super().setUp()
        self.world.add(
            workspace(
                Repository("Open", languages={"Python": 5, "C": 1}, created_at="2020-01-01T00:00:00Z"),
                Repository("secret", is_private=True, watchers=3, created_at="2020-01-02T00:00:00Z"),
                Repository("fork", is_fork=True, created_at="2020-01-03T00:00:00Z"),
            )
        )

    def bearer(self, token: str, path: str = "/repositories/acme") -> requests.Response:
        """GET with a bearer token."""
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(self.emulator["bitbucket"].url + path, headers=headers, timeout=PATIENCE)

    def assert_refused(self, answer: requests.Response, status: int, message: str) -> None:
        """The answer has Bitbucket's error shape with these."""
        self.assertEqual((answer.status_code, answer.json()["type"]), (status, "error"))
        self.assertEqual(answer.json()["error"]["message"], message)


class TestCredentials(ResourceCase):
    """Anonymous, Basic, Bearer."""

    def test_nobody_sees_private_repositories_without_credentials(self) -> None:
        listed = self.client.get("/repositories/acme").json()

        self.assertEqual([value["slug"] for value in listed["values"]], ["open", "fork"])
        for path in ("/repositories/acme/secret", "/repositories/acme/secret/watchers"):
            self.assertEqual(self.client.get(path).status_code, 404)

    def test_an_api_token_or_an_access_token_sees_them_unless_filtered(self) -> None:
        ours = self.emulator["bitbucket"].credentials

        for answer in (self.client.member("/repositories/acme"), self.bearer(ours["access_token"])):
            self.assertEqual(answer.json()["size"], 3)
        self.assertEqual(self.client.member("/repositories/acme", q="is_private=false").json()["size"], 2)
        self.assertEqual(self.client.member("/repositories/acme/secret/watchers").json()["size"], 3)

    def test_wrong_credentials_are_401(self) -> None:
        ours = self.emulator["bitbucket"].credentials
        wrong = [
            self.client.get("/repositories/acme", ("someone@example.com", ours["api_token"])),
            self.client.get("/repositories/acme", (ours["username"], "app-password")),
            self.bearer("wrong"),
            # an API token is for Basic only
            self.bearer(ours["api_token"]),
        ]

        for answer in wrong:
            self.assert_refused(answer, 401, "Token is invalid, expired, or not supported for this endpoint.")

    def test_a_header_that_is_no_credential_is_401(self) -> None:
        for value in ("Basic !!!", "Basic /w==", "Digest x", ""):
            url = f"{self.emulator['bitbucket'].url}/repositories/acme"

            answer = requests.get(url, headers={"Authorization": value}, timeout=PATIENCE)

            self.assertEqual(answer.status_code, 401, value)

    def test_an_access_token_of_one_workspace_reaches_no_other(self) -> None:
        with Emulator(self.world, bitbucket={"credentials": Credentials(access_workspace="Acme")}) as emulator:
            headers = {"Authorization": f"Bearer {emulator['bitbucket'].credentials['access_token']}"}
            answers = [
                requests.get(f"{emulator['bitbucket'].url}/repositories/{name}", headers=headers, timeout=PATIENCE)
                for name in ("acme", "mailchimp")
            ]

        self.assertEqual([answer.status_code for answer in answers], [200, 403])

    def test_the_repr_of_credentials_hides_the_tokens(self) -> None:
        self.assertNotIn("token", repr(Credentials(api_token="secret-token")).replace("api_token", ""))


class TestRepository(ResourceCase):
    """One repository."""

    def test_a_repository_has_the_recorded_keys(self) -> None:
        told = self.client.get("/repositories/acme/open").json()

        recorded = (
            "scm has_wiki links created_on full_name owner size type website override_settings description has_issues "
            "slug is_private name language fork_policy project mainbranch workspace updated_on uuid parent"
        )
        self.assertEqual(set(told), set(recorded.split()))
        self.assertEqual(
            (told["slug"], told["name"], told["full_name"], told["language"]), ("open", "Open", "acme/open", "python")
        )
        self.assertEqual(told["created_on"], "2020-01-01T00:00:00+00:00")
        self.assertLess(told["created_on"], told["updated_on"])

    def test_a_list_tells_the_fields_that_are_named(self) -> None:
        fields = "values.full_name,values.slug,values.created_on,values.updated_on"

        first = self.client.get("/repositories/acme", fields=fields).json()["values"][0]

        self.assertEqual(set(first), {"full_name", "slug", "created_on", "updated_on"})
        self.assertEqual((first["slug"], first["full_name"]), ("open", "acme/open"))
        self.assertLess(first["created_on"], first["updated_on"])

    def test_parent_is_missing_in_lists_and_null_alone_unless_it_is_a_fork(self) -> None:
        open_, fork = self.client.get("/repositories/acme").json()["values"]

        self.assertNotIn("parent", open_)
        self.assertEqual(fork["parent"]["full_name"], "upstream/fork")
        self.assertIsNone(self.client.get("/repositories/acme/open").json()["parent"])
        self.assertEqual(self.client.get("/repositories/acme/fork").json()["parent"], fork["parent"])

    def test_a_repository_without_languages_has_an_empty_language(self) -> None:
        self.assertEqual(self.client.get("/repositories/acme/fork").json()["language"], "")

    def test_slugs_are_found_in_any_letter_case_and_uuids_too(self) -> None:
        told = self.client.get("/repositories/ACME/OPEN").json()

        by_uuid = self.client.get(f"/repositories/{told['workspace']['uuid']}/{told['uuid']}").json()

        self.assertEqual(by_uuid, told)

    def test_an_unknown_repository_is_404_in_the_recorded_words(self) -> None:
        message = (
            "The requested repository either does not exist or you do not have access. If you believe this repository "
            "exists and you have access, make sure you're authenticated."
        )
        for path in (
            "/repositories/acme/nothing",
            "/repositories/acme/{nothing}",
            "/repositories/acme/nothing/watchers",
        ):
            self.assert_refused(self.client.get(path), 404, message)

    def test_the_recorded_workspace_of_private_repositories_is_there_and_empty(self) -> None:
        anonymous = self.client.get("/repositories/sourcegraph-testing").json()
        member = self.client.member("/repositories/sourcegraph-testing").json()

        self.assertEqual((anonymous["size"], member["size"]), (0, 2))
        self.assertEqual(member["values"][0]["created_on"], "2022-03-17T11:17:48.581867+00:00")


class TestWorkspaces(ResourceCase):
    """Workspaces, gone ones, removed resources."""

    def test_a_workspace_is_told(self) -> None:
        told = self.client.get("/workspaces/acme").json()

        self.assertEqual((told["slug"], told["type"], told["is_private"]), ("acme", "workspace", False))
        self.assertEqual(self.client.get(f"/workspaces/{told['uuid']}").json(), told)

    def test_an_unknown_workspace_is_404(self) -> None:
        for name in ("nobody-here", "{nobody}"):
            for path in ("/repositories/", "/workspaces/"):
                self.assert_refused(self.client.get(path + name), 404, f"No workspace with identifier '{name}'.")

    def test_a_workspace_marked_as_spam_is_410(self) -> None:
        self.assertEqual(self.client.get("/repositories/made-up-spam").status_code, 410)
        self.assertNotIn("CHANGE-", self.client.get("/repositories/made-up-spam").text)

    def test_resources_across_workspaces_are_410_with_the_change(self) -> None:
        for path in ("/repositories", "/repositories/", "/workspaces", "/user/permissions/workspaces"):
            answer = self.client.get(path, role="member")

            self.assert_refused(answer, 410, "CHANGE-2770 - Functionality has been deprecated")

    def test_a_path_without_api_is_404_with_detail(self) -> None:
        for path in ("/teams/acme", "/repositories/acme/open/forks", "/workspaces/acme/members", "/users", ""):
            answer = self.client.get(path)

            self.assert_refused(answer, 404, "Resource not found")
            self.assertIn("There is no API hosted at this URL.", answer.json()["error"]["detail"])

    def test_only_get_and_head_are_allowed(self) -> None:
        for method in ("POST", "PUT", "DELETE"):
            url = f"{self.emulator['bitbucket'].url}/repositories/acme"

            self.assertEqual(requests.request(method, url, timeout=PATIENCE).status_code, 405)


class TestAnswers(ResourceCase):
    """Headers."""

    def test_the_headers_are_those_that_bitbucket_sends(self) -> None:
        anonymous, member = self.client.get("/repositories/acme"), self.client.member("/repositories/acme")

        for name in "Server Vary Cache-Control X-Accepted-Oauth-Scopes X-Request-Count X-Render-Time Date".split():
            self.assertIn(name, anonymous.headers)
        self.assertEqual(anonymous.headers["Content-Type"], "application/json; charset=utf-8")
        self.assertNotIn("X-Credential-Type", anonymous.headers)
        self.assertEqual(member.headers["X-Credential-Type"], "apitoken")
        self.assertEqual(anonymous.headers["Content-Encoding"], "gzip")
