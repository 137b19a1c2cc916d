"""How pictures and badges are to look: each parameter in right and wrong forms."""

import json
from collections.abc import Sequence
from unittest import TestCase

from from_git.errors import RequestError
from from_git.pictures import colours
from from_git.pictures.look import (
    BADGE,
    CARD,
    HIDEABLE,
    Face,
    Look,
    face_asked,
    face_of_error,
    look_asked,
    size_and_theme,
)
from from_git.tests.kit.colours import installed, run
from from_git.tests.kit.examples import given, st

RIGHT: dict[str, dict[str, object]] = {
    "theme": {"light": "light", "dark": "dark"},
    "width": {"300": 300, "1200": 1200, "481": 481},
    "title": {
        "x": "x",
        " a  b ": "a b",
        "<b>&": "<b>&",
        "\u05d0\u202e": "\u05d0",
        "e\u0301": "\u00e9",
        "y" * 100: "y" * 100,
    },
    "hide": {"langs": frozenset(["langs"]), "followers,watchers": frozenset(["followers", "watchers"])},
}
WRONG: dict[str, Sequence[str]] = {
    "theme": ("", "blue", "LIGHT", "auto", " light", "x" * 999 + "\u202e"),
    "width": (
        "",
        "0",
        "299",
        "1201",
        "-480",
        "+480",
        "480.0",
        "480px",
        "100%",
        "\u0664\u0668\u0660",
        "1e3",
        "0480",
        " 480",
        "9" * 5000,
    ),
    "title": ("", " ", "\u200b", "\ufffd", "a\nb", "a\tb", "\x00", "a\u2028b", "\x1b[31m", "z" * 101),
    "hide": ("", ",", "langs,", "stars", "Langs", "topics", "langs, watchers", ",".join(HIDEABLE)),
    "label": ("", "\u200e", "a\r\nb", "z" * 61),
    "color": (
        *(
            "",
            "#",
            "gren",
            "Red",
            "12345",
            "#12",
            "1234567",
            "red;fill:blue",
            "url(#a)",
            "javascript:1",
            "\u0661\u0661\u0661",
        ),
        *("rgb(1,2)", "rgb(1,2,3", "rgb(1, 2%, 3)", "hsl(1,2,3)", "rgb(0001,2,3)", "x" * 5000),
    ),
    "style": ("", "flat-round", "FLAT", "popout"),
}
COLOURS = (
    *(
        "brightgreen",
        "lightgray",
        "inactive",
        "critical",
        "tomato",
        "rebeccapurple",
        "abc",
        "#ABC",
        "0b7a63",
        "#0b7a63",
    ),
    *(
        "rgb(1,2,3)",
        "rgb( 1, 2 , 3 )",
        "rgba(1, 2, 3, 0.5)",
        "rgb(1%,2%,3%)",
        "hsl(120, 50%, 50%)",
        "hsla(1,2%,3%,20%)",
    ),
)


class Looks(TestCase):
    """Of pictures."""

    def test_each_parameter_is_understood(self) -> None:
        self.assertEqual(set(RIGHT), set(CARD))
        self.assertEqual(look_asked({}), Look())
        for name, values in RIGHT.items():
            for sent, understood in values.items():
                with self.subTest(name, sent=ascii(sent)):
                    self.assertEqual(look_asked({name: [sent]}), Look(**{name: understood}))  # type: ignore[arg-type]
                    self.assertEqual(look_asked({name: [sent, sent]}), look_asked({name: [sent]}))

    def test_each_wrong_one_is_named(self) -> None:
        self.assertEqual(set(WRONG), {*CARD, *BADGE})
        for name, values in WRONG.items():
            for sent in values:
                with self.subTest(name, sent=ascii(sent[:99])), self.assertRaises(RequestError) as caught:
                    (look_asked if name in CARD else face_asked)({name: [sent]})
                error = caught.exception
                self.assertEqual([one.subject for one in error.parameters], [name])
                self.assertTrue(error.message.startswith(f"{name} "))
                self.assertLess(len(error.message), 400)
                self.assertTrue(error.message.isprintable())

    def test_two_values_and_several_wrong_ones_are_named_at_once(self) -> None:
        given = {
            "theme": ["light", "dark"],
            "width": ["300", "301"],
            "title": ["a", "b"],
            "hide": ["langs", "langsNum"],
        }
        with self.assertRaises(RequestError) as caught:
            look_asked(given)
        self.assertEqual([one.subject for one in caught.exception.parameters], list(CARD))
        self.assertIn("theme is there twice", caught.exception.message)

    def test_an_error_has_what_is_right_of_size_and_theme(self) -> None:
        self.assertEqual(size_and_theme({"theme": ["dark"], "width": ["300"], "title": ["x"]}), Look("dark", 300))
        self.assertEqual(size_and_theme({"theme": ["blue"], "width": ["300"]}), Look(None, 300))
        self.assertEqual(size_and_theme({"theme": ["dark"], "width": ["3"]}), Look("dark"))

    @given(st.dictionaries(st.sampled_from([*CARD, *BADGE]), st.lists(st.text(), min_size=1, max_size=2)))
    def test_any_values_are_a_look_or_an_error(self, given: dict[str, list[object]]) -> None:
        for asked in (look_asked, face_asked):
            try:
                asked(given)
            except RequestError as error:
                self.assertTrue(error.parameters)
        size_and_theme(given)
        face_of_error(given)


class Faces(TestCase):
    """Of badges."""

    def test_each_parameter_is_understood(self) -> None:
        given = {"label": [" our  stars "], "color": ["tomato"], "style": ["for-the-badge"]}
        self.assertEqual(face_asked(given), Face("our stars", "tomato", "for-the-badge"))
        self.assertEqual(face_asked({}), Face())
        for colour in COLOURS:
            self.assertEqual(face_asked({"color": [colour]}).color, colour)

    def test_an_error_keeps_its_own_colour(self) -> None:
        given = {"label": ["a"], "color": ["tomato"], "style": ["social"]}
        self.assertEqual(face_of_error(given), Face("a", None, "social"))
        self.assertEqual(face_of_error({**given, "style": ["round"]}), Face("a"))

    def test_every_colour_and_style_that_passes_is_one_that_shields_draws(self) -> None:
        given = [*COLOURS, *colours.NAMED, *colours.CSS], BADGE["style"].schema["enum"]
        unknown = json.loads(run(installed(), UNKNOWN, json.dumps(given)))
        # it draws these as it draws what it does not know
        self.assertEqual(set(unknown), {"brightgreen", "success"})


UNKNOWN = """
import { makeBadge } from 'badge-maker';
const [colours, styles] = JSON.parse(process.argv[1]);
for (const style of styles) makeBadge({ message: 'm', style });
const plain = makeBadge({ message: 'm', color: 'no such colour' });
console.log(JSON.stringify(colours.filter((color) => makeBadge({ message: 'm', color }) === plain)));
"""
"""The colours that badge-maker draws like one that it does not know; an error for a style that it does not."""
