"""An answer and its errors as pages of tables."""

from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any
from unittest import TestCase
from urllib.parse import parse_qs, urlsplit

import requests

from emulator import Fault, Owner, Repository
from from_git.admission import place
from from_git.aggregator import Answer
from from_git.tables import answer_parts
from from_git.tests.kit.flying import SPACK
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.found import Fetched, Found
from from_git.values.keys import NOTHING
from from_git.values.rows import Rows

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"}
PAGE = "text/html; charset=utf-8"
URLS = ("https://github.com/mfem", "https://bitbucket.org/nobody", "https://bitbucket.org/mailchimp")
CELLS = ("th", "td", "h3", "p")


class Reader(HTMLParser):
    """The texts of a page's table cells and list entries, row by row, and its links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: dict[str, str] = {}
        self._href: str | None = None
        self._in_row = self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row, a cell or a link."""
        if tag in ("tr", "li"):
            self.rows.append([])
            self._in_row = True
        if tag in CELLS and self._in_row:
            self.rows[-1].append("")
            self._in_cell = True
        self._href = dict(attrs).get("href") if tag == "a" else None

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        self._in_cell = self._in_cell and tag not in CELLS
        self._in_row = self._in_row and tag not in ("tr", "li")
        self._href = None

    def handle_data(self, data: str) -> None:
        """Add to the cell and the link."""
        if self._in_cell:
            self.rows[-1][-1] += data
        if self._href is not None:
            self.links[data] = self._href

    def row(self, head: str) -> list[str]:
        """The cells of the first row that begins so."""
        return next(row for row in self.rows if row and row[0] == head)


