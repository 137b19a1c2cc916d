"""Enterprise Server and GHE.com as hosts: answers of old versions, no bounds, and what stands in front of them."""

from typing import Any

import requests

from emulator import Emulator, Fault, Owner, Repository
from emulator.github.schema import VERSIONS
from emulator.world import Choice
from from_git import forges
from from_git.forges.github.opening import GitHub
from from_git.tests.kit.forges import entry_for
from from_git.tests.kit.service import ServiceTestCase

GHE = "ghe.example.org:8443"
LOGIN = "octo-cat_corp"
NOBODYS = "No answer from GitHub at ghe.example.org:8443 for https://ghe.example.org:8443/org-3: "


class EnterpriseTestCase(ServiceTestCase):
    """A server of a version beside the GitHub of all tests, on the same world."""

    def serve(self, version: str, **more: Any) -> Emulator:
        """Start one, and name it in FORGES."""
        server = self.enterContext(Emulator(self.world, github={"version": version}))
        self.settings_for_test(FORGES=[entry_for(server, "github", GHE, **more)])
        return server

    def get(self, *owners: str) -> requests.Response:
        """The answer for owners of the server."""
        urls = [f"https://{GHE}/{one}" for one in owners]
        return requests.get(f"{self.base}/health-check", params={"url": urls}, timeout=60)


class Versions(EnterpriseTestCase):
    """3.10 to 3.12."""

    def test_each_is_read_as_github_com_is(self) -> None:
        inner = [Repository(f"inner-{one}", marks=["internal"], languages={"Go": 9}) for one in range(120)]
        some = [Repository(f"open-{one}", languages={"C": 1}, topics=["x"], stars=2, watchers=1) for one in range(130)]
        self.world.add(Owner("github", LOGIN, "User", [*inner, *some]))
        profiles = [("github", one) for one in (LOGIN, "org-300", "user-30", "org-0")]
        for version in VERSIONS[1:]:
            for count in (["public"], ["public", "internal"]):
                with self.subTest(version, count=count):
                    self.serve(version, count=count)
                    body = self.get(*(one for _, one in profiles)).json()
                    self.assertEqual(body.get("missing"), [], body)
                    choice = Choice(internal="internal" in count)
                    self.assertEqual(body["data"], self.world.sum(profiles, choice))

    def test_a_repository_with_many_names_is_read_there_too(self) -> None:
        langs = {f"lang{one}": one + 1 for one in range(130)}
        inner = Repository("many", languages=langs, topics=[f"t{one}" for one in range(25)], marks=["internal"])
        self.world.add(Owner("github", LOGIN, "User", [inner]))
        self.serve("3.10", count=["public", "internal"])
        data = self.get(LOGIN).json()["data"]
        self.assertEqual((data["langsNum"], data["topicsNum"]), (130, 25))

    def test_an_owner_that_is_not_there_is_missing(self) -> None:
        self.serve("3.10")
        self.assertEqual(self.get("nobody_corp").json()["missing"], [f"https://{GHE}/nobody_corp"])

    def test_there_are_no_bounds_unless_the_entry_has_some(self) -> None:
        # without one, calls at the same time are as many as threads
        for more, seconds, together in (({}, 0.0, 200), ({"bounds": 55}, 55.0, 90)):
            self.serve("3.10", threads=200, **more)
            host = forges.hosts()[GHE]
            adapter = forges.forge(host)
            assert isinstance(adapter, GitHub)
            self.assertEqual(host.bounds, {"GITHUB_SECONDS_PER_MINUTE": seconds})
            self.assertEqual(adapter.access.pool.most, together)

    def test_a_server_that_lacks_a_part_of_the_query_is_told_by_its_version(self) -> None:
        server = self.serve("3.11")
        words = "Field 'watchers' doesn't exist on type 'Repository'"
        errors = ({"message": words, "extensions": {"code": "undefinedField"}, "path": ["query Owner"]},)
        headers = {"X-GitHub-Enterprise-Version": "enterprise-server@2.22.1"}
        server.faults.add(Fault("graphql_errors", path="/graphql", errors=errors, headers=headers))
        body = self.get("org-3").json()
        self.assertIn("it looks like GitHub Enterprise Server 2.22.1", body["message"])
        self.assertIn("`api` of FORGES entry 1", body["advice"])


class Walls(EnterpriseTestCase):
    """What answers where a server is in private mode, or its address is another one."""

    def test_each_is_told_in_words_that_name_what_to_do(self) -> None:
        signed_out = b"<html><head><title>Sign in to your account</title></head></html>"
        json = b'{"message": "Must authenticate to access this API."}'
        for status, body, headers, said, advice in (
            (401, json, {}, "it refused our token (401)", "`token` in `accounts` of FORGES entry 1"),
            (302, b"", {"Location": f"https://{GHE}/login"}, "it redirects (302)", "`api` of FORGES entry 1"),
            (200, signed_out, {}, "a wall in front of the forge answered", "`api` of FORGES entry 1"),
            (404, b'{"message": "Not Found"}', {}, "there is no GraphQL API at its address", "`api` of FORGES entry 1"),
            (503, signed_out, {}, "503", ""),
        ):
            with self.subTest(status):
                server = self.serve("3.12")
                kind = "text/html" if body.startswith(b"<") else "application/json"
                fault: dict[str, Any] = {"status": status, "body": body, "headers": headers, "content_type": kind}
                server.faults.add(Fault("body" if status == 200 else "status", path="/graphql", **fault))
                answer = self.get("org-3")
                found = answer.json()
                self.assertEqual((answer.status_code, found["host"]), (502, GHE))
                self.assertTrue(found["message"].startswith(NOBODYS), found["message"])
                self.assertIn(said, found["message"])
                self.assertIn(advice, found["advice"])
                self.assertNotIn("GITHUB_", found["message"] + found["advice"])
