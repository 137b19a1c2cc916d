"""GitLab's users, over real sockets: whose projects count, and for how many calls."""

from dataclasses import replace

from emulator import Repository
from from_git.tests.forges.test_gitlab import GRAPHQL, GitLabTestCase, few

LIST = "/gitlab/api/v4/users/someone/projects"


class Users(GitLabTestCase):
    """A user `someone` that tests fill."""

    url = "https://gitlab.com/someone"

    def user(self, *repositories: Repository) -> None:
        """Let these be all repositories of the user."""
        self.add(*repositories, login="someone", kind="User")

    def test_a_user_is_the_sum_over_its_public_projects(self) -> None:
        for number in (0, 1, 14, 15, 99, 100, 101, 250):
            with self.subTest(number):
                self.user(*few(number))
                self.assert_sum("someone")

    def test_a_user_costs_its_list_twice_and_a_query_for_15_projects(self) -> None:
        self.user(*few(250))
        self.assert_sum("someone")
        self.calls.clear()
        self.assert_sum("someone")
        self.assertEqual(self.calls.count(LIST), 6)
        # that there is no group of that name, and a smaller batch where the last page overtakes the one before
        self.assertLessEqual(self.calls.count(GRAPHQL), 1 + 17 + 1)
        self.assertLessEqual(len(self.calls), 26)

    def test_a_user_who_is_known_costs_one_look_for_a_group(self) -> None:
        self.user(*few(5))
        self.assert_sum("someone")
        self.calls.clear()
        self.assert_sum("someone")
        self.assertEqual(self.calls.count(GRAPHQL), 1 + 1)

    def test_what_is_not_public_or_waits_for_its_deletion_does_not_count(self) -> None:
        marks = [{"marks": ["internal"]}, {"marks": ["deleting"]}, {"is_private": True}, {}]
        self.user(*(Repository(f"r{n}", stars=1, **marks[n % 4]) for n in range(160)))  # type: ignore[arg-type]
        self.assertEqual(self.assert_sum("someone")["data"]["originalRepos"], 40)

    def test_archived_ones_and_forks_of_hidden_parents_count_as_what_they_are(self) -> None:
        self.user(
            Repository("fork", is_fork=True, marks=["hidden-parent"]),
            Repository("archived", is_archived=True),
            Repository("no-code", marks=["no-code"]),
        )
        self.assert_sum("someone")
        rows = {one.name: one for one in self.found("someone").rows}
        self.assertEqual((rows["fork"].is_fork, rows["archived"].is_archived), (True, True))
        self.assertEqual(self.found("someone").kind, "User")

    def test_a_user_of_digits_is_not_taken_for_an_id(self) -> None:
        self.add(*few(3), login="42", kind="User")
        self.assert_sum("42")
        self.assertFalse([one for one in self.calls if "/users/42" in one or "/groups/42/" in one])

    def test_another_user_than_the_one_of_digits_is_an_error(self) -> None:
        self.add(*few(3), login="42", kind="User")
        self.fault_at("/gitlab/api/v4/users", "0.username", "other")
        self.assertIn("another user", self.failure(502, "https://gitlab.com/42")["message"])

    def test_a_row_of_somebody_else_is_an_error(self) -> None:
        self.user(*few(3))
        self.fault_at(LIST, "0.namespace.full_path", "other")
        self.assertIn("somebody else", self.failure(502, self.url)["message"])

    def test_a_last_page_that_leads_on_leaves_no_project_unasked(self) -> None:
        self.user(*few(230))
        for page in ("1", "50"):
            with self.subTest(page):
                self.fault("headers", LIST, headers={"X-Next-Page": page})
                self.assert_sum("someone")

    def test_a_row_of_a_group_is_not_the_users_own(self) -> None:
        for number in (3, 120):
            with self.subTest(number):
                rows = few(number)
                self.user(*rows[1:])
                expected = self.world.sum([("gitlab", "someone")])
                self.user(*rows)
                self.fault_at(LIST, "0.namespace.kind", "group")
                data = self.answer(self.url)["data"]
                self.emulator.faults.clear()
                if number < 100:  # else another page has a first row, too
                    self.assertEqual(data, expected)
                self.assertEqual(data["originalRepos"] + data["forkedRepos"], number - -(-number // 100))

    def test_a_user_who_is_nowhere_is_missing(self) -> None:
        url = "https://gitlab.com/nobody"
        self.assertEqual(self.answer(url)["missing"], [url])
        self.assertIn("/gitlab/api/v4/users", self.calls)

    def test_a_user_whom_the_two_answers_contradict_is_an_error(self) -> None:
        self.user(*few(3))
        body = b'{"message":"404 User Not Found"}'
        self.fault("status", LIST, status=404, body=body)
        self.assertIn("that there is none", self.failure(502, self.url)["message"])

    def test_a_project_deleted_after_it_was_listed_does_not_count(self) -> None:
        for number in (5, 150):
            with self.subTest(number):
                self.user(*few(number))
                # the first query is for the group
                self.before(GRAPHQL, 3, lambda number=number: self.user(*few(number)[:-1]))  # type: ignore[misc]
                self.assert_sum("someone")

    def test_a_project_renamed_after_it_was_listed_counts(self) -> None:
        self.user(*few(5))
        renamed = [replace(few(5)[0], name="renamed"), *few(5)[1:]]
        self.before(GRAPHQL, 3, lambda: self.user(*renamed))
        self.assert_sum("someone")

    def test_a_project_at_the_path_of_one_that_was_renamed_is_not_taken_for_it(self) -> None:
        first, *others = few(5)
        self.user(first, *others)
        after = [replace(first, name="renamed"), replace(first, id=99, stars=50), *others]
        self.before(GRAPHQL, 3, lambda: self.user(*after))
        self.assert_sum("someone")

    def test_a_project_created_or_made_private_while_the_list_is_read(self) -> None:
        for change in (few(251), [replace(few(250)[120], is_private=True), *few(250)[:120], *few(250)[121:]]):
            with self.subTest(len(change)):
                self.user(*few(250))
                self.before(LIST, 2, lambda change=change: self.user(*change))  # type: ignore[misc]
                self.assert_sum("someone")
