"""Charts, cards and badges over real sockets: the API's numbers and caching, errors that are drawn, methods, policy."""

import base64
import hashlib
import json
import re
from typing import Any

import requests
from django.urls import resolve, reverse

from from_git.pictures.text import compact
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.pictures.test_pictures import described, read, shown
from from_git.values.keys import KEYS

SPACK, TEAM, NOBODY = "https://github.com/spack", "https://bitbucket.org/mailchimp", "https://bitbucket.org/nobody"
DRAWN = {"/from-git/chart/langs.svg": 360, "/from-git/chart/repos.svg": 360, "/from-git/chart/topics.svg": 360}
DRAWN |= {"/from-git/card.svg": 244}
"""Each picture's address and its height."""
BADGE = "/from-git/badge/watchers"
EVERY = (*DRAWN, BADGE)
SVG, JSON = "image/svg+xml; charset=utf-8", "application/json"


class PictureTestCase(ServiceTestCase):
    """Asks for pictures."""

    def draw(self, path: str, *urls: str, method: str = "GET", **options: Any) -> requests.Response:
        """The response for `urls`, which is a 200 of the one media type."""
        headers = options.pop("headers", {})
        response = requests.request(
            method, self.base + path, params={"url": list(urls), **options}, headers=headers, timeout=30
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.headers["Content-Type"], JSON if "badge" in path else SVG)
        return response

    def assert_failed(self, path: str, response: requests.Response, words: str, short: str) -> None:
        """An error is drawn, in the picture's size, for nobody to keep."""
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        for name in ("ETag", "Age", "Last-Modified"):
            self.assertNotIn(name, response.headers)
        if "badge" in path:
            self.assertTrue(response.json()["isError"])
            self.assertEqual(response.json()["message"], short)
        else:
            self.assertEqual(read(response.content).get("height"), str(DRAWN[path]))
            self.assertIn(f"{short[0].upper()}{short[1:]}", shown(response.content))
            self.assertIn(words, described(response.content))


class Drawn(PictureTestCase):
    """Answers."""

    def test_the_card_has_the_numbers_of_the_api(self) -> None:
        data = self.answer(SPACK, TEAM, NOBODY)["data"]

        svg = self.draw("/from-git/card.svg", SPACK, TEAM, NOBODY).content
        lines = shown(svg)

        keys = ("originalRepos", "forkedRepos", "watchers", "followers", "langsNum", "topicsNum")
        self.assertEqual(lines[2:14:2], [compact(data[key]) for key in keys])
        told = re.findall(r": ([\d,]+)[;.]", described(svg))
        self.assertEqual(told[: len(keys)], [f"{data[key]:,}" for key in keys])
        self.assertIn("no such profile: bitbucket.org/nobody", lines)

    def test_the_charts_have_the_numbers_of_the_api(self) -> None:
        expand = {"url": [SPACK, TEAM], "expand": "profiles,langs,topics"}
        body = requests.get(f"{self.base}/health-check", params=expand, timeout=30).json()

        for chart in ("langs", "topics"):
            said = described(self.draw(f"/from-git/chart/{chart}.svg", SPACK, TEAM).content)
            ordered = sorted(body[f"{chart}Detail"], key=lambda one: (-one["repos"], one["name"]))
            for one in ordered[:10]:
                self.assertRegex(said, rf"{re.escape(one['name'])}: {one['repos']} repositor(y|ies)[,;]")
            self.assertIn(f"and {len(ordered) - 10} more", said)
        said = described(self.draw("/from-git/chart/repos.svg", SPACK, TEAM).content)
        for row in [*body["profiles"], {**body["data"], "owner": "Total"}]:
            self.assertIn(f"{row['owner']}: {row['originalRepos']} original and {row['forkedRepos']} forked", said)

    def test_there_is_a_badge_for_each_key(self) -> None:
        data = self.answer(SPACK, TEAM)["data"]
        for key, one in KEYS.items():
            with self.subTest(key):
                made = self.draw(f"/from-git/badge/{key}", SPACK, TEAM).json()
                self.assertEqual((made["schemaVersion"], made["label"]), (1, one.label.lower()))
                self.assertNotIn("isError", made)
                if isinstance(data[key], int):
                    self.assertEqual(made["message"], f"{data[key]:,}")
                else:
                    names, _, more = made["message"].partition(" +")
                    self.assertLessEqual(set(names.split(", ")), set(data[key]))
                    self.assertEqual(len(names.split(", ")) + int(more), len(data[key]))

    def test_where_nobody_exists_the_picture_says_so_and_may_be_kept(self) -> None:
        for path in EVERY:
            with self.subTest(path):
                response = self.draw(path, NOBODY)
                self.assertIn("public", response.headers["Cache-Control"])
                if path == BADGE:
                    self.assertEqual((response.json()["message"], response.json()["isError"]), ("not found", True))
                else:
                    self.assertIn("No such profile", shown(response.content))

    def test_what_the_client_accepts_and_format_change_nothing(self) -> None:
        for path in EVERY:
            for accept in ("text/html", "application/json", "image/png", "image/svg+xml;q=0", ""):
                self.draw(path, SPACK, headers={"Accept": accept}, format="csv")

    def test_the_theme_is_that_which_is_asked_for(self) -> None:
        for path in DRAWN:
            both, light, dark = (
                self.draw(path, SPACK, **one).text for one in ({}, {"theme": "light"}, {"theme": "dark"})
            )
            self.assertEqual(["prefers-color-scheme" in one for one in (both, light, dark)], [True, False, False])
            self.assertNotEqual(light, dark)

    def test_routes_have_their_names(self) -> None:
        self.assertEqual(
            [reverse("chart", kwargs={"name": name}) for name in ("langs", "repos", "topics")], [*DRAWN][:3]
        )
        self.assertEqual([resolve(path).url_name for path in EVERY], ["chart"] * 3 + ["card", "badge"])


