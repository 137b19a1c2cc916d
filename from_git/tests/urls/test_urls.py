"""The routes, as the contract has them."""

from unittest import TestCase

from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from from_git.values.keys import KEYS

ROUTES = {
    "/": "home",
    "/health-check": "health-check",
    "/from-git/test": "page",
    "/from-git/stream": "stream",
    "/from-git/chart/langs.svg": "chart",
    "/from-git/chart/repos.svg": "chart",
    "/from-git/chart/topics.svg": "chart",
    "/from-git/card.svg": "card",
    "/from-git/openapi.json": "openapi",
    "/from-git/docs": "docs",
    "/livez": "livez",
    "/readyz": "readyz",
    "/metrics": "metrics",
    **{f"/from-git/badge/{key}": "badge" for key in KEYS},
}


class Routes(TestCase):
    """Paths and names."""

    def test_each_path_has_its_name(self) -> None:
        for path, name in ROUTES.items():
            with self.subTest(path):
                self.assertEqual(resolve(path).url_name, name)

    def test_there_are_no_others(self) -> None:
        for path in ("/health-check/", "/from-git", "/from-git/chart/other.svg", "/from-git/badge/a/b", "/admin"):
            with self.subTest(path), self.assertRaises(Resolver404):
                resolve(path)

    def test_a_name_leads_back_to_its_path(self) -> None:
        for name in sorted(set(ROUTES.values()) - {"badge", "chart", "card"}):
            with self.subTest(name):
                self.assertEqual(ROUTES[reverse(name)], name)
        self.assertEqual(reverse("badge", args=["watchers"]), "/from-git/badge/watchers")
        with self.assertRaises(NoReverseMatch):
            reverse("nothing-of-the-kind")
