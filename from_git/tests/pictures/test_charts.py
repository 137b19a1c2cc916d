"""Charts, and in every picture missing profiles, old numbers and errors."""

import re
from dataclasses import replace
from unittest import TestCase

from from_git.errors import (
    DeadlineError,
    FromGitError,
    OwnFault,
    RequestError,
    ServerFull,
    kinds,
)
from from_git.pictures import PICTURES, WIDTH, Look, badge, text, words
from from_git.pictures.drawing import HEADING, MARGIN, SMALL
from from_git.tests.kit.hosts import host_of
from from_git.tests.pictures.test_pictures import (
    EMPTY,
    ERROR,
    LONG,
    NOBODY,
    NONE,
    NOW,
    OLD,
    PLAIN,
    SPACK,
    SVG,
    TEAM,
    answer,
    described,
    named,
    profile,
    read,
    shown,
)
from from_git.values.profile import Profile
from from_git.values.stats import Language, Stats


class Charts(TestCase):
    """Languages, topics and repositories."""

    def test_ten_names_are_shown_the_most_frequent_first_and_the_others_counted(self) -> None:
        names = [f"n{number:02}" for number in range(33)]
        for chart in ("langs", "topics"):
            with self.subTest(chart):
                lines = shown(PICTURES[chart].of(answer({SPACK: named(*names)}), NOW))
                self.assertEqual([line for line in lines if re.fullmatch(r"n\d\d", line)], names[:10])
                self.assertIn("and 23 more", lines)
                self.assertIn("33", lines)

    def test_a_bar_is_as_long_as_its_number_of_all_bars(self) -> None:
        svg = read(PICTURES["topics"].of(answer({SPACK: Stats(9, topics={"a": 100, "b": 50, "c": 25})}), NOW))
        long = [int(one.get("width", 0)) for one in svg.iter(f"{SVG}rect") if one.get("class") == "c0"]
        self.assertEqual([round(100 * one / long[0]) for one in long], [100, 50, 25])
        self.assertGreater(long[0], 350)  # what name and number leave of the width

    def test_shares_of_bytes_stand_where_a_forge_knows_them(self) -> None:
        langs = {
            "c": Language(5, 750),
            "go": Language(3, 235),
            "js": Language(3, 14),
            "sh": Language(2, 1),
            "perl": Language(1, None),
        }
        svg = PICTURES["langs"].of(answer({SPACK: Stats(9, langs=langs)}), NOW)
        self.assertEqual([one for one in shown(svg) if "%" in one], ["75 %", "24 %", "1 %", "< 1 %"])
        self.assertIn("c: 5 repositories, 75 % of all bytes; ", described(svg))
        self.assertIn("sh: 2 repositories, less than 1 % of all bytes; perl: 1 repository.", described(svg))
        without = PICTURES["langs"].of(answer({TEAM: Stats(9, langs={"perl": Language(1, None)})}), NOW)
        self.assertNotIn("Share of bytes", shown(without))

    def test_repositories_are_shown_for_each_profile_and_in_all(self) -> None:
        svg = PICTURES["repos"].of(PLAIN, NOW)
        self.assertEqual([line for line in shown(svg) if " = " in line], ["18 = 13 + 5", "10 = 7 + 3", "8 = 6 + 2"])
        self.assertTrue({"Total", "spack", "mailchimp", "13 original", "5 forked"} <= set(shown(svg)))
        self.assertIn("Total: 13 original and 5 forked; mailchimp: 7 original and 3 forked;", described(svg))

    def test_each_bar_says_what_it_is_where_a_mouse_points(self) -> None:
        titles = {
            "langs": "python: 3 repositories, 50 % of all bytes",
            "topics": "python: 3 repositories",
            "repos": "mailchimp: 7 original and 3 forked",
        }
        for name, title in titles.items():
            svg = PICTURES[name].of(PLAIN, NOW)
            self.assertIn(title, [one.text for one in read(svg).iter(f"{SVG}title")])
            self.assertIn(title, described(svg))

    def test_nearly_all_and_nearly_nothing_are_neither_all_nor_nothing(self) -> None:
        langs = {"c": Language(2, 9_980), "go": Language(1, 20)}
        svg = PICTURES["langs"].of(answer({SPACK: Stats(9, langs=langs)}), NOW)
        self.assertEqual([one for one in shown(svg) if "%" in one], ["> 99 %", "< 1 %"])
        self.assertIn("c: 2 repositories, more than 99 % of all bytes; go: 1 repository, less than 1 %", described(svg))

    def test_one_in_a_hundred_is_told_and_of_no_bytes_there_are_no_shares(self) -> None:
        self.assertEqual(
            (text.percent(1, 100), text.percent(995, 1_000), text.percent(1, 1)), ("1 %", "> 99 %", "100 %")
        )
        svg = PICTURES["langs"].of(answer({SPACK: Stats(2, langs={"text": Language(2, 0)})}), NOW)
        self.assertNotIn("%", "".join(shown(svg)))

    def test_the_head_of_the_shares_has_room_beside_the_line_below_the_heading(self) -> None:
        for wide in (300, 480):
            lines = shown(PICTURES["langs"].of(PLAIN, NOW, Look(width=wide)))
            said = next(one for one in lines if one.startswith("By number"))
            self.assertLessEqual(text.width(said + "Share of bytes", SMALL), wide - 2 * MARGIN)

    def test_what_there_is_none_of_has_no_bar(self) -> None:
        svg = read(PICTURES["repos"].of(answer({SPACK: Stats(9, 0), TEAM: Stats(0, 1)}), NOW))
        bars = [one.get("class") for one in svg.iter(f"{SVG}rect") if one.get("class") in ("c0", "edge")]
        self.assertEqual(bars, ["c0", "edge", "c0", "edge", "c0", "edge"])  # the legend, the total, and one each

    def test_many_profiles_are_the_largest_ones_and_how_many_more_there_are(self) -> None:
        svg = PICTURES["repos"].of(answer({profile(f"o{n:02}"): Stats(n + 1) for n in range(20)}), NOW)
        self.assertEqual(
            [one for one in shown(svg) if re.fullmatch(r"o\d\d", one)], [f"o{n}" for n in range(19, 12, -1)]
        )
        self.assertIn("and 13 more profiles", shown(svg))

    def test_one_name_at_two_forges_is_told_apart(self) -> None:
        both = answer({profile("mailchimp"): Stats(2), TEAM: Stats(1)})
        self.assertTrue({"mailchimp (GitHub)", "mailchimp (Bitbucket)"} <= set(shown(PICTURES["repos"].of(both, NOW))))

    def test_one_name_at_two_hosts_of_a_kind_is_told_apart(self) -> None:
        hosts = [
            replace(host_of("github", name), label=f"GitHub at {name}") for name in ("ghe.a", "a-long-name.example")
        ]
        found = {Profile(host, "mailchimp", "mailchimp", host.site): Stats(2) for host in hosts}
        svg = PICTURES["repos"].of(answer({profile("mailchimp"): Stats(1), **found}), NOW)
        names = [line for line in shown(svg) if line.endswith(")")]
        self.assertEqual(names, ["mailchimp (a-long-na…)", "mailchimp (ghe.a)", "mailchimp (GitHub)"])

    def test_nothing_to_show_is_said_in_a_sentence(self) -> None:
        for chart, sentence in {"langs": "No languages", "topics": "No topics", "repos": "No repositories"}.items():
            self.assertIn(sentence, shown(PICTURES[chart].of(EMPTY, NOW)))
            self.assertIn("spack", described(PICTURES[chart].of(EMPTY, NOW)))