class Answers(ServiceTestCase):
    """A 200."""

    def page(self, *urls: str, **more: str) -> Reader:
        """The page for `urls`, read."""
        self.response = requests.get(f"{self.base}/health-check", {"url": urls, **more}, headers=HTML, timeout=30)
        self.assertEqual((self.response.status_code, self.response.headers["Content-Type"]), (200, PAGE))
        return Reader(self.response.text)

    def test_it_has_the_numbers_of_the_answer(self) -> None:
        page = self.page(*URLS)

        data = self.answer(*URLS)["data"]
        for label, key in {
            "Original repositories": "originalRepos",
            "Forked repositories": "forkedRepos",
            "Watchers": "watchers",
            "Stars": "followers",
            "Languages": "langsNum",
            "Topics": "topicsNum",
        }.items():
            self.assertEqual(page.row(label), [label, f"{data[key]:,}"])
        self.assertIn("<h2>mfem and mailchimp</h2>", self.response.text)
        count = data["originalRepos"] + data["forkedRepos"]
        self.assertIn(f"{count} public repositories of 2 profiles on GitHub and Bitbucket", self.response.text)
        self.assertIn("<li>https://bitbucket.org/nobody</li>", self.response.text)

    def test_profiles_have_a_row_each_and_add_up(self) -> None:
        page = self.page(*URLS)

        total = [number.replace(",", "") for number in page.row("Total")]
        mfem, mailchimp = page.row("mfem"), page.row("mailchimp")
        self.assertEqual((mfem[1], mailchimp[1]), ("GitHub", "Bitbucket"))
        # what Bitbucket does not tell is no number
        self.assertEqual([mailchimp[column] for column in (5, 7)], [NOTHING, NOTHING])
        for column in (2, 3, 4):
            self.assertEqual(sum(int(row[column].replace(",", "")) for row in (mfem, mailchimp)), int(total[column]))
        self.assertRegex(mfem[-1], r"^20\d\d-\d\d-\d\d \d\d:\d\d$")

    def test_what_no_forge_tells_is_no_number(self) -> None:
        one = self.page(URLS[2])
        self.assertEqual(one.row("Stars"), ["Stars", NOTHING])
        self.assertNotIn("Total", [row[0] for row in one.rows if row])

    def test_a_filter_chooses_and_is_said_and_what_a_form_leaves_empty_is_none(self) -> None:
        self.world.add(Owner("github", "half", "User", [Repository("a"), Repository("b", is_fork=True)]))

        some = self.page("github.com/half", forks="no", archived="", active="")
        said = "1 public repository of 1 profile on GitHub, no forks"
        self.assertIn(said, self.response.text)
        self.assertEqual(some.row("Forked repositories"), ["Forked repositories", "0"])
        both = requests.get(f"{self.base}/health-check?url=github.com/half&forks=&forks=no", headers=HTML, timeout=30)
        self.assertEqual(both.status_code, 400)
        self.page("github.com/half", forks="only", archived="only")
        self.assertIn("No repository passes the filter (forks only and archived only).", unescape(self.response.text))

    def test_the_most_frequent_names_come_first_and_the_rest_is_counted(self) -> None:
        langs = {f"lang-{number:02}": 10 for number in range(23)}
        rare, often = Repository("a", languages=langs, topics=["x"]), Repository("b", languages={"lang-22": 7})
        self.world.add(Owner("github", "wide", "User", [rare, often]))

        page = self.page("github.com/wide")

        self.assertEqual(page.row("lang-22"), ["lang-22", "2", "17"])
        names = [row[0] for row in page.rows if row and row[0].startswith("lang-")]
        self.assertEqual(names, ["lang-22", *(f"lang-{number:02}" for number in range(19))])
        self.assertIn("And 3 more", self.response.text)

    def test_its_links_ask_the_same_question(self) -> None:
        page = self.page(*URLS)
        page.links.pop("Numbers over time, where these profiles are watched", None)  # there beside a database
        ours = {"from-git", "Change the question", "List the repositories", "JSON", "CSV", "XLSX"}
        self.assertEqual(set(page.links), ours | {"mfem", "mailchimp"})
        for words, link in page.links.items():
            if link.startswith("/") and words != "from-git":
                with self.subTest(words):
                    self.assertEqual(parse_qs(urlsplit(link).query)["url"], list(URLS))
                    self.assertEqual(requests.get(self.base + link, timeout=30).status_code, 200)

    def test_repositories_have_a_row_each_where_they_are_asked_for(self) -> None:
        page = self.page(*URLS, expand="repositories")

        rows = requests.get(f"{self.base}/health-check", {"url": URLS, "expand": "repositories"}, timeout=30).json()
        for row in rows["repositories"]:
            owner = row["profile"].rpartition("/")[2]
            found = next(one for one in page.rows if one[:2] == [row["name"], owner])
            self.assertEqual(found[3:4], [f"{row['watchers']:,}"])
            self.assertEqual(found[6], row["license"] or NOTHING)
            self.assertEqual(found[8], ", ".join(row["langs"]))
        self.assertNotIn("List the repositories", page.links)
        self.assertNotIn("<!--", self.response.text)

    def test_it_runs_and_loads_nothing_that_other_answers_may_not(self) -> None:
        self.page(*URLS, expand="repositories")

        policies = (one.headers["Content-Security-Policy"] for one in (self.response, self.ask(*URLS)))
        one, other = (set(policy.split("; ")) for policy in policies)
        self.assertEqual(one, other)
        for tag in ("<script", "<style", " style=", " onclick="):
            self.assertNotIn(tag, self.response.text)

    def test_caches_tell_every_format_of_an_address_apart(self) -> None:
        for format in ("json", "csv", "xlsx", "html", "api", ""):
            for expand in ("profiles", "repositories"):
                for method in ("GET", "HEAD", "POST"):
                    with self.subTest(format, method=method, expand=expand):
                        given = {"url": URLS[2], "expand": expand, **({"format": format} if format else {})}
                        said = requests.request(method, f"{self.base}/health-check", params=given, timeout=30)
                        self.assertEqual(said.headers["Vary"], "Accept")

    def test_each_cell_of_a_repository_stands_below_its_head(self) -> None:
        marks = (("a", "fork"), ("b", "archived"))
        rows = tuple(
            Repository(
                name,
                stars=1_234,
                watchers=5,
                languages={"Go": 1, "C": 2},
                topics=["web", "api"],
                license="MIT",
                created_at="2020-01-31T12:00:00Z",
                pushed_at="2021-02-28T23:59:59Z",
                is_fork=mark == "fork",
                is_archived=mark == "archived",
            )
            for name, mark in marks
        )
        self.world.add(Owner("github", "marked", "User", rows))

        page = self.page("github.com/marked", URLS[2], expand="repositories")

        numbers, told = ["1,234", "5", "2021-02-28 23:59", "2020-01-31 12:00", "MIT"], ["c, go", "api, web"]
        for name, mark in marks:
            self.assertEqual(page.row(name), [name, "marked", *numbers, mark, *told])
        untold = next(row for row in page.rows if len(row) == 10 and row[1] == "mailchimp")
        self.assertEqual([untold[column] for column in (2, 4, 6, 9)], [NOTHING] * 4)

    def test_nothing_that_a_forge_says_is_html(self) -> None:
        bad = "<img src=x onerror=alert(1)>&\"'"
        self.world.add(Owner("github", "bad", "User", [Repository("a", languages={bad: 1}, topics=[bad], license=bad)]))

        page = self.page("github.com/bad", expand="repositories")

        self.assertNotIn("<img", self.response.text)
        self.assertEqual(page.row(bad), [bad, "1", "1"])


