"""What a question may hold: names that are known, in any number, and one message for all else, on every route."""

import gzip
import json
from typing import Any

import requests

from from_git.question.fields import PARAMETERS
from from_git.tests.kit.events import listen
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.keys import KEYS

SPACK, MFEM = "https://github.com/spack", "https://github.com/mfem"
UUID = "{3fa85f64-5717-4562-b3fc-2c963f66afa6}"
UNKNOWN = {
    "amp;url": "url",
    "amp;amp;url": "url",
    "url[]": "url",
    "url[1]": "url",
    "url[a][b]": "url",
    "urls": "url",
    "URL": "url",
    "Url ": "url",
    "?url": "url",
    "ur": "url",
    "expnad": "expand",
    "Expand": "expand",
    "archive": "archived",
    "fork": "forks",
    "Active": "active",
    "row": "rows",
    "visibility": None,
    "": None,
    "utm": None,
    "T": None,
    "x\x1b[31m\u202e": None,
}
"""Names that nobody knows, and what was meant."""
PASSED = ("utm_source", "utm_", "fbclid", "gclid", "_", "t", "v", "cachebust")
DRAWN = ("/from-git/card.svg", "/from-git/chart/langs.svg", "/from-git/chart/repos.svg", "/from-git/chart/topics.svg")
BADGE = "/from-git/badge/watchers"
JSON = {"Content-Type": "application/json"}


class QuestionTestCase(ServiceTestCase):
    """Questions that no forge hears of."""

    def get(self, path: str, *pairs: tuple[str, str]) -> requests.Response:
        """GET with these parameters after one good URL."""
        return requests.get(self.base + path, params=[("url", SPACK), *pairs], timeout=30)

    def post(self, **options: Any) -> requests.Response:
        """POST to the API."""
        return requests.post(f"{self.base}/health-check", timeout=30, **options)

    def refused(self, response: requests.Response) -> dict[str, Any]:
        """The body of a 400 for parameters, before any call."""
        self.assertEqual((response.status_code, response.json()["error"]), (400, "ERR3"), response.text)
        self.assertTrue(response.text.isprintable(), response.text)
        self.assertRegex(response.json()["advice"], "^[A-Z]")
        meter = self.emulator.meter.snapshot()
        self.assertEqual(meter["github"].calls + meter["bitbucket"].calls, 0)
        return dict(response.json())

    def names(self, response: requests.Response) -> list[tuple[str, str | None]]:
        """Name and suggestion of each parameter that is refused."""
        return [(one["name"], one["suggestion"]) for one in self.refused(response)["parameters"]]


