"""UPSTREAM_PROXY: the one way out, by tunnel to https and in clear only to an http address that the owner has set."""

import base64
import socket
import tempfile

from django.core.checks import run_checks
from django.test import SimpleTestCase, override_settings

from emulator import Emulator
from from_git.options.loading import load
from from_git.tests.kit import authority
from from_git.tests.kit.forwarder import Forwarder
from from_git.tests.kit.raw import RawServer, sending, silent
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.kit.system import environment_with

USER, PASSWORD = "me", "s3cret/of the+proxy"
PAIR = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
ENCODED = "me:s3cret%2Fof%20the+proxy@"
OWNERS = (("github", "org-40"), ("bitbucket", "team-20"))
URLS = ("https://github.com/user-3", "https://bitbucket.org/team-3")


class ProxyTestCase(ServiceTestCase):
    """A service that is told of a proxy."""

    def through(self, proxy: Forwarder | str, credentials: str = "", **settings: object) -> None:
        """Have the service use the proxy, with these credentials."""
        url = proxy if isinstance(proxy, str) else proxy.url
        self.settings_for_test(UPSTREAM_PROXY=url.replace("://", f"://{credentials}"), **settings)

    def encrypted(self) -> None:
        """Have both forges behind HTTPS."""
        emulator = self.enterContext(Emulator(self.world, tls=authority.server(), limits=False))
        self.settings_for_test(
            GITHUB_GRAPHQL_URL=emulator["github"].url,
            BITBUCKET_API_URL=emulator["bitbucket"].url,
            BITBUCKET_ACCESS_TOKEN=emulator["bitbucket"].credentials["access_token"],
            UPSTREAM_CA_FILE=authority.ca_file(self.enterContext(tempfile.TemporaryDirectory())),
        )


class Ways(ProxyTestCase):
    """Through the proxy, or not."""

    def test_to_https_a_tunnel_is_made_in_which_it_sees_neither_questions_nor_credentials(self) -> None:
        self.encrypted()
        for wanted, credentials in (("", ""), (f"Basic {PAIR}", ENCODED)):
            with self.subTest(wanted), Forwarder(wanted) as proxy:
                self.through(proxy, credentials)
                self.assert_exact(*OWNERS)
                self.assertEqual({line.split(" ")[0] for line, _ in proxy.seen}, {"CONNECT"})
                for _, headers in proxy.seen:
                    self.assertLessEqual(headers.keys(), {"Host", "Proxy-Authorization"})
                for secret in (
                    self.emulator["github"].credentials["token"],
                    self.emulator["bitbucket"].credentials["access_token"],
                ):
                    self.assertNotIn(secret, proxy.in_clear)

    def test_to_http_it_passes_requests_on_and_keeps_its_own_password(self) -> None:
        self.emulator.meter.reset()
        with Forwarder(f"Basic {PAIR}") as proxy:
            self.through(proxy, ENCODED)
            self.assert_exact(*OWNERS)

        self.assertEqual({line.split("/")[0] for line, _ in proxy.seen}, {"POST http:", "GET http:"})
        counted = self.emulator.meter.snapshot()
        self.assertEqual(len(proxy.seen), counted["github"].calls + counted["bitbucket"].calls)

    def test_without_the_setting_the_environment_names_none(self) -> None:
        self.encrypted()
        names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")
        with Forwarder() as proxy, environment_with(**dict.fromkeys(names, proxy.url), no_proxy=""):
            self.assert_exact(*OWNERS)

        # the test's own client does as the environment says
        self.assertEqual([line for line, _ in proxy.seen if "/health-check?" not in line], [])

    def test_with_the_setting_the_environment_makes_no_exception(self) -> None:
        with Forwarder() as proxy, environment_with(NO_PROXY="*", no_proxy="127.0.0.1"):
            self.through(proxy)
            self.assert_exact(*OWNERS)

        self.assertNotEqual(proxy.seen, [])


