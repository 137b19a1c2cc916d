"""The page for a person, as the server sends it."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import requests

from from_git.forges.registry import KINDS
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.keys import described

STATIC = Path(__file__).parents[2] / "static" / "from_git"


class Reader(HTMLParser):
    """Collects what matters of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the tag."""
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each `tag`."""
        return [attributes for name, attributes in self.tags if name == tag]


class Page(ServiceTestCase):
    """`/from-git/test`."""

    def page(self, query: str = "") -> requests.Response:
        """GET the page."""
        response = requests.get(f"{self.base}/from-git/test{query}", timeout=30)
        self.assertEqual(response.status_code, 200)
        return response

    def test_the_root_leads_there(self) -> None:
        self.assertEqual(requests.get(self.base, timeout=30).url, f"{self.base}/from-git/test")

    def test_the_form_asks_the_api_with_one_url_a_line(self) -> None:
        page = Reader(self.page().text)

        self.assertEqual([(form["action"], form["method"]) for form in page.all("form")], [("/health-check", "get")])
        self.assertEqual([field["name"] for field in page.all("textarea")], ["url"])
        self.assertEqual(page.all("label")[0]["for"], page.all("textarea")[0]["id"])

    def test_nothing_comes_from_another_host_and_all_of_it_is_there(self) -> None:
        page = Reader(self.page().text)

        addresses = [tag.get("href") or tag.get("src") or "" for name in ("link", "script") for tag in page.all(name)]
        for address in addresses:
            if not address.startswith("data:"):
                with self.subTest(address):
                    self.assertTrue(address.startswith("/static/"))
                    self.assertEqual(requests.get(self.base + address, timeout=30).status_code, 200)
        self.assertTrue(all(tag.get("src") and tag["type"] == "module" for tag in page.all("script")))
        # pictures are asked for when somebody looks at them
        self.assertEqual([tag for tag in page.all("img") if "src" in tag], [])

    def test_nothing_is_inline(self) -> None:
        page = Reader(self.page("?url=github.com/a").text)

        self.assertEqual(page.all("style"), [])
        for tag, attributes in page.tags:
            self.assertEqual([name for name in attributes if name == "style" or name.startswith("on")], [], tag)

    def test_all_of_it_is_small(self) -> None:
        page = self.page()
        files = [file for file in STATIC.rglob("*") if file.parent.name == "page" or file.name == "page.css"]

        self.assertGreater(len(files), 5)
        # of which each kind of forge has a few sentences
        most = 74_000 + 500 * len(KINDS)
        self.assertLess(len(page.content) + sum(file.stat().st_size for file in files), most)

    def test_its_scripts_ask_for_no_script_that_is_not_there(self) -> None:
        texts = [file.read_text() for file in STATIC.glob("page/*.js")]
        imported = {name for text in texts for name in re.findall(r'(?:from |new URL\()"\./(.+?)"', text)}

        self.assertEqual({file.name for file in STATIC.glob("page/*.js")}, {*imported, "main.js"})
        for name in imported:
            response = requests.get(f"{self.base}/static/from_git/page/{name}", timeout=30)
            self.assertEqual(response.headers["Content-Type"].split(";")[0], "text/javascript")

    def test_no_script_makes_html_of_text(self) -> None:
        for file in STATIC.glob("page/*.js"):
            found = re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", file.read_text())
            self.assertEqual(found, [], file.name)

    def test_its_policy_is_that_of_all_pages_and_what_it_needs(self) -> None:
        policy, strict = (
            set(requests.get(self.base + path, timeout=30).headers["Content-Security-Policy"].split("; "))
            for path in ("/from-git/test", "/health-check")
        )

        wider = {"script-src 'self'", "connect-src 'self'", "img-src data: 'self'", "worker-src 'self'"}
        self.assertEqual((policy - strict, strict - policy), (wider, {"img-src data:"}))

    def test_it_explains_once_what_counts_and_what_does_not(self) -> None:
        text = self.page().text

        keys = described(list(KINDS.values()))
        told = [tag["data-key"] for tag in Reader(text).all("dt") if "data-key" in tag]
        self.assertEqual(told, [name for name in keys if name not in ("langs", "topics")])
        explained = unescape(text[text.index("<dl>") : text.index("</dl>")])
        for name, key in keys.items():
            # that there are so many of what counts says the label
            for words in (key.label, key.leaves_out, "" if name in ("langsNum", "topicsNum") else key.counts):
                with self.subTest(words):
                    self.assertEqual(explained.count(words), 1 if words else explained.count(""))

    def test_it_knows_the_hosts_of_profiles(self) -> None:
        self.settings_for_test(GITHUB_HOST="git.example")

        (main,) = Reader(self.page().text).all("main")

        others = [[kind.name, kind.hosted or kind.label, kind.host] for kind in KINDS.values() if kind.name != "github"]
        known = [["github", "GitHub", "git.example"], *others]
        self.assertEqual(json.loads(main["data-hosts"] or ""), known)

    def test_it_shows_an_example_with_every_key_of_the_answer(self) -> None:
        text = self.page().text

        body = self.answer("https://github.com/spack")
        for key in [*body, *body["data"]]:
            with self.subTest(key):
                self.assertIn(f'"{key}"', text)

    def test_two_examples_lead_to_views_that_the_forges_have(self) -> None:
        links = [link for tag in Reader(self.page().text).all("a") if (link := tag.get("href") or "").startswith("?")]

        self.assertEqual(len(links), 2)
        for link in links:
            with self.subTest(link):
                answer = requests.get(f"{self.base}/health-check{link}", timeout=30).json()
                self.assertEqual((answer["error"], answer["missing"]), ("OK", []))
        self.assertIn("&forks=no", links[1])

    def test_where_a_forge_runs_elsewhere_its_examples_are_left_out(self) -> None:
        self.settings_for_test(GITHUB_HOST="git.example")

        text = self.page().text

        self.assertIn(">mailchimp on Bitbucket</a>.</p>", text)

    def test_the_form_has_the_filter_of_the_address_and_is_open_where_there_is_one(self) -> None:
        text = self.page("?url=github.com/a&forks=no&archived=&active=90").text

        page = Reader(text)
        chosen = [tag["value"] for tag in page.all("option") if "selected" in tag]
        (active,) = [tag for tag in page.all("input") if tag.get("name") == "active"]
        self.assertEqual((chosen, active["value"]), (["no"], "90"))
        self.assertEqual([tag["name"] for tag in page.all("select")], ["forks", "archived", "theme"])
        self.assertIn("open", page.all("details")[0])
        self.assertNotIn("open", Reader(self.page("?url=github.com/a&forks=&active=").text).all("details")[0])

    def test_a_wrong_filter_in_the_address_is_said_beside_the_form(self) -> None:
        address = f"{self.base}/from-git/test?url=github.com/a&forks=maybe&active=0"

        response = requests.get(address, timeout=30)

        self.assertEqual(response.status_code, 400)
        words = "forks takes no or only, not 'maybe'. active takes whole days from 1 to 36,500, not '0'."
        self.assertIn(words, unescape(response.text))

    def test_fields_that_nobody_filled_in_filter_nothing_for_a_browser_and_are_wrong_for_a_program(self) -> None:
        address = f"{self.base}/health-check?url=https://github.com/spack&forks=&archived=&active="

        for accept, status in (("text/html", 200), ("application/json", 400)):
            with self.subTest(accept):
                response = requests.get(address, headers={"Accept": accept}, timeout=30)
                self.assertEqual(response.status_code, status)

    def test_urls_in_the_address_fill_the_form_and_cannot_break_out_of_it(self) -> None:
        text = self.page("?url=github.com/a&url=%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E").text

        # the first line break within a textarea is no part of it
        self.assertIn(">\ngithub.com/a\n&lt;/textarea&gt;", text)
        self.assertNotIn("<script>alert", text)