class Names(QuestionTestCase):
    """In the address."""

    def test_each_unknown_one_is_refused_and_named_with_what_was_meant(self) -> None:
        for name, meant in UNKNOWN.items():
            with self.subTest(name):
                body = self.refused(self.get("/health-check", (name, MFEM)))
                self.assertEqual(list(body), ["error", "message", "advice", "parameters"])
                [found] = body["parameters"]
                self.assertEqual(list(found), ["name", "reason", "suggestion"])
                self.assertEqual((found["name"], found["suggestion"]), (name, meant))
                self.assertIn("not a parameter here", body["message"])
                self.assertEqual("did you mean" in body["message"], meant is not None)
                self.assertIn("url, forks, archived, active, expand, rows, bom, at and format", body["advice"])

    def test_an_escaped_ampersand_is_said_to_be_one(self) -> None:
        self.assertIn("&amp;", self.refused(self.get("/health-check", ("amp;url", MFEM)))["message"])

    def test_what_follows_an_address_or_gets_around_a_cache_passes_everywhere(self) -> None:
        plain = self.answer(SPACK)
        pairs = [(name, "1") for name in PASSED]
        self.assertEqual(self.get("/health-check", *pairs).json(), plain)
        self.assertEqual(self.post(json={"url": SPACK}, params=dict(pairs)).json(), plain)
        self.assertEqual(listen(self.base, SPACK, **dict(pairs))[-1].name, "answer")
        self.assertEqual(self.get("/from-git/test", *pairs).status_code, 200)
        for path in (*DRAWN, BADGE):
            with self.subTest(path):
                self.assertIn("public", self.get(path, *pairs).headers["Cache-Control"])

    def test_format_changes_nothing_where_there_is_one_and_theme_belongs_to_pictures(self) -> None:
        for path in (*DRAWN, BADGE):
            self.assertIn("public", self.get(path, ("format", "csv")).headers["Cache-Control"])
        self.assertTrue(self.get(BADGE, ("theme", "dark")).json()["isError"])
        self.emulator.meter.reset()
        self.assertEqual(self.names(self.get("/health-check", ("theme", "dark"))), [("theme", None)])

    def test_two_formats_at_once_are_refused(self) -> None:
        self.assertEqual(
            self.names(self.get("/health-check", ("format", "json"), ("format", "csv"))), [("format", None)]
        )
        self.assertEqual(self.get("/health-check", ("format", "json"), ("format", "json")).status_code, 200)

    def test_all_that_is_wrong_is_told_at_once(self) -> None:
        pairs = (
            ("url", "https://bitucket.org/x"),
            ("urls", MFEM),
            ("visibility", "all"),
            ("expand", "stars"),
            ("forks", "none"),
        )

        body = self.refused(self.get("/health-check", *pairs))

        self.assertEqual(list(body), ["error", "message", "advice", "urls", "urlsMore", "parameters"])
        self.assertEqual([one["url"] for one in body["urls"]], ["https://bitucket.org/x"])
        self.assertEqual([one["name"] for one in body["parameters"]], ["urls", "visibility", "expand", "forks"])
        for words in ("'urls'", "'visibility'", "bitbucket.org?", "not 'stars'", "not 'none'"):
            self.assertIn(words, body["message"])

    def test_it_is_an_event_of_a_stream(self) -> None:
        [event] = listen(self.base, SPACK, urls=MFEM)

        plain = self.refused(requests.get(f"{self.base}/health-check", params={"url": SPACK, "urls": MFEM}, timeout=30))
        advice = plain["advice"].replace(", rows, bom, at and format", " and format")  # a stream is no table
        self.assertEqual((event.name, event.body), ("failure", {**plain, "advice": advice, "status": 400}))

    def test_pictures_and_badges_draw_it_with_status_200(self) -> None:
        for path in DRAWN:
            with self.subTest(path):
                drawn = self.get(path, ("urls", MFEM))
                self.assertEqual((drawn.status_code, drawn.headers["Cache-Control"]), (200, "no-store"))
                self.assertIn("did you mean &#x27;url&#x27;?", drawn.text)
                self.assertNotIn("spack", drawn.text)
        badge = self.get(BADGE, ("urls", MFEM))
        self.assertEqual((badge.status_code, badge.headers["Cache-Control"]), (200, "no-store"))
        self.assertEqual((badge.json()["message"], badge.json()["isError"]), ("bad request", True))

    def test_the_page_says_it_to_a_person(self) -> None:
        page = self.get("/from-git/test", ("urls", MFEM))

        self.assertEqual((page.status_code, page.headers["Content-Type"]), (400, "text/html; charset=utf-8"))
        self.assertIn("&#x27;urls&#x27; is not a parameter here; did you mean &#x27;url&#x27;?", page.text)
        self.assertIn(f">\n{SPACK}</textarea>", page.text)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertEqual(self.get("/from-git/test").status_code, 200)

    def test_routes_that_count_nothing_take_no_notice_of_parameters(self) -> None:
        for path in ("/", "/from-git/docs", "/from-git/openapi.json", "/livez"):
            self.assertEqual(self.get(path, ("urls", MFEM)).status_code, 200, path)

    def test_every_route_that_counts_has_its_names(self) -> None:
        self.assertLessEqual({"health-check", "stream", "badge", "card", "chart", "page", "body"}, set(PARAMETERS))
        # a batch has its profiles in its body, and an address of its own
        counting = [names for route, names in PARAMETERS.items() if not route.startswith("batch")]
        self.assertTrue(all("url" in names for names in counting))
        self.assertNotIn("urls", KEYS)


