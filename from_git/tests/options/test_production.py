"""The settings that docs/deploy.md names for production, in processes of their own."""

import json
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import IO
from unittest import TestCase

import requests

from from_git.tests.kit.project import documented, environment, project_copy, ran

LINES = 100  # more than a server says before it listens


class Production(TestCase):
    """As docs/deploy.md says, and nothing else."""

    def setUp(self) -> None:
        """A copy of the project with the documented file, and the documented variables."""
        super().setUp()
        self.folder: Path = project_copy(self)
        (self.folder / "local_settings.py").write_text(documented(), encoding="utf-8")
        self.environment = environment(SECRET_KEY=secrets.token_urlsafe(64), GITHUB_API_TOKEN="ghp_hush-hush")

    def check(self) -> "subprocess.CompletedProcess[str]":
        """Run `manage.py check --deploy`."""
        return self.manage("check", "--deploy", "--fail-level", "DEBUG")

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run manage.py."""
        return ran(sys.executable, "manage.py", *arguments, folder=self.folder, env=self.environment)

    def serve(self) -> tuple[str, IO[str]]:
        """Start gunicorn; where it listens, and what it goes on to say."""
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.terminate)
        assert process.stderr is not None
        self.addCleanup(process.stderr.close)
        for _ in range(LINES):
            if found := re.search(r"Listening at: (http://\S+)", process.stderr.readline()):
                return found[1], process.stderr
        raise AssertionError("gunicorn does not listen")

    def test_check_deploy_has_nothing_to_say(self) -> None:
        result = self.check()

        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("no issues (1 silenced)", result.stdout + result.stderr)

    def test_every_line_with_security_is_needed(self) -> None:
        whole = documented()
        for line in whole.splitlines():
            # the header is what makes the redirect end; no check of Django's can know that
            if line.startswith("SECURE_") and not line.startswith("SECURE_PROXY_SSL_HEADER"):
                with self.subTest(line):
                    text = whole.replace(line, "")
                    (self.folder / "local_settings.py").write_text(text, encoding="utf-8")
                    self.assertIn("security.W", self.check().stderr)

    def test_proxies_and_a_cache_that_hangs_are_provided_for(self) -> None:
        self.environment["CACHE_URL"] = "redis://cache.example/0"
        probe = (
            "from django.conf import settings;"
            "print(settings.NUM_PROXIES, settings.CLIENT_RATE, sorted(settings.CACHES['default']['OPTIONS']))"
        )

        result = self.manage("shell", "--no-imports", "-c", probe)

        options = "['pool_class', 'serializer', 'socket_connect_timeout', 'socket_timeout']"
        self.assertEqual(result.stdout, f"1 60/minute {options}\n", result.stderr)

    def test_without_a_secret_key_it_does_not_start(self) -> None:
        del self.environment["SECRET_KEY"]

        result = self.check()

        self.assertNotEqual(result.returncode, 0)
        self.assertIn("SECRET_KEY is empty, but ALLOWED_HOSTS names 'from-git.example.org'", result.stderr)

    def test_plain_http_is_sent_to_https_and_https_gets_hsts_and_each_has_its_line(self) -> None:
        base, said = self.serve()
        url = f"{base}/from-git/test"
        host = {"Host": "from-git.example.org"}

        plain = requests.get(url, headers={**host, "X-Request-ID": "plain"}, timeout=30, allow_redirects=False)
        encrypted = requests.get(url, headers={**host, "X-Request-ID": "tls", "X-Forwarded-Proto": "https"}, timeout=30)
        wrong = requests.get(url, headers={"Host": "evil.example", "X-Request-ID": "wrong"}, timeout=30)

        self.assertEqual(plain.status_code, 301)
        self.assertEqual(plain.headers["Location"], "https://from-git.example.org/from-git/test")
        self.assertNotIn("Strict-Transport-Security", plain.headers)
        self.assertEqual(encrypted.status_code, 200)
        self.assertEqual(encrypted.headers["Strict-Transport-Security"], "max-age=31536000; includeSubDomains; preload")
        self.assertEqual((wrong.status_code, wrong.json()["error"]), (400, "ERR3"))
        for response, own_id in ((plain, "plain"), (encrypted, "tls"), (wrong, "wrong")):
            with self.subTest(own_id):
                self.assertEqual(response.headers["X-Request-ID"], own_id)
                self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
                self.assertIn("default-src 'none'", response.headers["Content-Security-Policy"])
        lines: list[tuple[str, int]] = []
        while len(lines) < 3:
            text = said.readline()
            self.assertNotEqual(text, "", lines)
            line = json.loads(text)  # gunicorn's own as well
            if "request_id" in line:
                lines.append((line["request_id"], line["status"]))
        self.assertEqual(lines, [("plain", 301), ("tls", 200), ("wrong", 400)])
