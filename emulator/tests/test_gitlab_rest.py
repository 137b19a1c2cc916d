"""GitLab's REST API: groups, users, their lists, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

from emulator import Repository
from emulator.gitlab.lists import Page
from emulator.tests.gitlab import WHOLE, GitLabCase, group, named, paths, person
from emulator.tests.helpers import Json

RECORDED = Path(__file__).parent / "answers" / "gitlab"


def recorded(name: str) -> Json:
    """A recorded answer, with its source and licence."""
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))


class TestLists(GitLabCase):
    """Lists of projects and their pages."""

    def setUp(self) -> None:
        """A group with subgroups, and every sort of project."""
        super().setUp()
        top, deep = named("ab")
        self.world.add(
            group(
                top,
                Repository("low", folder="sub", created_at="2020-02-01"),
                Repository("deeper", folder="sub/deep", created_at="2020-02-02", is_archived=True),
                Repository("secret", is_private=True, created_at="2020-02-03"),
                Repository("inside", marks={"internal"}, created_at="2020-02-04"),
                Repository("going", marks={"deleting"}, created_at="2020-02-05"),
                deep,
                collaborations=(("jo", "tool"),),
            )
        )
        self.world.add(person(Repository("tool", created_at="2020-03-01")))

    def test_by_default_a_list_has_shared_projects_and_none_of_subgroups_and_the_newest_come_first(self) -> None:
        rows = self.list()

        self.assertEqual(paths(rows), ["tool", "going", "b", "a"])
        self.assertEqual(rows[0]["path_with_namespace"], "jo/tool")
        self.assertEqual(paths(self.list("acme/sub")), ["low"])

    def test_the_whole_owner_is_its_subgroups_without_shared_ones(self) -> None:
        self.assertEqual(paths(self.list(**WHOLE)), ["a", "b", "low", "deeper", "going"])
        self.assertEqual(paths(self.list("ACME/Sub", **WHOLE)), ["low", "deeper"])
        self.assertEqual(paths(self.list("acme/sub/deep", **WHOLE)), ["deeper"])

    def test_a_token_shows_more_and_visibility_is_part_of_the_total(self) -> None:
        ours = self.rest("groups/acme/projects", self.token, **WHOLE)
        public = self.rest("groups/acme/projects", self.token, visibility="public", **WHOLE)

        self.assertEqual(ours.headers["X-Total"], "7")
        self.assertEqual({one["path"]: one["visibility"] for one in ours.json()}["inside"], "internal")
        self.assertEqual(public.headers["X-Total"], "5")
        self.assertEqual(self.rest("groups/acme/projects", visibility="private", **WHOLE).headers["X-Total"], "0")

    def test_archived_is_both_where_it_is_not_said(self) -> None:
        self.assertEqual(paths(self.list(archived="true", **WHOLE)), ["deeper"])
        self.assertEqual(paths(self.list(archived="false", **WHOLE)), ["a", "b", "low", "going"])
        self.assertEqual(paths(self.list(search="EEP", **WHOLE)), ["deeper"])

    def test_ids_grow_with_the_creation_and_stay_through_a_transfer(self) -> None:
        before = {one["path"]: one["id"] for one in self.list(**WHOLE)}
        self.world.change("gitlab", "acme", create=1, transfer="other")

        self.assertEqual(list(before.values()), sorted(before.values()))
        self.assertGreater(self.list("other")[0]["id"], max(before.values()))
        self.assertEqual(self.rest(f"projects/{self.list('other')[0]['id']}").json()["name"], "created")

    def test_a_part_of_a_group_does_not_change_and_what_moves_leaves_its_subgroup(self) -> None:
        with self.assertRaisesRegex(ValueError, "'acme/sub' is a part of an owner"):
            self.world.change("gitlab", "acme/sub", create=1)
        self.world.add(group(Repository("x", folder="sub"), login="lone"))
        self.world.change("gitlab", "lone", transfer="jo")

        self.assertEqual(self.rest("projects/jo%2Fx").json()["namespace"]["full_path"], "jo")

    def test_pages_have_the_headers_that_gitlab_has(self) -> None:
        answer = self.rest("groups/acme/projects", **WHOLE, per_page=2, page=2)
        last = self.rest("groups/acme/projects", **WHOLE, per_page=2, page=3)

        told = {name: answer.headers[f"X-{name}"] for name in ("Total", "Total-Pages", "Page", "Per-Page", "Next-Page")}
        self.assertEqual(told, {"Total": "5", "Total-Pages": "3", "Page": "2", "Per-Page": "2", "Next-Page": "3"})
        self.assertEqual((answer.headers["X-Prev-Page"], last.headers["X-Next-Page"]), ("1", ""))
        self.assertEqual(
            [set(answer.links), set(last.links)], [{"prev", "next", "first", "last"}, {"prev", "first", "last"}]
        )
        self.assertIn("&owned=false&page=3&per_page=2&simple=false", answer.links["next"]["url"])
        self.assertEqual(self.client.session.get(answer.links["next"]["url"], timeout=9).json(), last.json())

    def test_a_page_has_20_rows_and_never_more_than_100(self) -> None:
        for asked, got in (("", "20"), ("500", "100"), ("7", "7")):
            answer = self.rest("groups/group-300/projects", per_page=asked)
            self.assertEqual((answer.headers["X-Per-Page"], len(answer.json())), (got, int(got)))

    def test_parameters_that_are_none_are_refused(self) -> None:
        for query, words in (
            ({"per_page": 0}, "per_page has a value not allowed"),
            ({"page": "x"}, "page is invalid"),
            ({"order_by": "size"}, "order_by does not have a valid value"),
            ({"sort": "up"}, "sort does not have a valid value"),
            ({"visibility": "all"}, "visibility does not have a valid value"),
            ({"archived": "maybe"}, "archived is invalid"),
        ):
            answer = self.rest("groups/acme/projects", **query)
            self.assertEqual((answer.status_code, answer.json()), (400, {"error": words}))

    def test_a_users_list_pages_by_id_too(self) -> None:
        self.world.add(person(*named("abcde")))
        ids = [one["id"] for one in self.rest("users/jo/projects", order_by="id", sort="asc").json()]

        after = self.rest("users/jo/projects", id_after=ids[1], order_by="id", sort="asc")
        keyset = self.rest("users/jo/projects", pagination="keyset", order_by="id", sort="asc", per_page=2)
        second = self.client.session.get(keyset.links["next"]["url"], timeout=9)

        self.assertEqual(paths(after.json()), ["c", "d", "e"])
        self.assertEqual(paths(self.rest("users/jo/projects", id_before=ids[1]).json()), ["a"])
        self.assertEqual((paths(keyset.json()), paths(second.json())), (["a", "b"], ["c", "d"]))
        self.assertNotIn("X-Total", keyset.headers)
        down = self.rest("users/jo/projects", pagination="keyset", order_by="id", per_page=4)
        self.assertEqual(paths(self.client.session.get(down.links["next"]["url"], timeout=9).json()), ["a"])
        self.assertEqual(self.rest("users/jo/projects", pagination="keyset").status_code, 405)

    def test_above_10000_rows_there_is_no_total_and_no_last_page(self) -> None:
        answer = self.rest("groups/group-10001/projects", include_subgroups="true", visibility="public", per_page=1)

        self.assertNotIn("X-Total", answer.headers)
        self.assertNotIn("X-Total-Pages", answer.headers)
        self.assertEqual((set(answer.links), answer.headers["X-Next-Page"]), ({"next", "first"}, "2"))
        told = ["X-Total" in Page(1, 100).headers(total, "http://x", {}) for total in (10_000, 10_001)]
        self.assertEqual(told, [True, False])


class TestEntities(GitLabCase):
    """What is told of a project, and to whom."""

    def one(self, project: Repository, token: str = "") -> Json:
        """The row of a project in the list of its group."""
        self.world.add(group(project))
        return self.list(token=token)[0]

    def test_a_groups_list_has_the_whole_entity_for_everybody(self) -> None:
        one = self.one(Repository("a", topics=["x"], stars=3, is_fork=True, created_at="2020-01-02T03:04:05.678Z"))

        self.assertEqual((one["topics"], one["tag_list"], one["star_count"]), (["x"], ["x"], 3))
        self.assertEqual((one["created_at"], one["visibility"]), ("2020-01-02T03:04:05.678Z", "public"))
        self.assertEqual((one["archived"], one["marked_for_deletion_on"], one["mirror"]), (False, None, False))
        self.assertIn("forked_from_project", one)
        self.assertNotIn("languages", one)

    def test_an_anonymous_users_list_has_a_smaller_one(self) -> None:
        self.world.add(person(Repository("a", is_fork=True, is_archived=True)))

        anonymous, ours = (self.rest("users/jo/projects", token).json()[0] for token in ("", self.token))

        missing = {"archived", "forked_from_project", "marked_for_deletion_at", "empty_repo"}
        self.assertEqual(missing & anonymous.keys(), set())
        self.assertEqual(missing & ours.keys(), missing)
        self.assertEqual((anonymous["namespace"]["kind"], anonymous["namespace"]["full_path"]), ("user", "jo"))
        self.assertEqual(self.rest("projects/jo%2Fa").json(), anonymous)

    def test_rows_lists_and_users_have_the_recorded_keys(self) -> None:
        self.world.add(person(Repository("a")))
        rows, user = self.rest("groups/group-3/projects"), self.rest("users/jo/projects").json()[0]

        self.assertEqual(recorded("project_2026")["body"].keys() - rows.json()[0].keys(), set())
        self.assertEqual(
            user.keys() ^ recorded("project_anonymous_2020")["body"].keys(), {"avatar_url", "topics", "visibility"}
        )
        found = self.rest("users", username="jo").json()[0]
        self.assertEqual(recorded("users_by_username")["body"][0].keys() - found.keys(), set())
        told = {name.lower() for name in recorded("list_headers_2026")["headers"] if not name.startswith("Ratelimit")}
        self.assertEqual(told - {name.lower() for name in rows.headers}, set())

    def test_marks_show(self) -> None:
        self.assertNotIn("forked_from_project", self.one(Repository("a", is_fork=True, marks={"hidden-parent"})))
        self.assertIsNotNone(self.one(Repository("a", marks={"deleting"}))["marked_for_deletion_on"])
        self.assertTrue(self.one(Repository("a", marks={"mirror"}))["mirror"])
        empty = self.one(Repository("a", marks={"empty"}))
        self.assertEqual((empty["empty_repo"], empty["default_branch"], empty["readme_url"]), (True, None, None))

    def test_without_its_code_keys_are_missing_and_not_null(self) -> None:
        for token in ("", self.token):
            one = self.one(Repository("a", marks={"no-code"}), token)

            self.assertEqual({"forks_count", "readme_url", "default_branch"} & one.keys(), set())
            self.assertEqual(one["repository_access_level"], "disabled")

    def test_languages_are_shares_of_five_at_most_and_need_no_code(self) -> None:
        sizes = {"C": 500, "B": 300, "A": 100, "D": 50, "E": 49, "F": 1}
        self.world.add(group(Repository("a", languages=sizes, marks={"no-code"})))

        found = self.rest("projects/acme%2Fa/languages").json()

        self.assertEqual(found, {"C": 50.0, "B": 30.0, "A": 10.0, "D": 5.0, "E": 4.9})


class TestOwners(GitLabCase):
    """Groups, users, and names that are neither."""

    def test_a_group_is_found_by_its_path_in_any_case_and_by_its_id(self) -> None:
        self.world.add(group(Repository("a", folder="Sub"), login="Acme"))
        top, below = (self.rest(f"groups/{name}", with_projects="false").json() for name in ("acme", "ACME%2Fsub"))

        self.assertEqual((top["full_path"], below["full_path"], below["parent_id"]), ("Acme", "Acme/Sub", top["id"]))
        self.assertEqual(self.rest(f"groups/{below['id']}", with_projects="false").json(), below)
        self.assertNotIn("projects", top)
        self.assertEqual(self.rest("groups/acme%2Fsub").json()["projects"][0]["path"], "a")

    def test_all_digits_are_an_id_and_never_a_name(self) -> None:
        number = self.rest("groups/group-3").json()["id"]
        self.world.add(group(login=str(number)))
        self.world.add(group(login="42"))

        self.assertEqual(self.rest(f"groups/{number}").json()["full_path"], "group-3")
        self.assertEqual(self.rest("groups/42").status_code, 404)

    def test_unknown_private_a_users_and_a_former_name_are_404_alike(self) -> None:
        self.world.add(group(login="hidden", visibility="private"))
        self.world.add(group(Repository("a"), login="new", former=("old",)))

        for name in ("nosuch", "hidden", "person-3", "old", "acme%2Fnosuch"):
            for path in (f"groups/{name}", f"groups/{name}/projects"):
                answer = self.rest(path)
                self.assertEqual((answer.status_code, answer.json()), (404, {"message": "404 Group Not Found"}))
        self.assertEqual(self.rest("groups/hidden", self.token).json()["visibility"], "private")
        for name in ("nosuch", "group-3"):
            answer = self.rest(f"users/{name}/projects")
            self.assertEqual((answer.status_code, answer.json()), (404, {"message": "404 User Not Found"}))

    def test_projects_are_never_wider_than_their_group(self) -> None:
        self.world.add(group(Repository("a"), login="members", visibility="limited"))

        self.assertEqual(self.rest("groups/members/projects").status_code, 404)
        self.assertEqual(self.rest("projects/members%2Fa").status_code, 404)
        self.assertEqual([one["visibility"] for one in self.list("members", self.token)], ["internal"])

    def test_a_renamed_group_keeps_its_id(self) -> None:
        self.world.add(group(login="first"))
        before = self.rest("groups/first").json()["id"]
        self.world.remove("gitlab", "first")
        self.world.add(group(login="second", former=("first",)))

        self.assertEqual(self.rest("groups/second").json()["id"], before)

    def test_a_project_of_a_renamed_group_moves(self) -> None:
        self.world.add(group(Repository("a"), login="new", former=("old",)))

        answer = self.rest("projects/old%2Fa")

        self.assertEqual(answer.status_code, 301)
        self.assertEqual(self.client.session.get(answer.headers["Location"], timeout=9).json()["path"], "a")
        self.assertEqual(self.rest("projects/new%2Fb").json(), {"message": "404 Project Not Found"})

    def test_users_are_found_by_name_alone_without_a_token(self) -> None:
        refused = self.rest("users")

        self.assertEqual((refused.status_code, refused.json()), (403, {"message": refused.json()["message"]}))
        self.assertEqual(refused.json()["message"], "403 Forbidden - Not authorized to access /api/v4/users")
        self.assertEqual([one["username"] for one in self.rest("users", username="Person-3").json()], ["person-3"])
        self.assertEqual(self.rest("users", username="group-3").json(), [])
        number = self.rest("users", username="person-3").json()[0]["id"]
        self.assertEqual(self.rest(f"users/{number}/projects").json(), self.rest("users/person-3/projects").json())

    def test_the_version_needs_a_token_and_a_wrong_one_is_refused_everywhere(self) -> None:
        self.assertEqual(self.rest("version").json(), {"message": "401 Unauthorized"})
        self.assertEqual(self.rest("version", self.token).json()["version"], "18.5.0")
        for path in ("metadata", "groups/group-3", "groups/group-3/projects"):
            self.assertEqual(self.rest(path, "wrong").status_code, 401)

    def test_other_paths_and_methods_are_refused(self) -> None:
        self.assertEqual(self.rest("nosuch").json(), {"error": "404 Not Found"})
        self.assertEqual(self.rest("groups/group-3", method="DELETE").status_code, 405)


class TestSignedIn(GitLabCase):
    """A site where nothing is public without a token, by the emulator's options."""

    options = {"gitlab": {"signed_in_only": True}}  # noqa: RUF012 - see EmulatorCase

    def test_without_a_token_nothing_is_there(self) -> None:
        self.assertEqual(self.rest("groups/group-3/projects").status_code, 404)
        self.assertEqual(self.rest("users", username="person-3").status_code, 403)
        self.assertEqual(self.graphql('{ group(fullPath: "group-3") { id } }'), {"group": None})
        self.assertEqual(self.rest("groups/group-3/projects", self.token).status_code, 200)
