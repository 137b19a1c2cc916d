"""What every adapter owes, asked of each through the whole service; and kinds that are added."""

from dataclasses import replace
from typing import Any

import requests

from emulator import Fault
from from_git import forges
from from_git.forges.registry import KINDS, registered
from from_git.tests.kit.contract import ForgeContract, edited, of_first
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.kind import NoCredentials


class Settings(ServiceTestCase):
    """The adapters, when the settings change."""

    def test_a_request_from_before_a_change_does_not_bring_the_old_adapter_back(self) -> None:
        before = forges.hosts()["github.com"]
        self.settings_for_test(GITHUB_API_TOKEN="")

        self.assertFalse(forges.forge(before).has_credentials)


class GitHubContract(ForgeContract, ServiceTestCase):
    """GitHub."""

    forge = "github"
    kind = "Organization"
    generated = "org"
    lists_read = 2
    pools = ("NUM_THREADS_GITHUB",)

    def edit_lists(self, edit: Any) -> Fault:
        """See the contract."""

        def change(body: Any) -> Any:
            edit(body["data"]["repositoryOwner"]["repositories"])
            return body

        return Fault("edit", contains="repositoryOwner(", edit=change)

    def total(self, said: int) -> Fault:
        """See the contract."""
        return self.edit_lists(lambda page: page.update(totalCount=said))

    def shapes(self) -> list[tuple[Any, str]]:
        """See the contract."""
        return [
            (lambda page: page.pop("totalCount"), "totalCount is absent"),
            (lambda page: page.update(totalCount="1"), "totalCount is not a whole number"),
            (lambda page: page.update(totalCount=True), "totalCount is not a whole number"),
            (lambda page: page.update(totalCount=-1), "totalCount is out of range"),
            (lambda page: page.update(totalCount=2**64), "totalCount is not a whole number"),
            (lambda page: page.update(nodes=None), "nodes is not a list"),
            (lambda page: page.update(nodes=[None]), "id is absent"),
            (lambda page: page.pop("pageInfo"), "pageInfo is absent"),
            (lambda page: page["pageInfo"].update(hasNextPage=True, endCursor=None), "endCursor is not a string"),
            (of_first("nodes", lambda node: node.update(id=7)), "id is not a string"),
        ]


class BitbucketContract(ForgeContract, ServiceTestCase):
    """Bitbucket."""

    forge = "bitbucket"
    kind = "Workspace"
    generated = "team"
    pools = ("NUM_THREADS_BITBUCKET", "NUM_THREADS_BITBUCKET_WATCHERS")

    def edit_lists(self, edit: Any) -> Fault:
        """See the contract."""
        return edited("/2.0/repositories/tiny", edit)

    def total(self, said: int) -> Fault:
        """See the contract."""
        return self.edit_lists(lambda page: page.update(size=said))

    def shapes(self) -> list[tuple[Any, str]]:
        """See the contract."""
        return [
            (lambda page: page.pop("values"), "values is absent"),
            (lambda page: page.update(values={}), "values is not a list"),
            (lambda page: page.update(values=["x"]), "uuid is absent"),
            (lambda page: page.update(size="1"), "size is not a whole number"),
            (lambda page: page.update(next=7), "next is not a string"),
            (lambda page: page.update(size=2**60), "size is out of range"),
            (of_first("values", lambda value: value.pop("uuid")), "uuid is absent"),
            (of_first("values", lambda value: value.update(is_private="no")), "is_private is not true or false"),
            (of_first("values", lambda value: value.update(language=7)), "language is not a string"),
            (of_first("values", lambda value: value.update(parent="x")), "parent is not an object"),
            (of_first("values", lambda value: value["links"]["watchers"].update(href=7)), "href is not a string"),
        ]


class GitLabContract(ForgeContract, ServiceTestCase):
    """Groups of GitLab."""

    forge = "gitlab"
    kind = "Group"
    generated = "group"
    begins_anew = True
    pools = ("NUM_THREADS_GITLAB",)

    def is_list(self, path: str, body: str) -> bool:
        """See the contract."""
        return "query Group" in body or path.endswith("/projects")

    def edit_lists(self, edit: Any) -> Fault:
        """See the contract."""

        def change(body: Any) -> Any:
            edit(body["data"]["group"]["projects"])
            return body

        return Fault("edit", contains="query Group", edit=change)

    def total(self, said: int) -> Fault:
        """See the contract."""
        return Fault("headers", path="/gitlab/api/v4/groups/*/projects", headers={"X-Total": str(said)})

    def shapes(self) -> list[tuple[Any, str]]:
        """See the contract."""
        return [
            (lambda page: page.pop("count"), "count is absent"),
            (lambda page: page.update(count="1"), "count is not a whole number"),
            (lambda page: page.update(nodes=None), "nodes is not a list"),
            (lambda page: page.pop("pageInfo"), "pageInfo is absent"),
            (lambda page: page["pageInfo"].update(more=1), "more is not true or false"),
            (of_first("nodes", lambda node: node.update(id=7)), "id is not a string"),
            (of_first("nodes", lambda node: node.update(id="7")), "id is no global id"),
            (of_first("nodes", lambda node: node.pop("visibility")), "visibility is absent"),
            (of_first("nodes", lambda node: node.update(isForked=None)), "isForked is not true or false"),
            (of_first("nodes", lambda node: node.update(starCount=-1)), "starCount is out of range"),
            (of_first("nodes", lambda node: node.update(topics="x")), "topics is not a list"),
            (of_first("nodes", lambda node: node.update(languages=[{}])), "name is absent"),
            (of_first("nodes", lambda node: node.update(createdAt="yesterday")), "createdAt is not a time"),
            (of_first("nodes", lambda node: node.update(fullPath="other/a")), "is not below the group"),
        ]