class Missing(TestCase):
    """Profiles that do not exist."""

    def test_the_missing_are_named_as_asked_without_scheme_and_query(self) -> None:
        for url in ("https://github.com/Nobody?tab=stars#top", "github.com/Nobody#top", "http://github.com/Nobody"):
            one = answer({SPACK: Stats(1)}, (replace(NOBODY, url=url),))
            self.assertEqual(shown(PICTURES["card"].of(one, NOW))[-1], "no such profile: github.com/Nobody")

    def test_of_many_missing_ones_as_many_are_named_as_have_room_and_in_the_description_twenty(self) -> None:
        gone = tuple(profile(f"a{number}") for number in range(25))
        for missing, said in {
            gone[:2]: "no such profiles: github.com/a0 and github.com/a1",
            gone[:6]: "no such profiles: github.com/a0, github.com/a1 and 4 more",
            gone: "no such profiles: github.com/a0, github.com/a1 and 23 more",
        }.items():
            svg = PICTURES["card"].of(answer({SPACK: Stats(1)}, missing), NOW)
            self.assertEqual(shown(svg)[-1], said)
        self.assertIn("github.com/a19 and 5 more.", described(svg))

    def test_where_nobody_exists_every_picture_says_so(self) -> None:
        for name, picture in PICTURES.items():
            with self.subTest(name):
                lines = shown(picture.of(NONE, NOW))
                self.assertIn("No such profile", lines)
                self.assertIn("github.com/nobody does not exist.", lines)


