"""The page for a person, without JavaScript."""

from html.parser import HTMLParser

import requests

from from_git.tests.service import ServiceTestCase


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

    def test_a_browser_without_javascript_sees_the_answer_as_a_page(self) -> None:
        sent = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

        response = self.ask("https://github.com/spack\r\nhttps://bitbucket.org/nobody", headers=sent)

        self.assertEqual(response.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertIn("https://bitbucket.org/nobody", response.text)
        self.assertIn("&quot;originalRepos&quot;: ", response.text)

    def test_nothing_comes_from_another_host_and_all_of_it_is_there(self) -> None:
        page = Reader(self.page().text)

        addresses = [
            tag.get("href") or tag.get("src") or "" for name in ("link", "script", "img") for tag in page.all(name)
        ]
        for address in addresses:
            if not address.startswith("data:"):
                with self.subTest(address):
                    self.assertTrue(address.startswith("/static/"))
                    self.assertEqual(requests.get(self.base + address, timeout=30).status_code, 200)
        self.assertEqual(page.all("script"), [])

    def test_it_shows_an_example_with_every_key_of_the_answer(self) -> None:
        text = self.page().text

        body = self.answer("https://github.com/spack")
        for key in [*body, *body["data"]]:
            with self.subTest(key):
                self.assertIn(f'"{key}"', text)

    def test_urls_in_the_address_fill_the_form_and_cannot_break_out_of_it(self) -> None:
        text = self.page("?url=github.com/a&url=%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E").text

        self.assertIn(">github.com/a\n&lt;/textarea&gt;", text)
        self.assertNotIn("<script", text)
