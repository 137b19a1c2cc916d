"""Lists that are odd: empty without a word, with pages without rows, with links that are a little wrong."""

from typing import Any
from urllib.parse import quote

from emulator import Fault, Owner, Repository
from emulator.bitbucket.shapes import workspace_uuid
from from_git.tests.kit.service import ServiceTestCase

LIST = "/2.0/repositories/tiny"


class OddTestCase(ServiceTestCase):
    """An owner of the same repositories at both forges."""

    def add(self, number: int) -> None:
        """Give both forges the owner `tiny`."""
        many = [
            Repository(f"r{n:03}", watchers=n, created_at=f"2020-01-01T{n // 60:02}:{n % 60:02}:00Z")
            for n in range(number)
        ]
        self.world.add(Owner("github", "tiny", "Organization", many))
        self.world.add(Owner("bitbucket", "tiny", "Workspace", many))

    def fault(self, kind: str, path: str = LIST, **options: Any) -> None:
        """Switch on a fault, in place of any other."""
        self.emulator.faults.clear()
        self.emulator.faults.add(Fault(kind, path=path, **options))


class Empty(OddTestCase):
    """An owner is called empty when two things say so."""

    def test_an_empty_list_of_bitbuckets_without_a_size_needs_a_second_one(self) -> None:
        self.add(3)
        for times in (1, 2, 4):
            with self.subTest(times):
                self.fault("body", body=b'{"values": []}', times=times, contains="fields=")

                self.assert_exact(("bitbucket", "tiny"))

    def test_two_that_agree_are_believed_and_cost_two_calls(self) -> None:
        self.add(0)
        self.fault("edit", edit=lambda page: {"values": page["values"]})

        self.assert_exact(("bitbucket", "tiny"))

        self.assertEqual(self.emulator.meter.snapshot()["bitbucket"].calls, 2)

    def test_an_empty_list_with_a_size_of_0_is_believed_at_once(self) -> None:
        self.add(0)

        self.assert_exact(("bitbucket", "tiny"))

        self.assertEqual(self.emulator.meter.snapshot()["bitbucket"].calls, 1)

    def test_a_list_of_githubs_that_leaves_out_what_the_same_answer_details_is_read_again(self) -> None:
        self.add(3)

        def empty(body: Any) -> Any:
            body["data"]["repositoryOwner"]["repositories"] |= {"nodes": [], "totalCount": 0}
            return body

        for times, status in ((1, 200), (None, 502)):
            with self.subTest(times):
                self.fault("edit", "/graphql", edit=empty, times=times)

                response = self.ask("https://github.com/tiny")

                self.assertEqual(response.status_code, status)
                if status == 200:
                    self.assertEqual(response.json()["data"], self.world.sum([("github", "tiny")]))
                else:
                    self.assertIn("leaves out repositories", response.json()["message"])


class EmptyPages(OddTestCase):
    """A page without rows whose cursor moves."""

    def test_a_few_are_passed_over(self) -> None:
        self.add(250)
        for forge, path in (("github", "/graphql"), ("bitbucket", LIST)):
            for times, after in ((1, 1), (1, 2), (2, 1)):
                with self.subTest(forge, times=times, after=after):
                    self.fault("empty_page", path, times=times, after=after, contains="epositories")

                    self.assert_exact((forge, "tiny"))

    def test_the_first_page_may_be_one_at_bitbucket(self) -> None:
        for number in (3, 250):
            with self.subTest(number):
                self.add(number)
                self.fault("empty_page", times=1)

                self.assert_exact(("bitbucket", "tiny"))

    def test_many_in_a_row_are_an_error(self) -> None:
        self.add(250)
        for forge, path in (("github", "/graphql"), ("bitbucket", LIST)):
            with self.subTest(forge):
                self.fault("empty_page", path)

                message = self.failure(502, f"https://{'github.com' if forge == 'github' else 'bitbucket.org'}/tiny")

                self.assertIn("goes on without bringing new ones", message["message"])
                self.assertLess(self.emulator.meter.snapshot()["bitbucket"].calls, 1100)


class OddLinks(OddTestCase):
    """The links of Bitbucket's answers."""

    def test_a_next_that_is_a_little_wrong_is_told_what_is_wrong_with_it(self) -> None:
        self.add(150)
        base = self.emulator["bitbucket"].url
        for link, words in (
            (f"{base}/repositories/tiny&page=2", "has “&” where “?” belongs"),
            (f"{base}/repositories/tiny?pagelen=100?page=2", "has “?” twice"),
            (f"{base}/repositories/tiny?page=2#top", "has a “#”"),
            (f"{base}/repositories/tiny ?page=2", "has a blank"),
            (f"{base}/repositories/other?page=2", "leads to another list"),
            (f"{base}/repositories/tiny/r001/watchers?page=2", "leads to another list"),
            (f"{base}/repositories/tiny", "does not say which page"),
            ("/2.0/repositories/tiny?page=2", "is not a whole address"),
            ("?page=2", "is not a whole address"),
            ("http://[", "is not an address"),
        ):
            with self.subTest(link):
                self.fault("edit", edit=lambda page, link=link: {**page, "next": link})

                body = self.failure(502, "https://bitbucket.org/tiny")

                self.assertIn(f"the link to the next page {words}", body["message"])
                self.assertIn(link.rpartition("/")[2], body["message"])

    def test_one_that_was_wrong_once_costs_no_answer(self) -> None:
        self.add(150)
        self.fault("broken_next", times=1)

        self.assert_exact(("bitbucket", "tiny"))

    def test_links_that_name_the_workspace_otherwise_are_followed(self) -> None:
        self.add(250)
        for name in ("TINY", "%74iny", quote(workspace_uuid("tiny"))):
            with self.subTest(name):
                change = {"old": "/repositories/tiny?", "new": f"/repositories/{name}?"}

                def renamed(page: Any, change: dict[str, str] = change) -> Any:
                    # without a number in its usual place the links are followed one by one
                    return {**page, "next": page["next"].replace(*change.values())} if "next" in page else page

                self.fault("edit", "/2.0/repositories/*", contains="pagelen=100", edit=renamed)

                self.assert_exact(("bitbucket", "tiny"))

    def test_a_link_to_watchers_that_is_a_little_wrong_is_no_missing_repository(self) -> None:
        self.add(3)
        base = self.emulator["bitbucket"].url
        for link in (f"{base}/repositories/tiny/r001&x=1/watchers", f"{base}/repositories/tiny/r001"):
            with self.subTest(link):

                def spoil(page: Any, link: str = link) -> Any:
                    page["values"][1]["links"]["watchers"]["href"] = link
                    return page

                self.fault("edit", edit=spoil)

                message = self.failure(502, "https://bitbucket.org/tiny")["message"]

                self.assertIn("for its repository tiny/r001 its answer does not match its API", message)
