"""Numbers over time: who asks the database for them, and who does not."""

from typing import Any

import requests
from django.db.backends.signals import connection_created

from from_git import history
from from_git.models import Snapshot
from from_git.tests.kit.databases import OnSQLite
from from_git.tests.kit.past import SPACK, day, found, put
from from_git.tests.kit.service import ServiceTestCase


class Service(OnSQLite, ServiceTestCase):
    """The service beside a database with a past."""

    def setUp(self) -> None:
        """Have a past, and count the connections that the service makes."""
        super().setUp()
        put(SPACK, day(1), found(1))
        self.made: list[Any] = []

        def made(**told: Any) -> None:
            self.made.append(told["connection"])

        connection_created.connect(made, weak=False)
        self.addCleanup(connection_created.disconnect, made)

    def test_who_asks_for_nothing_of_the_past_has_no_connection_made(self) -> None:
        for path in (
            "health-check",
            "from-git/stream",
            "from-git/card.svg",
            "from-git/chart/langs.svg",
            "from-git/test",
        ):
            for format in ("json", "html"):
                response = requests.get(
                    f"{self.base}/{path}?url={SPACK}", headers={"Accept": f"text/{format}, */*"}, timeout=30
                )
                self.assertEqual(response.status_code, 200, path)
        self.assertEqual(self.made, [])
        requests.get(f"{self.base}/from-git/history?url={SPACK}", timeout=30)
        self.assertEqual(len(self.made), 1)

    def test_an_answer_writes_no_snapshot(self) -> None:
        self.answer(SPACK)
        self.assertEqual(Snapshot.objects.count(), 1)

    def test_whether_there_may_be_a_past_is_known_without_a_connection(self) -> None:
        self.assertTrue(history.may_be())
        self.assertIn("What has changed", requests.get(f"{self.base}/from-git/test", timeout=30).text)


class NoDatabase(ServiceTestCase):
    """The service beside no database."""

    def test_the_page_has_nothing_of_the_past_where_there_is_no_database(self) -> None:
        if not history.may_be():  # a developer may have one
            self.assertNotIn("What has changed", requests.get(f"{self.base}/from-git/test", timeout=30).text)
