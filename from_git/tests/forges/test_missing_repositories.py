"""Repositories that their forge goes on listing and never finds."""

from typing import Any
from unittest import TestCase
from urllib.parse import quote

from emulator import Fault, Owner, Repository
from emulator.bitbucket.shapes import workspace_uuid
from from_git import forges
from from_git.aggregator import Asking, aggregate
from from_git.errors import MalformedAnswer
from from_git.kept.codec import decoded, encoded
from from_git.serializers import answer_body
from from_git.tests.kit.finds import head_of, with_head
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.found import Fetched, Found
from from_git.values.profile import Profile
from from_git.values.rows import Rows

GITHUB, BITBUCKET = "https://github.com/Tiny", "https://bitbucket.org/tiny"


class LostTestCase(ServiceTestCase):
    """Owners of which some repositories are lost."""

    def setUp(self) -> None:
        """No owner of a test before."""
        super().setUp()
        for forge in ("github", "bitbucket"):
            self.world.remove(forge, "tiny")

    def add(self, forge: str, number: int, login: str = "Tiny") -> list[Repository]:
        """Give the forge an owner of so many repositories."""
        repositories = [Repository(f"r{n:03}", watchers=2**n % 97, stars=n, languages={"C": 1}) for n in range(number)]
        kind = "Organization" if forge == "github" else "Workspace"
        self.world.add(Owner(forge, login if forge == "github" else login.lower(), kind, repositories))
        return repositories

    def lose(self, *names: str, owner: str = "tiny") -> None:
        """Have these repositories listed and not found."""
        # one fault strikes a call, so they are told apart by the paths or queries that hold them
        for name in names:
            self.emulator.faults.add(Fault("lost", path=f"*/{owner}/{name}/*", owner=owner, repository=name))

    def lose_at_github(self, name: str, owner: str = "tiny") -> None:
        """Have this repository listed by GitHub and not found."""
        self.emulator.faults.add(Fault("lost", path="/graphql", owner=owner, repository=name))

    def sum_without(self, forge: str, *names: str) -> dict[str, Any]:
        """What the owner's other repositories add up to."""
        owner = self.world.owner(forge, "tiny")
        assert owner is not None
        left = [one for one in owner.repositories if one.name not in names]
        self.world.add(Owner(forge, "left", owner.kind, left))
        self.addCleanup(self.world.remove, forge, "left")
        return self.world.sum([(forge, "left")])


class AtGitHub(LostTestCase):
    """By their ids."""

    def test_one_of_any_number_stands_in_missing_by_its_url_and_adds_nothing(self) -> None:
        for number, lost in ((1, "r000"), (3, "r001"), (30, "r029"), (31, "r030"), (333, "r332"), (333, "r000")):
            with self.subTest(number=number, lost=lost):
                self.emulator.faults.clear()
                self.add("github", number)
                self.lose_at_github(lost)

                body = self.answer(GITHUB)

                self.assertEqual(body["missing"], [f"https://github.com/Tiny/{lost}"])
                self.assertEqual(body["data"], self.sum_without("github", lost))

    def test_one_with_many_languages_is_lost_too(self) -> None:
        self.world.add(Owner("github", "Tiny", "User", [Repository("a", languages={f"L{n}": 1 for n in range(60)})]))
        lost = Fault("lost", path="/graphql", contains="query Names", owner="tiny", repository="a")
        self.emulator.faults.add(lost)

        body = self.answer(GITHUB)

        self.assertEqual((body["missing"], body["data"]["originalRepos"]), (["https://github.com/Tiny/a"], 0))

    def test_one_that_is_lost_for_a_moment_counts(self) -> None:
        self.add("github", 31)
        self.emulator.faults.add(Fault("lost", contains="query Details", owner="tiny", repository="r030", times=1))

        self.assert_exact(("github", "tiny"))

    def test_one_that_is_private_is_not_named(self) -> None:
        self.add("github", 31)

        def hide(body: Any) -> Any:
            for node in body["data"].get("nodes", ()):
                node["isPrivate"] = True
            return body

        self.emulator.faults.add(Fault("edit", path="/graphql", edit=hide))

        self.assertEqual(self.answer(GITHUB)["missing"], [])

    def test_one_that_is_null_without_a_word_is_an_error(self) -> None:
        self.add("github", 3)

        def drop(body: Any) -> Any:
            body["data"]["repositoryOwner"]["detailed"]["nodes"][0] = None
            return body

        self.emulator.faults.add(Fault("edit", path="/graphql", edit=drop))

        self.failure(502, GITHUB)


class AtBitbucket(LostTestCase):
    """By their watchers."""

    def test_they_stand_in_missing_by_their_urls_and_add_nothing(self) -> None:
        for number, lost in ((1, ["r000"]), (20, ["r017", "r003"]), (150, ["r149", "r099"])):
            with self.subTest(number=number):
                self.emulator.faults.clear()
                self.add("bitbucket", number)
                self.lose(*lost)

                body = self.answer(BITBUCKET)

                self.assertEqual(body["missing"], [f"https://bitbucket.org/tiny/{name}" for name in sorted(lost)])
                self.assertEqual(body["data"], self.sum_without("bitbucket", *lost))

    def test_one_that_is_gone_from_the_last_reading_is_not_named(self) -> None:
        self.add("bitbucket", 5)
        self.lose("r004")
        owner = self.world.owner("bitbucket", "tiny")
        assert owner is not None
        lists: list[str] = []

        def delete(upstream: str, path: str, body: str) -> None:
            lists.extend([path] * path.endswith("/tiny"))
            if len(lists) == 2:
                self.world.add(Owner("bitbucket", "tiny", "Workspace", owner.repositories[:-1]))

        self.emulator.before_call(delete)
        self.addCleanup(self.emulator.before_call, None)

        body = self.answer(BITBUCKET)

        self.assertEqual((body["missing"], body["data"]["originalRepos"]), ([], 4))


