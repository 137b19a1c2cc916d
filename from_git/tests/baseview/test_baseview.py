"""Which format a client gets: by `Accept`, or by `?format=`."""

import requests

from from_git.spreadsheet import MEDIA_TYPE
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.renderers.test_renderers import CSV, HTML, JSON, URLS


class Negotiation(ServiceTestCase):
    """Which one."""

    def test_the_client_gets_what_it_likes_best(self) -> None:
        for accept, kind in {
            "*/*": JSON,
            "": JSON,
            "application/*": JSON,
            "application/json": JSON,
            "application/json; indent=4": JSON,
            "text/csv": CSV,
            "TEXT/CSV; header=present": CSV,
            "text/html": HTML,
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8": HTML,
            "text/html; q=1.0, */*": HTML,
            "text/csv, application/json": JSON,
            "text/csv, application/json;q=0.5": CSV,
            "application/json;q=0.5, text/csv;q=0.4, text/html;q=0.6": HTML,
            "text/*;q=0.3, text/csv;q=0.7, */*;q=0.5": CSV,
            "application/json;q=0, */*": CSV,
            MEDIA_TYPE: MEDIA_TYPE,
            f"application/json;q=0.5, {MEDIA_TYPE}": MEDIA_TYPE,
            "image/png, */*;q=0.1": JSON,
        }.items():
            with self.subTest(accept):
                response = self.ask(URLS[0], headers={"Accept": accept})
                self.assertEqual((response.status_code, response.headers["Content-Type"]), (200, kind))
                self.assertEqual(response.headers["Vary"].lower(), "accept")

    def test_without_the_header_it_is_compact_json(self) -> None:
        response = self.ask(*URLS, headers={"Accept": None})
        spaced = self.ask(*URLS, headers={"Accept": "application/json; indent=4"})

        self.assertEqual(response.headers["Content-Type"], JSON)
        self.assertNotIn(b": ", response.content)
        self.assertEqual(spaced.content, response.content)

    def test_what_nobody_has_is_a_406(self) -> None:
        for accept in ("image/png", "text/plain, image/*", "*/*;q=0", "application/json;q=0.000"):
            with self.subTest(accept):
                response = self.ask(URLS[0], headers={"Accept": accept})
                self.assertEqual((response.status_code, response.headers["Content-Type"]), (406, JSON))
                self.assertEqual(response.headers["Vary"].lower(), "accept")

    def test_format_wins_over_accept_and_an_unknown_one_is_named_wrong(self) -> None:
        for name, kind in {"json": JSON, "csv": CSV, "xlsx": MEDIA_TYPE, "html": HTML, "api": HTML}.items():
            for accept in ("application/json", "text/csv", "text/html", "image/png"):
                with self.subTest(name, accept=accept):
                    response = requests.get(
                        f"{self.base}/health-check?format={name}&url={URLS[0]}", headers={"Accept": accept}, timeout=30
                    )
                    self.assertEqual((response.status_code, response.headers["Content-Type"]), (200, kind))
        for name in ("xml", "JSON", "csv "):
            with self.subTest(name):
                failure = requests.get(f"{self.base}/health-check", params={"format": name, "url": URLS[0]}, timeout=30)
                self.assertEqual((failure.status_code, failure.json()["error"]), (404, "ERR3"))
                self.assertEqual(failure.json()["message"], "There is no such format.")
                self.assertIn("json, csv, xlsx, html, api", failure.json()["advice"])

    def test_an_error_is_json_whoever_asks_and_a_page_for_a_browser(self) -> None:
        for accept, kind in {"text/csv": JSON, "text/html": HTML, "*/*": JSON}.items():
            for status, path in ((400, "/health-check"), (400, "/health-check?url=github.com/a/b")):
                with self.subTest(accept, path=path):
                    response = requests.get(self.base + path, headers={"Accept": accept}, timeout=30)
                    self.assertEqual((response.status_code, response.headers["Content-Type"]), (status, kind))
                    self.assertIn("ERR3", response.text)
                    self.assertNotIn("Content-Disposition", response.headers)

    def test_an_error_of_ours_or_of_a_forge_is_json_for_csv_too(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="")
        self.assertEqual(self.ask(URLS[0], headers={"Accept": "text/csv"}).json()["error"], "ERR2")
        self.settings_for_test(GITHUB_GRAPHQL_URL=None)
        self.assertEqual(self.ask(URLS[0], headers={"Accept": "text/csv"}).json()["error"], "ERRX")
