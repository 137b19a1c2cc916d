"""GitLab's GraphQL: groups, pages from both ends, single projects."""

from __future__ import annotations

from emulator import Repository
from emulator.tests.gitlab import GitLabCase, group, named, paths, person

FIELDS = "id path fullPath visibility archived isForked starCount topics languages { name share } createdAt"


class TestPages(GitLabCase):
    """Connections of projects."""

    def test_the_newest_come_first_and_pages_meet_from_both_ends(self) -> None:
        self.world.add(group(*named("abcde")))

        first, last = self.page("first: 2"), self.page("last: 2")
        second = self.page(f'first: 2, after: "{first["pageInfo"]["endCursor"]}"')
        before = self.page(f'last: 2, before: "{last["pageInfo"]["startCursor"]}"')

        self.assertEqual([paths(page["nodes"]) for page in (first, second)], [["e", "d"], ["c", "b"]])
        self.assertEqual([paths(page["nodes"]) for page in (last, before)], [["b", "a"], ["d", "c"]])
        self.assertEqual([page["pageInfo"]["hasNextPage"] for page in (first, second)], [True, True])
        self.assertEqual([page["pageInfo"]["hasPreviousPage"] for page in (last, before)], [True, True])
        end = self.page(f'first: 2, after: "{second["pageInfo"]["endCursor"]}"')
        self.assertEqual((paths(end["nodes"]), end["pageInfo"]["hasNextPage"]), (["a"], False))

    def test_each_end_is_told_on_the_side_alone_that_is_asked_for(self) -> None:
        self.world.add(group(*named("abc")))
        middle = self.page("first: 2")["pageInfo"]["endCursor"]

        self.assertFalse(self.page("last: 1")["pageInfo"]["hasNextPage"])
        self.assertTrue(self.page(f'last: 9, before: "{middle}"')["pageInfo"]["hasNextPage"])
        self.assertTrue(self.page(f'first: 9, after: "{middle}"')["pageInfo"]["hasPreviousPage"])
        self.assertFalse(self.page(f'first: 9, before: "{middle}"')["pageInfo"]["hasPreviousPage"])

    def test_all_are_counted_and_what_may_not_be_seen_is_taken_out_of_pages(self) -> None:
        hidden = [Repository(f"h{day}", created_at=f"2020-02-{day:02}", is_private=True) for day in (1, 2, 3)]
        self.world.add(group(*named("ab"), *hidden))

        none, some = self.page("first: 3"), self.page("first: 4")

        self.assertEqual((none["count"], none["nodes"], none["pageInfo"]["hasNextPage"]), (5, [], True))
        self.assertEqual((none["pageInfo"]["startCursor"], none["pageInfo"]["endCursor"]), (None, None))
        self.assertEqual((paths(some["nodes"]), some["pageInfo"]["hasNextPage"]), (["b"], True))
        self.assertEqual(len(self.page("first: 4", token=self.token)["nodes"]), 4)

    def test_a_page_has_100_at_most(self) -> None:
        for arguments in ("first: 500", "sort: ACTIVITY_DESC"):
            page = self.page(arguments, owner="group-300", token=self.token)
            self.assertEqual((len(page["nodes"]), page["pageInfo"]["hasNextPage"]), (100, True))

    def test_cursors_are_places_so_a_change_shifts_nothing(self) -> None:
        self.world.add(group(*named("abcd")))
        first = self.page("first: 2")
        self.world.change("gitlab", "acme", create=2, delete=1)

        rest = self.page(f'first: 2, after: "{first["pageInfo"]["endCursor"]}"')

        self.assertEqual((paths(rest["nodes"]), rest["count"]), (["b", "a"], 5))

    def test_a_whole_group_is_what_the_world_holds(self) -> None:
        nodes, cursor = [], "null"
        while True:
            page = self.page(f"first: 100, after: {cursor}", f"{FIELDS} markedForDeletionOn", owner="group-250")
            nodes += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                break
            cursor = f'"{page["pageInfo"]["endCursor"]}"'
        whole = self.world.sum([("gitlab", "group-250")])
        total = self.rest("groups/group-250/projects", include_subgroups="true", with_shared="false", per_page=1)

        staying = [one for one in nodes if one["markedForDeletionOn"] is None]
        self.assertEqual(sum(one["isForked"] for one in staying), whole["forkedRepos"])
        self.assertEqual(len(staying), whole["originalRepos"] + whole["forkedRepos"])
        self.assertEqual(sum(one["starCount"] for one in staying), whole["followers"])
        self.assertEqual({one["name"].lower() for row in staying for one in row["languages"]}, set(whole["langs"]))
        self.assertEqual(total.headers["X-Total"], str(len(nodes)))
        self.assertGreater(len(nodes), len(staying))

    def test_no_shared_projects_and_subgroups_only_where_asked_for(self) -> None:
        self.world.add(group(Repository("a"), Repository("b", folder="sub"), collaborations=(("jo", "tool"),)))
        self.world.add(person(Repository("tool")))
        query = '{ group(fullPath: "acme") { projects { nodes { path group { fullPath } } } } }'

        self.assertEqual(set(paths(self.page("first: 9")["nodes"])), {"a", "b"})
        self.assertEqual(
            self.graphql(query)["group"]["projects"]["nodes"], [{"path": "a", "group": {"fullPath": "acme"}}]
        )
        self.assertEqual(paths(self.page("first: 9", owner="Acme/SUB")["nodes"]), ["b"])

    def test_filters_by_ids_search_archive_and_deletion(self) -> None:
        self.world.add(group(*named("ab"), Repository("old", is_archived=True), Repository("gone", marks={"deleting"})))
        ids = {one["path"]: one["id"] for one in self.page("first: 9", "id path")["nodes"]}

        self.assertEqual(paths(self.page(f'ids: ["{ids["a"]}"]')["nodes"]), ["a"])
        self.assertEqual(paths(self.page('search: "OL"')["nodes"]), ["old"])
        self.assertNotIn("old", paths(self.page("includeArchived: false")["nodes"]))
        self.assertNotIn("gone", paths(self.page("notAimedForDeletion: true")["nodes"]))

    def test_arguments_that_are_none_are_errors_of_the_field(self) -> None:
        self.world.add(group(*named("ab")))
        for arguments, words in (
            ("first: 1, last: 1", "Can only provide either `first` or `last`, not both"),
            ('after: "x"', "Please provide a valid cursor"),
            ('ids: ["1"]', '"1" is not a valid GitLab ID.'),
            ('ids: ["gid://gitlab/Group/1"]', "does not represent an instance of Project"),
        ):
            answer = self.post(f'{{ group(fullPath: "acme") {{ projects({arguments}) {{ count }} }} }}').json()
            self.assertEqual(answer["data"], {"group": None})
            self.assertIn(words, answer["errors"][0]["message"])