class Together(LostTestCase):
    """Their place among the missing profiles."""

    def test_they_come_after_the_missing_profiles_by_profile_asked_and_url(self) -> None:
        self.add("bitbucket", 5)
        self.add("github", 5)
        self.lose("r003", "r001")
        self.lose_at_github("r002")
        nobody = "https://github.com/nobody-at-all"

        body = self.answer(BITBUCKET, nobody, GITHUB)

        lost = ["https://bitbucket.org/tiny/r001", "https://bitbucket.org/tiny/r003", "https://github.com/Tiny/r002"]
        self.assertEqual(body["missing"], [nobody, *lost])

    def test_they_are_kept_with_the_profile(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        self.add("github", 5)
        self.lose_at_github("r002")
        first = self.answer(GITHUB)
        self.emulator.meter.reset()

        second = self.answer(GITHUB)

        self.assertEqual((second, self.emulator.meter.snapshot()["github"].calls), (first, 0))
        self.assertEqual(second["missing"], ["https://github.com/Tiny/r002"])

    def test_their_urls_begin_with_the_host_of_profile_urls(self) -> None:
        self.settings_for_test(GITHUB_HOST="git.example.org")
        self.add("github", 5)
        self.lose_at_github("r002")

        self.assertEqual(self.answer("https://git.example.org/tiny")["missing"], ["https://git.example.org/Tiny/r002"])


class Encoded(TestCase):
    """What a shared cache tells of them."""

    def test_they_come_back_and_nonsense_is_as_if_nothing_had_been_kept(self) -> None:
        found = Found("Workspace", Rows(), ("tiny/a", "tiny/b"), "tiny")
        value = encoded(Fetched(found, 9.5, 9.5))
        assert isinstance(value, bytes)
        head = head_of(value)

        self.assertEqual(decoded(value), Fetched(found, 9.5, 9.5))
        for name, nonsense in (
            *(("missing", one) for one in (None, 7, "tiny/a", [7], ["tiny/b", "tiny/a"], ["a", "a"], {"tiny/a": 1})),
            *(("identity", one) for one in (7, [], ["tiny"])),
        ):
            with self.subTest(name, nonsense=nonsense):
                self.assertIsNone(decoded(with_head(value, {**head, name: nonsense})))
        self.assertIsNone(decoded(with_head(value, {key: head[key] for key in head if key != "missing"})))


class SameWorkspace(LostTestCase):
    """A workspace that is asked for by its name and by its UUID."""

    def setUp(self) -> None:
        """Two names of one workspace."""
        super().setUp()
        host = forges.hosts()["bitbucket.org"]
        self.name = Profile(host, "tiny", "tiny", BITBUCKET)
        uuid = workspace_uuid("tiny")
        self.uuid = Profile(host, uuid.lower(), uuid.upper(), f"https://bitbucket.org/{quote(uuid.upper())}/")

    def test_it_counts_once_by_its_first_name(self) -> None:
        for number in (1, 150):
            for profiles in ([self.name, self.uuid], [self.uuid, self.name], [self.uuid]):
                with self.subTest(number=number, first=profiles[0].owner, names=len(profiles)):
                    self.add("bitbucket", number)
                    self.emulator.faults.clear()
                    self.lose("r000")
                    self.emulator.faults.add(
                        Fault("lost", path=f"*/{quote(self.uuid.key)}/r000/*", owner="tiny", repository="r000")
                    )

                    answer = aggregate(profiles, Asking(30.0, "REQUEST_DEADLINE"))

                    body = answer_body(answer, {"profiles"})
                    self.assertEqual(body["data"], self.sum_without("bitbucket", "r000"))
                    self.assertEqual(body["missing"], ["https://bitbucket.org/tiny/r000"])
                    self.assertEqual([row["url"] for row in body["profiles"]], [profiles[0].url])

    def test_a_client_that_asks_by_both_gets_it_once(self) -> None:
        self.add("bitbucket", 5)

        body = self.answer(self.uuid.url, BITBUCKET)

        self.assertEqual((body["data"], body["missing"]), (self.world.sum([("bitbucket", "tiny")]), []))

    def test_an_absent_one_is_missing_by_each_of_its_names(self) -> None:
        answer = aggregate([self.name, self.uuid], Asking(30.0, "REQUEST_DEADLINE"))

        self.assertEqual(answer_body(answer)["missing"], [self.name.url, self.uuid.url])

    def test_names_of_repositories_that_bitbucket_leaves_out_are_an_error_where_they_are_needed(self) -> None:
        self.add("bitbucket", 2)

        def nameless(body: Any) -> Any:
            return {**body, "values": [{**one, "full_name": None} for one in body["values"]]}

        self.emulator.faults.add(Fault("edit", path="/2.0/repositories/*", contains="pagelen=100", edit=nameless))

        self.assertEqual(aggregate([self.name], Asking(30.0, "REQUEST_DEADLINE")).stats.original_repos, 2)
        with self.assertRaisesRegex(MalformedAnswer, "full_name is absent"):
            aggregate([self.uuid], Asking(30.0, "REQUEST_DEADLINE"))