class Members(QuestionTestCase):
    """In a body."""

    def test_unknown_ones_are_refused_in_json_in_a_form_and_in_parts(self) -> None:
        for name, meant in {**UNKNOWN, "row": None, "rows": None, "bom": None}.items():
            for options in (
                {"json": {"url": SPACK, name: [MFEM]}},
                {"data": [("url", SPACK), (name, MFEM)]},
                {"files": [("url", (None, SPACK)), (name, (None, MFEM))]},
            ):
                if "files" in options and (not name or not name.isprintable() or name != name.strip()):
                    continue  # the client's own encoder would change it
                with self.subTest(name, kind=list(options)):
                    self.assertEqual(self.names(self.post(**options)), [(name, meant)])

    def test_a_format_or_a_theme_belongs_into_the_address(self) -> None:
        self.assertEqual(self.names(self.post(data={"url": SPACK, "format": "csv"})), [("format", None)])
        self.assertEqual(self.post(data={"url": SPACK}, params={"format": "csv"}).text[:4], "url,")

    def test_a_member_that_is_there_twice_is_refused(self) -> None:
        body = f'{{"url": "{SPACK}", "url": "{MFEM}"}}'

        self.assertEqual(self.names(self.post(data=body, headers=JSON)), [("url", None)])

    def test_a_question_that_is_partly_in_the_body_of_a_get_is_refused(self) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for path in ("/health-check", BADGE):
            asked = requests.get(self.base + path, params={"url": SPACK}, data=f"url={MFEM}", headers=form, timeout=30)
            self.assertIn("body of a GET" if path != BADGE else "bad request", asked.text)

    def test_what_is_wrong_in_address_and_body_is_told_together(self) -> None:
        response = self.post(json={"url": "github.com/a/b", "visibility": "all"}, params={"urls": MFEM})

        body = self.refused(response)
        self.assertEqual([one["name"] for one in body["parameters"]], ["urls", "visibility"])
        self.assertEqual(body["urls"][0]["suggestion"], "https://github.com/a")

    def test_a_compressed_body_is_a_415(self) -> None:
        for name in ("gzip", "br", "deflate, gzip"):
            packed = gzip.compress(json.dumps({"url": SPACK}).encode())
            response = self.post(data=packed, headers={**JSON, "Content-Encoding": name})
            self.assertEqual((response.status_code, response.json()["error"]), (415, "ERR3"))
            self.assertIn(name, response.json()["message"])
        plain = self.post(json={"url": SPACK}, headers={"Content-Encoding": "identity"})
        self.assertEqual(plain.json(), self.answer(SPACK))


class Words(QuestionTestCase):
    """Refusals, as a person reads them."""

    def test_they_are_plain(self) -> None:
        xml = {"Content-Type": "text/xml"}
        form = {"Content-Type": "multipart/form-data"}
        for options, status, message, advice in (
            ({"method": "PUT"}, 405, "PUT is not allowed here. Allowed: GET, HEAD, POST, OPTIONS.", "Use one of GET"),
            ({"data": b"x", "headers": xml}, 415, "The media type of the body is not supported: text/xml.", "Send one"),
            ({"data": b"{", "headers": JSON}, 400, "The JSON body cannot be read: ", 'Send JSON like {"url"'),
            ({"data": b"[]", "headers": JSON}, 400, "The JSON body is no object.", 'Send JSON like {"url"'),
            ({"data": b"\xff", "headers": JSON}, 400, "The JSON body is not UTF-8.", 'Send JSON like {"url"'),
            ({"data": b"x", "headers": form}, 400, "The multipart body cannot be read: Invalid boundary", "Send it as"),
        ):
            with self.subTest(message):
                asked: dict[str, Any] = {"method": "POST", **options}
                response = requests.request(url=f"{self.base}/health-check", timeout=30, **asked)
                self.assertEqual(response.status_code, status, response.text)
                self.assertTrue(response.json()["message"].startswith(message), response.text)
                self.assertTrue(response.json()["advice"].startswith(advice), response.text)


class Workspaces(QuestionTestCase):
    """Bitbucket's links by UUID."""

    def test_a_link_by_uuid_asks_for_the_workspace_of_that_id_in_any_spelling(self) -> None:
        asked: list[str] = []
        self.emulator.before_call(lambda upstream, path, body: asked.append(path))
        self.addCleanup(self.emulator.before_call, None)
        escaped = UUID.upper().replace("{", "%7B").replace("}", "%7d")

        response = self.ask(f"https://bitbucket.org/{escaped}/", f"bitbucket.org/{UUID}")

        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(len(asked), 1)
        self.assertIn(UUID[1:-1], asked[0])
