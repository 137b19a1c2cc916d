"""No credential reaches a message, a log or another host, whatever a forge does with it."""

import base64
import io
import json
import logging

from django.conf import settings
from django.core.cache import caches
from django.test import override_settings
from django.views.debug import get_default_exception_reporter_filter

from emulator import Fault
from from_git import forges
from from_git.forges.registry import KINDS
from from_git.options import table
from from_git.tests.kit.forwarder import Forwarder
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.server.test_logs import FORMS, handler

TOKEN = "ghp_S3cretOfTests/+0123456789"
USER, PASSWORD = "me@example.com", "ATATT3xS3cretOfTests="
PAIR = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class Secrets(ServiceTestCase):
    """A forge that repeats what it was sent."""

    def setUp(self) -> None:
        """Collect every line of the log, in both forms, down to DEBUG."""
        super().setUp()
        self.settings_for_test(
            GITHUB_API_TOKEN=TOKEN, BITBUCKET_USERNAME=USER, BITBUCKET_API_TOKEN=PASSWORD, REQUEST_DEADLINE=5.0
        )
        self.written: list[io.StringIO] = []
        for name in ("", "from_git", "django", "urllib3", "requests"):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.DEBUG)
        for console in logging.getLogger().handlers:  # so much is for no reader
            self.addCleanup(console.setLevel, console.level)
            console.setLevel(logging.CRITICAL)
        for form in FORMS:
            made, written = handler(form)
            logging.getLogger().addHandler(made)
            self.addCleanup(logging.getLogger().removeHandler, made)
            self.written.append(written)

    def assert_nowhere(self, text: str, secrets: tuple[str, ...] = (TOKEN, PASSWORD, PAIR)) -> None:
        """No secret stands in the text, in any letter case or encoding, nor a good part of one."""
        for secret in secrets:
            for form in (secret, json.dumps(secret)[1:-1], secret.replace("/", "\\/"), secret[:12], secret[-12:]):
                self.assertNotIn(form.lower(), text.lower())

    def test_a_token_that_a_forge_repeats_is_nowhere(self) -> None:
        escaped = "".join(f"\\u{ord(character):04x}" for character in TOKEN)
        of_github = [TOKEN, f"x{TOKEN.upper()}x", f"{'x' * 185}{TOKEN}", escaped]
        of_bitbucket = [PAIR, f"{PAIR.swapcase()} {PASSWORD.lower()}", f"{'x' * 190}{PAIR}", f"Basic {PAIR}{PASSWORD}"]
        for words in of_github:
            self.ask_under_echo("https://github.com/spack", f'"{words}"', (TOKEN,))
        for words in of_bitbucket:
            self.ask_under_echo("https://bitbucket.org/mailchimp", f'"{words}"', (PASSWORD, PAIR))
        for written in self.written:
            self.assertIn("github", written.getvalue())
            self.assert_nowhere(written.getvalue())

    def test_a_short_token_that_a_forge_repeats_is_nowhere(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="q7Zx")
        self.ask_under_echo("https://github.com/spack", '"no q7Zx here"', ("q7Zx",))

    def ask_under_echo(self, url: str, words: str, secrets: tuple[str, ...]) -> None:
        """Ask while the forge answers with `words`, a JSON string, wherever it can."""
        bodies = [
            f'{{"message": {words}}}',
            f'{{"errors": [{{"type": "FORBIDDEN", "message": {words}}}]}}',
            f'{{"data": null, "errors": [{{"message": {words}, "path": [{words}]}}]}}',
            f'{{"type": "error", "error": {{"message": {words}, "detail": {words}}}}}',
            f"{{{words}: {words}}}",
            words,
        ]
        headers = {"Location": f"http://127.0.0.1:9/{secrets[0]}", "X-Echo": secrets[-1]}
        for status in (200, 302, 400, 401, 403, 404, 410, 429, 500, 502):
            for body in bodies:
                caches["default"].clear()
                forges.close()
                self.emulator.faults.clear()
                self.emulator.faults.add(Fault("status", status=status, body=body.encode(), headers=headers))
                response = self.ask(url)
                self.assertIn(response.status_code, (200, 502, 503), response.text)
                self.assert_nowhere(response.text + str(response.headers), secrets)

    def test_those_of_forges_are_nowhere_either(self) -> None:
        password = "s3cret/of the+proxy"
        accounts = {kind: [{"token": f"{TOKEN}{kind}"}] for kind in KINDS}
        accounts["bitbucket"] = [{"username": USER, "token": PASSWORD}]
        carried = {kind: one["token"] if len(one) == 1 else PAIR for kind, [one] in accounts.items()}
        proxied = password, base64.b64encode(f"me:{password}".encode()).decode()
        secrets = (*carried.values(), PASSWORD, *proxied)
        words = json.dumps(" ".join(secrets))
        entries = [
            {"kind": kind, "host": f"{kind}.example", "api": self.emulator[kind].url, "accounts": one}
            for kind, one in accounts.items()
        ]
        with Forwarder() as proxy:
            through = proxy.url.replace("://", "://me:s3cret%2Fof%20the+proxy@")
            none = {"GITHUB_API_TOKEN": "", "BITBUCKET_USERNAME": "", "BITBUCKET_API_TOKEN": ""}
            self.settings_for_test(FORGES=[{**one, "proxy": through} for one in entries], **none)
            for kind in accounts:
                for status in (200, 401, 403, 500):
                    body = (
                        f'{{"message": {words}, "error": {{"message": {words}}}, "errors": [{{"message": {words}}}]}}'
                    )
                    self.emulator.faults.clear()
                    self.emulator.faults.add(Fault("status", status=status, body=body.encode()))
                    response = self.ask(f"https://{kind}.example/spack")
                    self.assertEqual(response.status_code, 502)
                    self.assert_nowhere(response.text, secrets)
            sent = {
                (line.split()[1].startswith(self.emulator[kind].url), kind)
                for line, headers in proxy.seen
                for kind, secret in carried.items()
                if secret in headers.get("Authorization", "")
            }
        self.assertEqual(sent, {(True, kind) for kind in KINDS})  # each to its own forge, and to no other
        for written in self.written:
            self.assertIn("github", written.getvalue())
            self.assert_nowhere(written.getvalue(), secrets)

    def test_a_link_that_holds_a_token_is_not_shown(self) -> None:
        self.emulator.faults.add(Fault("foreign_next", url=f"http://evil.example/{PASSWORD}/{PAIR}"))

        self.assert_nowhere(self.ask("https://bitbucket.org/mailchimp").text)
        for written in self.written:
            self.assert_nowhere(written.getvalue())

    def test_djangos_own_pages_of_tracebacks_would_hide_them(self) -> None:
        shown = get_default_exception_reporter_filter().get_safe_settings()
        secrets = [option.name for option in table() if option.secret]
        self.assertLessEqual(
            {"GITHUB_API_TOKEN", "CACHE_URL", "DATABASE_URL", "FORGES", "UPSTREAM_PROXY"}, set(secrets)
        )
        for name in secrets:
            with self.subTest(name):
                self.assertTrue(hasattr(settings, name))
                self.assertEqual(shown[name], "********************")

    def test_nor_do_they_show_where_the_cache_is(self) -> None:
        caches_for_test = {
            "default": {**settings.CACHES["default"], "LOCATION": "redis://:s3cret-of-redis@127.0.0.1:1"}
        }
        with override_settings(CACHES=caches_for_test):
            self.assertNotIn("s3cret", str(get_default_exception_reporter_filter().get_safe_settings()["CACHES"]))

    def test_an_http_forge_that_repeats_the_proxys_password_does_not_show_it(self) -> None:
        password = "s3cret/of the+proxy"
        pair = base64.b64encode(f"me:{password}".encode()).decode()
        with Forwarder() as proxy:
            self.settings_for_test(UPSTREAM_PROXY=proxy.url.replace("://", "://me:s3cret%2Fof%20the+proxy@"))
            for url in ("https://github.com/spack", "https://bitbucket.org/mailchimp"):
                body = f'{{"message": "{pair} {password}", "error": {{"message": "{password} {pair}"}}}}'
                self.emulator.faults.clear()
                self.emulator.faults.add(Fault("status", status=403, body=body.encode()))
                response = self.ask(url)
                self.assertEqual(response.status_code, 502)
                self.assert_nowhere(response.text, (password, pair))