class GitLabUsersContract(ForgeContract, ServiceTestCase):
    """Users of GitLab."""

    forge = "gitlab"
    kind = "User"
    generated = "person"
    begins_anew = True
    pools = ("NUM_THREADS_GITLAB",)
    path = "/gitlab/api/v4/users/tiny/projects"

    def edit_lists(self, edit: Any) -> Fault:
        """See the contract."""
        return edited(self.path, edit)

    def total(self, said: int) -> Fault:
        """See the contract."""
        return Fault("headers", path=self.path, headers={"X-Total": str(said)})

    def shapes(self) -> list[tuple[Any, str]]:
        """See the contract."""
        return [
            (lambda rows: rows[0].update(id="7"), "id is not a whole number"),
            (lambda rows: rows[0].pop("path_with_namespace"), "path_with_namespace is absent"),
            (lambda rows: rows[0].pop("namespace"), "namespace is absent"),
            (lambda rows: rows[0]["namespace"].update(kind=7), "kind is not a string"),
            (lambda rows: rows[0]["namespace"].update(full_path="other"), "somebody else"),
            (lambda rows: rows[0]["namespace"].update(full_path=None), "full_path is not a string"),
        ]


class GiteaContract(ForgeContract, ServiceTestCase):
    """Organizations of Gitea and Forgejo."""

    forge = "gitea"
    kind = "Organization"
    generated = "org"
    sizes = (0, 1, 2, 30, 49, 50, 51, 101)
    pools = ("NUM_THREADS_GITEA", "NUM_THREADS_GITEA_LANGUAGES")
    path = "/gitea/api/v1/users/tiny/repos"

    def is_list(self, path: str, body: str) -> bool:
        """See the contract."""
        return path == self.path

    def edit_lists(self, edit: Any) -> Fault:
        """See the contract."""
        return edited(self.path, edit)

    def total(self, said: int) -> Fault:
        """See the contract."""
        return Fault("headers", path="/gitea/api/v1/*", headers={"X-Total-Count": str(said)})

    def shapes(self) -> list[tuple[Any, str]]:
        """See the contract."""
        return [
            (lambda rows: rows.insert(0, None), "a row of page 1 of the list of tiny is null"),
            (lambda rows: rows[0].update(id="7"), "id is not a whole number"),
            (lambda rows: rows[0].pop("owner"), "owner is absent"),
            (lambda rows: rows[0]["owner"].update(login=None), "login is not a string"),
            (lambda rows: rows[0].update(private="no"), "private is not true or false"),
            (lambda rows: rows[0].update(fork=None), "fork is not true or false"),
            (lambda rows: rows[0].update(stars_count=-1), "stars_count is out of range"),
            (lambda rows: rows[0].pop("watchers_count"), "watchers_count is absent"),
            (lambda rows: rows[0].update(topics="x"), "topics is not a list"),
            (lambda rows: rows[0].update(topics=[7]), "topics is not a list of texts"),
            (lambda rows: rows[0].update(created_at="yesterday"), "created_at is not a time"),
        ]


class GiteaUsersContract(GiteaContract):
    """Users of Gitea and Forgejo."""

    kind = "User"
    generated = "person"


class Added(ServiceTestCase):
    """A kind that was added as docs/development.md says."""

    def test_readyz_says_its_own_words(self) -> None:
        without = NoCredentials(True, "shows a few projects without: set GITSAFE_TOKEN.")
        added = replace(KINDS["bitbucket"], name="gitsafe", label="GitSafe", without=without)
        self.enterContext(registered(added))
        self.settings_for_test(BITBUCKET_API_TOKEN="")

        response = requests.get(f"{self.base}/readyz", timeout=10)

        self.assertEqual((response.status_code, response.json()["status"]), (200, "degraded"))
        reasons = response.json()["degraded"]
        self.assertIn("GitSafe has no credentials, and shows a few projects without: set GITSAFE_TOKEN.", reasons)
