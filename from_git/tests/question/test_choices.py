"""Filters and tables: what may be asked for, and one message that names all that may not."""

from itertools import chain
from typing import Any
from unittest import TestCase

from from_git.errors import RequestError
from from_git.forges.registry import KINDS
from from_git.question.choices import Table, filter_asked, refuse_untold, table_asked
from from_git.question.fields import NAMED
from from_git.tests.kit.hosts import host_of
from from_git.values.filters import ALL, Filter
from from_git.values.profile import Profile

NOW = 1_700_000_000.75
WRONG: dict[str, tuple[object, ...]] = {
    "forks": (
        "",
        " ",
        "No",
        "ONLY",
        "yes",
        "true",
        "false",
        "0",
        "no,only",
        "no ",
        "\x1b[31m",
        "n" * 5_000,
        1,
        None,
        True,
    ),
    "archived": ("", "No", "false", "all", "only;", ["no"], {"no": "no"}),
    "active": (
        *("", " ", "0", "00", "-1", "+1", "1.5", "1e3", "007", "36501", "99999999999999999999", "\u0663", "9\n"),
        *("90d", "0x10", "1_000", "\uff19", True, False, 0, -1, 36_501, 1.5, 1e300, 10**400, None, [90]),
    ),
}
"""By parameter: what it does not take, in an address or in a body."""


def profile(kind: str, owner: str) -> Profile:
    """A profile on the first host of a kind."""
    return Profile(host_of(KINDS[kind]), owner, owner, f"https://{KINDS[kind].host}/{owner}")


class Filters(TestCase):
    """From parameters to a filter."""

    def test_each_value_is_understood(self) -> None:
        asked: list[tuple[dict[str, list[object]], Filter]] = [
            ({}, ALL),
            ({"forks": ["no"]}, Filter(forks="no")),
            ({"forks": ["only", "only"], "archived": ["no"]}, Filter("only", "no")),
            ({"archived": ["only"]}, Filter(archived="only")),
            ({"active": ["1"]}, Filter(pushed_since=1_699_913_600, active=1)),
            (
                {"active": ["36500", 36_500, 36_500.0]},
                Filter(pushed_since=1_700_000_000 - 36_500 * 86_400, active=36_500),
            ),
        ]
        for given, wanted in asked:
            with self.subTest(given):
                self.assertEqual(filter_asked(given, NOW), wanted)

    def test_every_wrong_form_is_refused_and_named(self) -> None:
        for name, values in WRONG.items():
            for value in values:
                with self.subTest(name=name, value=value), self.assertRaises(RequestError) as caught:
                    filter_asked({name: [value]}, NOW)
                self.assertEqual([one.subject for one in caught.exception.parameters], [name])
                self.assertLess(len(caught.exception.message), 400)
                self.assertTrue(caught.exception.message.isprintable())

    def test_all_wrong_ones_are_named_together_and_two_values_of_one_are_wrong(self) -> None:
        with self.assertRaises(RequestError) as caught:
            filter_asked({"active": ["0"], "forks": ["no", "only"], "archived": ["no", "x"]}, NOW)

        found = caught.exception
        self.assertEqual([one.subject for one in found.parameters], ["forks", "archived", "active"])
        self.assertEqual(
            found.message,
            "forks is there twice: 'no' and 'only'. archived takes no or only, not 'x'."
            " active takes whole days from 1 to 36,500, not '0'.",
        )

    def test_a_list_of_any_length_makes_no_long_message_and_an_empty_one_is_no_filter_that_was_left_out(self) -> None:
        for values, said in (
            (range(1, 36_000), "active is there twice: '1' and '2'."),
            ([], "active is there without a value."),
            ([1.5], "active takes whole days from 1 to 36,500, not '1.5'."),
        ):
            with self.subTest(said), self.assertRaises(RequestError) as caught:
                filter_asked({"active": list(values)}, NOW)
            self.assertEqual(caught.exception.message, said)

    def test_it_says_itself_as_parameters_and_in_words(self) -> None:
        whole = Filter("no", "only", 0, 1)
        self.assertEqual(whole.facts(), {"forks": "no", "archived": "only", "active": 1})
        self.assertEqual(whole.query, "forks=no&archived=only&active=1")
        self.assertEqual(whole.words, "no forks, archived only and pushed to in the last day")
        self.assertEqual(
            Filter("only", "no", 0, 1_000).words, "forks only, none archived and pushed to in the last 1,000 days"
        )
        self.assertEqual((ALL.facts(), ALL.query, ALL.words, bool(ALL), bool(whole)), ({}, "", "", False, True))


