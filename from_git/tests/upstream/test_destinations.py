"""Credentials go to addresses under the base URL only."""

import tempfile
from pathlib import Path

from from_git.errors import UpstreamError
from from_git.tests.kit.raw import RawServer, sending
from from_git.tests.kit.system import environment_with
from from_git.tests.upstream.test_upstream import OK, UpstreamTestCase, Waiting
from from_git.upstream import Upstream


class Destinations(UpstreamTestCase):
    """Credentials go to addresses under the base URL only."""

    def test_the_credentials_are_sent_to_the_configured_address(self) -> None:
        server, upstream = self.world(sending(OK))

        upstream.call(Waiting(), "GET", upstream.base_url + "/repositories/x?page=2")

        self.assertIn(b"Authorization: Bearer s3cret-value", server.requests[0])
        self.assertIn(b"GET /2.0/repositories/x?page=2 ", server.requests[0])

    def test_links_that_lead_away_are_not_followed(self) -> None:
        server, upstream = self.world(sending(OK))
        host = upstream.base_url.removesuffix("/2.0")
        for url in (
            "http://evil.example/2.0/x",
            host.replace("http:", "https:") + "/2.0/x",
            host.replace("127.0.0.1", "127.0.0.1.evil.example") + "/2.0/x",
            host + "1/2.0/x",
            host.replace("http://", "http://user@") + "/2.0/x",
            host + "/1.0/x",
            host + "/2.00/x",
            host + "/2.0/../admin",
            host + "/2.0/%2e%2E/admin",
            host + "/2.0/..\\admin",
            "/2.0/x",
            "http://[::1/2.0/x",
            "",
        ):
            with self.subTest(url), self.assertRaisesRegex(UpstreamError, "a link that leads elsewhere") as caught:
                upstream.call(Waiting(), "GET", url)
            self.assertEqual(caught.exception.advice, "Look at SOME_URL.")
        self.assertEqual(server.requests, [])

    def test_neither_proxies_nor_netrc_nor_cookies_have_a_say(self) -> None:
        with RawServer(sending(OK)) as proxy:
            netrc = Path(self.enterContext(tempfile.TemporaryDirectory())) / "netrc"
            netrc.write_text("machine 127.0.0.1 login me password other\n", encoding="utf-8")
            environment = {
                "NETRC": str(netrc),
                "http_proxy": proxy.url,
                "HTTP_PROXY": proxy.url,
                "ALL_PROXY": proxy.url,
                "no_proxy": "",
            }
            with environment_with(**environment):
                head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nSet-Cookie: id=1\r\nContent-Length: 2\r\n\r\n{}"
                server, upstream = self.world(sending(head))
                upstream.call(Waiting(), "GET", upstream.base_url + "/x")
                upstream.call(Waiting(), "GET", upstream.base_url + "/x")

            self.assertEqual(proxy.requests, [])
        self.assertEqual(len(server.requests), 2)
        self.assertNotIn(b"Cookie", server.requests[1])
        self.assertIn(b"Authorization: Bearer s3cret-value", server.requests[1])

    def test_the_same_address_in_another_spelling_is_the_same(self) -> None:
        for base, link in [
            ("https://API.example.org/2.0", "https://api.example.org/2.0/x"),
            ("https://api.example.org:443/2.0", "https://api.example.org/2.0/x?y=1"),
            ("http://api.example.org/2.0/", "http://api.example.org:80/2.0"),
        ]:
            with self.subTest(base):
                self.assertTrue(Upstream(base, "SOME_URL", 1, 1.0).owns(link))