class Kept(PictureTestCase):
    """What caches are told."""

    def setUp(self) -> None:
        """Keep profiles."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)

    def test_a_picture_is_kept_like_the_answer(self) -> None:
        api = self.ask(SPACK, TEAM)
        for path in EVERY:
            with self.subTest(path):
                response = self.draw(path, SPACK, TEAM)
                self.assertEqual(response.headers["Cache-Control"], api.headers["Cache-Control"])
                self.assertNotIn("Vary", response.headers)  # it is the same whatever is accepted
                self.assertTrue(0 <= int(response.headers["Age"]) <= 60)
                self.assertEqual(self.draw(path, SPACK, TEAM).headers["ETag"], response.headers["ETag"])

                same = {"If-None-Match": response.headers["ETag"]}
                again = requests.get(self.base + path, params={"url": [SPACK, TEAM]}, headers=same, timeout=30)
                self.assertEqual((again.status_code, again.content), (304, b""))

    def test_pictures_of_one_moment_are_not_taken_for_each_other(self) -> None:
        asked = [(path, theme) for path in DRAWN for theme in (None, "light", "dark")]
        first = [self.draw(path, SPACK, **({"theme": theme} if theme else {})) for path, theme in asked]
        again = [self.draw(path, SPACK, **({"theme": theme} if theme else {})) for path, theme in asked]

        self.assertEqual([one.content for one in first], [one.content for one in again])
        self.assertEqual(len({one.content for one in first}), len(asked))
        self.assertEqual(len({one.headers["ETag"] for one in first}), len(asked))
        # the bytes that are used again have their own policy
        self.assertEqual(
            [one.headers["Content-Security-Policy"] for one in first],
            [one.headers["Content-Security-Policy"] for one in again],
        )


class Elsewhere(PictureTestCase):
    """What stays as everywhere."""

    def test_an_unknown_badge_is_a_404_that_names_those_that_there_are(self) -> None:
        for query in ("", f"?url={SPACK}", "?url=nonsense"):
            response = requests.get(f"{self.base}/from-git/badge/stars{query}", timeout=30)
            self.assertEqual((response.status_code, response.json()["error"]), (404, "ERR3"))
            self.assertIn("no such badge", response.json()["message"])
            for key in KEYS:
                self.assertIn(key, response.json()["advice"])

    def test_an_unknown_chart_is_nothing(self) -> None:
        for path in (
            "/from-git/chart/stars.svg",
            "/from-git/chart/card.svg",
            "/from-git/chart/langs",
            "/from-git/badge/",
        ):
            response = requests.get(f"{self.base}{path}?url={SPACK}", timeout=30)
            self.assertEqual((response.status_code, response.json()["error"]), (404, "ERR3"))
            self.assertIn("nothing at this address", response.json()["message"])

    def test_other_methods_are_refused_and_options_named(self) -> None:
        for path in EVERY:
            for method in ("POST", "PUT", "DELETE", "TRACE"):
                with self.subTest(path, method=method):
                    response = requests.request(method, self.base + path, timeout=30)
                    self.assertEqual((response.status_code, response.json()["error"]), (405, "ERR3"))
                    self.assertEqual(response.headers["Allow"], "GET, HEAD, OPTIONS")
            options = requests.options(self.base + path, timeout=30)
            self.assertEqual((options.status_code, options.headers["Allow"]), (204, "GET, HEAD, OPTIONS"))

    def test_head_is_get_without_the_body(self) -> None:
        for path in EVERY:
            for urls in ((SPACK,), ("nonsense",)):
                with self.subTest(path, urls=urls):
                    got, head = (self.draw(path, *urls, method=method) for method in ("GET", "HEAD"))
                    self.assertEqual(head.content, b"")
                    same = ("Content-Length", "Content-Type", "Cache-Control", "Content-Security-Policy")
                    self.assertEqual([got.headers[one] for one in same], [head.headers[one] for one in same])

    def test_the_policy_lets_in_the_picture_s_own_style_and_nothing_else(self) -> None:
        strict = set(requests.get(f"{self.base}/livez", timeout=30).headers["Content-Security-Policy"].split("; "))
        for path in DRAWN:
            for urls in ((SPACK,), ()):
                response = self.draw(path, *urls)
                [style] = re.findall(rb"<style>(.*?)</style>", response.content, re.DOTALL)
                digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
                policy = set(response.headers["Content-Security-Policy"].split("; "))
                self.assertEqual(policy - strict, {f"style-src 'self' 'sha256-{digest}'"})
                self.assertEqual(strict - policy, {"style-src 'self'"})
        self.assertEqual(set(self.draw(BADGE, SPACK).headers["Content-Security-Policy"].split("; ")), strict)
        self.assertEqual(json.loads(self.draw(BADGE, SPACK).text)["schemaVersion"], 1)
