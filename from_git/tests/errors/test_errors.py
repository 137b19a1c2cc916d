"""Every error that a client can see; tomorrow's too."""

from unittest import TestCase

from from_git import errors
from from_git.errors import FromGitError, LimitError, MalformedAnswer, UnfinishedError, UpstreamError
from from_git.tests.kit.hosts import host_of
from from_git.values.profile import Profile

PROFILE = Profile(host_of("github"), "spack", "Spack", "https://github.com/Spack")


def _all(kind: type[FromGitError]) -> list[type[FromGitError]]:
    return [kind, *(deeper for sub in kind.__subclasses__() for deeper in _all(sub))]


def _made(kind: type[FromGitError]) -> FromGitError:
    return kind("what happened", 1.2) if issubclass(kind, LimitError | UnfinishedError) else kind("what happened")


class Errors(TestCase):
    """The family tree."""

    def test_each_has_the_members_that_it_says(self) -> None:
        for kind in _all(UpstreamError):
            with self.subTest(kind.__name__):
                error = _made(kind)
                assert isinstance(error, UpstreamError)
                self.assertEqual(tuple(error.about(PROFILE).facts()), kind.members)
                self.assertEqual(kind.members[-1], "host")  # behind what was there before it
                self.assertIn(", ".join(kind.members), errors.__doc__ or "")
                self.assertEqual(_made(kind).facts().get("profile"), None)
                self.assertRegex(error.advice, r"^[A-Z].*\.$")

    def test_each_has_a_status_a_code_and_its_place_in_the_drawing(self) -> None:
        for kind in _all(FromGitError)[1:]:
            with self.subTest(kind.__name__):
                self.assertRegex(errors.__doc__ or "", rf"{kind.__name__} +{kind.status} +{kind.code}")
                code = "ERR3" if kind.status < 500 else "ERRX" if kind.status == 500 else "ERR2"
                self.assertEqual(kind.code, code)

    def test_each_upstream_error_names_the_forge_and_the_profile_as_asked(self) -> None:
        for kind in _all(UpstreamError):
            with self.subTest(kind.__name__):
                error = _made(kind)
                assert isinstance(error, UpstreamError)
                cause = ValueError()
                error.__cause__ = cause
                named = error.about(PROFILE)

                self.assertIs(type(named), kind)
                self.assertIs(named.__cause__, cause)
                self.assertIn("No answer from GitHub for https://github.com/Spack: ", named.message)
                self.assertIn("what happened", named.message)
                self.assertEqual((named.facts()["upstream"], named.facts()["host"]), ("github", "github.com"))
                self.assertIsNone(error.profile)

    def test_a_limit_is_rounded_up_to_whole_seconds_and_never_zero(self) -> None:
        for seconds, shown, words in [
            (0.0, 1, "Ask again in 1 second."),
            (0.2, 1, "Ask again in 1 second."),
            (1.0, 1, "Ask again in 1 second."),
            (1.01, 2, "Ask again in 2 seconds."),
            (3600, 3600, ", in 60 minutes."),
        ]:
            with self.subTest(seconds):
                error = LimitError("used up.", seconds).about(PROFILE)
                self.assertEqual(error.retry_after, shown)
                self.assertEqual(error.facts(), {"upstream": "github", "retryAfter": shown, "host": "github.com"})
                self.assertIn(words, error.advice)

    def test_other_errors_do_not_ask_to_come_back(self) -> None:
        self.assertIsNone(MalformedAnswer("data is absent").retry_after)
