"""What stands for a client's address wherever something is kept or counted for it."""

import os
import sys
from typing import Any

from django.test import RequestFactory, SimpleTestCase, override_settings
from rest_framework.request import Request

from from_git.server import master
from from_git.tests.kit.project import environment, project_copy, ran
from from_git.throttle import client, client_hash
from from_git.views.answers import HealthCheck

URL = "https://github.com/user-3"


class ClientHash(SimpleTestCase):
    """The hash of an address."""

    def test_a_client_has_one_hash_that_no_other_has_and_that_shows_no_address(self) -> None:
        first = client_hash("203.0.113.9")

        self.assertRegex(first, "^[0-9a-f]{32}$")
        self.assertEqual(first, client_hash("203.0.113.9"))
        self.assertEqual(len({first, client_hash("203.0.113.10"), client_hash("2001:db8::/64"), client_hash("")}), 4)

    def test_who_does_not_know_the_key_cannot_try_addresses_out(self) -> None:
        with override_settings(SECRET_KEY="one"):
            first = client_hash("203.0.113.9")
        with override_settings(SECRET_KEY="another"):
            self.assertNotEqual(client_hash("203.0.113.9"), first)

    def test_without_a_secret_key_all_workers_of_a_server_have_the_same(self) -> None:
        environ: dict[str, str] = {master.METRICS: os.devnull, "GUNICORN_PID": "1"}
        master.on_starting(None, environ=environ)
        show = "from coding_challenge.settings import SECRET_KEY; print(SECRET_KEY)"

        def key(**more: Any) -> str:
            done = ran(sys.executable, "-c", show, folder=project_copy(self), env=environment(**more))
            return done.stdout.strip()

        same = {master.KEY: environ[master.KEY]}
        self.assertEqual((key(**same), key(**same, SECRET_KEY="mine")), (environ[master.KEY], "mine"))
        self.assertNotEqual(key(), key())

    def test_budgets_turns_and_places_know_a_request_by_the_hash(self) -> None:
        view = HealthCheck()
        view.setup(RequestFactory().get("/health-check", {"url": URL}, REMOTE_ADDR="203.0.113.9"))
        view.begun, view.place = 0.0, None
        request = Request(view.request)
        view.format_kwarg = None
        view.initial(request)
        assert view.place
        self.addCleanup(view.place.release)

        expected = client_hash(client(request))
        self.assertEqual((view.place.client, view.asking(request).client), (expected, expected))
