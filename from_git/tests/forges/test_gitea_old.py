"""Servers up to Gitea 1.22 and Forgejo 7: repositories that are counted and not listed, topics one by one."""

import json
from typing import Any

from emulator import Emulator, Fault, Owner, Repository
from from_git.tests.kit.gitea import API, LIST, OLD, SEARCH, GiteaTestCase
from from_git.values.keys import KEYS

CODE, NONE = Repository("a", stars=1, topics=("x",)), Repository("b", stars=2, marks=["no-code"])


def owners(*repositories: Repository) -> tuple[Owner, ...]:
    """An organization and a user with the same repositories."""
    return (
        Owner("gitea", "tiny", "Organization", repositories),
        Owner("gitea", "person", "User", repositories),
    )


class WithoutCode(GiteaTestCase):
    """Repositories whose code is switched off."""

    person = "https://codeberg.org/person"

    def exact(self, emulator: Emulator, *urls: str) -> None:
        """The sum of these profiles."""
        logins = [("gitea", url.rpartition("/")[2]) for url in urls]
        self.assertEqual(self.answer(*urls)["data"], emulator.world.sum(logins))

    def test_the_search_tells_what_the_list_only_counts(self) -> None:
        several = [Repository(f"r{n:03}", stars=1, marks=["no-code"] if n % 3 else ()) for n in range(120)]
        for version in ("1.19.4", "1.21.11", OLD):
            for repositories in ([CODE, NONE], [NONE], several):
                with self.subTest(version=version, number=len(repositories)):
                    emulator = self.site(version=version, owners=owners(*repositories))
                    self.exact(emulator, self.url)
                    self.exact(emulator, self.person)

    def test_private_repositories_are_told_from_those_without_code_with_a_token_too(self) -> None:
        secret = Repository("secret", is_private=True, stars=4)
        for repositories in ([CODE, NONE, secret], [secret], [NONE, secret]):
            for options in ({}, {"admin": True}):
                with self.subTest(number=len(repositories), **options):
                    emulator = self.site(
                        "the-token",
                        token="the-token",
                        version=OLD,
                        signed_in_only=True,
                        owners=owners(*repositories),
                        **options,
                    )
                    self.exact(emulator, self.url)
                    self.exact(emulator, self.person)

    def test_where_the_search_is_not_to_be_had_no_number_is_told_and_what_is_listed_counts(self) -> None:
        for status in (401, 403, 404):
            with self.subTest(status):
                emulator = self.site(version=OLD, owners=owners(CODE, NONE))
                emulator.faults.add(Fault("status", SEARCH, status=status, body=b'{"message": "no"}'))
                found = self.expanded("profiles", self.url)
                self.assertEqual(found[0]["notTold"], list(KEYS))
                self.assertEqual(self.answer(self.url)["data"]["followers"], 1)

    def test_where_nothing_is_withheld_the_search_is_not_asked_for(self) -> None:
        emulator = self.site(version=OLD, owners=owners(CODE))
        emulator.faults.add(Fault("status", SEARCH, status=404, body=b'{"message": "no"}'))

        self.exact(emulator, self.url)
        self.assertEqual(self.expanded("profiles", self.url)[0]["notTold"], [])

    def test_a_list_of_several_pages_without_the_search_is_read_until_it_stays_as_it_is(self) -> None:
        repositories = [Repository(f"r{n:03}", stars=1, marks=() if n % 3 else ["no-code"]) for n in range(120)]
        emulator = self.site(version=OLD, owners=owners(*repositories))
        emulator.faults.add(Fault("status", SEARCH, status=404, body=b'{"message": "no"}'))

        self.assertEqual(self.answer(self.url)["data"]["followers"], 80)

    def test_without_totals_the_search_is_asked_at_once(self) -> None:
        emulator = self.site(version=OLD, owners=owners(CODE, NONE))
        emulator.faults.add(Fault("headers", f"{API}/*", headers={"X-Total-Count": "", "Link": ""}))

        self.exact(emulator, self.url)
        self.exact(emulator, self.person)

    def test_with_a_token_and_without_the_search_private_ones_are_no_doubt_on_newer_servers(self) -> None:
        secret = Repository("secret", is_private=True)
        for version, told in ((OLD, list(KEYS)), ("1.27.3", [])):
            with self.subTest(version):
                emulator = self.site(
                    "the-token", token="the-token", version=version, signed_in_only=True, owners=owners(CODE, secret)
                )
                emulator.faults.add(Fault("status", SEARCH, status=404, body=b'{"message": "no"}'))
                self.exact(emulator, self.url)
                self.assertEqual(self.expanded("profiles", self.url)[0]["notTold"], told)

    def test_a_repository_without_code_that_appears_between_list_and_search_is_seen(self) -> None:
        emulator = self.site(version=OLD, owners=owners(CODE, NONE))
        late = Repository("late", stars=8, marks=["no-code"])
        searches: list[str] = []

        def add(upstream: str, path: str, body: str) -> None:
            searches.extend([path] * (path == SEARCH))
            if len(searches) == 1:
                emulator.world.add(owners(CODE, NONE, late)[0])

        emulator.before_call(add)

        self.exact(emulator, self.url)