class TestSingles(GitLabCase):
    """Fields of the root."""

    def test_a_user_is_null_in_every_form(self) -> None:
        found = self.graphql('{ group(fullPath: "person-3") { id } namespace(fullPath: "person-3") { id } }')

        self.assertEqual(found, {"group": None, "namespace": None})

    def test_what_may_not_be_seen_is_null(self) -> None:
        self.world.add(group(Repository("a", is_private=True), Repository("b"), login="new", former=("old",)))
        self.world.add(group(login="hidden", visibility="private"))
        query = """{ a: project(fullPath: "new/a") { id } b: project(fullPath: "NEW/b") { fullPath }
          c: project(fullPath: "new/c") { id } old: group(fullPath: "old") { id }
          hidden: group(fullPath: "hidden") { visibility } metadata { version } }"""

        none = self.graphql(query)
        ours = self.graphql(query, self.token)

        self.assertEqual([none[name] for name in ("a", "c", "old", "hidden", "metadata")], [None] * 5)
        self.assertEqual((none["b"], ours["hidden"]), ({"fullPath": "new/b"}, {"visibility": "private"}))
        self.assertEqual(ours["metadata"], {"version": "18.5.0"})

    def test_projects_of_a_user_by_their_paths(self) -> None:
        projects = Repository("a", is_fork=True, languages={"C": 1}), Repository("b", is_archived=True)
        self.world.add(person(*projects, Repository("c", is_private=True)))
        listed = 'projects(fullPaths: ["jo/a", "jo/b", "jo/c"]%s) { nodes { path isForked forksCount } }'

        self.assertEqual(paths(self.graphql(f"{{ {listed % ''} }}")["projects"]["nodes"]), ["a"])
        both = self.graphql(f"{{ {listed % ', archived: INCLUDE'} }}")["projects"]["nodes"]
        self.assertEqual({one["path"]: one["isForked"] for one in both}, {"a": True, "b": False})
        named_space = self.graphql('{ projects(namespacePath: "jo", personal: true) { count nodes { path } } }')
        self.assertEqual(named_space["projects"], {"count": 1, "nodes": [{"path": "a"}]})

    def test_the_roots_list_is_filtered(self) -> None:
        self.world.add(
            person(Repository("a"), Repository("old", is_archived=True), Repository("go", marks={"deleting"}))
        )
        self.world.add(group(Repository("b", marks={"internal"})))
        listed = '{ projects(fullPaths: ["jo/a", "jo/old", "jo/go", "acme/b"], %s) { nodes { path } } }'

        for arguments, names in (
            ("personal: true", {"a", "go"}),
            ("visibilityLevel: public", {"a", "go"}),
            ("aimedForDeletion: true", {"go"}),
            ("notAimedForDeletion: true", {"a", "b"}),
            ("active: false", {"old"}),
            ("archived: ONLY", {"old"}),
            ("archived: EXCLUDE", {"a", "go", "b"}),
        ):
            found = self.graphql(listed % arguments, self.token)["projects"]["nodes"]
            self.assertEqual(set(paths(found)), names, arguments)

    def test_more_than_50_paths_are_refused(self) -> None:
        answer = self.post("query($p: [String!]) { projects(fullPaths: $p) { count } }", p=["a/b"] * 51).json()

        self.assertEqual(answer["errors"][0]["message"], "You cannot provide more than 50 full_paths")

    def test_the_text_of_a_query_and_its_token_are_checked(self) -> None:
        self.assertEqual(self.error("{ group(fullPath: 1) { id } }" + " " * 10_000), "Query too large")
        self.assertEqual(self.error("{ nosuch }"), "Field 'nosuch' doesn't exist on type 'Query'")
        answer = self.post("{ metadata { version } }", "wrong")
        self.assertEqual((answer.status_code, answer.json()), (401, {"errors": [{"message": "Invalid token"}]}))
        get = self.client.session.get(f"{self.emulator['gitlab'].url}/api/graphql", timeout=9)
        self.assertEqual(get.status_code, 404)

    def test_five_errors_are_told_and_no_more(self) -> None:
        answer = self.post("{ " + " ".join(f"no{number}" for number in range(9)) + " }").json()

        self.assertEqual(len(answer["errors"]), 5)
        self.assertEqual(answer["errors"][0]["extensions"]["code"], "undefinedField")


