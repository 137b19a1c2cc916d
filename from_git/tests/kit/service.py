"""The world of most tests: forges on an emulator, and the service in front of them, all over real sockets."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import replace
from socketserver import ThreadingMixIn
from typing import Any, ClassVar

import requests
from django.core.cache import caches
from django.test import SimpleTestCase, override_settings

from coding_challenge.wsgi import application
from emulator import Emulator, World
from emulator.kind import Kind
from emulator.kinds import KINDS
from from_git import forges
from from_git.conf import settings
from from_git.forges import registry
from from_git.management.commands.runserver import RequestHandler, Server
from from_git.options import changeable_defaults
from from_git.tests.kit.forges import settings_for
from from_git.values.tempo import Tempo


class QuietHandler(RequestHandler):
    """No line on stderr for each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _ThreadingServer(ThreadingMixIn, Server):
    daemon_threads = True
    handler_class = QuietHandler


class ServiceTestCase(SimpleTestCase):
    """An emulator for the class, fresh settings, pools and connections for each test."""

    emulator: ClassVar[Emulator]
    world: ClassVar[World]
    server: ClassVar[_ThreadingServer]
    base: ClassVar[str]
    alone: ClassVar[bool] = False
    """See `runner`."""
    points: ClassVar[int] = 5000
    """Of GitHub's, in an hour."""
    users: ClassVar[int] = 1
    """That GitHub knows; each has a token."""
    options: ClassVar[Mapping[str, Any]] = {}
    """Of the other kinds of forges on the emulator, by name."""
    emulated: ClassVar[tuple[Kind, ...]] = KINDS
    """The kinds of forges that the emulator has."""

    @classmethod
    def setUpClass(cls) -> None:
        """Start the emulator and the service."""
        super().setUpClass()
        cls.world = World(kinds=cls.emulated)
        cls.emulator = cls.enterClassContext(
            Emulator(cls.world, github={"points": cls.points, "users": cls.users}, **cls.options, limits=False)
        )
        cls.server = _ThreadingServer(("127.0.0.1", 0), QuietHandler)
        cls.server.set_app(application)
        thread = threading.Thread(target=cls.server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        cls.addClassCleanup(thread.join)
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.base = f"http://127.0.0.1:{cls.server.server_address[1]}"

    def setUp(self) -> None:
        """Begin with the defaults, no faults and counters at zero."""
        super().setUp()
        # the expected failures of a green run are no news
        for name in ("from_git", "django.server"):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)
        # a developer's own settings must not change a test; nobody waits for what a test provokes for ever
        tempo = Tempo(first_wait=0.001, longest_wait=0.005)
        self.settings_for_test(**{**changeable_defaults(), "TEMPO": tempo, **self.upstream_settings()})
        caches["default"].clear()
        self.emulator.faults.clear()
        self.emulator.meter.reset()
        self.addCleanup(forges.close)
        self.addCleanup(self.emulator.faults.clear)

    def upstream_settings(self) -> dict[str, Any]:
        """What points the service at the emulator."""
        pointed = settings_for(self.emulator)
        return {
            "ALLOWED_HOSTS": ["127.0.0.1"],
            **pointed,
            # a busy machine makes every call long
            "GITHUB_SECONDS_PER_MINUTE": 0.0,
            "BITBUCKET_CALLS_PER_HOUR": 0,
            "FORGES": [{**entry, "bounds": 0} for entry in pointed["FORGES"]],
            # what a test asks for is fetched
            "PROFILE_CACHE_SECONDS": 0.0,
        }

    def settings_for_test(self, **changes: Any) -> None:
        """Change settings until the end of the test; pools and sessions are made anew."""
        override = override_settings(**changes)
        override.enable()
        self.addCleanup(override.disable)
        forges.close()

    def tempo_for_test(self, **seconds: Any) -> None:
        """Change the service's own seconds until the end of the test; see `settings_for_test`."""
        self.settings_for_test(TEMPO=replace(settings.TEMPO, **seconds))

    def settings_kept(self, **changes: Any) -> None:
        """Change settings without making new pools."""
        for name, value in changes.items():
            setattr(settings, name, value)

    def ask(self, *urls: str, **options: Any) -> requests.Response:
        """GET /health-check for `urls`."""
        return requests.get(f"{self.base}/health-check", params={"url": list(urls)}, timeout=30, **options)

    def answer(self, *urls: str) -> dict[str, Any]:
        """The body of a 200 for `urls`."""
        response = self.ask(*urls)
        self.assertEqual(response.status_code, 200, response.text)
        return dict(response.json())

    def failure(self, status: int, *urls: str) -> dict[str, Any]:
        """The body of an answer of `status` for `urls`."""
        response = self.ask(*urls)
        self.assertEqual(response.status_code, status, response.text)
        self.assertNotEqual(response.json()["error"], "OK")
        return dict(response.json())

    def assert_exact(self, *owners: tuple[str, str]) -> dict[str, Any]:
        """Ask for the owners (forge, login) and compare with the straight sum over the emulator's data."""
        body = self.answer(*(registry.KINDS[forge].url(login) for forge, login in owners))
        self.assertEqual(body["data"], self.world.sum(owners))
        self.assertEqual(body["missing"], [])
        return body