class Refusals(ProxyTestCase):
    """A proxy that does not do what it is asked; its password is nowhere."""

    def setUp(self) -> None:
        """Nobody waits for a proxy that is away for long."""
        super().setUp()
        self.encrypted()

    def refused(self, message: str, advice: str) -> None:
        """Each forge's profile is a 502 with these words, which say for whom and never the password."""
        for url in URLS:
            with self.subTest(message, url=url):
                response = self.ask(url)
                body = response.json()
                self.assertEqual((response.status_code, body["error"]), (502, "ERR2"), body)
                self.assertIn(f" for {url}: {message}", body["message"])
                self.assertIn(advice, body["advice"])
                self.assertIn("UPSTREAM_PROXY", body["advice"])
                for secret in (PASSWORD, ENCODED, PAIR, PASSWORD[:6]):
                    self.assertNotIn(secret, response.text)

    def test_its_refusals_have_their_own_words(self) -> None:
        for status, message, advice in [
            (407, "the proxy between us and it wants a user name and a password, or refused", "Set them in UPSTREAM_P"),
            (403, "the proxy between us and it refused to connect to it (403).", "Ask whoever runs the proxy"),
            (502, "the proxy between us and it could not connect to it (502).", "Try again later"),
        ]:
            with Forwarder(refuses=status) as proxy:
                self.through(proxy, ENCODED)
                self.refused(message, advice)

    def test_one_that_wants_a_password_names_the_setting_for_http_too(self) -> None:
        with Forwarder(wanted="Basic other") as proxy:
            self.through(proxy, ENCODED, **self.upstream_settings())
            self.refused("the proxy between us and it wants a user name and a password", "http://USER:PASSWORD@")

    def test_one_that_is_away_or_no_proxy_is_said_to_be(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            away = f"http://127.0.0.1:{closed.getsockname()[1]}"
        words = "the proxy between us and it cannot be reached, or is no HTTP proxy."
        for url in (away, "http://nowhere.invalid:3128", self.enterContext(RawServer(sending(b"SSH-2.0\r\n"))).url):
            self.through(url.removesuffix("/2.0"), ENCODED)
            self.refused(words, "Try again later")

    def test_one_that_is_silent_ends_at_the_timeout(self) -> None:
        hanging = self.enterContext(RawServer(silent))
        self.through(hanging.url.removesuffix("/2.0"), ENCODED, UPSTREAM_TIMEOUT=0.2)
        self.tempo_for_test(most_tries=2)
        self.refused("the proxy between us and it made no connection within 0.2 s (UPSTREAM_TIMEOUT).", "Try again")


class Setting(SimpleTestCase):
    """UPSTREAM_PROXY."""

    def test_anything_but_the_address_of_an_http_proxy_is_refused_and_not_shown(self) -> None:
        for written in (
            "proxy.example:3128",
            "https://proxy.example",
            "socks5://proxy.example",
            "http://:secret@",
            "http://me:s3cret@proxy.example/path",
            "http://proxy.example?x=s3cret",
            "http://proxy.example:99999",
            "http://pröxy.example",
            7,
        ):
            with self.subTest(written):
                _, wrong = load({"UPSTREAM_PROXY": written}, {})
                self.assertEqual(len(wrong), 1)
                self.assertTrue(wrong[0].startswith("UPSTREAM_PROXY in local_settings.py is a secret value: expected "))
                self.assertNotIn("s3cret", wrong[0])

    def test_one_with_a_password_is_taken(self) -> None:
        for written in ("http://proxy.example", "http://me:a%40b@proxy.example:3128/", "http://[::1]:3128"):
            with self.subTest(written):
                values, wrong = load({"UPSTREAM_PROXY": written}, {})
                self.assertEqual((values["UPSTREAM_PROXY"], wrong), (written.rstrip("/"), []))

    @override_settings(GITHUB_GRAPHQL_URL="http://127.0.0.1:1/graphql", UPSTREAM_PROXY="http://proxy.example")
    def test_manage_py_check_warns_of_credentials_that_it_would_see_in_clear(self) -> None:
        warned = [one.msg for one in run_checks() if one.id == "from_git.W002"]

        self.assertEqual(warned, ["GITHUB_GRAPHQL_URL is not encrypted: credentials can be read on the way."])