class Errors(ServiceTestCase):
    """A failure."""

    def failed(self, path: str, **headers: str) -> tuple[requests.Response, requests.Response]:
        """The page for a question that fails, and the same as JSON."""
        page = requests.get(self.base + path, headers={**HTML, **headers}, timeout=30)
        json = requests.get(self.base + path, headers=headers, timeout=30)
        self.assertEqual((page.status_code, page.headers["Content-Type"]), (json.status_code, PAGE))
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertEqual(page.headers["Vary"].lower(), "accept")
        text = unescape(page.text)
        for member in ("message", "advice"):
            self.assertIn(json.json()[member], text)
        return page, json

    def test_it_names_what_is_wrong_and_leads_back_with_the_question(self) -> None:
        page, _ = self.failed("/health-check?url=https://bitucket.org/<b>&url=github.com/a&urls=1&forks=x")

        self.assertEqual(page.status_code, 400)
        self.assertNotIn("<b>", page.text)
        read = Reader(page.text)
        self.assertEqual(read.row("https://bitucket.org/<b>")[2], NOTHING)
        self.assertEqual(read.row("urls"), ["urls", "is not a parameter here", "url"])
        self.assertEqual(read.row("forks")[2], NOTHING)
        back = urlsplit(read.links["Back to the form"])
        asked = {"url": ["https://bitucket.org/<b>", "github.com/a"], "forks": ["x"]}
        self.assertEqual((back.path, parse_qs(back.query)), ("/from-git/test", asked))
        self.assertNotIn("Ask again", read.links)

    def test_of_many_wrong_urls_the_first_are_named_and_the_others_counted(self) -> None:
        page, _ = self.failed("/health-check?" + "&".join(f"url=github.com/a/b/{number}" for number in range(22)))

        self.assertEqual(sum(row[0].startswith("github.com/a/b/") for row in Reader(page.text).rows if row), 20)
        self.assertIn("So are 2 more URLs.", page.text)

    def test_it_says_when_to_ask_again(self) -> None:
        self.emulator.faults.add(Fault("status", "/2.0/*", status=429, headers={"Retry-After": "1800"}))

        page, json = self.failed(f"/health-check?url={URLS[2]}")

        self.assertEqual(page.status_code, 503)
        self.assertAlmostEqual(int(page.headers["Retry-After"]), int(json.headers["Retry-After"]), delta=2)
        self.assertEqual(Reader(page.text).links["Ask again"], "")

    def test_a_full_server_says_so_on_a_page_too(self) -> None:
        self.settings_for_test(SERVER_THREADS=7)
        with place(), place(), place():
            page, _ = self.failed(f"/health-check?url={URLS[0]}")

        self.assertEqual(page.status_code, 503)

    def test_a_fault_of_ours_shows_nothing_of_the_inside(self) -> None:
        self.settings_for_test(GITHUB_GRAPHQL_URL=None)

        page, _ = self.failed(f"/health-check?url={URLS[0]}")

        self.assertEqual(page.status_code, 500)
        self.assertNotIn("Traceback", page.text)

    def test_a_question_that_is_too_long_for_a_link_leads_back_without_it(self) -> None:
        page, _ = self.failed("/health-check?forks=x&url=github.com/" + "a" * 60_000)

        self.assertEqual(Reader(page.text).links["Back to the form"], "/from-git/test")


class Made(TestCase):
    """A page of an answer that no forge of the emulator gives."""

    def page(self, **members: Any) -> str:
        """The page for an answer with these members."""
        found = Found("User", Rows())
        one = Answer({SPACK: Fetched(found, 1.0, 1.0)}, {SPACK: found}, (), found.stats)
        return b"".join(answer_parts(replace(one, **members), lists=False)).decode()

    def test_repositories_that_their_forge_lists_and_cannot_find_are_named(self) -> None:
        self.assertNotIn("Repositories not found", self.page())
        page = self.page(missing_repositories=("https://github.com/spack/<i>",))
        self.assertIn("Repositories not found", page)
        self.assertIn("<li>https://github.com/spack/&lt;i&gt;</li>", page)

    def test_a_question_that_is_too_long_for_a_link_has_none(self) -> None:
        gone = replace(SPACK, key="x", url="https://github.com/" + "x" * 60_000)
        nobody = Fetched(None, 1.0, 1.0)
        links = Reader(self.page(fetched={SPACK: nobody, gone: nobody})).links
        self.assertEqual(links.get("Another question"), "/from-git/test")
        self.assertNotIn("JSON", links)