class Untold(TestCase):
    """Filters on what a forge does not tell."""

    def test_each_kind_is_asked_for_what_it_tells_alone(self) -> None:
        told = {name: kind.tells.filters for name, kind in KINDS.items()}
        self.assertEqual(told["github"], {"forks", "archived", "active"})
        self.assertEqual(told["bitbucket"], {"forks"})
        for name, kind in KINDS.items():
            for given in ({"forks": ["no"]}, {"archived": ["no"]}, {"active": ["9"]}):
                wanted = filter_asked(given, NOW)
                with self.subTest(kind=name, given=given):
                    if set(given) <= kind.tells.filters:
                        refuse_untold([profile(name, "one")], wanted)
                    else:
                        with self.assertRaises(RequestError):
                            refuse_untold([profile(name, "one")], wanted)

    def test_the_first_profiles_are_named_with_what_their_forge_does_not_tell(self) -> None:
        many = [profile("bitbucket", f"team-{number}") for number in range(NAMED + 2)]
        wanted = filter_asked({"archived": ["no"], "active": ["9"], "forks": ["no"]}, NOW)
        with self.assertRaises(RequestError) as caught:
            refuse_untold(chain([profile("github", "one")], many), wanted)

        error = caught.exception
        self.assertEqual([one.subject for one in error.urls], [one.url for one in many[:NAMED]])
        self.assertEqual(
            error.urls[0].reason,
            "Bitbucket does not tell which repositories are archived and when a repository was pushed to",
        )
        self.assertEqual((error.urls_more, [one.subject for one in error.parameters]), (2, ["archived", "active"]))
        self.assertIn("So are 2 more profiles.", error.message)
        self.assertEqual(error.advice, "Leave out archived and active, or ask without these profiles.")

    def test_all_forges_that_do_not_tell_it_are_named_once(self) -> None:
        asked = [profile(kind, owner) for kind in ("gitlab", "bitbucket", "github") for owner in ("one", "two")]
        with self.assertRaises(RequestError) as caught:
            refuse_untold(asked, filter_asked({"active": ["9"]}, NOW))

        (complaint,) = caught.exception.parameters
        said = "cannot be used here: Bitbucket and GitLab do not tell when a repository was pushed to"
        self.assertEqual(complaint.reason, said)


class Tables(TestCase):
    """What a CSV is to be."""

    def test_each_value_is_understood(self) -> None:
        self.assertEqual(table_asked({}, "json"), Table())
        self.assertEqual(table_asked({"rows": ["repositories"]}, "csv"), Table(repositories=True))
        self.assertEqual(table_asked({"bom": ["1", "1"], "rows": ["repositories"]}, "csv"), Table(True, True))

    def test_every_wrong_form_is_refused_and_named(self) -> None:
        cases: list[tuple[str, Any, str]] = [
            *(("rows", value, "csv") for value in ("", "profiles", "Repositories", "repositories ", "1")),
            *(("bom", value, "csv") for value in ("", "0", "true", "2", "01")),
            *(("rows", "repositories", format) for format in ("json", "api", "xlsx", "html")),
            *(("bom", "1", format) for format in ("json", "api", "xlsx", "html")),
        ]
        for name, value, format in cases:
            with self.subTest(name=name, value=value, format=format), self.assertRaises(RequestError) as caught:
                table_asked({name: [value]}, format)
            self.assertEqual([one.subject for one in caught.exception.parameters], [name])
