"""Kinds of forges under names that others give them, and what is mistaken for one."""

from typing import Any
from unittest import TestCase

from from_git.forges.registry import KINDS
from from_git.options.loading import load

REFUSED = (
    "Bitbucket Data Center (once Server, or Stash), which is not supported: it tells no watchers, languages or topics."
)


class OtherNames(TestCase):
    """What is said of an entry's kind and address."""

    def said(self, **entry: Any) -> str:
        """What is wrong with this entry of FORGES; one sentence."""
        (sentence,) = load({"FORGES": [{"host": "git.example.org", **entry}]}, {})[1]
        self.assertIsInstance(sentence, str)
        return str(sentence)

    def test_another_name_of_a_kind_is_answered_with_the_one_that_is_meant(self) -> None:
        for written, meant in (
            ("forgejo", "gitea"),
            ("Codeberg", "gitea"),
            ("GHES", "github"),
            ("GitHub Enterprise Server", "github"),
            ("gitlab.com", "gitlab"),
            ("bitbucket-cloud", "bitbucket"),
            ("gitlba", "gitlab"),
        ):
            with self.subTest(written):
                self.assertEqual(
                    self.said(kind=written), f"FORGES entry 1: `kind` is {written!r}; did you mean {meant}?"
                )

    def test_no_name_stands_for_two_kinds_and_none_for_one_that_is_refused(self) -> None:
        names = [name for kind in KINDS.values() for name in (kind.name, *kind.options.also, *kind.options.refused)]

        self.assertEqual(sorted(set(names)), sorted(names))
        self.assertEqual([name.lower() for name in names], names)

    def test_a_bitbucket_data_center_is_refused_under_all_its_names(self) -> None:
        for written in ("bitbucket-server", "Bitbucket-DC", "Bitbucket Data Center", "stash"):
            with self.subTest(written):
                self.assertEqual(self.said(kind=written), f"FORGES entry 1: `kind` is {written!r}: that is {REFUSED}")

    def test_its_address_is_no_bitbuckets(self) -> None:
        for api in ("https://git.example.org/rest/api/1.0", "https://git.example.org/"):
            with self.subTest(api):
                said = f"expected an address that ends in /2.0; others are of {REFUSED}"
                self.assertEqual(self.said(kind="bitbucket", api=api), f"FORGES entry 1: `api` is {api!r}: {said}")
                (sentence,) = load({"BITBUCKET_API_URL": api}, {})[1]
                self.assertEqual(sentence, f"BITBUCKET_API_URL in local_settings.py is {api!r}: {said}")
        self.assertEqual(load({"BITBUCKET_API_URL": "https://git.example.org/2.0/"}, {})[1], [])