class LastGood(TestCase):
    """Numbers of a forge that gives no new ones."""

    def test_every_picture_says_whose_they_are_and_how_old(self) -> None:
        for name, picture in PICTURES.items():
            with self.subTest(name):
                svg = picture.of(OLD, NOW)
                line = "GitHub gives no new numbers; as of 13:31 UTC, 2 h ago"
                self.assertIn(line, shown(svg))
                self.assertIn(f"{line}.", described(svg))

    def test_a_line_that_matters_stands_out(self) -> None:
        for one, kinds_of_lines in ((OLD, ["warn"]), (PLAIN, ["soft", "warn"]), (EMPTY, ["soft"])):
            for name, picture in PICTURES.items():
                with self.subTest(name):
                    texts = [*read(picture.of(one, NOW)).iter(f"{SVG}text")]
                    self.assertEqual([line.get("class") for line in texts[-len(kinds_of_lines) :]], kinds_of_lines)

    def test_the_oldest_of_the_old_ones_counts_and_another_day_is_named(self) -> None:
        two = answer({SPACK: Stats(1), TEAM: Stats(1)}, old=(SPACK, TEAM), age=90_000)
        svg = PICTURES["card"].of(two, NOW)
        since = "no new numbers; as of 2026-11-27 14:33 UTC, 25 h ago"
        self.assertIn(f"N{since[1:]}", shown(svg))  # what does not fit is in the description
        self.assertIn(f"GitHub and Bitbucket give {since}.", described(svg))
        newer = replace(OLD, fetched={**OLD.fetched, TEAM: replace(OLD.fetched[TEAM], oldest=NOW - 99_999)})
        self.assertIn("2 h ago", " ".join(shown(PICTURES["card"].of(newer, NOW))))

    def test_ages_have_their_largest_unit(self) -> None:
        for seconds, said in {
            -5: "0 s ago",
            59.9: "59 s ago",
            60: "1 min ago",
            3_599: "59 min ago",
            3_600: "1 h ago",
            172_799: "47 h ago",
            172_800: "2 days ago",
        }.items():
            self.assertEqual(words.age(seconds), said)

    def test_a_badge_has_the_age_beside_the_value(self) -> None:
        older = replace(OLD, fetched={**OLD.fetched, TEAM: replace(OLD.fetched[TEAM], oldest=NOW - 99_999)})
        for one in (OLD, older):
            self.assertEqual(badge("watchers", one, NOW)["message"], "1,246 (2 h ago)")
        self.assertNotIn("isError", badge("watchers", OLD, NOW))


class Failed(TestCase):
    """Errors."""

    def test_a_picture_shows_the_message_and_has_all_of_it_in_its_description(self) -> None:
        for name, picture in PICTURES.items():
            with self.subTest(name):
                lines = shown(picture.of_error(ERROR))
                self.assertEqual(lines[:2], ["!", "GitHub: rate limit"])
                self.assertEqual(" ".join(lines[2:]), f"{ERROR.message} {ERROR.advice}")
                self.assertIn("a profile. …", " ".join(shown(picture.of_error(LONG))))
                self.assertEqual(described(picture.of_error(LONG)), f"{LONG.message} {LONG.advice}")

    def test_every_error_has_its_words(self) -> None:
        self.assertEqual(words.short(ERROR), "GitHub: rate limit")
        self.assertEqual(words.short(DeadlineError("x").about(TEAM)), "Bitbucket: timed out")
        self.assertEqual(
            [words.short(one) for one in (RequestError("x"), OwnFault(), ServerFull(3))],
            ["bad request", "internal error", "server busy"],
        )
        for kind in kinds():
            with self.subTest(kind.__name__):
                self.assertTrue(any(one in words.SHORT for one in kind.__mro__))
                self.assertTrue(kind in words.SHORT or kind.__mro__[1] is not FromGitError)

    def test_every_short_form_has_room_with_the_longest_name_of_a_forge(self) -> None:
        for short in words.SHORT.values():
            self.assertLessEqual(text.width(f"Bitbucket: {short}", HEADING, bold=True), WIDTH - 2 * MARGIN - 52, short)
