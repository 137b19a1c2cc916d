"""The workbook of an answer as LibreOffice opens it, cell by cell against the JSON of the same question."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from emulator import Owner, Repository
from from_git.serializers import COLUMNS, REPOSITORY
from from_git.tests.kit.office import needs_office, opened
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.kit.workbook import pages
from from_git.values.keys import KEYS
from from_git.values.stats import Stats

URLS = "https://github.com/odd-names", "https://bitbucket.org/nobody", "https://bitbucket.org/team-7"
ODD = (
    Repository(
        "-1",
        is_fork=True,
        stars=2**53 - 1,
        watchers=3,
        languages={"C++": 2**53 - 1, "=1+1": 7},
        topics=("=1+1", "@sum", "+1", "007", "1e5", "true", "<r><t>b</t></r>", "a&b<c>", "_x0041_"),
        created_at="2020-02-29T23:59:59Z",
        license="MIT",
    ),
    Repository("007", is_archived=True, languages={"C": 1}, pushed_at=None),
    Repository("1e5", watchers=2, topics=("\U0001f600", " blank ", "http://example.org/")),
)
DETAILS = ["profiles", "langs", "topics", "repositories"]


def table(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> list[list[Any]]:
    """The cells of a sheet with these rows of the JSON."""
    return [list(columns), *([_cell(name, row.get(name)) for name in columns] for row in rows)]


def _cell(name: str, value: Any) -> Any:
    if name in ("fetchedAt", "createdAt", "pushedAt") and value is not None:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, list):
        return "; ".join(value) or None
    return value


def expected(body: dict[str, Any]) -> dict[str, list[list[Any]]]:
    """The cells of each sheet, by the JSON of the answer."""
    found = {row["url"]: {name: row[name] for name in row if name not in row["notTold"]} for row in body["profiles"]}
    lost = {"url": URLS[1], "forge": "bitbucket", "owner": "nobody", "kind": "missing", "host": "bitbucket.org"}
    totals = [{"key": key, "label": KEYS[key].label, "value": body["data"][key]} for key in Stats().numbers()]
    totals.append({"key": "filter", "label": "Filter", "value": "none"})
    totals += [{"key": "missing", "label": "Missing profile", "value": url} for url in body["missing"]]
    return {
        "Totals": table(("key", "label", "value"), totals),
        "Profiles": table((*COLUMNS, "host"), [found.get(url, lost) for url in URLS]),
        "Repositories": table(REPOSITORY, body["repositories"]),
        "Languages": table(("name", "repos", "bytes"), body["langsDetail"]),
        "Topics": table(("name", "repos"), body["topicsDetail"]),
    }


class Workbook(ServiceTestCase):
    """One question with all that is odd."""

    def setUp(self) -> None:
        """Ask for the workbook, and for the JSON of the same numbers."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        self.world.add(Owner("github", "odd-names", "User", ODD))
        self.body = self.got(expand=DETAILS).json()
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.workbook = folder / "from-git.xlsx"
        self.workbook.write_bytes(self.got(format="xlsx").content)

    def got(self, **parameters: Any) -> requests.Response:
        """The 200 for URLS with these parameters."""
        response = requests.get(f"{self.base}/health-check", params={"url": URLS, **parameters}, timeout=30)
        self.assertEqual(response.status_code, 200, response.text[:500])
        return response

    def compare(self, sheets: dict[str, list[list[Any]]]) -> None:
        """Each cell with the JSON, its type too."""
        wanted = expected(self.body)
        self.assertEqual(list(sheets), list(wanted))
        for name, rows in wanted.items():
            self.assertEqual(len(sheets[name]), len(rows), name)
            for number, row in enumerate(rows):
                with self.subTest(sheet=name, row=number):
                    self.assertEqual([*map(repr, sheets[name][number])], [*map(repr, row)])

    def test_the_example_has_what_is_odd(self) -> None:
        rows = expected(self.body)
        kinds = {type(cell) for row in rows["Repositories"] for cell in row}
        self.assertEqual(kinds, {str, int, bool, datetime, type(None)})
        self.assertIn(2**53 - 1, rows["Totals"][4])

    @needs_office
    def test_libreoffice_finds_in_each_cell_what_the_json_has(self) -> None:
        self.compare(opened(self.workbook))

    def test_the_file_itself_has_in_each_cell_what_the_json_has(self) -> None:
        with self.workbook.open("rb") as file:
            self.compare({name: page.rows for name, page in pages(file).items()})