class Topics(GiteaTestCase):
    """Topics that the rows do not have."""

    def site_with(self, *repositories: Repository, version: str = "7.0.8+gitea-1.21.11") -> Emulator:
        """A site with the organization."""
        return self.site(version=version, owners=owners(*repositories))

    def test_they_are_asked_for_each_repository_empty_ones_too(self) -> None:
        emulator = self.site_with(CODE, Repository("e", topics=("y",), marks=["empty"]), Repository("f"))
        self.answer("https://codeberg.org/org-0")
        self.calls(emulator)

        self.assertEqual(self.answer(self.url)["data"]["topics"], ["x", "y"])

        languages = emulator.meter.snapshot()["languages"].calls
        self.assertEqual((self.calls(emulator), languages), (2 + 2 + 3, 2))

    def test_they_may_have_several_pages(self) -> None:
        for most in (7, 50):
            for number in (25, 50, 51, 250):
                with self.subTest(most=most, number=number):
                    topics = tuple(f"t{n:03}" for n in range(number))
                    self.site_with_pages(most, Repository("a", topics=topics))
                    self.assertEqual(self.answer(self.url)["data"]["topics"], list(topics))

    def site_with_pages(self, most: int, *repositories: Repository) -> None:
        """A site that gives fewer at a time."""
        self.site(version="7.0.8+gitea-1.21.11", max_response_items=most, owners=owners(*repositories))

    def test_without_a_total_they_are_read_up_to_an_empty_page(self) -> None:
        emulator = self.site_with(CODE)
        emulator.faults.add(Fault("headers", f"{API}/repos/*/*/topics", headers={"X-Total-Count": ""}))

        self.assertEqual(self.answer(self.url)["data"]["topics"], ["x"])

    def test_fewer_topics_than_their_total_are_an_error(self) -> None:
        emulator = self.site_with(CODE)
        emulator.faults.add(Fault("headers", f"{API}/repos/*/*/topics", headers={"X-Total-Count": "3"}))

        self.assertIn("tiny/a", self.failure(502, self.url)["message"])

    def test_topics_of_a_repository_that_is_gone_leave_it_out(self) -> None:
        emulator = self.site_with(CODE, NONE)
        emulator.faults.add(Fault("status", f"{API}/repos/tiny/a/topics", status=404, body=b'{"message": "no"}'))

        self.assertEqual(self.answer(self.url)["missing"], ["https://codeberg.org/tiny/a"])

    def test_they_are_remembered_beside_the_languages(self) -> None:
        emulator = self.site_with(CODE, Repository("c", topics=("z",)))
        before = self.answer(self.url)["data"]
        self.calls(emulator)

        self.assertEqual(self.answer(self.url)["data"], before)
        self.assertEqual(self.calls(emulator), 2)

    def test_null_stands_for_none(self) -> None:
        emulator = self.site_with(CODE)
        emulator.faults.add(Fault("body", f"{API}/repos/*/*/topics", body=json.dumps({"topics": None}).encode()))

        self.assertEqual(self.answer(self.url)["data"]["topics"], [])

    def test_rows_of_forgejo_10_have_null_for_no_topics(self) -> None:
        self.add(Repository("a"), Repository("b", topics=("x",)))

        def nullify(rows: Any) -> Any:
            return [{**row, "topics": row["topics"] or None} for row in rows]

        self.fault("edit", LIST, edit=nullify)

        self.assert_exact(("gitea", "tiny"))
