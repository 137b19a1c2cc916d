"""What lies between us and a forge: gateways, log-in pages, a credential that is refused for a moment, old servers."""

import json
from typing import Any

from emulator import Fault, preset
from from_git.tests.kit.service import ServiceTestCase

LOGIN = b"<html><head><title>Log in to ACME</title></head></html>"
GITHUB, BITBUCKET = "https://github.com/org-3", "https://bitbucket.org/team-20"
PLACES = {GITHUB: "/graphql", BITBUCKET: "/2.0/*"}


class BetweenTestCase(ServiceTestCase):
    """Both forges."""

    def fault(self, url: str, **options: Any) -> None:
        """Let the forge of that profile answer otherwise, in place of any other fault."""
        self.emulator.faults.clear()
        self.emulator.faults.add(Fault(**{"kind": "status", "path": PLACES[url], **options}))


class Gateways(BetweenTestCase):
    """Answers that are not the forge's own."""

    def test_they_are_told_as_such_and_no_token_is_blamed(self) -> None:
        for url, setting in ((GITHUB, "GITHUB_GRAPHQL_URL"), (BITBUCKET, "BITBUCKET_API_URL")):
            for status in (401, 403, 407):
                for body in (LOGIN, b"Access denied"):
                    with self.subTest(url, status=status, body=body):
                        self.fault(url, status=status, body=body, content_type="text/html")

                        error = self.failure(502, url)

                        self.assertIn("something between us and the forge answered in its place", error["message"])
                        self.assertIn("UPSTREAM_PROXY", error["advice"])
                        self.assertIn(setting, error["advice"])
                        self.assertNotIn("TOKEN", error["message"] + error["advice"])

    def test_a_log_in_page_with_status_200_is_told_by_its_title(self) -> None:
        for url in PLACES:
            with self.subTest(url):
                self.fault(url, kind="body", body=LOGIN, content_type="text/html")

                error = self.failure(502, url)

                self.assertIn("with status 200 OK and a page that is not JSON: “Log in to ACME”", error["message"])
                self.assertIn("UPSTREAM_PROXY", error["advice"])

    def test_a_network_that_wants_a_log_in_may_have_had_it_by_the_next_call(self) -> None:
        for url in PLACES:
            with self.subTest(url):
                self.fault(url, status=511, body=LOGIN, content_type="text/html", times=1)

                self.answer(url)

    def test_a_redirect_names_what_may_send_us_elsewhere(self) -> None:
        for url in PLACES:
            with self.subTest(url):
                self.fault(url, status=302, headers={"Location": "http://login.example/"})

                self.assertIn("UPSTREAM_PROXY", self.failure(502, url)["advice"])


class OneRefusal(BetweenTestCase):
    """A credential that was good a moment ago."""

    def test_one_refusal_after_good_answers_is_not_seen(self) -> None:
        for url, owner in ((GITHUB, ("github", "org-3")), (BITBUCKET, ("bitbucket", "team-20"))):
            for status in (401, 403):
                for body in (b'{"message": "Bad credentials"}', LOGIN):
                    with self.subTest(url, status=status, body=body):
                        self.emulator.faults.clear()
                        self.assert_exact(owner)
                        self.fault(url, status=status, body=body, times=1, content_type="text/html")

                        self.assert_exact(owner)

    def test_a_second_one_is_the_answer_and_a_first_one_where_nothing_was_good(self) -> None:
        body = json.dumps({"message": "Bad credentials"}).encode()
        self.fault(GITHUB, status=401, body=body)
        self.failure(502, GITHUB)
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 1)

        self.emulator.faults.clear()
        self.assert_exact(("github", "org-3"))
        self.emulator.meter.reset()
        self.fault(GITHUB, status=401, body=body)

        error = self.failure(502, GITHUB)

        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 2)
        self.assertIn("Set GITHUB_API_TOKEN", error["advice"])


class OldServers(BetweenTestCase):
    """Enterprise Servers whose schema has less."""

    def test_one_that_knows_no_visibility_is_asked_with_privacy(self) -> None:
        self.emulator.faults.add(preset("older_server"))

        self.assert_exact(("github", "org-130"))

    def test_what_it_does_not_know_names_the_version_and_never_later(self) -> None:
        self.emulator.faults.add(preset("older_server", contains=""))

        error = self.failure(502, GITHUB)

        self.assertIn("it looks like GitHub Enterprise Server 3.0.0", error["message"])
        self.assertIn("doesn't accept argument 'visibility'", error["message"])
        self.assertIn("Update the Enterprise Server", error["advice"])
        self.assertNotIn("later", error["message"] + error["advice"])
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 1)
