"""GitHub beyond the contract of all forges: what counts, and the token."""

from typing import Any

from emulator import Owner, Repository
from from_git.forges.github.queries import SIZES
from from_git.logfacts import facts_of
from from_git.tests.kit.github import GitHubTestCase, ids_in


class Numbers(GitHubTestCase):
    """What is counted."""

    def test_recorded_organizations_of_all_sizes_add_up(self) -> None:
        for login in ("spack", "mfem", "flux-framework", "dsacms", "cmsgov", "betagouv", "adobe", "sandialabs"):
            with self.subTest(login):
                self.assert_exact(("github", login))

    def test_a_user_is_a_profile_too(self) -> None:
        self.add(Repository("a", stars=3), kind="User")

        self.assert_exact(("github", "tiny"))
        self.assert_exact(("github", "user-12"))

    def test_every_language_counts_beyond_the_first_20_and_beyond_100(self) -> None:
        for number in (39, 40, 41, 99, 100, 101, 130, 250):
            with self.subTest(number):
                self.add(Repository("a", languages={f"L{n}": n for n in range(number)}, topics=("t",)), Repository("b"))
                body = self.assert_exact(("github", "tiny"))
                self.assertEqual(body["data"]["langsNum"], number)

    def test_every_topic_counts(self) -> None:
        self.add(Repository("a", topics=[f"t{n}" for n in range(20)]), Repository("b", topics=["t0", "z"]))

        self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["topicsNum"], 21)

    def test_the_same_language_twice_and_sizes_over_2_to_the_31_are_no_trouble(self) -> None:
        self.add(Repository("a", languages=[("Python", 1), ("HTML", 2**33), ("Python", 2)]))

        self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["langs"], ["html", "python"])

    def test_repositories_of_others_where_the_owner_collaborates_do_not_count(self) -> None:
        self.world.add(Owner("github", "other", "User", [Repository("theirs", stars=9)]))
        self.world.add(Owner("github", "tiny", "User", [Repository("a")], collaborations=(("other", "theirs"),)))

        self.assert_exact(("github", "tiny"))

    def test_repositories_of_the_same_second_are_neither_lost_nor_doubled(self) -> None:
        self.add(
            *(Repository(f"r{n}", watchers=1, created_at="2020-01-01T00:00:00Z") for n in range(2 * SIZES.first + 1))
        )

        self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["watchers"], 2 * SIZES.first + 1)

    def test_every_topic_counts_beyond_the_first_20_and_beyond_100(self) -> None:
        for number in (20, 21, 100, 101, 130):
            with self.subTest(number):
                self.add(Repository("a", topics=[f"t{n}" for n in range(number)], languages={"C": 1}), Repository("b"))
                self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["topicsNum"], number)

    def test_many_repositories_with_more_names_than_details_show_all_count(self) -> None:
        languages = [{f"L{n}": n for n in range(30 + number % 40)} for number in range(2 * SIZES.listed)]
        self.add(*(Repository(f"r{number}", languages=one, watchers=1) for number, one in enumerate(languages)))

        for threads in (1, 8):
            with self.subTest(threads=threads):
                self.settings_for_test(NUM_THREADS_GITHUB=threads)
                self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["langsNum"], 69)

    def test_a_repository_that_comes_twice_in_a_list_counts_once(self) -> None:
        self.add(*(Repository(f"r{n}", watchers=1) for n in range(SIZES.first + 2)))

        def double(data: Any) -> None:
            for key in ("detailed", "repositories"):
                nodes = data["repositoryOwner"][key]["nodes"]
                nodes.extend((nodes[0], nodes[-1]))

        self.edit(double)
        bodies = self.change((), lambda *_: False)

        self.assert_exact(("github", "tiny"))
        self.assertEqual([len(ids_in(body)) for body in bodies], [0, 2])

    def test_null_edges_of_a_repository_without_languages_are_none(self) -> None:
        self.add(Repository("a"))
        self.edit(lambda data: data["repositoryOwner"]["detailed"]["nodes"][0]["languages"].update(edges=None))

        self.assert_exact(("github", "tiny"))


class Credentials(GitHubTestCase):
    """The token."""

    def test_without_a_token_github_is_a_clear_error_without_a_call_and_bitbucket_works(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="")

        failure = self.failure(502, "https://github.com/spack")

        self.assertIn("GITHUB_API_TOKEN is not set", failure["message"])
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)
        self.assert_exact(("bitbucket", "mailchimp"))

    def test_a_refused_token_is_a_clear_error_that_does_not_show_it(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="ghp_not-a-good-one")

        response = self.ask("https://github.com/spack")

        self.assertEqual(response.status_code, 502)
        self.assertIn("it refused our token (401)", response.json()["message"])
        self.assertNotIn("not-a-good-one", response.text)

    def test_a_forge_that_repeats_our_token_does_not_make_us_show_it(self) -> None:
        body = b'{"message": "token %s is not welcome"}' % self.emulator["github"].credentials["token"].encode()
        self.fault("status", status=403, body=body)

        with self.assertLogs("from_git", "WARNING") as logs:
            response = self.ask(self.url)

        self.assertIn("token *** is not welcome", response.json()["message"])
        written = response.text + str(logs.output) + str([facts_of(one) for one in logs.records])
        self.assertNotIn(self.emulator["github"].credentials["token"], written)

    def test_a_token_of_any_length_and_alphabet_is_sent_as_it_is(self) -> None:
        for token in ("ghs_12345_" + "eyJ.x-y_z." * 52, "github_pat_" + "A" * 82):
            with self.subTest(token[:12]):
                self.settings_for_test(GITHUB_API_TOKEN=token)
                self.assertEqual(self.failure(502, self.url)["upstream"], "github")