class TestComplexity(GitLabCase):
    """What a query may weigh."""

    def test_a_page_of_100_weighs_55_and_few_fit_into_one_query(self) -> None:
        fields = "id fullPath visibility archived isForked starCount topics languages { name share }"
        page = f"projects(first: 100) {{ count pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }} }}"
        pages = " ".join(f'g{number}: group(fullPath: "acme") {{ {page} }}' for number in range(5))

        self.assertEqual(
            self.error(f"{{ {pages} }}"), "Query has complexity of 275, which exceeds max complexity of 200"
        )
        self.assertEqual(
            self.error(f"{{ {pages} }}", self.token), "Query has complexity of 275, which exceeds max complexity of 250"
        )
        self.assertEqual(len(self.graphql("{ " + pages.partition(" g3")[0] + " }")), 3)

    def test_an_order_and_a_search_cost_more_and_the_roots_list_less(self) -> None:
        rows = " ".join(f"a{number}: id" for number in range(87))
        for arguments, weight in (("first: 100", 199), ("first: 100, sort: SIMILARITY", 201), ('search: "x"', 209)):
            query = f'{{ group(fullPath: "acme") {{ projects({arguments}) {{ nodes {{ {rows} }} }} }} }}'
            message = self.post(query).json().get("errors", [{"message": "none"}])[0]["message"]
            words = f"Query has complexity of {weight}, which exceeds max complexity of 200"
            self.assertEqual(message, words if weight > 200 else "none")
        root = f"{{ projects(ids: []) {{ nodes {{ {' '.join(f'a{number}: id' for number in range(100))} }} }} }}"
        self.assertEqual(self.error(root), "Query has complexity of 204, which exceeds max complexity of 200")

    def test_languages_and_forks_count_cost_one_more(self) -> None:
        names = " ".join(f'p{number}: project(fullPath: "a/b") {{ languages {{ name }} }}' for number in range(51))
        forks = " ".join(f'p{number}: project(fullPath: "a/b") {{ forksCount }}' for number in range(67))

        self.assertIn("complexity of 204,", self.error(f"{{ {names} }}"))
        self.assertIn("complexity of 201,", self.error(f"{{ {forks} }}"))

    def test_what_is_too_deep_is_refused(self) -> None:
        deep = "parent { " * 15 + "id" + " }" * 15

        self.assertEqual(
            self.error(f'{{ group(fullPath: "acme") {{ {deep} }} }}'),
            "Query has depth of 17, which exceeds max depth of 15",
        )
        self.assertEqual(self.graphql(f'{{ group(fullPath: "acme") {{ {deep} }} }}', self.token), {"group": None})
